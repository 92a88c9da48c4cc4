"""
Which hops of which documents are one: those of one name, unless what the documents say of them cannot hold for one hop.

Order does not matter: where any two documents contradict each other on a name, the hops of that name stay apart in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from advisor.document import Document, Hop, chains
from advisor.errors import Place, shown

Key = Any


class Sharing:
    """
    The identity of every hop of a run, and which documents hang together; it keeps none of the documents.

    Attributes:
        shared: The names that stand for one hop wherever they are written.

        notes: What is to be said of a name that is written in several documents and does not stand for one hop.

        groups: The numbers of the documents, in the order given, that are one system.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.notes: dict[str, str] = {}
        users: dict[str, list[int]] = {}
        said: dict[str, dict[str, tuple[str, Place]]] = {}
        count = 0
        for count, document in enumerate(documents, 1):
            for hop in hops_of(document):
                if named(hop):
                    users.setdefault(hop.name, []).append(count - 1)
                    note = _contradiction(said.setdefault(hop.name, {}), hop)
                    if note is not None:
                        self.notes.setdefault(hop.name, note)
        self.shared = {name for name, found in users.items() if len(found) > 1 and name not in self.notes}
        self.groups = self._group(count, users)

    def key(self, document: Document, hop: Hop) -> Key:
        """Return what identifies *hop* in the run."""
        return hop.name if hop.name in self.shared and named(hop) else (document.file, hop.place)

    def _group(self, count: int, users: dict[str, list[int]]) -> list[list[int]]:
        root = list(range(count))

        def find(i: int) -> int:
            while root[i] != i:
                root[i] = root[root[i]]
                i = root[i]
            return i

        for name in self.shared:
            first, *others = users[name]
            for other in others:
                low, high = sorted((find(first), find(other)))
                root[high] = low
        grouped: dict[int, list[int]] = {}
        for i in range(count):
            grouped.setdefault(find(i), []).append(i)
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


def _contradiction(before: dict[str, tuple[str, Place]], hop: Hop) -> str | None:
    """Return what *hop* says that cannot hold of one hop with what was said *before*, or None; what it says is kept there."""
    for name, text in _said(hop).items():
        first, place = before.setdefault(name, (text, hop.place))
        if first != text:
            values = f"{name} {shown(first)} at {place} and {shown(text)} at {hop.place}"
            return f"{shown(hop.name)} has {values}; hops of that name are taken for different hops."
    return None


def _said(hop: Hop) -> dict[str, str]:
    said = {name: stated.text for name, stated in hop.facts.items()}
    said |= {setting.name: setting.node.text for setting in hop.settings if setting.node.kind == "scalar"}
    for role in ("stack", "client"):
        ref = getattr(hop, role)
        if ref is not None:
            said[role] = f"{ref.name}@{ref.version}" if ref.version else ref.name
    return said
