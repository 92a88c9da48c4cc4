"""
From where on a rule that lacks one number would be a finding: the outcome solved for the one missing fact.

The outcome is evaluated with the fact at a few figures of its range, and where it turns, the turning point is found by halving.
Facts that have an assumption take it, as when a fix is sized.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from advisor.engine import VIOLATED, Outcome, evaluate
from advisor.expressions import Kind
from advisor.facts import Store, Subject
from advisor.properties import Properties
from advisor.sheet import Sheet
from advisor.values import Leaf

_FIGURES = tuple(10.0**e for e in range(-5, 13))
_PRECISE = 1e-7


class Threshold(NamedTuple):
    """A finding from *value* on (or, where *below*, up to it) of the fact *leaf*, which is of *kind*."""

    leaf: Leaf
    value: float
    below: bool
    kind: Kind


def threshold(outcome: Outcome, properties: Properties) -> Threshold | None:
    """Return where *outcome*, undecided for want of one number, turns into a finding; None where nothing so simple is so."""
    if len(outcome.missing) != 1:
        return None
    leaf = outcome.missing[0]
    bounds = _bounds(leaf, properties)
    if bounds is None:
        return None
    low, high, kind = bounds

    figures = [f for f in _FIGURES if low <= f <= high]
    if not figures:
        return None
    base = Sheet(properties, assuming=True, given={leaf: figures[0]})

    def violated(value: float) -> bool:
        sheet = Sheet(properties, base, assuming=True, given={leaf: value})  # what does not hang on it is computed once
        return evaluate(outcome.instance, sheet).status == VIOLATED

    states = [violated(figure) for figure in figures]
    turns = [i for i in range(1, len(states)) if states[i] != states[i - 1]]
    if len(turns) != 1:
        return None
    left, right = figures[turns[0] - 1], figures[turns[0]]
    below = states[turns[0] - 1]
    while right - left > _PRECISE * right:
        middle = (left + right) / 2
        if violated(middle) == below:
            left = middle
        else:
            right = middle
    return Threshold(leaf, left if below else right, below, kind)


def _bounds(leaf: Leaf, properties: Properties) -> tuple[float, float, Kind] | None:
    owner, name = leaf
    if isinstance(owner, Store):
        setting = owner.profile.settings[name]
        return (0.0, inf, setting.kind) if setting.kind.base == "number" else None
    prop = properties.find(owner.kind, name) if isinstance(owner, Subject) else None
    return (prop.low, prop.high, prop.kind) if prop is not None and prop.kind.base == "number" else None
