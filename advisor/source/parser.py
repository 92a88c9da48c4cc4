"""libyaml's composer, and the limits that hold before it runs."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from advisor.errors import Place, Problem, shown


class Limits(NamedTuple):
    """What is refused: size in bytes, depth in levels, expansion in values that aliases stand for."""

    size: int = 4 * 2**20
    depth: int = 64
    expansion: int = 100_000


LIMITS = Limits()

# The composer recurses in C, where running out of stack is a crash. What cannot nest deeper than this needs no look.
_HARMLESS_DEPTH = 400


class Parser(CParser):
    """libyaml's composer with nothing resolved: three times as fast, and a scalar's text is kept."""

    def resolve(self, *_: Any) -> None:
        """Leave a node without a tag; one with a tag of its own keeps it."""

    # Called for every node and needed by resolve() alone: nothing does nothing faster than these.
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(tuple)


class RefusedError(Exception):
    """What is not even composed; holds the problem."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place, message)


def place_of(raw: Any, file: str) -> Place:
    """Return where a node or an event of libyaml's begins."""
    mark = raw.start_mark
    return Place(file, mark.line + 1, mark.column + 1)


def too_large(size: int, limits: Limits) -> str:
    """Return the sentence for a file of *size* bytes that is over the limit."""
    return f"{size / 2**20:.1f} MiB, over the limit of {limits.size / 2**20:g} MiB; see --max-size"


def may_nest_deeply(text: str) -> bool:
    """Return whether *text* could nest so deep that it must be guarded before it is composed."""
    # A level takes a bracket, or a column in block style (two levels where a list stands at its key's column).
    brackets = text.count("[") + text.count("{")
    return brackets + 2 * max(map(len, text.splitlines()), default=0) > _HARMLESS_DEPTH


def guard(text: str, file: str, limits: Limits) -> None:
    """Refuse what could not be composed or walked: too deep, aliases of aliases, an alias within its own anchor."""
    parser = Parser(text)
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
                raise RefusedError(place_of(event, file), f"{name} stands within its own anchor; refused")
            values, height = known.get(event.anchor or '', (0, 0))
            size += values
            if size > limits.expansion:
                most = f"{limits.expansion:,}".replace(",", " ")
                raise RefusedError(place_of(event, file), f"{name} expands beyond {most} values; refused")
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
            raise RefusedError(place_of(event, file), too_deep(limits))


def too_deep(limits: Limits) -> str:
    """Return the sentence for what nests deeper than the limit."""
    return f"nested more than {limits.depth} levels deep; refused"
