"""What belongs together on the two sides: documents by file and names, subjects by name, outcomes by rule, subject and element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from advisor.document import Document
from advisor.engine import Instance, Outcome
from advisor.facts import Subject
from advisor.model import HopModel, System
from advisor.model.sharing import hops_of
from advisor.report import Judged

T = TypeVar("T")
DocumentId = tuple[str, str]
RUN = ("run", 0)  # the one subject that both sides share
_ON_PATHS = ("end", "hop", "host", "leg", "middlebox", "path")  # subjects by themselves, in whatever list they stand too
_ALIKE = 0.5  # share of names that two files of different names have in common, from where on they are one, renamed


def renamed(removed: Mapping[str, Sequence[Document]], added: Mapping[str, Sequence[Document]]) -> dict[str, str]:
    """Return the new name by the old one of files that name the same services and hops; the most alike first."""
    scores = []
    for old, one in removed.items():
        for new, two in added.items():
            first, second = _names(one), _names(two)
            score = len(first & second) / max(1, len(first | second))
            if score > _ALIKE:
                scores.append((-score, old, new))
    found: dict[str, str] = {}
    for _, old, new in sorted(scores):
        if old not in found and new not in found.values():
            found[old] = new
    return found


def _names(documents: Iterable[Document]) -> set[str]:
    names = {hop.name for document in documents for hop in hops_of(document)}
    return names | {f"service {d.service.value}" for d in documents if d.service}


def document_ids(documents: Iterable[tuple[str, Document]]) -> dict[int, DocumentId]:
    """Return the identity of each document by its `id`: its file and, where that has several, its service."""
    by_file: dict[str, list[Document]] = defaultdict(list)
    for file, document in documents:
        by_file[file].append(document)
    found: dict[int, DocumentId] = {}
    for file, group in by_file.items():
        seen: dict[str, int] = defaultdict(int)
        for document in group:
            name = str(document.service.value) if document.service and len(group) > 1 else ""
            seen[name] += 1
            found[id(document)] = (file, name if seen[name] == 1 else f"{name} {seen[name]}")
    return found


class Pairs:
    """The subjects and settings of both sides: what is one has one token."""

    def __init__(self, old: Sequence[Judged], new: Sequence[Judged], ids: Mapping[int, DocumentId]) -> None:
        self.tokens: dict[Any, Hashable] = {}
        self.subjects: tuple[dict[Hashable, Any], dict[Hashable, Any]] = ({}, {})
        self.documents: dict[Any, frozenset[DocumentId]] = {}
        sides = [[row for judged in side for row in _rows(judged.system, ids)] for side in (old, new)]
        contents = _contents((*old, *new), ids)
        for rows in sides:  # what is written decides what comes first; a file's name only between files that say the same
            rows.sort(key=lambda row: (repr(row.name), row.said, sorted((contents[d], d) for d in row.documents)))
            self.documents |= {row.item: row.documents for row in rows}
        for one, two in paired(*sides):
            token = ("pair", len(self.tokens))
            for number, subject in enumerate((one, two)):
                if subject is not None:
                    self.tokens[subject] = token
                    self.subjects[number][token] = subject

    def token(self, subject: Any) -> Hashable:
        """Return what stands for a subject or for settings on both sides."""
        return self.tokens.get(subject, RUN if subject.__class__ is Subject and subject.kind == "run" else id(subject))

    def outcomes(self, old: Sequence[Judged], new: Sequence[Judged]) -> Iterator[tuple[Outcome | None, Outcome | None]]:
        """Yield the outcomes that belong together; None where a side has none."""
        return paired(*([Row(self._key(o.instance), o) for judged in side for o in judged.outcomes] for side in (old, new)))

    def _key(self, instance: Instance) -> Hashable:
        return instance.rule.slug, self.token(instance.subject), instance.element.name if instance.element else ""


class Row(NamedTuple, Generic[T]):
    """Something of one side: its name, the documents it belongs to where that counts, and what is said of it."""

    name: Hashable
    item: T
    documents: frozenset[DocumentId] = frozenset()
    said: str = ""


def paired(old: Sequence[Row[T]], new: Sequence[Row[T]]) -> Iterator[tuple[T | None, T | None]]:
    """
    Yield what has one name and a document in common, or none on either side; each once.

    Where two hops of a name became one, or one became two, those of which the same is said belong together.
    """
    waiting: dict[Hashable, list[Row[T]]] = defaultdict(list)
    for row in new:
        waiting[row.name].append(row)
    left = []
    for row in old:
        found = next((i for i, other in enumerate(waiting[row.name]) if other.said == row.said and _meet(row, other)), None)
        if found is None:
            left.append(row)
        else:
            yield row.item, waiting[row.name].pop(found).item
    for row in left:
        found = next((i for i, other in enumerate(waiting[row.name]) if _meet(row, other)), None)
        yield row.item, None if found is None else waiting[row.name].pop(found).item
    for rest in waiting.values():
        yield from ((None, row.item) for row in rest)


def _meet(one: Row[T], two: Row[T]) -> bool:
    return bool(one.documents & two.documents) or not (one.documents or two.documents)


def _rows(system: System, ids: Mapping[int, DocumentId]) -> Iterator[Row[Any]]:
    """Yield the subjects and settings of a system with their documents, each once."""
    owners: dict[Any, set[DocumentId]] = defaultdict(set)
    names: dict[Any, Hashable] = {}
    texts: dict[Any, str] = {}

    def note(subject: Any, name: Hashable, document: DocumentId, text: str = "") -> None:
        owners[subject].add(document)
        names.setdefault(subject, name)
        texts.setdefault(subject, text)

    for path in system.paths:
        document = ids[id(path.document)]
        for subject in (path.subject, path.workload):
            note(subject, (subject.kind, ""), document)
        for hop in path.hops:
            text = _said(hop)
            for subject in (*hop.subjects, hop.host):
                note(subject, (subject.kind, subject.role, subject.name), document, text)
                for name, elements in subject.lists.items():
                    for element in elements or ():
                        if element.kind not in _ON_PATHS:
                            note(element, ("element", name, element.name, subject.kind, subject.name), document, text)
            for number, store in enumerate(hop.stores):
                note(store, ("settings", number, store.profile.name, hop.name), document, text)
                if store.hop is not None and store.hop not in names:
                    note(store.hop, ("hop of settings", number, hop.name), document, text)
            if hop.host.store is not None:
                note(hop.host.store, ("kernel settings", hop.host.store.profile.name, hop.host.name), document, text)
        for leg in path.legs:
            note(leg, ("leg", leg.name), document, "".join(texts.get(leg.parts[end], "") for end in ("caller", "callee")))
            note(leg.scopes["workload"], ("shared workload", ""), document)
    for subject, found in owners.items():
        yield Row(names[subject], subject, frozenset(found), texts[subject])


def _contents(judged: Iterable[Judged], ids: Mapping[int, DocumentId]) -> dict[DocumentId, list[str]]:
    """Return what each document says, on the old side and then on the new one."""
    found: dict[DocumentId, list[str]] = defaultdict(list)
    for one in judged:
        for path in one.system.paths:
            workload = sorted((name, given.source.text) for name, given in path.workload.stated.items())
            found[ids[id(path.document)]].append(repr((workload, [(hop.name, _said(hop)) for hop in path.hops])))
    return found


def _said(hop: HopModel) -> str:
    """Return what the documents say of a hop, its places apart."""
    stated = [(subject.role, name, given.source.text) for subject in hop.subjects for name, given in subject.stated.items()]
    settings = [("settings", name, given.source.text) for store in hop.stores for name, given in store.settings.items()]
    return repr(sorted(stated + settings))
