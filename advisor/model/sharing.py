"""
Which hops of which documents are one: those of one name, unless what the documents say of them cannot hold for one hop.

Order does not matter: where any two documents contradict each other on a name, the hops of that name stay apart in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from advisor.document import Document, Hop, chains
from advisor.errors import shown

Key = Any


class Sharing:
    """The identity of every hop of a run, and the groups of documents that hang together."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.notes: dict[str, str] = {}
        users: dict[str, list[tuple[Document, Hop]]] = {}
        for document in documents:
            for hop in hops_of(document):
                if named(hop):
                    users.setdefault(hop.name, []).append((document, hop))
        self.shared: set[str] = set()
        for name, found in users.items():
            if len(found) > 1:
                contradiction = _contradiction([hop for _, hop in found])
                if contradiction is None:
                    self.shared.add(name)
                else:
                    self.notes[name] = f"{shown(name)} {contradiction}; hops of that name are taken for different hops."
        self.groups = self._group(documents, users)

    def key(self, document: Document, hop: Hop) -> Key:
        """Return what identifies *hop* in the run."""
        return hop.name if hop.name in self.shared and named(hop) else (document.file, hop.place)

    def _group(self, documents: Sequence[Document], users: dict[str, list[tuple[Document, Hop]]]) -> list[list[Document]]:
        number = {id(document): i for i, document in enumerate(documents)}
        root = list(range(len(documents)))

        def find(i: int) -> int:
            while root[i] != i:
                root[i] = root[root[i]]
                i = root[i]
            return i

        for name in self.shared:
            first, *others = (number[id(document)] for document, _ in users[name])
            for other in others:
                low, high = sorted((find(first), find(other)))
                root[high] = low
        grouped: dict[int, list[Document]] = {}
        for i, document in enumerate(documents):
            grouped.setdefault(find(i), []).append(document)
        return list(grouped.values())


def named(hop: Hop) -> bool:
    """Return whether the reader gave the hop a name; one that has its stack's is never another document's hop."""
    return hop.stack is None or hop.name_place != hop.stack.place


def hops_of(document: Document) -> Iterator[Hop]:
    """Yield each hop of a document once."""
    seen: set[int] = set()
    for chain in chains(document.path, document.split):
        for hop in chain:
            if id(hop) not in seen:
                seen.add(id(hop))
                yield hop


def _contradiction(hops: list[Hop]) -> str | None:
    """Return what two of *hops* say that cannot both hold of one hop, or None."""
    said = [_said(hop) for hop in hops]
    for (one, first), (two, second) in combinations(zip(hops, said, strict=True), 2):
        for name in first.keys() & second.keys():
            if first[name] != second[name]:
                return f"has {name} {shown(first[name])} at {one.place} and {shown(second[name])} at {two.place}"
    return None


def _said(hop: Hop) -> dict[str, str]:
    said = {name: stated.text for name, stated in hop.facts.items()}
    said |= {setting.name: setting.node.text for setting in hop.settings if setting.node.kind == "scalar"}
    for role in ("stack", "client"):
        ref = getattr(hop, role)
        if ref is not None:
            said[role] = f"{ref.name}@{ref.version}" if ref.version else ref.name
    return said
