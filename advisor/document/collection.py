"""The documents of files and directories: checked once, and read again when one is wanted, so that none need be kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from advisor.document.files import Unreadable, find_files, is_ours, names_path, read_text
from advisor.document.hops import CheckHop, CheckStack
from advisor.document.parts import Document
from advisor.document.reader import read_document
from advisor.errors import Place, Problem
from advisor.source import LIMITS, Node, parse_text


class _Entry(NamedTuple):
    """Where a document stands, and the hash of its file's text when it was checked."""

    place: Place
    text: int


class Documents:
    """
    The documents of files and directories.

    Args:
        paths: Files, directories (every document below, see `find_files`), and ``-`` for standard input.

        stdin: What ``-`` holds; None reads standard input.

        max_size: Bytes over which a file is refused.

        check_stack: Says what is wrong with a stack's name or version.

        check_hop: Says what is wrong with a hop's settings.

        is_middlebox: Whether a stack only watches connections pass.

        known_rules: Names that ``ignore`` may hold; None accepts all. Another is told with what else is wrong, and
            refuses no document: the rule may be of a pack that is not here, or of another version.

    Attributes:
        problems: What is wrong with the documents that are not right; complete when all have been checked.
    """

    def __init__(
        self,
        paths: Sequence[str],
        *,
        stdin: str | None = None,
        max_size: int = LIMITS.size,
        check_stack: CheckStack | None = None,
        check_hop: CheckHop | None = None,
        is_middlebox: Callable[[str], bool] = lambda _: False,
        known_rules: Collection[str] | None = None,
    ) -> None:
        self.problems: list[Problem] = []
        self._paths = list(dict.fromkeys(paths))
        self._once: dict[str, str] = {} if stdin is None else {"-": stdin}  # texts that cannot be read again
        self._limits = LIMITS._replace(size=max_size)
        self._check_stack, self._check_hop = check_stack, check_hop
        self._is_middlebox, self._known_rules = is_middlebox, known_rules
        self._entries: list[_Entry] = []
        self._last: tuple[str, dict[Place, Document]] = "", {}  # the file read last: most of them hold all there is

    def check(self) -> Iterator[Document]:
        """Read all documents, collect ``problems``, and yield those that are right."""
        for path in self._paths:
            if path != "-" and os.path.isdir(path):
                yield from self._below(path)
                continue
            try:
                text = self._text(path)
            except Unreadable as problem:
                self.problems.append(Problem(Place(path), str(problem)))
                continue
            nodes, found = parse_text(text, path, self._limits)
            if not nodes and not found:
                name = "path.yaml" if path == "-" else path
                found = [Problem(Place(path), f"0 documents; an example: advisor init > {name}")]
            self.problems += found
            yield from self._checked(path, text, nodes)

    def again(self, numbers: Iterable[int]) -> list[Document]:
        """
        Return documents by their place in the order in which they were yielded.

        A file that is not what it was is a problem, and its documents are left out.
        """
        found = []
        for number in numbers:
            place, before = self._entries[number]
            document = self._documents(place.file, before).get(place)
            if document is not None:
                found.append(document)
        return found

    def digest(self, file: str) -> str:
        """Return the SHA-256 of a file that was read; empty where it is gone."""
        from hashlib import sha256

        try:
            return sha256(self._text(file).encode()).hexdigest()
        except Unreadable:
            return ""

    def _below(self, directory: str) -> Iterator[Document]:
        any_found = False
        for file, text in find_files(directory, self._limits):
            nodes, found = parse_text(text, file, self._limits)
            nodes = [node for node in nodes if is_ours(node)]
            if nodes or (found and names_path(text)):
                any_found = True
                self.problems += found
                yield from self._checked(file, text, nodes)
        if not any_found:
            below = os.path.join(directory, "")
            self.problems.append(Problem(Place("advisor"), f'no document below {below} (looked for *.yaml, *.yml with "path:")'))

    def _checked(self, file: str, text: str, nodes: Sequence[Node]) -> Iterator[Document]:
        known: dict[Place, Document] = {}
        self._last = file, known
        for node in nodes:
            document, found = read_document(
                node, check_stack=self._check_stack, check_hop=self._check_hop, is_middlebox=self._is_middlebox,
                known_rules=self._known_rules,
            )  # fmt: skip
            self.problems += found
            if document is not None:
                known[document.place] = document
                self._entries.append(_Entry(document.place, hash(text)))
                yield document

    def _documents(self, file: str, before: int) -> dict[Place, Document]:
        """Return the documents of a file that was checked."""
        if self._last[0] == file:
            return self._last[1]
        known: dict[Place, Document] = {}
        self._last = file, known
        try:
            text = self._text(file)
        except Unreadable:
            text = ""
        if hash(text) != before:
            self.problems.append(Problem(Place(file), "changed since it was checked; run the command again"))
            return known
        for node in parse_text(text, file, self._limits)[0]:
            document, _ = read_document(node, is_middlebox=self._is_middlebox)
            if document is not None:
                known[document.place] = document
        return known

    def _text(self, file: str) -> str:
        text = self._once.get(file)
        if text is None:
            text = read_text(file, self._limits)
            if not os.path.isfile(file):  # standard input, a pipe
                self._once[file] = text
        return text


def read_documents(paths: Sequence[str], **how: Any) -> tuple[list[Document], list[Problem]]:
    """Return the documents that are right, and all problems of the others, sorted by place; takes what `Documents` takes."""
    documents = Documents(paths, **how)
    found = list(documents.check())
    return found, sorted(set(documents.problems))
