"""
What the value of a key may look like: shapes, and the check of a file against one.

A shape speaks of form only: text, flag, number, list, mapping, and which keys. It is checked before anything is made of a file, so
that what makes something can rely on it. Names, kinds and expressions are checked there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from advisor.errors import Problem, meant, shown
from advisor.reading import Entry
from advisor.units import parse_date, version_key

Path = tuple[str | int, ...]


class Shape:
    """
    A form that a value can have.

    Attributes:
        wanted: What is wanted, as a message says it after "wanted:".
    """

    wanted = ""

    def takes(self, value: Any) -> bool:
        """Return whether *value* itself, whatever it holds, has this form."""
        raise NotImplementedError

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """Return what is wrong with the parts of *value*, which this shape takes."""
        del value, entry, path
        return []


class Scalar(Shape):
    """A single value of some of YAML's *types*; *refuse* raises ValueError with a sentence where it is not right."""

    def __init__(self, wanted: str, *types: type, refuse: Callable[[Any], object] | None = None) -> None:
        self.wanted, self.types, self.refuse = wanted, types, refuse

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return type(value) in self.types

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        if self.refuse is None:
            return []
        try:
            self.refuse(value)
        except ValueError as error:
            return [Problem(entry.place(*path), str(error))]
        return []


class Words(Shape):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words, self.wanted = words, f"one of {', '.join(words)}"

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return type(value) in (str, bool, int, float)

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        if value in self.words:
            return []
        name = f"{path[-1]} " if path and isinstance(path[-1], str) else ""
        return [Problem(entry.place(*path), f"{name}{shown(str(value))} is none of: {', '.join(self.words)}")]


class ListOf(Shape):
    """A list, each element of which has the shape *of*; *least* and *most* elements."""

    def __init__(self, of: Shape, wanted: str, least: int = 0, most: int | None = None) -> None:
        self.of, self.wanted, self.least, self.most = of, wanted, least, most

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return isinstance(value, list) and len(value) >= self.least and (self.most is None or len(value) <= self.most)

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        return [p for i, v in enumerate(value) for p in check(self.of, v, entry, (*path, i))]


class Tuple(ListOf):
    """A list of as many elements as there are shapes, each of its own."""

    def __init__(self, wanted: str, *parts: Shape) -> None:
        super().__init__(parts[0], wanted, len(parts), len(parts))
        self.parts = parts

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        return [p for i, (s, v) in enumerate(zip(self.parts, value, strict=True)) for p in check(s, v, entry, (*path, i))]


class MapOf(Shape):
    """A mapping with keys of the file's own, each value of which has the shape *of*."""

    def __init__(self, of: Shape, wanted: str, least: int = 0) -> None:
        self.of, self.wanted, self.least = of, wanted, least

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return isinstance(value, Mapping) and len(value) >= self.least

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        return [p for k, v in value.items() for p in check(self.of, v, entry, (*path, k))]


class Table(Shape):
    """A mapping with known *keys*, of which *needed* have to be there; *name* is what a message calls it."""

    def __init__(self, name: str, keys: Mapping[str, Shape], needed: Sequence[str] = ()) -> None:
        self.name, self.keys, self.needed = name, keys, needed
        self.wanted = f"a mapping with {', '.join(needed or list(keys)[:6])}"

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return isinstance(value, Mapping)

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        missing = ", ".join(key for key in self.needed if key not in value)
        problems = [Problem(entry.key(*path), f"{self.name} has no {missing}")] if missing else []
        for key, part in value.items():
            shape = self.keys.get(key)
            if shape is None:
                hint = meant(key, self.keys, f"known: {', '.join(sorted(self.keys))}")
                problems.append(Unknown(entry.key(*path, key), f'unknown key "{shown(key)}"{hint}'))
            else:
                problems += check(shape, part, entry, (*path, key))
        return problems


class Either(Shape):
    """The first of *shapes* that takes the value."""

    def __init__(self, *shapes: Shape) -> None:
        self.shapes, self.wanted = shapes, ", or ".join(s.wanted for s in shapes)

    def takes(self, value: Any) -> bool:
        """See :class:`Shape`."""
        return any(s.takes(value) for s in self.shapes)

    def inside(self, value: Any, entry: Entry, path: Path) -> list[Problem]:
        """See :class:`Shape`."""
        return next(s for s in self.shapes if s.takes(value)).inside(value, entry, path)


class Unknown(Problem):
    """An unknown key: wrong, but what stands beside it can be read all the same."""

    __slots__ = ()


def check(shape: Shape, value: Any, entry: Entry, path: Path = ()) -> list[Problem]:
    """Return what is wrong with the form of *value*, which stands at *path* of *entry*: each with the place of its key."""
    if shape.takes(value):
        return shape.inside(value, entry, path)
    name = _called(path)
    if value is None:
        return [Problem(entry.key(*path), f"{name} has no value")]
    return [Problem(entry.key(*path), f"{name} is {_form(value)}; wanted: {shape.wanted}")]


def stops(problems: Sequence[Problem]) -> bool:
    """Return whether *problems* of form keep the file from being read further."""
    return any(not isinstance(p, Unknown) for p in problems)


def _called(path: Path) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], str):
        return f'"{shown(path[-1])}"'
    return f'element {path[-1] + 1} of "{next((p for p in reversed(path) if isinstance(p, str)), "the file")}"'


def _form(value: Any) -> str:
    if isinstance(value, (list, Mapping)):
        kind = "list" if isinstance(value, list) else "mapping"
        return f"a {kind}" if value else f"an empty {kind}"
    if isinstance(value, bool):
        return f"the flag {str(value).lower()}"
    return f'the text "{shown(value)}"' if isinstance(value, str) else f"the number {value}"


def _version(raw: str) -> None:
    version_key(raw)


def _finite(raw: float) -> None:
    if not isfinite(raw):
        raise ValueError(f"{raw} is no number that can be counted with")


def _filled(raw: str) -> None:
    if not raw.strip():
        raise ValueError("the text is empty")


def _pattern(raw: str) -> None:
    try:
        re.compile(raw)
    except re.error as error:
        raise ValueError(f'"{shown(raw)}" is no pattern ({error})') from None


def _natural(raw: int) -> None:
    if raw < 0:
        raise ValueError(f"{raw} is below 0")


TEXT = Scalar("a text", str)
NAME = Scalar("a text", str, refuse=_filled)
FLAG = Scalar("true or false", bool)
NUMBER = Scalar("a number", int, float, refuse=_finite)
INDEX = Scalar("a whole number from 0", int, refuse=_natural)
EXPRESSION = Scalar("an expression", str, bool, int, float)
VALUE = Scalar("a single value", str, bool, int, float)
VERSION = Scalar("a version in quotes", str, refuse=_version)
DATE = Scalar("a date", str, refuse=parse_date)
PATTERN = Scalar("a pattern", str, refuse=_pattern)
TEXTS = ListOf(TEXT, "a list of texts")
NAMES = ListOf(NAME, "a list of texts")
