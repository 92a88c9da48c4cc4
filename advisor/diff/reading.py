"""
What has to be judged: the documents that changed, and those that share a hop with one.

A file that is the same on both sides is parsed only where its text names a hop of a changed document, or a capture; so a
review of many documents with one change costs little more than finding them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from advisor.document import Capture, Document, read_document
from advisor.document.files import read_file
from advisor.errors import Place, Problem, shown
from advisor.model.sharing import Sharing, hops_of, named
from advisor.revisions import Revision, State
from advisor.source import Limits

_PATH_KEY = re.compile(rb"^(['\"]?)path\1\s*:", re.MULTILINE)
# A key that may name a file: what follows it is neither a mapping in braces nor a key of one below.
_CAPTURE = re.compile(
    rb"(?<![\w.-])(?:sysctl|sockets|counters|config|process|log)['\"]?\s*:"
    rb"(?!\s*(?:\{|(?:#[^\n]*\s*)?[\w./-]+\s*:(?:\s|$)))",
    re.MULTILINE,
)  # fmt: skip


class Side(NamedTuple):
    """
    One side, as far as it has to be known.

    Attributes:
        documents: Those that are judged, and those that could share a hop with one of them.

        files: Names of the files to judge.

        problems: What is wrong with files that changed.
    """

    documents: list[Document]
    files: Collection[str]
    problems: list[Problem]


class Selection(NamedTuple):
    """
    Both sides, and how their files belong together.

    Attributes:
        pairs: The new file's name by the old one's.

        added, removed: Files that only one side has.

        same: How many documents did not change and are not judged.
    """

    old: Side
    new: Side
    pairs: dict[str, str]
    added: list[str]
    removed: list[str]
    same: int


class Reader:
    """Reads documents of one state, each file once."""

    def __init__(self, state: State, limits: Limits, checks: dict[str, Any]) -> None:
        self.state, self.limits, self.checks = state, limits, checks
        self.read: dict[str, list[Document]] = {}
        self.problems: dict[str, list[Problem]] = {}

    def document(self, name: str) -> list[Document]:
        """Return the documents of a file that are right; the others' problems are kept."""
        if name not in self.read:
            self.state.fetch([name])
            path = self.state.path(name)
            nodes, problems = read_file(path, self.limits)
            ours = [node for node in nodes if self.state.only or any(key == "path" for key, _, _ in node.items())]
            found: list[Document] = []
            if problems and not ours and not self.state.only and not _PATH_KEY.search(content(self.state, name)):
                problems = []
            for node in ours:
                document, wrong = read_document(node, check_files=False, **self.checks)
                problems = [*problems, *wrong]
                found += [document] if document is not None else []
            self.read[name], self.problems[name] = found, problems
        return self.read[name]

    def captures(self, name: str) -> list[str]:
        """Return the names of the captures of a file's documents; one that no revision can hold makes its document wrong."""
        found: dict[str, None] = {}
        for document in self.document(name):
            for path, place in captures_of(document):
                inside = os.path.normpath(os.path.join(os.path.dirname(name), path)).replace(os.sep, "/")
                if self.state.outside(inside):
                    wrong = Problem(place, f"{shown(path)}: lies outside the repository; no revision holds it")
                    self.problems[name] = [*self.problems[name], wrong]
                    self.read[name] = [d for d in self.read[name] if d is not document]
                else:
                    found[inside] = None
        return list(found)


def content(state: State, name: str) -> bytes:
    """Return the bytes of a file; empty where it cannot be read."""
    state.fetch([name])
    try:
        with open(state.path(name), "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def captures_of(document: Document) -> Iterator[tuple[str, Place]]:
    """Yield path and place of each file that a document names."""
    for hop in hops_of(document):
        kinds = (hop.host.sysctl, hop.host.sockets, hop.host.counters) if hop.host else ()
        captures: list[Capture] = [*hop.config, *hop.process, *(c for kind in kinds if isinstance(kind, list) for c in kind)]
        yield from ((c.path, c.place) for c in captures)
    yield from ((s.log, s.place) for s in document.symptoms if s.log)


def select(old: State, new: State, limits: Limits, checks: tuple[dict[str, Any], dict[str, Any]], sets: Iterable[str]) -> Selection:
    """Return what has to be read of both states; *sets* are hops that the new side sets values on."""
    readers = Reader(old, limits, checks[0]), Reader(new, limits, checks[1])
    before, after = old.documents(), new.documents()
    if old.only is not None and new.only is not None:
        pairs = dict(zip(before, after, strict=False))
    else:
        pairs = {name: name for name in set(before) & set(after)}
    algorithm = old.algorithm if isinstance(old, Revision) else new.algorithm
    ids = old.identities(before, algorithm), new.identities(after, algorithm)
    same = {b: a for b, a in pairs.items() if b in ids[0] and ids[0][b] == ids[1].get(a)}
    old.fetch(b for b in before if b not in same)
    new.fetch(after)
    texts = {b: content(new, a) for b, a in same.items()}
    texts = {b: text for b, text in texts.items() if _ours(readers[1], same[b], text)}
    for b in _captured_anew(readers, {b: same[b] for b, text in texts.items() if _CAPTURE.search(text)}, algorithm):
        del same[b]
    for b in _set_on(readers[1], {b: same[b] for b in texts if b in same}, texts, set(sets)):
        del same[b]
    changed = [b for b in before if b not in same], [a for a in after if a not in set(same.values())]
    reached = _reached(readers, changed, {b: same[b] for b in texts if b in same}, texts)
    judged = _closed(readers, changed, reached)
    names = [set(changed[0]) | set(judged), set(changed[1]) | {same[b] for b in judged}]
    sides = []
    for reader, mine, kept in zip(readers, names, (reached, [same[b] for b in reached]), strict=True):
        reader.state.fetch(mine)
        reader.state.fetch([capture for name in sorted(mine) for capture in reader.captures(name)])
        documents = [d for name in sorted({*mine, *kept}) for d in reader.document(name)]
        problems = [p for name in mine for p in reader.problems.get(name, ())]
        sides.append(Side(documents, {reader.state.path(name) for name in mine}, sorted(set(problems))))
    added = [a for a in changed[1] if a not in set(pairs.values()) and readers[1].document(a)]
    removed = [b for b in changed[0] if b not in pairs and readers[0].document(b)]
    quiet = [b for b in texts if b in same and b not in judged]
    return Selection(sides[0], sides[1], pairs, added, removed, len(quiet))


def _ours(reader: Reader, name: str, text: bytes) -> bool:
    """Return whether a file holds a document; in flow style only reading it tells."""
    if _PATH_KEY.search(text):
        return True
    return b"{" in text[:4096] and b"path" in text and bool(reader.document(name))


def _captured_anew(readers: tuple[Reader, Reader], same: Mapping[str, str], algorithm: str) -> list[str]:
    """Return the unchanged files of which a capture changed."""
    if all(b == a for b, a in same.items()):
        named = {b: (names, names) for b, a in same.items() if (names := readers[1].captures(a))}
    else:  # two files of different names: their captures may lie in different directories
        named = {b: (readers[0].captures(b), readers[1].captures(a)) for b, a in same.items()}
    found = [reader.state.identities(dict.fromkeys(n for names in named.values() for n in names[i]), algorithm)
             for i, reader in enumerate(readers)]  # fmt: skip
    return [b for b, names in named.items() if [found[0].get(n) for n in names[0]] != [found[1].get(n) for n in names[1]]]


def _set_on(reader: Reader, same: Mapping[str, str], texts: Mapping[str, bytes], sets: set[str]) -> list[str]:
    """Return the unchanged files on a hop of which values are set; all of them where none has it, so that it can be told."""
    mentions = _mentioning(sets)
    names = {b: {hop.name for d in reader.document(a) for hop in hops_of(d)} for b, a in same.items() if mentions(texts[b])}
    return [b for b, found in names.items() if found & sets] or (list(same) if sets else [])


def _mentioning(names: Iterable[str]) -> Callable[[bytes], bool]:
    """Return whether a text may hold one of *names* as a value: by its first word, as a long one may go over lines."""
    words = {re.split(r"[^\w.-]", name, maxsplit=1)[0].encode() for name in names}
    if not words:
        return lambda _: False
    pattern = re.compile(rb"(?<![\w.-])(?:" + b"|".join(map(re.escape, sorted(words))) + rb")(?![\w-])")
    return lambda text: pattern.search(text) is not None or b"\\" in text  # an escape may stand for any letter


def _names(documents: Iterable[Document]) -> set[str]:
    return {hop.name for document in documents for hop in hops_of(document) if named(hop)}


def _reached(
    readers: tuple[Reader, Reader], changed: tuple[list[str], list[str]], same: dict[str, str], texts: Mapping[str, bytes]
) -> list[str]:
    """Return the unchanged files that name a hop of a changed one, or of one of themselves that does."""
    todo = {n for reader, names in zip(readers, changed, strict=True) for name in names for n in _names(reader.document(name))}
    left = {b: texts[b] for b in same}
    found: list[str] = []
    seen: set[str] = set()
    while todo:
        seen |= todo
        mentions = _mentioning(todo)
        hit = [b for b, text in left.items() if mentions(text)]
        todo = {n for b in hit for n in _names(readers[1].document(same[b]))} - seen
        found += hit
        readers[0].state.fetch(hit)
        left = {b: text for b, text in left.items() if b not in hit}
    return found


def _closed(readers: tuple[Reader, Reader], changed: tuple[list[str], list[str]], reached: list[str]) -> set[str]:
    """Return the unchanged files that are one system with a changed one, on either side."""
    files = [[name for name in sorted({*mine, *reached}) for _ in reader.document(name)]
             for reader, mine in zip(readers, changed, strict=True)]  # fmt: skip
    sharings = [Sharing(d for name in dict.fromkeys(names) for d in reader.document(name))
                for reader, names in zip(readers, files, strict=True)]  # fmt: skip
    turned = sharings[0].shared ^ sharings[1].shared  # a name that two documents share no more, or now
    groups: list[set[str]] = []
    for reader, mine, names, sharing in zip(readers, changed, files, sharings, strict=True):
        groups += [{names[number] for number in group} for group in sharing.groups]
        for name in turned:
            groups.append({f for f in (*mine, *reached) if name in _names(reader.document(f))})
    judged = {*changed[0], *changed[1]}
    while grown := [g for g in groups if g & judged and not g <= judged]:
        for group in grown:
            judged |= group
    return judged & set(reached)
