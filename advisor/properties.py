"""
The properties the advisor knows: kind, meaning, bounds, and how each is derived. Data in ``rules/properties.yaml``.

Also the names that expressions may use: which subjects there are, what leads from one to another, and the scope of an
expression that is bound to some of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from advisor.expressions import Expression, Kind
from advisor.origin import Source
from advisor.units import parse as parse_value
from advisor.values import Leaf, Range, Unknown, counter

PARTS: Mapping[str, Mapping[str, str]] = {
    "leg": {"caller": "end", "callee": "end"},
    "end": {"host": "host"},
    "hop": {"host": "host"},
    "middlebox": {"host": "host"},
}
"""What one subject leads to: ``leg.caller`` is an end, ``end.host`` a host."""

WIDER: Mapping[str, str] = {"end": "hop", "middlebox": "hop"}
"""A subject that also has the properties of another: an end has those of its hop."""

ALIASES: Mapping[str, Mapping[str, str]] = {
    "workload": {"workload": "workload", "path": "path", "run": "run"},
    "leg": {"leg": "leg", "caller": "end", "callee": "end", "workload": "workload", "path": "path", "run": "run"},
    "end": {
        "leg": "leg",
        "caller": "end",
        "callee": "end",
        "hop": "hop",
        "host": "host",
        "workload": "workload",
        "run": "run",
    },
    "hop": {"hop": "hop", "host": "host", "workload": "workload", "run": "run"},
    "host": {"host": "host", "run": "run"},
    "middlebox": {"middlebox": "middlebox", "hop": "hop", "host": "host", "run": "run"},
    "path": {"path": "path", "workload": "workload", "run": "run"},
}
"""The names that an expression about a subject may begin with, and what they are."""

class Derivation(NamedTuple):
    """One way to a derived property: *value* where *when* holds; an estimate lowers confidence by one step."""

    value: Expression
    when: Expression | None
    title: str
    source: Source


class Property:
    """
    One property of one kind of subject; see ``docs/formats.md``.

    Attributes:
        low, high: Physical bounds of a number, in base units; what is not known lies between them.

        neutral, otherwise, assume: Values in base units, or None where there is none.
    """

    __slots__ = ("ask", "assume", "counter", "derive", "figures", "high", "key", "kind", "knob", "low", "means", "name",
                 "neutral", "otherwise", "subject")  # fmt: skip

    def __init__(self, subject: str, name: str, kind: Kind, plain: Mapping[str, Any]) -> None:
        self.subject, self.name, self.kind = subject, name, kind
        self.means: str = plain.get("means", "")
        self.ask: str = plain.get("ask", "")
        self.key: str = plain.get("key", "")
        self.counter: str = plain.get("counter", "")
        self.figures: str = plain.get("figures", "")
        self.knob = bool(plain.get("knob", False))
        self.low, self.high = read(plain.get("low"), kind, -inf), read(plain.get("high"), kind, inf)
        self.neutral = read(plain.get("neutral"), kind, None)
        self.otherwise = read(plain.get("otherwise"), kind, None)
        self.assume = read(plain.get("assume"), kind, None)
        self.derive: tuple[Derivation, ...] = ()

    def unknown(self, leaf: Leaf) -> Any:
        """Return what is known of the property where nothing is: its physical bounds, or its possible values."""
        base = self.kind.base
        if base == "number":
            return Range(self.low, self.high, (leaf,))
        if base == "counter":
            return counter(Range(0.0, inf, (leaf,)), leaf)
        if base == "flag":
            return Unknown((leaf,), frozenset((True, False)))
        return Unknown((leaf,), frozenset(self.kind.options) if self.kind.options else None)


def read(raw: Any, kind: Kind, absent: Any) -> Any:
    """Return the value of a knowledge file's scalar in base units; ValueError with a sentence where it is none."""
    if raw is None:
        return absent
    if isinstance(raw, bool):
        return raw
    if kind.base == "number":
        name = kind.name or "ratio"
        if raw in ("never", "unlimited"):
            return inf
        text = str(raw)
        if text.startswith("-"):
            return -float(parse_value(text[1:], name if name != "number" else "ratio"))
        return float(parse_value(text, "ratio" if name in ("number", "share") and not text.endswith("%") else name))
    if kind.base == "set":
        return frozenset(str(word) for word in (raw if isinstance(raw, (list, tuple, frozenset)) else str(raw).split()))
    text = str(raw)
    if kind.options and text not in kind.options:
        raise ValueError(f"'{text}' is none of: {', '.join(kind.options)}")
    return parse_value(text, kind.base) if kind.base in ("flag", "date", "version") else text


class Properties:
    """All properties, by kind of subject and name."""

    def __init__(self) -> None:
        self.all: dict[str, dict[str, Property]] = {}
        self.by_key: dict[str, list[tuple[str, str]]] = {}

    def __iter__(self) -> Iterator[Property]:
        return (p for group in self.all.values() for p in group.values())

    def find(self, subject: str, name: str) -> Property | None:
        """Return a property of *subject* or of the wider subject that it is part of."""
        found = self.all.get(subject, {}).get(name)
        if found is None and subject in WIDER:
            return self.all[WIDER[subject]].get(name)
        return found

    def scope(self, aliases: Mapping[str, str], *, formulas: bool = False) -> PropertyScope:
        """Return the names of an expression that is bound to *aliases*."""
        return PropertyScope(self, dict(aliases), formulas)

    def expressions(self) -> Iterator[Expression]:
        """Yield the expressions of all derived properties."""
        for prop in self:
            for way in prop.derive:
                yield way.value
                if way.when is not None:
                    yield way.when


class PropertyScope:
    """The names of an expression that is bound to *aliases*: name to kind of subject; and *extra* names with kinds."""

    def __init__(self, properties: Properties, aliases: dict[str, str], formulas: bool = False,
                 extra: Mapping[str, Kind] | None = None) -> None:  # fmt: skip
        self.properties, self.aliases, self.formulas, self.extra = properties, aliases, formulas, dict(extra or {})

    def lookup(self, name: str) -> Kind | None:
        """Return the kind of a dotted name, or None."""
        if name in self.extra:
            return self.extra[name]
        first, *rest = name.split(".")
        subject = self.aliases.get(first)
        if subject is None or not rest:
            return None
        for part in rest[:-1]:
            subject = PARTS.get(subject, {}).get(part)
            if subject is None:
                return None
        found = self.properties.find(subject, rest[-1])
        return found.kind if found else None

    def element(self, name: str, item: str) -> PropertyScope:
        """Return the scope of a fold's body, in which *item* is an element of the list *name*."""
        kind = self.lookup(name)
        aliases = {**self.aliases, item: kind.of if kind else ""}
        return PropertyScope(self.properties, aliases, self.formulas, self.extra)

    def names(self) -> Iterable[str]:
        """Yield all names, for the nearest one to a mistyped one."""
        yield from self.extra
        for alias, subject in self.aliases.items():
            for part, kind in (("", subject), *((p + ".", k) for p, k in PARTS.get(subject, {}).items())):
                for group in (kind, WIDER.get(kind, "")):
                    yield from (f"{alias}.{part}{name}" for name in self.properties.all.get(group, {}))
