"""What a document says of a host, from mappings and from captures, as facts of the host's subject and settings of its kernel."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from advisor.document import Capture, Host, Stated
from advisor.errors import Place, Problem
from advisor.facts import Given, Source, Store, Subject
from advisor.knowledge import Knowledge
from advisor.stacks import Setting
from advisor.values import counter

if TYPE_CHECKING:
    from advisor.captures import Captured, Counters, Difference, Listener, Sockets
    from advisor.properties import Property

_STATES = {"TIME_WAIT": "time_wait", "ESTABLISHED": "established", "CLOSE_WAIT": "close_wait", "SYN_SENT": "syn_sent",
           "SYN_RECV": "syn_recv", "FIN_WAIT1": "fin_wait1", "FIN_WAIT2": "fin_wait2", "LAST_ACK": "last_ack",
           "CLOSING": "closing"}  # fmt: skip

_ONLY_ALL = frozenset({"TIME_WAIT", "SYN_RECV"})  # ss leaves them out as it does listeners, unless -a is given

PEERS_TOLD = 20
"""Silent peers told one by one: where a whole network is gone the first ones say so."""


def given(stated: Stated) -> Given:
    """Return a stated value as a fact."""
    kind = "estimated" if stated.estimated else "stated"
    return Given(stated.value, Source(kind, stated.place, text=stated.text))


class HostReader:
    """Fills a host's subject; *problems* collects what is wrong with its captures."""

    def __init__(self, knowledge: Knowledge, folder: str) -> None:
        self.knowledge, self.folder = knowledge, folder
        self.problems: list[Problem] = []

    def fill(self, subject: Subject, host: Host) -> None:
        """Take over what *host* states: kernel, memory, sysctls, sockets, counters."""
        for name, stated in host.facts.items():
            if name == "os":
                self._os(subject, stated)
            else:
                subject.stated[name] = given(stated)
        if subject.store is None and host.sysctl:
            self._linux(subject, None, host.place)
        sysctls = self._captured("sysctl", host.sysctl)
        if isinstance(sysctls, Mapping):
            self._sysctls(subject, {k: given(v) for k, v in sysctls.items() if isinstance(v, Stated)}, written=True)
        else:
            for data in sysctls:
                found = {k: _captured(v) for k, v in data.values.items()}
                self._sysctls(subject, found, written=not data.dump)
        sockets = self._captured("sockets", host.sockets)
        if isinstance(sockets, Mapping):
            self._inline_sockets(subject, sockets)
        elif sockets:
            self._sockets(subject, sockets)
        counters = self._captured("counters", host.counters)
        if isinstance(counters, Mapping):
            self._inline_counters(subject, counters)
        elif counters:
            self._counters(subject, counters)

    def _captured(self, kind: str, source: Any) -> Any:
        if isinstance(source, Mapping):
            return source
        found = []
        for capture in source:
            data, problems = self._read(kind, capture)
            self.problems += problems
            if data is not None:
                found.append(data)
        return found

    def _read(self, kind: str, capture: Capture) -> tuple[Any, list[Problem]]:
        from advisor.captures import read_capture

        return read_capture(kind, capture.path, capture.place, self.folder)

    def _os(self, subject: Subject, stated: Stated) -> None:
        name, _, version = str(stated.value).partition("@")
        family = "linux" if name.lower() == "linux" else "other"
        source = Source("stated", stated.place, text=stated.text)
        subject.stated["os"] = Given(family, source)
        if family == "linux":
            self._linux(subject, version or None, stated.place)
            if version:
                subject.stated["kernel"] = Given(version, source)

    def _linux(self, subject: Subject, version: str | None, place: Place) -> None:
        profile = self.knowledge.profile("linux")
        if profile is None:
            return
        subject.store = Store(profile, subject.name, version, place)
        subject.store.hop = subject
        subject.stated.setdefault("os", Given("linux", Source("derived", place, "its sysctls are given")))

    def _sysctls(self, subject: Subject, found: Mapping[str, Given], *, written: bool) -> None:
        store = subject.store
        if store is None:
            return
        by_part: dict[str, list[Setting]] = {}
        for setting in store.profile.settings.values():
            if setting.part:
                by_part.setdefault(setting.part[0], []).append(setting)
        for name, fact in found.items():
            if name in store.profile.settings and (whole := store.profile.settings[name].part):
                what = f"{name} is no sysctl, but one figure of {whole[0]}; write all of them there"
                self.problems.append(Problem(fact.source.place or Place(""), what))
                continue
            known = [store.profile.settings[name]] if name in store.profile.settings else by_part.get(name, [])
            words = str(fact.source.text or fact.value).split()
            for setting in known:
                text = " ".join(words)
                if setting.part:
                    if setting.part[1] >= len(words):
                        continue
                    text = words[setting.part[1]]
                try:
                    store.settings[setting.name] = Given(setting.read(text), fact.source)
                except ValueError as error:
                    self.problems.append(Problem(fact.source.place or Place(""), f"{name}: {error}"))
        if written:
            self._folklore(subject, store, found)

    def _folklore(self, subject: Subject, store: Store, found: Mapping[str, Given]) -> None:
        elements = subject.lists["stated_sysctls"] or []
        for name, fact in found.items():
            for row in self.knowledge.sysctl_rows(name):
                setting = store.profile.settings.get(name)
                try:
                    text = str(fact.source.text or fact.value)
                    read = Given(setting.read(text) if setting else _number(text), fact.source)
                except ValueError:
                    continue  # told with the settings
                element = Subject("sysctl", name, place=fact.source.place)
                element.stated = row.facts(subject, store, read)
                elements.append(element)
        subject.lists["stated_sysctls"] = elements

    def _inline_sockets(self, subject: Subject, sockets: Mapping[str, Any]) -> None:
        endpoints = []
        for peer, states in sockets.items():
            if not isinstance(states, Mapping):
                continue
            owner = subject if peer == "all" else Subject("endpoint", peer)
            for state, stated in states.items():
                name = _STATES.get(state) or (state if owner is not subject else None)
                if name is not None:
                    owner.stated[name] = given(stated)
            if owner is not subject:
                owner.stated["name"] = Given(peer, Source("stated"))
                endpoints.append(owner)
        subject.lists["endpoints"] = endpoints or None
        subject.lists["silent_peers"] = [e for e in endpoints if "retrans" in e.stated]

    def _sockets(self, subject: Subject, captures: Iterable[Sockets]) -> None:
        endpoints: list[Subject] = []
        listeners: dict[str, Subject] = {}
        silent: list[Subject] = []
        for sockets in captures:
            connections = sockets.states.keys() != {"LISTEN"}  # ss -lnt has none
            for state, name in _STATES.items() if connections else ():
                if state in _ONLY_ALL and not sockets.states.keys() & {"LISTEN", state}:
                    continue  # ss -tn, or a host where nothing listens
                place = sockets.places.get(state)
                if sockets.states and name not in subject.stated:
                    count = float(sockets.states.get(state, 0))
                    fallback = next(iter(sockets.places.values()), None)
                    where = place or (Place(fallback.file) if fallback else None)
                    subject.stated[name] = Given(count, Source("captured", where, text=f"{count:g} {state}"))
            endpoints += [_endpoint(sockets)] if connections else []
            listeners |= {name: _listener(name, listener) for name, listener in sockets.listeners.items()}
            silent += _silent(sockets)
        subject.lists |= {"endpoints": endpoints or None, "listeners": list(listeners.values()), "silent_peers": silent}

    def _inline_counters(self, subject: Subject, counters: Mapping[str, Any]) -> None:
        from advisor.captures import canonical_name

        over = counters.get("over")
        counters = {canonical_name(name): value for name, value in counters.items()}
        for prop in self.knowledge.properties.all["host"].values():
            stated = counters.get(prop.counter) if prop.counter else None
            if not isinstance(stated, Stated):
                continue
            count = float(stated.value)  # type: ignore[arg-type]
            source = Source("stated", stated.place, text=stated.text)
            if prop.kind.base != "counter":
                subject.stated.setdefault(prop.name, Given(count, source))
                continue
            seconds = float(over.value) if isinstance(over, Stated) else 0.0  # type: ignore[arg-type]
            leaf = (subject, prop.name)
            value = counter(count, leaf, rate=count / seconds, grown=count) if seconds else counter(count, leaf)
            subject.stated[prop.name] = Given(value, source)

    def _counters(self, subject: Subject, captures: list[Counters]) -> None:
        """Of all captures that tell a counter the first and the last are before and after; captures of other kinds say nothing."""
        from advisor.captures import difference

        between: dict[tuple[int, int], Difference] = {}
        for prop in self.knowledge.properties.all["host"].values():
            telling = [i for i, capture in enumerate(captures) if capture.told(prop.counter) is not None] if prop.counter else []
            if not telling or prop.name in subject.stated:
                continue
            first, last = telling[0], telling[-1]
            if first != last and (first, last) not in between:
                # How long lies between is not known, so the rates are not.
                between[first, last] = difference(captures[first], captures[last], 0.0)
            subject.stated[prop.name] = _counted(subject, prop, captures[last], between.get((first, last)))


def _counted(subject: Subject, prop: Property, capture: Counters, since: Difference | None) -> Given:
    found = capture.values.get(prop.counter)
    count = found.value if found else 0.0
    place = found.place if found else next(iter(capture.values.values())).place._replace(line=0, column=0)
    if prop.kind.base != "counter":
        return Given(count, Source("captured", place, text=f"{count:g}"))
    grown = since.counts.get(prop.counter) if since else None
    source = Source("captured", place, text=f"{count:g}" + ("" if since else ", since boot"))
    return Given(counter(count, (subject, prop.name), grown=grown.value if grown else None), source)


def _captured(captured: Captured[str]) -> Given:
    return Given(captured.value, Source("captured", captured.place, text=captured.value))


def _endpoint(sockets: Sockets) -> Subject:
    """Return all peers of one capture as one endpoint: what CLOSE_WAIT left unread is told for all together."""
    element = Subject("endpoint", "all peers")
    place = next(iter(sockets.places.values()), None)
    source = Source("captured", place)
    element.stated["name"] = Given(element.name, source)
    counts = {name: sockets.states.get(state, 0) for state, name in _STATES.items()}
    counts["close_wait_unread_eof"] = sockets.close_wait["eof"]
    counts["close_wait_drained"] = sockets.close_wait["drained"]
    for prop in ("established", "close_wait", "close_wait_unread_eof", "close_wait_drained", "time_wait"):
        element.stated[prop] = Given(float(counts[prop]), source)
    return element


def _listener(name: str, listener: Listener) -> Subject:
    element = Subject("listener", name, place=listener.place)
    source = Source("captured", listener.place)
    element.stated = {"name": Given(name, source), "waiting": Given(float(listener.recv_q), source),
                      "sockets": Given(float(listener.sockets), source)}  # fmt: skip
    if listener.send_q is not None:
        element.stated["backlog"] = Given(float(listener.send_q), source)
    return element


def _silent(sockets: Sockets) -> list[Subject]:
    """Return the peers that have left data unanswered, those with most such connections first."""
    found = []
    source = Source("captured", next((Place(place.file) for place in sockets.places.values()), None))
    quiet = [(name, peer) for name, peer in sockets.peers.items() if peer.retrans]
    for name, peer in sorted(quiet, key=lambda each: (-each[1].silent, -each[1].retrans, each[0]))[:PEERS_TOLD]:
        element = Subject("endpoint", name)
        counts = {"established": peer.states.get("ESTABLISHED", 0), "unacked": peer.unacked, "retrans": peer.retrans,
                  "silent": peer.silent, "rto": peer.rto}  # fmt: skip
        element.stated = {"name": Given(name, source), **{key: Given(float(n), source) for key, n in counts.items()}}
        found.append(element)
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def folder_of(file: str) -> str:
    """Return the directory that a document's paths start at."""
    return os.path.dirname(file) if file != "-" else ""
