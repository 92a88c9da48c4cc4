"""The order in which a plan is rolled out: no step makes a finding that was not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from advisor.engine import VIOLATED, Instance, Outcome, judge
from advisor.facts import Cell, Knob, Subject
from advisor.moves import Target
from advisor.sheet import Sheet


class Change(NamedTuple):
    """
    One planned value.

    Attributes:
        target: The knob, and the setting that it is.

        now: The fact as it stands.

        owners: The findings that it mends.
    """

    target: Target
    now: Cell
    value: Any
    owners: tuple[Instance, ...]


Step = tuple[Change, ...]


def roll_out(changes: Sequence[Change], origin: Sheet, before: list[Outcome], ignored: Iterable[Instance],
             positions: Mapping[str, int]) -> tuple[tuple[Step, ...], bool]:  # fmt: skip
    """
    Return the changes in steps, and whether an order was found in which none makes a finding that was not there.

    A step is a hop where that is safe, else a single change. The last server comes first: what calls it is changed when it is
    ready.

    Args:
        origin, before: The system as it stands, and its outcomes.

        positions: Where each hop stands on the path, by name.
    """
    groups: dict[Subject, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.target.subject.wide or change.target.subject, []).append(change)
    order = sorted(groups, key=lambda hop: (-positions.get(hop.name, 0), hop.name))
    left: list[Step] = [tuple(groups[hop]) for hop in order]
    allowed = frozenset(o.instance for o in before if o.status == VIOLATED) | frozenset(ignored)
    steps: list[Step] = []
    done: dict[Knob, Any] = {}
    while left:
        step = next((group for group in left if _safe(origin, before, done, group, allowed)), None)
        if step is None:
            singles: list[Step] = [(change,) for group in left for change in group]
            if len(singles) == len(left):
                return (*steps, *left), False
            left = singles
            continue
        left.remove(step)
        steps.append(step)
        done.update({change.target.knob: change.value for change in step})
    return tuple(_joined(steps)), True


def _safe(origin: Sheet, before: list[Outcome], done: Mapping[Knob, Any], step: Step, allowed: frozenset[Instance]) -> bool:
    fixed = {**done, **{change.target.knob: change.value for change in step}}
    sheet = Sheet(origin.properties, origin, fixed=fixed)
    return all(o.status != VIOLATED or o.instance in allowed for o in judge((), sheet, before))


def _joined(steps: list[Step]) -> list[Step]:
    """Return neighbouring steps on one hop as one."""
    joined: list[Step] = []
    for step in steps:
        if joined and joined[-1][0].target.subject.name == step[0].target.subject.name:
            joined[-1] += step
        else:
            joined.append(step)
    return joined
