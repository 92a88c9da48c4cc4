"""
YAML read so that every value knows its place.

PyYAML's C parser composes the nodes and nothing else: scalars stay text, as only the reader of a key knows its kind.
As YAML 1.2's core schema has it, ``on``, ``no``, ``0755`` and ``1:30`` are text; `to_plain` types the rest for files
that have no table of keys. Merge keys (``<<``) and tags are refused: both hide what a file says. The place of a value
behind an alias is that of its anchor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from advisor.errors import InputError, Place, Problem
from advisor.source.faults import find_faults
from advisor.source.parser import (
    LIMITS,
    Limits,
    Parser,
    RefusedError,
    guard,
    may_nest_deeply,
    too_deep,
    too_large,
)
from advisor.source.sentences import explained

__all__ = ["LIMITS", "NULLS", "Limits", "Node", "load_text", "parse_text", "plain_scalar", "to_plain", "too_large"]

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_KINDS = {yaml.MappingNode: "mapping", yaml.SequenceNode: "list", yaml.ScalarNode: "scalar"}
_new = tuple.__new__  # a NamedTuple's own constructor takes twice the time, and these are made for every value


class Node(NamedTuple):
    """
    One value of a YAML file: a mapping, a list or a scalar's text. What it is made of is looked up when asked for.

    Attributes:
        kind: "mapping", "list" or "scalar".

        text: What a scalar says, without quotes; empty for the others.

        faults: Of a whole document: what YAML allows and we do not; its values can be read all the same.
    """

    raw: Any
    file: str
    faults: Sequence[Problem] = ()

    @property
    def kind(self) -> str:
        """Which of mapping, list and scalar it is."""
        return _KINDS[type(self.raw)]

    @property
    def text(self) -> str:
        """What a scalar says."""
        text = self.raw.value
        return text if type(text) is str else ""

    @property
    def place(self) -> Place:
        """Where the value begins."""
        mark = self.raw.start_mark
        return _new(Place, (self.file, mark.line + 1, mark.column + 1))

    @property
    def quoted(self) -> bool:
        """Whether a scalar was written in quotes or as a block, and so is text whatever it looks like."""
        return type(self.raw) is yaml.ScalarNode and self.raw.style != ""

    @property
    def absent(self) -> bool:
        """Whether nothing was written: a key without a value, ``~`` or ``null``."""
        raw = self.raw
        return type(raw) is yaml.ScalarNode and raw.style == "" and raw.value in NULLS

    def items(self) -> Sequence[tuple[str, Place, Node]]:
        """Return key, the key's place and value of a mapping, in the order written; nothing for the other kinds."""
        raw = self.raw
        if type(raw) is not yaml.MappingNode:
            return ()
        file = self.file
        return [
            (key.value, _new(Place, (file, (mark := key.start_mark).line + 1, mark.column + 1)), _new(Node, (value, file, ())))
            for key, value in raw.value
            if type(key) is yaml.ScalarNode
        ]

    def elements(self) -> Sequence[Node]:
        """Return the elements of a list; nothing for the other kinds."""
        raw = self.raw
        if type(raw) is not yaml.SequenceNode:
            return ()
        file = self.file
        return [_new(Node, (value, file, ())) for value in raw.value]

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.place}>"


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
        return [], [Problem(Place(file), too_large(len(text), limits))]
    nodes: list[Node] = []
    problems: list[Problem] = []
    try:
        if ("&" in text and "*" in text) or may_nest_deeply(text):
            guard(text, file, limits)
        parser = Parser(text)
        while parser.check_node():
            raw = parser.get_node()
            found = find_faults(raw, file, limits, tagged="!" in text)
            if found and found[-1].message == too_deep(limits):
                problems += found
            elif found:
                nodes.append(Node(raw, file, found))
            elif type(raw) is not yaml.ScalarNode or raw.style != "" or raw.value not in NULLS:
                nodes.append(Node(raw, file))
    except RefusedError as refused:
        problems.append(refused.problem)
    except UnicodeEncodeError as error:
        problems.append(Problem(Place(file), f"not text (half a character at offset {error.start})"))
    except yaml.YAMLError as error:
        problems.append(explained(error, text, file))
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
