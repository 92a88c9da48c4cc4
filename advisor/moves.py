"""Moves: the bounds that a plan sets on knobs, and the value of a knob under several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor, inf
from typing import Any, NamedTuple

from advisor.expressions import Expression
from advisor.facts import Knob, Subject
from advisor.properties import Property
from advisor.stacks import Effective, Part, Setting
from advisor.units import nice_down, nice_up
from advisor.values import Range, bounds


class Circular(Exception):
    """A value of the plan hangs on itself: the moves at fault."""

    def __init__(self, knob: Knob) -> None:
        super().__init__(knob)
        self.knob = knob


class Conflict(Exception):
    """No value of a knob satisfies all bounds on it: *bounds* are those that exclude each other."""

    def __init__(self, knob: Knob, moves: Iterable[Move], why: str) -> None:
        super().__init__(why)
        self.knob, self.moves, self.why = knob, tuple(moves), why


class Move(NamedTuple):
    """
    A bound that a chosen fix sets on a knob.

    Attributes:
        bound: The bound on the property that the fix names, in the names of *bind* and *lets*.

        owner: Whoever chose it (an instance of a rule).

        target: The knob and what lies between it and the property.

        override: Values that the bound reads in place of the sheet's, by name.
    """

    operator: str
    bound: Expression
    bind: Mapping[str, Subject]
    lets: Mapping[str, Expression]
    owner: Any
    target: Target
    override: Mapping[str, float] = {}

    @property
    def knob(self) -> Knob:
        """What it moves."""
        return self.target.knob


class Target(NamedTuple):
    """
    One knob that a plan moves for a property of *subject*, and the setting that it is, if it is one.

    Attributes:
        steps: What lies between the property and the knob: of whom, and which part of its effective property.
    """

    subject: Subject
    prop: Property
    knob: Knob
    setting: Setting | None
    through: Effective | None
    steps: tuple[tuple[Subject, Part], ...] = ()

    @property
    def label(self) -> str:
        """What a sentence calls it: ``idle_timeout.timeout_seconds of aws-alb``."""
        name = self.setting.name if self.setting else self.prop.key or self.prop.name.replace("_", " ")
        return f"{name} of {self.subject.name}"

    @property
    def gives(self) -> Any:
        """The one value that its settings bring about together; None: any."""
        return self.through.moves.gives if self.through and self.through.moves else None

    def operator(self, asked: str) -> str:
        """Return what is asked of the knob where *asked* is asked of the property."""
        for _, part in self.steps:
            asked = part.operator or (_FLIPPED.get(asked, asked) if part.flips else asked)
        return asked


_FLIPPED = {"at_least": "at_most", "at_most": "at_least"}


def settle(old: Any, demands: list[tuple[Any, Move]], setting: Setting | None, prop: Property | None) -> Any:
    """
    Return the value of a knob under *demands*: the old one where it satisfies them, else one as a person writes it.

    Raises:
        Conflict: Where no value does, with the moves that exclude each other.
    """
    knob = demands[0][1].knob
    exact = [(v, m) for v, m in demands if m.operator == "to"]
    if exact:
        value = exact[0][0]
        against = [m for v, m in demands if not _holds(value, v, m.operator)]
        if against:
            raise Conflict(knob, [exact[0][1], *against], "two values are demanded")
        return value
    lowest, highest = setting.range if setting else (prop.low, prop.high) if prop else (-inf, inf)
    if lowest == -inf:
        lowest = 0.0
    least = max([lowest, *(v for v, m in demands if m.operator == "at_least")])
    most = min([highest, *(v for v, m in demands if m.operator == "at_most")])
    low, high = bounds(old) if type(old) in (float, Range) else (-inf, inf)
    if least > most:
        raise Conflict(knob, [m for v, m in demands if v in (least, most)], "the bounds exclude each other")
    if least <= low and high <= most:
        return old
    figures = (setting.figures if setting else prop.figures if prop else "") or (
        setting.kind.name if setting else prop.kind.name if prop else "") or "ratio"  # fmt: skip
    step = setting.step if setting else 0.0
    raised = low < least and any(m.operator == "at_least" for _, m in demands)
    value = most if figures == "exact" else nice_down(most, figures)
    if raised:
        value = least if figures == "exact" else nice_up(least, figures)
    if not least <= value <= most:
        value = least if raised else most  # no figure between them: the bound itself, in the stack's grain
    value = grain(value, step, up=raised)
    if not least <= value <= most or (setting and value in setting.special):
        raise Conflict(knob, [m for _, m in demands], "no value of its range satisfies them")
    return value


def _holds(value: Any, bound: Any, operator: str) -> bool:
    return bool(value == bound if operator == "to" else value >= bound if operator == "at_least" else value <= bound)


def grain(value: float, step: float, *, up: bool) -> float:
    """Return *value* in whole steps of the stack."""
    if not step or value in (inf, -inf):
        return value
    return step * (ceil(value / step - 1e-9) if up else floor(value / step + 1e-9))
