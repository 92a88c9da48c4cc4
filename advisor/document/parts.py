"""What a document states, part by part: plain immutable records in which every value keeps its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from advisor.errors import Place
from advisor.source import Node


class Stated(NamedTuple):
    """
    One value the reader wrote.

    Attributes:
        value: In base units; counts are floats too; ``workload.methods`` is a tuple of (METHOD, share or None), lists
            of words are tuples of text.

        text: As it was written, without the ``~`` of an estimate.
    """

    value: float | bool | str | tuple[object, ...]
    place: Place
    text: str
    estimated: bool = False


Facts = Mapping[str, Stated]
# Inline captures: sysctls and counters by name, sockets by peer ("all" where none is named) and then by state.
Inline = Mapping[str, Stated | Mapping[str, Stated]]


class StackRef(NamedTuple):
    """A stack as named by the reader: ``go@1.22`` is ("go", "1.22")."""

    name: str
    version: str | None
    place: Place


class Setting(NamedTuple):
    """A stack's setting, not interpreted: that takes the stack's profile."""

    name: str
    key_place: Place
    node: Node
    place: Place


class Capture(NamedTuple):
    """
    A file named by the reader.

    Attributes:
        kind: The key it stands at: sysctl, sockets, counters, config, process or log.

        path: As written; it starts at the document's folder.
    """

    kind: str
    path: str
    place: Place


class Symptom(NamedTuple):
    """What was seen: a text, a class or a log; facts are share, rate and lasts (a duration, or "restart")."""

    text: str | None
    class_: str | None
    log: str | None
    from_: str | None
    absent_at: tuple[str, ...]
    facts: Facts
    when: Facts
    not_when: Facts
    place: Place


class Change(NamedTuple):
    """What was altered, and what came of it: began, none, better, worse or gone."""

    what: str
    from_: str | None
    to: str | None
    effect: str | None
    place: Place


class Ignore(NamedTuple):
    """A rule that the reader accepts; *until* is the last day it holds, as YYYY-MM-DD."""

    rule: str
    at: str | None
    reason: str | None
    until: str | None
    place: Place
    rule_place: Place


class Host(NamedTuple):
    """
    The kernel under a hop.

    Attributes:
        name_of: The hop whose host it is, where the reader wrote only that.

        facts: os (as text, ``linux@6.1``), cpus, memory, nic.
    """

    name_of: str | None
    facts: Facts
    sysctl: Inline | list[Capture]
    sockets: Inline | list[Capture]
    counters: Inline | list[Capture]
    place: Place


class Hop(NamedTuple):
    """
    One hop of the path.

    Attributes:
        name_place: Where the name is written, or the stack that gives it.

        facts: instances, hosts, addresses, fan_out, latency.*, retry.*, process.* by dotted key.

        link: rtt, bandwidth, mtu, loss, protocol, tls, transport of the stretch that leads here.

        process: The output of `advisor collect`, where it stands for the process's facts.
    """

    name: str
    name_place: Place
    place: Place
    stack: StackRef | None
    client: StackRef | None
    runtime: StackRef | None
    platform: StackRef | None
    facts: Facts
    settings: list[Setting]
    host: Host | None
    link: Facts
    config: list[Capture]
    use: Facts
    process: list[Capture]


class Branch(NamedTuple):
    """One way a path goes on after its last hop, and its share of the requests."""

    share: Stated | None
    path: list[Hop]


class Document(NamedTuple):
    """One path of one service, as one YAML document states it; *workload* has dotted keys."""

    file: str
    place: Place
    service: Stated | None
    workload: Facts
    symptoms: list[Symptom]
    changes: list[Change]
    path: list[Hop]
    split: list[Branch]
    ignore: list[Ignore]
