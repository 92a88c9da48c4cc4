"""
From documents to systems: hops, the legs between them, what is stated of each.

Documents whose paths share a hop by name are one system, so that their load on it adds up. A document's ``split`` gives a chain a
branch; what stands before it is shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from advisor.document import Document, Hop, StackRef, Stated, chains
from advisor.document import Setting as StatedSetting
from advisor.errors import Place, Problem, nearest, shown
from advisor.facts import Given, Hook, Source, Store, Subject
from advisor.hostfacts import HostReader, folder_of, given
from advisor.knowledge import Knowledge
from advisor.stacks import Profile, Setting
from advisor.values import Range, add, bounds, hull, mul

_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_ONCE = ("POST", "PATCH")


class HopModel:
    """One hop: its subjects, by role."""

    __slots__ = ("callee", "caller", "documents", "hop", "host", "key", "middlebox", "name", "named", "place", "profile", "raw", "stack")

    def __init__(self, key: Any, name: str, raw: Hop, profile: Profile) -> None:
        self.key, self.name, self.raw, self.profile, self.place = key, name, raw, profile, raw.place
        self.stack = raw.stack
        self.hop: Subject
        self.host: Subject
        self.caller: Subject | None = None
        self.callee: Subject | None = None
        self.middlebox: Subject | None = None

    @property
    def stores(self) -> list[Store]:
        found = [s.store for s in (self.hop, self.caller, self.callee, self.middlebox) if s is not None and s.store is not None]
        return list(dict.fromkeys(found))


class PathModel(NamedTuple):
    """One chain of hops of a document, from the caller to a last server."""

    document: Document
    subject: Subject
    workload: Subject
    hops: list[HopModel]
    legs: list[Subject]
    share: float | None


class System(NamedTuple):
    """Paths that hang together, and all their subjects by scope."""

    paths: list[PathModel]
    hops: list[HopModel]
    subjects: Mapping[str, list[Subject]]
    run: Subject


class _Load(NamedTuple):
    workload: Subject
    fans: tuple[Subject, ...]
    share: Any


class Builder:
    """Builds systems; *problems* collects what is wrong with settings and captures."""

    def __init__(self, knowledge: Knowledge, today: str) -> None:
        self.knowledge, self.problems = knowledge, list[Problem]()
        self.run = Subject("run", "run")
        self.run.stated["date"] = Given(today, Source("stated", text=today))
        self.hops: dict[Any, HopModel] = {}
        self.legs: dict[tuple[Any, Any], Subject] = {}
        self.loads: dict[Subject, list[_Load]] = {}

    def build(self, documents: Sequence[Document]) -> list[System]:
        """Return the systems of *documents*; look at ``problems`` before using them."""
        return [self._system(group) for group in self._groups(documents)]

    def _groups(self, documents: Sequence[Document]) -> list[list[Document]]:
        owner: dict[str, int] = {}
        group: dict[int, int] = {}

        def root(i: int) -> int:
            while group[i] != i:
                i = group[i]
            return i

        for i, document in enumerate(documents):
            group[i] = i
            for chain in chains(document.path, document.split):
                for hop in chain:
                    if _named(hop):
                        first = owner.setdefault(hop.name, i)
                        group[root(i)] = root(first)
        grouped: dict[int, list[Document]] = {}
        for i, document in enumerate(documents):
            grouped.setdefault(root(i), []).append(document)
        return list(grouped.values())

    def _system(self, documents: list[Document]) -> System:
        self.hops, self.legs, self.loads = {}, {}, {}
        paths = [path for document in documents for path in self._document(document)]
        for leg, loads in self.loads.items():
            self._finish_leg(leg, loads)
        for hop in self.hops.values():
            _finish_hop(hop, self.run)
        hosts = list({id(h.host): h.host for h in self.hops.values() if "os" in h.host.stated or h.host.stated}.values())
        subjects = {
            "leg": list(self.legs.values()),
            "hop": [h.hop for h in self.hops.values()],
            "host": [h for h in hosts if h.stated.get("os", Given("other", Source("none"))).value != "other"],
            "path": [p.subject for p in paths],
        }
        return System(paths, list(self.hops.values()), subjects, self.run)

    def _document(self, document: Document) -> list[PathModel]:
        workload = self._workload(document)
        branches = document.split or []
        shares = [b.share for b in branches]
        found = []
        for i, chain in enumerate(chains(document.path, document.split)):
            hops = [self._hop(hop, document) for hop in chain]
            name = document.service.value if document.service else hops[-1].name
            subject = Subject("path", str(name), place=document.place)
            subject.scopes = {"workload": workload, "run": self.run, "path": subject}
            share = _share(shares, i) if branches else 1.0
            legs = self._chain(hops, workload, subject, share, len(document.path))
            subject.lists["legs"] = legs
            found.append(PathModel(document, subject, workload, hops, legs, share if isinstance(share, float) else None))
        for hop in [h for p in found for h in p.hops]:
            self._share_host(hop)
        return found

    def _workload(self, document: Document) -> Subject:
        workload = Subject("workload", document.service.text if document.service else "workload", place=document.place)
        workload.scopes = {"run": self.run}
        by_key = {p.key: p for p in self.knowledge.properties.all["workload"].values() if p.key}
        for key, stated in document.workload.items():
            if key == "methods":
                workload.stated.update(_methods(stated))
            elif key in by_key:
                workload.stated[by_key[key].name] = given(stated)
        workload.stated.setdefault("periodic", Given(False, Source("otherwise")))
        return workload

    def _hop(self, raw: Hop, document: Document) -> HopModel:
        key = raw.name if _named(raw) else (document.file, raw.place)
        before = self.hops.get(key)
        if before is not None:
            if before.raw is not raw:
                self._merge(before, raw)
            return before
        profile = self._profile(raw.stack)
        model = self.hops[key] = HopModel(key, raw.name, raw, profile)
        version = raw.stack.version if raw.stack else None
        place = raw.stack.place if raw.stack else raw.name_place
        store = Store(profile, raw.name, version, place)
        hop = model.hop = Subject("hop", raw.name, role="hop", store=store, place=raw.name_place)
        store.hop = hop
        if version:
            hop.stated["version"] = Given(version, Source("stated", place, text=version))
        if raw.stack:
            hop.stated["end_of_life"] = Given(profile.end_of_life(version), Source("default", place, profile.title, profile.versions_source))
            if not isinstance(hop.stated["end_of_life"].value, str):
                del hop.stated["end_of_life"]
        if profile.owner == "provider" or profile.is_middlebox:
            for name in ("nofile_soft", "nofile_hard"):
                hop.stated[name] = Given(inf, Source("none", None, profile.name))
        hop.lists = {"inbound": [], "outbound": [], "endpoints": None, "known_faults": [_fault(f) for f in profile.faults]}
        model.host = self._host(raw, document, profile)
        if profile.is_middlebox:
            model.middlebox = Subject("middlebox", raw.name, role="middlebox", store=store, wide=hop, place=raw.name_place, label="m")
            model.middlebox.stated["name"] = Given(raw.name, Source("stated", raw.name_place))
        else:
            model.callee = Subject("end", raw.name, role="callee", store=store, wide=hop, place=raw.name_place)
            model.caller = Subject("end", raw.name, role="caller", store=self._client(raw, store, hop), wide=hop, place=raw.name_place)
        for subject in (hop, model.caller, model.callee, model.middlebox):
            if subject is not None:
                subject.parts["host"] = model.host
                subject.scopes["run"] = self.run
        hop.lists["endpoints"] = model.host.lists.get("endpoints")
        self._state(model, raw)
        self._settings(model, raw.settings)
        return model

    def _profile(self, stack: StackRef | None) -> Profile:
        found = self.knowledge.profile(stack.name if stack else "unknown")
        return found or self.knowledge.profile("unknown") or Profile("unknown")

    def _client(self, raw: Hop, store: Store, hop: Subject) -> Store:
        if raw.client is None:
            return store
        client = Store(self._profile(raw.client), raw.name, raw.client.version, raw.client.place)
        client.hop = Subject("hop", raw.name, role="hop", place=raw.client.place)
        if raw.client.version:
            client.hop.stated["version"] = Given(raw.client.version, Source("stated", raw.client.place, text=raw.client.version))
        client.hop.wide = None
        return client

    def _host(self, raw: Hop, document: Document, profile: Profile) -> Subject:
        host = Subject("host", raw.name, role="host", place=raw.host.place if raw.host else raw.name_place)
        host.lists["stated_sysctls"] = []
        host.scopes = {"run": self.run}
        if raw.host is not None and raw.host.name_of is None:
            reader = HostReader(self.knowledge, folder_of(document.file))
            reader.fill(host, raw.host)
            self.problems += reader.problems
        elif raw.host is None and (profile.owner == "provider" or profile.is_middlebox):
            host.stated["os"] = Given("other", Source("none", None, profile.title))
        return host

    def _share_host(self, model: HopModel) -> None:
        name = model.raw.host.name_of if model.raw.host else None
        owner = next((h for h in self.hops.values() if h.name == name), None) if name else None
        if owner is not None and owner is not model:
            model.host = owner.host
            for subject in (model.hop, model.caller, model.callee, model.middlebox):
                if subject is not None:
                    subject.parts["host"] = owner.host

    def _state(self, model: HopModel, raw: Hop) -> None:
        subjects = [s for s in (model.hop, model.caller, model.callee, model.middlebox) if s is not None]
        by_key: dict[str, list[tuple[str, str]]] = {}
        for prop in self.knowledge.properties:
            if prop.key:
                by_key.setdefault(prop.key, []).append((prop.subject, prop.name))
        for key, stated in raw.facts.items():
            for kind, name in by_key.get(key, ()):
                if kind in ("hop", "end"):
                    for subject in subjects:
                        if subject.kind == kind:
                            subject.stated[name] = given(stated)

    def _merge(self, model: HopModel, raw: Hop) -> None:
        """Take over what a second document says of a hop of the same name; what contradicts is an error."""
        if (raw.stack and model.raw.stack and (raw.stack.name, raw.stack.version) != (model.raw.stack.name, model.raw.stack.version)):
            old, new = model.raw.stack, raw.stack
            was, now = (f"{s.name}@{s.version}" if s.version else s.name for s in (old, new))
            self.problems.append(Problem(new.place, f"{shown(model.name)} is {now} here and {was} at {old.place};"
                                                    " hops of one name are one hop: name one of them differently"))  # fmt: skip
            return
        before = {s: dict(s.stated) for s in (model.hop, model.caller, model.callee) if s is not None}
        settings = {store: dict(store.settings) for store in model.stores}
        self._state(model, raw)
        self._settings(model, raw.settings, merging=True)
        for holder, old_facts in (*((s, d) for s, d in before.items()),):
            self._contradictions(model, holder.stated, old_facts)
        for store, old_settings in settings.items():
            self._contradictions(model, store.settings, old_settings)

    def _contradictions(self, model: HopModel, now: Mapping[str, Given], before: Mapping[str, Given]) -> None:
        for name, old in before.items():
            new = now[name]
            if new.value != old.value and new.source.place != old.source.place:
                self.problems.append(Problem(
                    new.source.place or model.place, f"{shown(model.name)}: {name} is {new.source.text or new.value} here and "
                    f"{old.source.text or old.value} at {old.source.place}; hops of one name are one hop: keep one value"))  # fmt: skip

    def _settings(self, model: HopModel, settings: Iterable[StatedSetting], merging: bool = False) -> None:
        seen: dict[tuple[Store, str], Place] = {}
        for raw in settings:
            for store, setting in self._meant(model, raw):
                before = seen.get((store, setting.name))
                if before is not None:
                    self.problems.append(Problem(raw.key_place, f"{shown(raw.name)} is set twice, here and at "
                                                                f"{before.line}:{before.column}; keep one"))  # fmt: skip
                    continue
                seen[store, setting.name] = raw.key_place
                self._value(store, setting, raw)

    def _value(self, store: Store, setting: Setting, raw: StatedSetting) -> None:
        if raw.node.kind != "scalar":
            if raw.node.kind == "list" and setting.kind.base == "text":
                return
            self.problems.append(Problem(raw.place, f"{shown(raw.name)} is a {raw.node.kind}; write one value"))
            return
        if raw.node.absent:
            return
        text = raw.node.text.strip()
        estimated = text.startswith("~")
        text = text.removeprefix("~").strip()
        bare = setting.suspicious(text)
        if bare:
            self.problems.append(Problem(raw.place, bare % store.profile.name))
            return
        if setting.part and len(text.split()) > setting.part[1]:
            text = text.split()[setting.part[1]]
        try:
            value = setting.read(text)
        except ValueError as error:
            self.problems.append(Problem(raw.place, str(error)))
            return
        store.settings[setting.name] = Given(value, Source("estimated" if estimated else "stated", raw.place, text=raw.node.text))

    def _meant(self, model: HopModel, raw: StatedSetting) -> list[tuple[Store, Setting]]:
        """Return the settings that a name in the document means; none, with a problem, where that is not clear."""
        candidates: dict[tuple[Store, str], None] = {}
        for store in model.stores:
            roles = [s.role for s in (model.caller, model.callee, model.middlebox, model.hop) if s is not None and s.store is store]
            for name in store.profile.names(raw.name):
                if len(model.stores) == 1 or any(store.profile.serves(name, role) for role in roles):
                    candidates[store, name] = None
        found = [(store, store.profile.settings[name]) for store, name in candidates]
        parts = {s.part[0] for _, s in found if s.part}
        if len(found) == 1 or (len(parts) == 1 and all(s.part for _, s in found)):
            return found
        if not found:
            self._unknown_setting(model, raw)
        else:
            what = model.raw.stack.name if model.raw.stack else "the hop"
            names = " or ".join(s.name for _, s in found)
            self.problems.append(Problem(raw.key_place, f"{shown(raw.name)}: {what} has it more than once; write {names}"))
        return []

    def set(self, hop: HopModel, name: str, value: str, at: Place) -> Problem | None:
        """Set one setting of a hop to *value*, as ``--set`` says it; return what is wrong with that."""
        source = Source("stated", at, text=value)
        if name == "version":
            hop.hop.stated["version"] = Given(value, source)
            end = hop.profile.end_of_life(value)
            if isinstance(end, str):
                hop.hop.stated["end_of_life"] = Given(end, Source("default", at, hop.profile.title, hop.profile.versions_source))
            return None
        found = {(store, n): None for store in hop.stores for n in store.profile.names(name)}
        if len(found) > 1 and not any(store.profile.settings[n].part for store, n in found):
            ends = " or ".join(f"{hop.name}.{n}" for _, n in found)
            return Problem(at, f"{hop.name} ({hop.profile.name}) has {name} more than once; write {ends}")
        for store, n in found:
            setting = store.profile.settings[n]
            part = value.split()[setting.part[1]] if setting.part and len(value.split()) > setting.part[1] else value
            try:
                store.settings[n] = Given(setting.read(part), source)
            except ValueError as error:
                return Problem(at, str(error))
        if found:
            return None
        known = [n for store in hop.stores for n in store.profile.settings]
        meant = nearest(name, [*known, *(n.rsplit(".", 1)[-1] for n in known)])
        return Problem(at, f'{hop.profile.name} has no setting "{shown(name)}"{f"; did you mean {meant}?" if meant else ""}')

    def _unknown_setting(self, model: HopModel, raw: StatedSetting) -> None:
        prop = self._advisors_own(model, raw)
        if prop:
            return
        title = " and ".join(store.profile.name for store in model.stores)
        known = [n for store in model.stores for n in store.profile.settings]
        bare = {n.rsplit(".", 1)[-1]: n for n in reversed(known)}
        meant = nearest(raw.name, [*known, *bare])
        hint = f"; did you mean {meant}?" if meant else f"; see: advisor stacks show {model.stores[0].profile.name}"
        self.problems.append(Problem(raw.key_place, f'{title} has no setting "{shown(raw.name)}"{hint}'))

    def _advisors_own(self, model: HopModel, raw: StatedSetting) -> bool:
        """Take a property stated by the advisor's own name (``caller.idle_timeout``); whether it is one."""
        role, _, name = raw.name.rpartition(".")
        subjects = {"caller": model.caller, "callee": model.callee, "hop": model.hop, "middlebox": model.middlebox,
                    "host": model.host, "": model.middlebox}  # fmt: skip
        subject = subjects.get(role)
        prop = self.knowledge.properties.find(subject.kind, name) if subject is not None else None
        if subject is None or prop is None or prop.kind.base in ("list", "counter"):
            return False
        from advisor.properties import read

        try:
            value = read(raw.node.text.removeprefix("~").strip(), prop.kind, None)
        except ValueError as error:
            self.problems.append(Problem(raw.place, str(error)))
            return True
        kind = "estimated" if raw.node.text.startswith("~") else "stated"
        subject.stated[name] = Given(value, Source(kind, raw.place, text=raw.node.text))
        return True

    def _chain(self, hops: list[HopModel], workload: Subject, path: Subject, share: Any, fork: int) -> list[Subject]:
        legs: list[Subject] = []
        caller: HopModel | None = None
        between: list[HopModel] = []
        fans: list[Subject] = []
        for i, hop in enumerate(hops):
            if hop.middlebox is not None:
                between.append(hop)
                continue
            if caller is not None:
                fans.append(caller.hop)
                leg = self._leg(caller, hop, between, path)
                legs.append(leg)
                part = share if i >= fork else None
                load = _Load(workload, tuple(fans), part)
                if not (part is None and any(o.workload is workload for o in self.loads.get(leg, ()))):
                    self.loads.setdefault(leg, []).append(load)
            caller, between = hop, []
        for i, leg in enumerate(legs):
            beyond = leg.lists["beyond"] or []
            leg.lists["beyond"] = [*beyond, *(l for l in legs[i + 1 :] if l not in beyond)]
        return legs

    def _leg(self, caller: HopModel, callee: HopModel, between: list[HopModel], path: Subject) -> Subject:
        key = (caller.key, callee.key)
        leg = self.legs.get(key)
        if leg is not None:
            return leg
        assert caller.caller is not None and callee.callee is not None
        leg = self.legs[key] = Subject("leg", f"{caller.name} -> {callee.name}", place=callee.place)
        leg.parts = {"caller": caller.caller, "callee": callee.callee}
        boxes = [b.middlebox for b in between if b.middlebox is not None]
        leg.lists = {"middleboxes": boxes, "beyond": []}
        leg.scopes = {"caller": caller.caller, "callee": callee.callee, "leg": leg, "run": self.run, "path": path}
        (caller.hop.lists["outbound"] or []).append(leg)
        (callee.hop.lists["inbound"] or []).append(leg)
        self._link(leg, [h.raw for h in (*between, callee)])
        return leg

    def _link(self, leg: Subject, stretch: list[Hop]) -> None:
        """State of a leg what the links on it say: round trips add up, bandwidth and MTU are the least."""
        for name in ("protocol", "tls", "transport"):
            for hop in stretch:
                if name in hop.link:
                    leg.stated[name] = given(hop.link[name])
        for name, combine in (("rtt", sum), ("bandwidth", min), ("mtu", min), ("loss", max)):
            stated = [hop.link[name] for hop in stretch if name in hop.link]
            if stated:
                value = combine(float(s.value) for s in stated)  # type: ignore[operator,arg-type,misc]
                leg.stated[name] = given(stated[-1])._replace(value=value)

    def _finish_leg(self, leg: Subject, loads: list[_Load]) -> None:
        workloads = list(dict.fromkeys(load.workload for load in loads))
        workload = workloads[0] if len(workloads) == 1 else _merged(workloads)
        leg.scopes["workload"] = workload
        for end in ("caller", "callee"):
            subject = leg.parts[end]
            subject.scopes = {**leg.scopes, **subject.scopes, end: subject}
        leg.stated["rate"] = Given(Hook(_rate(loads), leg), Source("derived", None, _rate_title(loads), inputs=tuple(
            (load.workload, "workload.rate") for load in loads)))  # fmt: skip
        if "rtt" not in leg.stated:
            leg.stated["rtt"] = Given(Hook(_rtt(leg), leg), Source("derived", None, "at most the median latency"))


def _named(hop: Hop) -> bool:
    return hop.stack is None or hop.name_place != hop.stack.place


def _share(shares: list[Stated | None], i: int) -> Any:
    stated = shares[i]
    if stated is not None:
        return float(stated.value)  # type: ignore[arg-type]
    others = sum(float(s.value) for s in shares if s is not None)  # type: ignore[arg-type]
    rest = sum(1 for s in shares if s is None)
    return max(0.0, 1.0 - others) if rest == 1 else Range(0.0, max(0.0, 1.0 - others))


def _rate(loads: list[_Load]) -> Any:
    def run(env: Any) -> Any:
        total: Any = 0.0
        for load in loads:
            cell = env.sheet.cell(load.workload, "rate")
            env.root.used |= cell.deps
            value = cell.value
            for hop in load.fans:
                value = mul(value, env.sheet.cell(hop, "fan_out").value)
            total = add(total, value if load.share is None else mul(value, load.share))
        return total

    return run


def _rate_title(loads: list[_Load]) -> str:
    return "workload.rate" + (" × share" if any(l.share is not None for l in loads) else "") + (
        ", of all paths together" if len({l.workload for l in loads}) > 1 else "")  # fmt: skip


def _rtt(leg: Subject) -> Any:
    def run(env: Any) -> Any:
        low, high = 10e-6, 2.0
        if env.sheet.assuming:
            assumed = env.sheet.properties.all["leg"]["rtt"].assume
            high = min(high, _least_latency(env, leg))
            return min(assumed, high) if high > 0 else assumed
        return Range(low, max(low * 2, min(high, _least_latency(env, leg))), ((leg, "rtt"),))

    return run


def _least_latency(env: Any, leg: Subject) -> float:
    found = [bounds(env.sheet.cell(s, "latency_p50").value)[1] for s in (leg.parts["caller"], leg.scopes["workload"])]
    return min([f for f in found if f > 0], default=inf)


def _merged(workloads: list[Subject]) -> Subject:
    """Return one workload that says of each property what all of *workloads* allow."""
    merged = Subject("workload", " and ".join(w.name for w in workloads))
    merged.scopes = workloads[0].scopes

    def run(name: str) -> Any:
        def value(env: Any) -> Any:
            return hull([env.sheet.cell(w, name).value for w in workloads])

        return value

    for name in sorted({n for w in workloads for n in w.stated} | {"peak_factor", "latency_mean"}):
        merged.stated[name] = Given(Hook(run(name), merged), Source("derived", None, "of all paths on this leg"))
    return merged


def _methods(stated: Stated) -> dict[str, Given]:
    pairs: list[tuple[str, float | None]] = list(stated.value)  # type: ignore[arg-type]
    source = Source("estimated" if stated.estimated else "stated", stated.place, text=stated.text)

    def share(counted: Iterable[str], others: bool) -> Any:
        total: Any = 0.0
        known = sum(s for _, s in pairs if s is not None)
        for method, part in pairs:
            if (method in counted) is not others:
                total = add(total, part if part is not None else Range(0.0, max(0.0, 1.0 - known) or 1.0))
        return total

    return {"unsafe_share": Given(share(_SAFE, True), source), "post_share": Given(share(_ONCE, False), source)}


def _fault(fault: Any) -> Subject:
    element = Subject("fault", fault.title)
    source = Source("default", reference=fault.source)
    element.stated = {"title": Given(fault.title, source), "since": Given(fault.since, source),
                      "fixed_in": Given(fault.fixed_in or "9999", source)}  # fmt: skip
    return element


def _finish_hop(model: HopModel, run: Subject) -> None:
    hop = model.hop
    inbound, outbound = hop.lists["inbound"] or [], hop.lists["outbound"] or []
    workloads = list(dict.fromkeys(l.scopes["workload"] for l in (*inbound, *outbound) if "workload" in l.scopes))
    if workloads:
        hop.scopes["workload"] = workloads[0] if len(workloads) == 1 else _merged(workloads)
    else:
        hop.scopes["workload"] = Subject("workload", "workload")
    hop.scopes["run"] = run
    if model.callee is not None and model.caller is not None:
        for end in (model.callee, model.caller):
            end.scopes.setdefault("workload", hop.scopes["workload"])


__all__ = ["Builder", "HopModel", "PathModel", "System"]
