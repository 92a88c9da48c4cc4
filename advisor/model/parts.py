"""What a system is made of: hops, the paths they are on, the subjects of each scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from advisor.document import Document, Hop
from advisor.facts import Store, Subject
from advisor.stacks import Profile


class HopModel:
    """
    One hop: its subjects, by role.

    Attributes:
        hop, host: Always there; a host of which nothing is known has no facts.

        caller, callee: The ends of one that ends connections. middlebox: that of one that only watches.
    """

    __slots__ = ("callee", "caller", "hop", "host", "key", "middlebox", "name", "place", "profile", "raw")

    def __init__(self, key: Any, raw: Hop, profile: Profile) -> None:
        self.key, self.name, self.raw, self.profile, self.place = key, raw.name, raw, profile, raw.place
        self.hop: Subject
        self.host: Subject
        self.caller: Subject | None = None
        self.callee: Subject | None = None
        self.middlebox: Subject | None = None

    @property
    def subjects(self) -> list[Subject]:
        """The hop and its ends, without its host."""
        return [s for s in (self.hop, self.caller, self.callee, self.middlebox) if s is not None]

    @property
    def stores(self) -> list[Store]:
        """The settings of the hop: one store, or two where it calls on with another stack."""
        return list(dict.fromkeys(s.store for s in self.subjects if s.store is not None))


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
    notes: list[str]
