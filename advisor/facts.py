"""What a rule is about and what is known of it: subjects, facts and where each came from."""

from __future__ import annotations

from typing import Any, NamedTuple

from advisor.errors import Place
from advisor.origin import UNKNOWN, Source
from advisor.stacks import Profile


class Hook(NamedTuple):
    """A stated value that is computed in place: a function of an environment of *subject* and the settings in *store*."""

    run: Any
    subject: Subject
    store: Store | None = None
    value: Any = None


class Given(NamedTuple):
    """A value that the document or a capture states."""

    value: Any
    source: Source


class Cell:
    """A fact: a value, its source, and the knobs it hangs on (a bit each)."""

    __slots__ = ("deps", "name", "source", "value")

    def __init__(self, value: Any, source: Source, deps: int = 0, name: str = "") -> None:
        self.value, self.source, self.deps, self.name = value, source, deps, name


class Subject:
    """
    Something that has properties: an end, a hop, a host, a leg, a middlebox, the workload, a path, the run, an element.

    Attributes:
        kind: Its kind in ``rules/properties.yaml``.

        name: What a reader calls it.

        role: The end a profile's properties are taken from: caller, callee, hop, host or middlebox.

        stated: What is stated of it, by property.

        store: Settings and profile, where it has any; shared by the subjects of one hop.

        parts, lists: What it leads to.

        wide: The subject that also answers for it (the hop of an end).

        label: How a name in a rule begins that means it (``caller``, ``host`` …), for messages about what is missing.
    """

    __slots__ = ("kind", "label", "lists", "name", "parts", "place", "role", "scopes", "stated", "store", "wide")

    def __init__(
        self, kind: str, name: str, *, role: str = "", store: Store | None = None, wide: Subject | None = None,
                 place: Place | None = None, label: str = "") -> None:  # fmt: skip
        self.kind, self.name, self.role, self.store, self.wide, self.place = kind, name, role, store, wide, place
        self.label = label or role or kind
        self.stated: dict[str, Given] = {}
        self.parts: dict[str, Subject] = {}
        self.lists: dict[str, list[Subject] | None] = {}
        self.scopes: dict[str, Subject] = {}

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


class Store:
    """The settings of one stack in one hop, as stated or captured; and its profile."""

    __slots__ = ("hop", "name", "place", "profile", "settings", "version")

    def __init__(self, profile: Profile, name: str, version: str | None, place: Place | None) -> None:
        self.profile, self.name, self.version, self.place = profile, name, version, place
        self.settings: dict[str, Given] = {}
        self.hop: Subject | None = None


Knob = tuple[Any, str]
"""What a plan moves: a store and a setting, or a subject and a property."""

__all__ = ["UNKNOWN", "Cell", "Given", "Hook", "Knob", "Source", "Store", "Subject"]
