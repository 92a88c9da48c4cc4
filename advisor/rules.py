"""
Rules: a cause, where it applies, what must hold, what it costs and what mends it. Data in ``rules/<area>/<slug>.yaml``.

``docs/formats.md`` is the reference of the files. What is loaded here is checked: keys, names, kinds, and that no fix moves a
knob by a bound that hangs on the same knob.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from advisor.errors import Place
from advisor.expressions import Expression
from advisor.reading import Entry, Late

SEVERITIES = ("error", "warning", "note")
CONFIDENCES = ("high", "medium", "low")
SCOPES = ("leg", "hop", "host", "path")
OPERATORS = ("at_most", "at_least", "to")


class Template:
    """A sentence with values: text and, between braces, names of subjects or expressions."""

    __slots__ = ("parts", "text")

    def __init__(self, text: str, parts: list[str | Expression | tuple[str]]) -> None:
        self.text, self.parts = text, parts


class Fix(NamedTuple):
    """
    One way to mend a finding.

    Attributes:
        moves: (property name as the rule writes it, operator, bound).

        do: An action in code or operations; listed, never applied.
    """

    moves: tuple[tuple[str, str, Expression], ...]
    do: str
    when: Expression | None
    risk: str
    verify: str
    place: Place


class Sign(NamedTuple):
    """A circumstance that speaks for a cause (weight above 0) or against it, and why in a sentence."""

    when: Expression
    weight: float
    say: Template


class Rule(Late):
    """A rule as loaded; see ``docs/formats.md`` for its parts."""

    late = ("plain", "cases", "case_entry", "why", "leave", "wire")

    slug: str
    title: str
    severity: str
    confidence: str
    cause: str
    scope: str
    each: tuple[str, str] | None
    after: tuple[str, ...]
    explains: tuple[str, ...]
    applies: Expression | None
    lets: dict[str, Expression]
    require: tuple[Expression, ...]
    summary: Template
    messages: tuple[tuple[Expression | None, Template], ...]
    evidence: tuple[str, ...]
    impact: tuple[tuple[str, Expression], ...]
    fixes: tuple[Fix, ...]
    soften: tuple[str, Expression] | None
    references: tuple[str, ...]
    signs: tuple[Sign, ...]
    proof: str
    see: tuple[str, ...]
    area: str
    place: Place
    why: str
    leave: str
    wire: str
    plain: dict[str, Any]
    cases: list[dict[str, Any]]
    case_entry: Entry

    def __repr__(self) -> str:
        return f"<rule {self.slug}>"

    def expressions(self) -> Iterator[Expression]:
        """Yield all expressions of the rule."""
        yield from (e for e in (self.applies, self.soften[1] if self.soften else None) if e is not None)
        yield from self.lets.values()
        yield from self.require
        yield from (e for _, e in self.impact)
        for template in (self.summary, *(t for _, t in self.messages)):
            yield from (p for p in template.parts if isinstance(p, Expression))
        yield from (when for when, _ in self.messages if when is not None)
        for fix in self.fixes:
            yield from (e for _, _, e in fix.moves)
            if fix.when is not None:
                yield fix.when
        yield from sign_expressions(self.signs)

    def leaves(self, *expressions: Expression) -> tuple[str, ...]:
        """Return the property names that *expressions* read, also through ``let``, in order."""
        seen: dict[str, None] = {}
        todo = [n for e in expressions for n in e.names]
        while todo:
            name = todo.pop(0)
            if name in self.lets:
                todo = [n for n in self.lets[name].names if n not in seen] + todo
            else:
                seen[name] = None
        return tuple(seen)


def rank(rules: Mapping[str, Rule]) -> dict[str, int]:
    """Return how many rules stand before each by ``after``: roots first."""
    ranks: dict[str, int] = {}

    def depth(slug: str, path: tuple[str, ...]) -> int:
        if slug in path:
            raise RecursionError
        if slug not in ranks:
            ranks[slug] = 1 + max((depth(s, (*path, slug)) for s in rules[slug].after if s in rules), default=-1)
        return ranks[slug]

    for slug in sorted(rules):
        depth(slug, ())
    return ranks


def sign_expressions(signs: Iterable[Sign]) -> Iterator[Expression]:
    """Yield the expressions of *signs*."""
    for sign in signs:
        yield sign.when
        yield from (part for part in sign.say.parts if isinstance(part, Expression))
