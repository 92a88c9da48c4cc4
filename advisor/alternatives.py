"""The ways to mend a finding that a plan can take: what each fix of its rule moves as the system stands."""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

from advisor.engine import Instance
from advisor.facts import Subject
from advisor.moves import Move, Target
from advisor.rules import Fix
from advisor.sheet import Env, Sheet
from advisor.stacks import UNSET
from advisor.values import known, le


class Alternative(NamedTuple):
    """One way to mend an instance: the moves of one fix, or of two that meet between."""

    fix: Fix
    moves: tuple[Move, ...]


class Ways:
    """The alternatives of every finding on one sheet; each is made once, so that it can be told by its identity."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._found: dict[Instance, list[Alternative]] = {}

    def of(self, goal: Instance) -> list[Alternative]:
        """Return the ways to mend *goal* that a plan can take, in order of preference."""
        found = self._found.get(goal)
        if found is None:
            made = [(fix, self.moves(goal, fix)) for fix in goal.rule.fixes]
            plain = [Alternative(fix, moves) for fix, moves in made if isinstance(moves, tuple) and moves]
            plain.sort(key=lambda a: any(_foreign(m.target) for m in a.moves))
            found = self._found[goal] = plain + _both(plain)
        return found

    def moves(self, goal: Instance, fix: Fix) -> tuple[Move, ...] | str:
        """Return the moves of a fix, or why it cannot be planned; "" where its guard does not hold."""
        if not fix.moves:
            return "it is an action, not a setting"
        # Not the outcome's: that may be of an older sheet, where a guard reads what the outcome does not hang on.
        env = Env(self.sheet, goal.bind, goal.rule.lets)
        if fix.when is not None and fix.when.run(env) is not True:
            return ""
        moves = []
        for name, operator, bound in fix.moves:
            first, *rest = name.split(".")
            if not rest:
                return "it is an action, not a setting"
            subject: Subject = goal.bind[first]
            for part in rest[:-1]:
                subject = subject.parts[part]
            targets = self.sheet.targets(subject, rest[-1])
            silent = isinstance(targets, str) or len(targets) > 1 or self._unset(targets[0])
            wanted = bound.run(env)
            if silent and _holds(self.sheet.value(subject, rest[-1]), operator, wanted):
                continue  # it holds without being written down
            if isinstance(targets, str):
                return targets
            if targets[0].gives not in (None, wanted):
                return f"nothing makes {name} of {subject.name} {str(wanted).lower()}"
            moves += [Move(t.operator(operator), bound, goal.bind, goal.rule.lets, goal, t) for t in targets if self._wanted(t)]
        return tuple(moves)

    def _unset(self, target: Target) -> bool:
        return target.setting is not None and self.sheet.fact(target).value is UNSET

    def _wanted(self, target: Target) -> bool:
        """Return whether a setting that is moved for others' sake is not right as it is."""
        return all(part.when is None or part.when.run(self.sheet.env(subject)) is not False for subject, part in target.steps)


def _holds(now: Any, operator: str, wanted: Any) -> bool:
    """Return whether a bound holds as things stand, so that nothing has to move for it."""
    if operator == "to":
        return known(now) and known(wanted) and bool(now == wanted)
    return (le(wanted, now) if operator == "at_least" else le(now, wanted)) is True


def _foreign(target: Target) -> bool:
    """Return whether a change of the target is not the document's owner's to make."""
    store = target.subject.store
    return store is not None and (store.profile.owner == "provider" or store.profile.name == "unknown")


def _both(plain: list[Alternative]) -> list[Alternative]:
    """Return the alternative that lowers one end and raises the other, so that they meet between."""
    lower = next((a for a in plain if len(a.moves) == 1 and a.moves[0].operator == "at_most"), None)
    raise_ = next((a for a in plain if len(a.moves) == 1 and a.moves[0].operator == "at_least"), None)
    if lower is None or raise_ is None or lower.moves[0].knob == raise_.moves[0].knob:
        return []
    down, up = lower.moves[0], raise_.moves[0]
    least = down.target.setting.range[0] if down.target.setting else down.target.prop.low
    if least == -inf:
        least = down.target.prop.low
    name = lower.fix.moves[0][0]
    return [Alternative(lower.fix, (down, up._replace(override={name: max(least, 0.0)})))]
