"""
YAML read so that every value knows its place.

PyYAML's C parser composes the nodes and nothing else: scalars stay text, as only the reader of a key knows its kind.
As YAML 1.2's core schema has it, ``on``, ``no``, ``0755`` and ``1:30`` are text; `to_plain` types the rest for files
that have no table of keys. Merge keys (``<<``) and tags are refused: both hide what a file says. The place of a value
behind an alias is that of its anchor.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from advisor.errors import InputError, Place, Problem, shown


class Limits(NamedTuple):
    """What is refused: size in bytes, depth in levels, expansion in values that aliases stand for."""

    size: int = 4 * 2**20
    depth: int = 64
    expansion: int = 100_000


LIMITS = Limits()
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
# The composer recurses in C, where running out of stack is a crash. What cannot nest deeper than this needs no look.
_HARMLESS_DEPTH = 400
_MOST_PROBLEMS = 100
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


_KINDS = {yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "scalar"}
_new = tuple.__new__  # a NamedTuple's own constructor takes twice the time, and places are made for every value


class Node:
    """
    One value of a YAML file: a mapping, a list or a scalar's text. What it is made of is looked up when asked for.

    Attributes:
        kind: "mapping", "list" or "scalar".

        text: What a scalar says, without quotes; empty for the others.

        faults: Of a whole document: what YAML allows and we do not; its values can be read all the same.
    """

    __slots__ = ("_file", "_raw")
    faults: Sequence[Problem] = ()

    def __init__(self, raw: Any, file: str) -> None:
        self._raw = raw
        self._file = file

    @property
    def kind(self) -> str:
        """Which of mapping, list and scalar it is."""
        return _KINDS[type(self._raw)]

    @property
    def text(self) -> str:
        """What a scalar says."""
        text = self._raw.value
        return text if type(text) is str else ""

    @property
    def place(self) -> Place:
        """Where the value begins."""
        mark = self._raw.start_mark
        return _new(Place, (self._file, mark.line + 1, mark.column + 1))

    @property
    def quoted(self) -> bool:
        """Whether a scalar was written in quotes or as a block, and so is text whatever it looks like."""
        return type(self._raw) is yaml.ScalarNode and self._raw.style != ""

    @property
    def absent(self) -> bool:
        """Whether nothing was written: a key without a value, ``~`` or ``null``."""
        raw = self._raw
        return type(raw) is yaml.ScalarNode and raw.style == "" and raw.value in NULLS

    def items(self) -> Sequence[tuple[str, Place, Node]]:
        """Return key, the key's place and value of a mapping, in the order written; nothing for the other kinds."""
        raw = self._raw
        if type(raw) is not yaml.MappingNode:
            return ()
        file = self._file
        return [
            (key.value, _new(Place, (file, (mark := key.start_mark).line + 1, mark.column + 1)), Node(value, file))
            for key, value in raw.value
            if type(key) is yaml.ScalarNode
        ]

    def elements(self) -> Sequence[Node]:
        """Return the elements of a list; nothing for the other kinds."""
        raw = self._raw
        if type(raw) is not yaml.SequenceNode:
            return ()
        file = self._file
        return [Node(value, file) for value in raw.value]

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.place}>"


class _Faulty(Node):
    __slots__ = ("faults",)

    def __init__(self, raw: Any, file: str, faults: Sequence[Problem]) -> None:
        super().__init__(raw, file)
        self.faults = faults


def load_text(text: str, file: str, limits: Limits = LIMITS) -> list[Node]:
    """
    Return the YAML documents of *text*, without those that are empty.

    Raises:
        InputError: With every problem found.
    """
    nodes, problems = parse_text(text, file, limits)
    problems += [fault for node in nodes for fault in node.faults]
    if problems:
        raise InputError(problems)
    return nodes


def parse_text(text: str, file: str, limits: Limits = LIMITS) -> tuple[list[Node], list[Problem]]:
    """
    Return the YAML documents of *text* that can be read, and all that is wrong; never raises.

    A document with `Node.faults` is among the former, so that its values can be checked too; its faults are not listed
    again.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > limits.size:  # a character is a byte or more
        return [], [_too_large(file, len(text), limits)]
    nodes: list[Node] = []
    problems: list[Problem] = []
    try:
        if ("&" in text and "*" in text) or _may_nest_deeply(text):
            _guard(text, file, limits)
        parser = _Parser(text)
        while parser.check_node():
            raw = parser.get_node()
            found = _faults(raw, file, limits)
            if found and found[-1].message == _too_deep(limits):
                problems += found
            elif found:
                nodes.append(_Faulty(raw, file, found))
            elif type(raw) is not yaml.ScalarNode or raw.style != "" or raw.value not in NULLS:
                nodes.append(Node(raw, file))
    except _Refused as refused:
        problems.append(refused.problem)
    except UnicodeEncodeError as error:
        problems.append(Problem(Place(file), f"not text (half a character at offset {error.start})"))
    except yaml.YAMLError as error:
        problems.append(_explained(error, text, file))
    return nodes, problems


def to_plain(node: Node) -> Any:
    """
    Return *node* as plain Python: dict, list, str, int, float, bool and None, by YAML 1.2's core schema.

    Dates stay text, as do ``on``, ``no``, ``0755`` (read as text, not as a number of either base) and ``1:30``.
    """
    if node.kind == "mapping":
        return {key: to_plain(value) for key, _, value in node.items()}
    if node.kind == "list":
        return [to_plain(value) for value in node.elements()]
    return node.text if node.quoted else plain_scalar(node.text)


def plain_scalar(text: str) -> int | float | bool | str | None:
    """Return what an unquoted scalar is by YAML 1.2's core schema."""
    if text in NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    digits = text.lstrip("+-")
    if _INTEGER.fullmatch(text):
        # Python refuses to read thousands of digits; no such number is meant as one.
        return text if (len(digits) > 1 and digits[0] == "0") or len(digits) > 300 else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if digits in (".inf", ".Inf", ".INF") and len(text) - len(digits) < 2:
        return float(text.replace(".", "").lower())
    return text


class _Parser(CParser):
    """libyaml's composer with nothing resolved: three times as fast, and a scalar's text is kept."""

    def resolve(self, *_: Any) -> None:
        return None

    # Called for every node and needed by resolve() alone: nothing does nothing faster than these.
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(tuple)


class _Refused(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place, message)


def _place(raw: Any, file: str) -> Place:
    mark = raw.start_mark
    return Place(file, mark.line + 1, mark.column + 1)


def _too_large(file: str, size: int, limits: Limits) -> Problem:
    return Problem(Place(file), too_large(size, limits))


def too_large(size: int, limits: Limits) -> str:
    """Return the sentence for a file of *size* bytes that is over the limit."""
    return f"{size / 2**20:.1f} MiB, over the limit of {limits.size / 2**20:g} MiB; see --max-size"


def _may_nest_deeply(text: str) -> bool:
    # A level takes a bracket, or a column in block style (two levels where a list stands at its key's column).
    brackets = text.count("[") + text.count("{")
    return brackets + 2 * max(map(len, text.splitlines()), default=0) > _HARMLESS_DEPTH


def _guard(text: str, file: str, limits: Limits) -> None:
    """Refuse what could not be composed or walked: too deep, aliases of aliases, an alias within its own anchor."""
    parser = _Parser(text)
    known: dict[str, tuple[int, int]] = {}  # of what each finished anchor stands for: values, and levels
    opened: list[tuple[str | None, int]] = []  # of each open collection: anchor, and the number of values before it
    heights = [0]  # of each open collection: the levels seen below it so far
    size = 0
    while (event := parser.get_event()) is not None:
        height = 0
        if isinstance(event, yaml.DocumentStartEvent):
            known.clear()
            size, heights = 0, [0]
        elif isinstance(event, yaml.AliasEvent):
            name = f"alias *{shown(event.anchor or '')}"
            if any(anchor == event.anchor for anchor, _ in opened):
                raise _Refused(_place(event, file), f"{name} stands within its own anchor; refused")
            values, height = known.get(event.anchor or '', (0, 0))
            size += values
            if size > limits.expansion:
                most = f"{limits.expansion:,}".replace(",", " ")
                raise _Refused(_place(event, file), f"{name} expands beyond {most} values; refused")
        elif isinstance(event, yaml.ScalarEvent):
            size += 1
            if event.anchor:
                known[event.anchor] = 1, 0
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, size))
            heights.append(0)
            size += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = opened.pop()
            height = heights.pop() + 1
            if anchor:
                known[anchor] = size - before, height
        heights[-1] = max(heights[-1], height)
        if len(opened) + height > limits.depth:
            raise _Refused(_place(event, file), _too_deep(limits))


def _too_deep(limits: Limits) -> str:
    return f"nested more than {limits.depth} levels deep; refused"


def _faults(root: Any, file: str, limits: Limits) -> list[Problem]:
    """Return what YAML allows and we do not: a key set twice, merge keys, tags, keys that are no text, depth."""
    problems: list[Problem] = []
    level, depth = [root], 0
    seen: set[int] = set()  # a node behind an alias is looked at once
    while level and len(problems) < _MOST_PROBLEMS:
        depth += 1
        if depth > limits.depth:
            return [*problems, Problem(_place(level[0], file), _too_deep(limits))]
        below: list[Any] = []
        for node in level:
            if node.tag is not None:
                problems.append(Problem(_place(node, file), f"tag {shown(node.tag)} is not read; leave it out"))
            value = node.value
            if type(value) is str or id(node) in seen:
                continue
            seen.add(id(node))
            if type(node) is yaml.MappingNode:
                keys = {key.value for key, _ in value if type(key) is yaml.ScalarNode}
                if len(keys) < len(value) or "<<" in keys or "" in keys:  # seldom, so look closer only then
                    problems += _key_faults(value, file)
                below += [v for _, v in value]
            else:
                below += value
        level = below
    return problems[:_MOST_PROBLEMS]


def _key_faults(pairs: list[tuple[Any, Any]], file: str) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[str, Place] = {}
    for key, _ in pairs:
        place = _place(key, file)
        if type(key) is not yaml.ScalarNode:
            problems.append(Problem(place, "a key is a list or a mapping; write a name"))
        elif key.value == "<<" and key.style == "":
            problems.append(Problem(place, "merge keys (<<) are not read; write the keys out"))
        elif not key.value:
            problems.append(Problem(place, "a key is empty; write a name before the colon"))
        elif key.value in first:
            before = first[key.value]
            at = f"{before.line}:{before.column}"
            problems.append(Problem(place, f"{shown(key.value)} is set twice, here and at {at}; keep one"))
        else:
            first[key.value] = place
    return problems


def _explained(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Return libyaml's complaint as a sentence, at the place where the reader mends it."""
    if not isinstance(error, yaml.MarkedYAMLError):
        match = _NOT_TEXT.search(text)
        if match is None:
            return Problem(Place(file), "cannot be read as YAML; see that it is UTF-8 text")
        before = text[: match.start()]
        place = Place(file, before.count("\n") + 1, match.start() - before.rfind("\n"))
        return Problem(place, f"control character U+{ord(match[0]):04X}; YAML takes none")
    mark, context = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    problem = error.problem or error.context or ""
    if mark is None or context is None:
        return Problem(Place(file), f"not YAML: {problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    rest = line[mark.column :]
    at, since = Place(file, mark.line + 1, mark.column + 1), Place(file, context.line + 1, context.column + 1)
    if "cannot start any token" in problem and rest and not rest.startswith("\t"):
        return Problem(at, f'a value cannot begin with "{shown(rest[0])}"; put it in quotes')
    if rest.startswith("\t") or "tab character" in problem or ("\t" in line[: len(line) - len(line.lstrip())]):
        return Problem(Place(at.file, at.line, line.index("\t") + 1 if "\t" in line else at.column), _TAB)
    if "undefined alias" in problem:
        name = re.match(r"\*([^\s,\[\]{}]*)", rest)
        return Problem(at, f"alias *{shown(name[1] if name else '')} has no anchor before it; write the value out")
    sentence = next((say for part, say in _SENTENCES if part in problem), None)
    if sentence is None:
        return Problem(at, f"not YAML: {problem}")
    return Problem(since if sentence.startswith("^") else at, sentence.lstrip("^"))


_TAB = "tab used for indentation; YAML takes spaces"
# What libyaml says, and what we say instead; ^ is told at the place where the broken part began.
_SENTENCES: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "a colon where no key can stand; quote the value, or mend the indentation"),
    ("could not find expected ':'", '^neither "key: value" nor a "- element"; mend the line, or quote the text'),
    ("did not find expected ',' or ']'", "^the list that begins here is not closed; look for a missing comma or ]"),
    ("did not find expected ',' or '}'", "^the mapping that begins here is not closed; look for a missing comma or }"),
    ("did not find expected key", "no key where one is expected; mend the indentation"),
    ("did not find expected '-' indicator", 'no "- " where the list goes on; mend the indentation'),
    ("did not find expected node content", "no value where one is expected; look for a missing bracket or a stray comma"),
    ("found unexpected end of stream", "^the quote that begins here is not closed"),
    ("found unexpected document indicator", "^the quote that begins here is not closed"),
    ("unknown escape character", "a backslash in double quotes begins an escape; double it, or use single quotes"),
    ("found duplicate anchor", "the anchor is set twice; name one of them differently"),
    ("block sequence entries are not allowed", 'a "- " where no list can begin; put it on its own line'),
    ("incompatible YAML document", "the version in %YAML is not known; leave the line out"),
    ("did not find expected <document start>", "text after the document's end; mend the indentation"),
)
