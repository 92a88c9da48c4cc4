"""
From documents to systems: hops, the legs between them, what is stated of each.

Documents whose paths share a hop by name are one system, so that their load on it adds up. A document's ``split`` gives a
chain a branch; what stands before it is shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Any

from advisor.document import Document, Hop, StackRef, chains
from advisor.errors import Problem
from advisor.facts import Given, Source, Store, Subject
from advisor.hostfacts import HostReader, folder_of, given
from advisor.knowledge import Knowledge
from advisor.model import loads
from advisor.model.lifetime import known_faults, state_life
from advisor.model.parts import HopModel, PathModel, System
from advisor.model.platforms import apart, devices, imply
from advisor.model.settings import SettingsReader
from advisor.model.sharing import Key, Sharing
from advisor.model.stretch import carry, link
from advisor.stacks import Profile

__all__ = ["Builder", "HopModel", "PathModel", "System"]


class Builder:
    """Builds systems; *problems* collects what is wrong with settings and captures."""

    def __init__(self, knowledge: Knowledge, today: str) -> None:
        self.knowledge = knowledge
        self.settings = SettingsReader(knowledge.properties)
        self.problems: list[Problem] = self.settings.problems
        self.run = Subject("run", "run")
        self.run.stated["date"] = Given(today, Source("stated", text=today))
        self.hops: dict[Key, HopModel] = {}
        self.legs: dict[tuple[Key, Key], Subject] = {}
        self.loads: dict[Subject, list[loads.Load]] = {}
        self.sharing: Sharing

    def build(self, documents: Sequence[Document]) -> Iterator[System]:
        """Yield the systems of *documents*, each built when it is asked for; look at ``problems`` before using one."""
        for group in self.join(documents):
            yield self.system([documents[number] for number in group])

    def join(self, documents: Iterable[Document]) -> list[list[int]]:
        """Return which of *documents*, by number, are one system; none of them is kept."""
        self.sharing = Sharing(documents)
        return self.sharing.groups

    def check_settings(self, raw: Hop) -> list[Problem]:
        """Return what is wrong with the settings of a hop, whatever else is wrong with its document."""
        profile = self._profile(raw.stack)
        model = HopModel(None, raw, profile)
        store = Store(profile, raw.name, raw.stack.version if raw.stack else None, raw.place)
        model.hop = store.hop = Subject("hop", raw.name, role="hop", store=store)
        model.host = Subject("host", raw.name, role="host")
        self._ends(model, raw, store)
        reader = SettingsReader(self.knowledge.properties)
        reader.take(model, raw.settings)
        return reader.problems

    def system(self, documents: Sequence[Document]) -> System:
        """Return the system that the *documents* of one group are."""
        self.hops, self.legs, self.loads = {}, {}, {}
        paths = [path for document in documents for path in self._document(document)]
        for hop in self.hops.values():
            platform = self._platform(hop)
            if platform is not None and hop.raw.platform is not None:
                imply(hop, platform, hop.raw.platform)
        for leg, carried in self.loads.items():
            carry(leg, carried)
        for hop in self.hops.values():
            _finish_hop(hop, self.run)
        hosts = dict.fromkeys(hop.host for hop in self.hops.values())
        subjects = {
            "leg": list(self.legs.values()),
            "hop": [hop.hop for hop in self.hops.values()],
            "host": [host for host in hosts if host.stated and host.stated.get("os", _OTHER).value != "other"],
            "path": [path.subject for path in paths],
        }
        notes = [note for name, note in self.sharing.notes.items() if any(h.name == name for h in self.hops.values())]
        return System(paths, list(self.hops.values()), subjects, self.run, notes)

    def _document(self, document: Document) -> list[PathModel]:
        workload = self._workload(document)
        shares = [branch.share for branch in document.split]
        found = []
        for i, chain in enumerate(chains(document.path, document.split)):
            hops = [self._hop(hop, document) for hop in chain]
            name = str(document.service.value) if document.service else hops[-1].name
            subject = Subject("path", name, place=document.place)
            subject.scopes = {"workload": workload, "run": self.run, "path": subject}
            share = loads.branch_share(shares, i) if shares else 1.0
            legs = self._chain(hops, workload, subject, share, len(document.path))
            subject.lists["legs"] = legs
            found.append(PathModel(document, subject, workload, hops, legs, share if isinstance(share, float) else None))
        for hop in dict.fromkeys(hop for path in found for hop in path.hops):
            self._share_host(hop, found)
        return found

    def _workload(self, document: Document) -> Subject:
        workload = Subject("workload", str(document.service.value) if document.service else "workload", place=document.place)
        workload.scopes = {"run": self.run}
        for key, stated in document.workload.items():
            if key == "methods":
                workload.stated.update(loads.methods(stated))
            for kind, name in self.knowledge.properties.by_key.get(key, ()):
                if kind == "workload":
                    workload.stated[name] = given(stated)
        workload.stated.setdefault("periodic", Given(False, Source("otherwise")))
        return workload

    def _hop(self, raw: Hop, document: Document) -> HopModel:
        key = self.sharing.key(document, raw)
        before = self.hops.get(key)
        if before is None:
            return self._new_hop(key, raw, document)
        if before.raw is not raw:
            self._state(before, raw)
            self.settings.take(before, raw.settings)
            if raw.host is not None and not before.host.stated:
                self._fill_host(before.host, raw, document)
        return before

    def _new_hop(self, key: Key, raw: Hop, document: Document | None) -> HopModel:
        profile = self._profile(raw.stack)
        model = self.hops[key] = HopModel(key, raw, profile)
        version = raw.stack.version if raw.stack else None
        place = raw.stack.place if raw.stack else raw.name_place
        store = Store(profile, raw.name, version, place)
        hop = model.hop = Subject("hop", raw.name, role="hop", store=store, place=raw.name_place)
        store.hop = hop
        if profile.owner == "provider":
            hop.stated["managed"] = Given(True, Source("none", None, profile.name))
        hop.stated["stack"] = Given(profile.name, Source("stated", place, text=profile.name))
        if version:
            hop.stated["version"] = Given(version, Source("stated", place, text=version))
        state_life(hop, profile, version, place)
        foreign = profile.owner == "provider" or profile.is_middlebox  # no process of ours runs there
        if foreign:
            for name in ("nofile_soft", "nofile_hard"):
                hop.stated[name] = Given(inf, Source("none", None, profile.name))
        hop.lists = {"inbound": [], "outbound": [], "endpoints": None, "known_faults": known_faults(profile)}
        model.host = Subject("host", raw.name, role="host", place=raw.host.place if raw.host else raw.name_place)
        model.host.lists = {"stated_sysctls": [], "listeners": [], "silent_peers": []}
        model.host.scopes = {"run": self.run}
        self._fill_host(model.host, raw, document)
        if raw.host is None and foreign:
            model.host.stated["os"] = _OTHER
        self._ends(model, raw, store)
        for subject in model.subjects:
            subject.parts["host"] = model.host
            subject.scopes["run"] = self.run
        hop.lists["endpoints"] = [] if foreign else model.host.lists.get("endpoints")
        self._state(model, raw)
        self.settings.take(model, raw.settings)
        self.settings.twice(model)
        return model

    def _platform(self, model: HopModel) -> Profile | None:
        ref = model.raw.platform
        return self.knowledge.profile(ref.name) if ref else None

    def _devices(self, model: HopModel, side: str, drawn: list[HopModel]) -> list[HopModel]:
        """Return the devices that a hop's platform puts on one side of it and that the document does not draw."""
        platform, ref = self._platform(model), model.raw.platform
        if platform is None or ref is None:
            return []
        found = []
        for name in devices(platform, side, [box.profile for box in drawn]):
            raw = model.raw._replace(
                name=f"{name} of {model.name}", stack=StackRef(name, None, ref.place), name_place=ref.place, client=None,
                platform=None, runtime=None, facts={}, settings=[], host=None, link={}, config=[], use={}, process=[],
            )  # fmt: skip
            key = ("implied", model.key, side, name)
            found.append(self.hops.get(key) or self._new_hop(key, raw, None))
        return found

    def _profile(self, stack: StackRef | None) -> Profile:
        found = self.knowledge.profile(stack.name if stack else "unknown")
        return found or self.knowledge.profile("unknown") or Profile("unknown")

    def _ends(self, model: HopModel, raw: Hop, store: Store) -> None:
        hop, at = model.hop, raw.name_place
        if model.profile.is_middlebox:
            box = Subject("middlebox", raw.name, role="middlebox", store=store, wide=hop, place=at, label="m")
            box.stated["name"] = Given(raw.name, Source("stated", at))
            model.middlebox = box
            return
        client = store
        if raw.client is not None:
            ref = raw.client
            client = Store(self._profile(ref), raw.name, ref.version, ref.place)
            client.hop = Subject("hop", raw.name, role="hop", place=ref.place)
            if ref.version:
                client.hop.stated["version"] = Given(ref.version, Source("stated", ref.place, text=ref.version))
        model.callee = Subject("end", raw.name, role="callee", store=store, wide=hop, place=at)
        model.caller = Subject("end", raw.name, role="caller", store=client, wide=hop, place=at)

    def _fill_host(self, host: Subject, raw: Hop, document: Document | None) -> None:
        if raw.host is not None and raw.host.name_of is None and document is not None:
            reader = HostReader(self.knowledge, folder_of(document.file))
            reader.fill(host, raw.host)
            self.problems += reader.problems

    @staticmethod
    def _share_host(model: HopModel, paths: Iterable[PathModel]) -> None:
        """Give a hop the host of the hop of its document that ``host:`` names."""
        name = model.raw.host.name_of if model.raw.host else None
        owner = next((hop for path in paths for hop in path.hops if hop.name == name), None) if name else None
        if owner is not None and owner is not model:
            model.host = owner.host
            for subject in model.subjects:
                subject.parts["host"] = owner.host

    def _state(self, model: HopModel, raw: Hop) -> None:
        for key, stated in raw.facts.items():
            for kind, name in self.knowledge.properties.by_key.get(key, ()):
                for subject in model.subjects:
                    if subject.kind == kind:
                        subject.stated[name] = given(stated)

    def _chain(self, hops: list[HopModel], workload: Subject, path: Subject, share: Any, fork: int) -> list[Subject]:
        legs: list[Subject] = []
        caller: HopModel | None = None
        between: list[HopModel] = []
        fans: list[Subject] = []
        shown: list[HopModel] = []  # the hops of the path, with what its platforms imply
        for i, hop in enumerate(hops):
            if hop.middlebox is not None:
                between.append(hop)
                continue
            if caller is not None:
                if apart(caller.raw, hop.raw):
                    between = [*self._devices(caller, "outbound", between), *between, *self._devices(hop, "inbound", between)]
                fans.append(caller.hop)
                leg = self._leg(caller, hop, between, path)
                legs.append(leg)
                carried = self.loads.setdefault(leg, [])
                part = share if i >= fork else None
                # What stands before the split carries the whole workload once, whatever the number of branches.
                if part is not None or all(load.workload is not workload for load in carried):
                    carried.append(loads.Load(workload, tuple(fans), part))
            shown += [*between, hop]
            caller, between = hop, []
        hops[:] = [*shown, *between]
        for i, leg in enumerate(legs):
            beyond = leg.lists["beyond"] or []
            leg.lists["beyond"] = [*beyond, *(later for later in legs[i + 1 :] if later not in beyond)]
        return legs

    def _leg(self, caller: HopModel, callee: HopModel, between: list[HopModel], path: Subject) -> Subject:
        key = (caller.key, callee.key)
        leg = self.legs.get(key)
        if leg is not None:
            return leg
        assert caller.caller is not None
        assert callee.callee is not None
        leg = self.legs[key] = Subject("leg", f"{caller.name} -> {callee.name}", place=callee.place)
        leg.parts = {"caller": caller.caller, "callee": callee.callee}
        leg.lists = {"middleboxes": [box.middlebox for box in between if box.middlebox is not None], "beyond": []}
        for box in leg.lists["middleboxes"] or ():
            callers = box.lists.setdefault("callers", [])
            if callers is not None and caller.hop not in callers:
                callers.append(caller.hop)
        leg.scopes = {"caller": caller.caller, "callee": callee.callee, "leg": leg, "run": self.run, "path": path}
        for hop, direction in ((caller.hop, "outbound"), (callee.hop, "inbound")):
            legs = hop.lists[direction]
            assert legs is not None
            legs.append(leg)
        link(leg, [hop.raw for hop in (*between, callee)])
        return leg


_OTHER = Given("other", Source("none"))


def _finish_hop(model: HopModel, run: Subject) -> None:
    hop = model.hop
    legs = [*(hop.lists["inbound"] or []), *(hop.lists["outbound"] or [])]
    workloads = list(dict.fromkeys(leg.scopes["workload"] for leg in legs))
    workload = workloads[0] if len(workloads) == 1 else loads.merged(workloads) if workloads else Subject("workload", "none")
    hop.scopes["workload"], hop.scopes["run"] = workload, run
    for end in (model.callee, model.caller):
        if end is not None:
            end.scopes.setdefault("workload", workload)
