"""
The plan: one value a knob that mends what can be mended and breaks nothing; ``rollout`` finds the order.

The chosen alternatives are bounds in a sheet, so for given choices the values are one pass and independent of order. What is
left is choosing: bounded repair with a re-check of every rule after each choice. Every met rule acts as a guard, because it is
checked again. It ends: a chain of repairs has at most DEPTH links, evaluations are counted, and each round mends a finding
and adds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from advisor.alternatives import Alternative, Ways
from advisor.engine import MET, NOT_APPLICABLE, UNKNOWN, VIOLATED, Instance, Outcome, evaluate, judge, severity
from advisor.facts import Knob
from advisor.moves import Circular, Conflict, Target
from advisor.rollout import Change, roll_out
from advisor.rules import SEVERITIES, Fix, rank
from advisor.sheet import Sheet
from advisor.values import known

DEPTH, EVALUATIONS, CULPRITS = 6, 2000, 6


class Open(NamedTuple):
    """A finding that the plan leaves: why, and the findings or rules that stand in its way."""

    instance: Instance
    reasons: tuple[str, ...]
    culprits: tuple[Instance, ...] = ()
    gave_up: bool = False


class Plan(NamedTuple):
    """
    The outcome of planning.

    Attributes:
        sheet: The system under the plan.

        steps: Changes in an order in which no step makes a finding that was not there; *ordered* says whether one was found.

        resolved: Findings that the plan ends.

        left: Findings that it does not.

        outcomes: Of every instance, under the plan.

        chosen: The fix that was chosen for each finding.
    """

    sheet: Sheet
    steps: tuple[tuple[Change, ...], ...]
    ordered: bool
    resolved: tuple[Instance, ...]
    left: tuple[Open, ...]
    outcomes: list[Outcome]
    chosen: Mapping[Instance, Fix]
    evaluations: int

    @property
    def changes(self) -> list[Change]:
        """All changes, in the order of the roll-out."""
        return [change for step in self.steps for change in step]


class _State(NamedTuple):
    sheet: Sheet
    outcomes: list[Outcome]
    violated: frozenset[Instance]
    unknown: frozenset[Instance]
    conflict: tuple[Instance, ...] = ()
    why: str = ""


Chosen = dict[Instance, Alternative]


class Planner:
    """Plans for one system; see the module."""

    def __init__(self, base: Sheet, outcomes: Sequence[Outcome], ignored: Iterable[Instance] = (),
                 positions: Mapping[str, int] | None = None) -> None:  # fmt: skip
        self.origin, self.base = base, base
        self.positions = positions or {}
        self.before = list(outcomes)
        self.outcomes = self.before
        self.ignored = frozenset(ignored)
        self.evaluations = 0
        self.states: dict[tuple[Any, ...], _State] = {}
        self.ways = Ways(base)
        self.start = self._state(base, self.outcomes)
        self.overlooked: frozenset[Instance] = frozenset()
        ranks = rank({o.instance.rule.slug: o.instance.rule for o in outcomes})
        self.order = {o.instance: (ranks[o.instance.rule.slug], SEVERITIES.index(severity(o)) if o.status == VIOLATED else 9,
                                   o.instance.index) for o in outcomes}  # fmt: skip

    def plan(self) -> Plan:
        """Return the plan for all findings that are not ignored."""
        chosen: Chosen = {}
        notes: dict[Instance, Open] = {}
        fixed: dict[Knob, Any] = {}
        targets: dict[Knob, tuple[Target, dict[Instance, None]]] = {}
        for _ in range(len(self.before) + 1):  # a round mends at least one finding, and adds none
            round_, notes = self._once()
            if not round_:
                break
            state = self._try(round_)
            for instance, alternative in round_.items():
                chosen[instance] = alternative
                for move in alternative.moves:
                    targets.setdefault(move.knob, (move.target, {}))[1][instance] = None
            fixed.update(_values(state.sheet, round_))
            self.base = Sheet(self.origin.properties, self.origin, fixed=fixed)
            self.outcomes = judge((), self.base, self.before)
            self.states.clear()
            self.ways = Ways(self.base)
            self.start = self._state(self.base, self.outcomes)
        changes = [Change(target, now, fixed[knob], tuple(owners)) for knob, (target, owners) in targets.items() if knob in fixed
                   and (now := self.origin.fact(target)).value != fixed[knob]]  # fmt: skip
        steps, ordered = roll_out(changes, self.origin, self.before, self.ignored, self.positions)
        was = [o.instance for o in self.before if o.status == VIOLATED and o.instance not in self.ignored]
        left = tuple(notes.get(i) or Open(i, ()) for i in was if i in self.start.violated)
        resolved = tuple(i for i in was if i not in self.start.violated)
        return Plan(self.base, steps, ordered, resolved, left, self.outcomes,
                    {i: a.fix for i, a in chosen.items()}, self.evaluations)  # fmt: skip

    def _state(self, sheet: Sheet, outcomes: list[Outcome]) -> _State:
        violated = frozenset(o.instance for o in outcomes if o.status == VIOLATED and o.instance not in self.ignored)
        return _State(sheet, outcomes, violated, frozenset(o.instance for o in outcomes if o.status == UNKNOWN))

    def _try(self, chosen: Chosen) -> _State:
        """Return the system under the moves of *chosen*, every rule checked again."""
        key = tuple(sorted((i.index, id(a)) for i, a in chosen.items()))
        found = self.states.get(key)
        if found is None:
            self.evaluations += 1
            sheet = Sheet(self.base.properties, self.base, [m for a in chosen.values() for m in a.moves])
            try:
                for move in (m for a in chosen.values() for m in a.moves):
                    sheet.fact(move.target)
                found = self._state(sheet, judge((), sheet, self.outcomes))
            except Conflict as conflict:
                owners = tuple(dict.fromkeys(m.owner for m in conflict.moves))
                found = _State(sheet, self.outcomes, self.start.violated, self.start.unknown, owners, conflict.why)
            except Circular as circular:
                owners = tuple(i for i, a in chosen.items() if any(m.knob == circular.knob for m in a.moves)) or tuple(chosen)
                found = _State(
                    sheet,
                    self.outcomes,
                    self.start.violated,
                    self.start.unknown,
                    owners,
                    "its bounds hang on each other",
                )
            self.states[key] = found
        return found

    def _once(self) -> tuple[Chosen, dict[Instance, Open]]:
        chosen: Chosen = {}
        notes: dict[Instance, Open] = {}
        goals = sorted(self.start.violated, key=self.order.__getitem__)
        chosen = self._all_at_once(goals)
        for goal in goals:
            if goal not in self._try(chosen).violated:
                continue
            mended = self._mend(goal, chosen, frozenset())
            if mended is None:
                notes[goal] = self._why(goal, chosen)
            else:
                chosen = mended
        for goal in reversed(list(chosen)):
            without = {i: a for i, a in chosen.items() if i is not goal}
            if self._needed(goal, without):
                continue
            fewer = self._try(without)
            if not fewer.conflict and fewer.violated <= self._try(chosen).violated and not self._blurred(fewer, without):
                chosen = without
        return chosen, notes

    def _all_at_once(self, goals: Iterable[Instance]) -> Chosen:
        """Return the first choice of every goal where they go together: most plans are found so, in one trial."""
        chosen: Chosen = {}
        for goal in goals:
            for alternative in self.ways.of(goal)[:1]:
                chosen[goal] = alternative
        for _ in range(DEPTH):
            state = self._try(chosen)
            broken = (state.violated - self.start.violated) | self._blurred(state, chosen)
            stuck = set(state.conflict) or state.violated & chosen.keys()
            if not stuck:
                return {} if broken else chosen
            chosen = {i: a for i, a in chosen.items() if i not in stuck}
        return {}

    def _needed(self, goal: Instance, others: Chosen) -> bool:
        """Return whether *goal* certainly stays violated without its own choice: none of the others' knobs bears on it."""
        deps = self.outcomes[goal.index].deps
        return not any(deps & self.base.bit(move.knob) for a in others.values() for move in a.moves)

    def _blurred(self, state: _State, chosen: Chosen) -> frozenset[Instance]:
        """
        Return what the moves of *state* made undecided and assumptions do not decide for it.

        What did not apply before counts only where it would be worse than what is mended: kept connections ask for the size
        of a pool, which is no reason to keep none.
        """
        new = (i for i in state.unknown - self.start.unknown if self._worse(i, chosen))
        return frozenset(i for i in new if evaluate(i, state.sheet.twin).status not in (MET, NOT_APPLICABLE))

    def _worse(self, found: Instance, chosen: Chosen) -> bool:
        before = self.outcomes[found.index]
        if before.status != NOT_APPLICABLE:
            return True
        # It hung on what makes it apply, and on no more.
        mended = [g for g, a in chosen.items() if any(before.deps & self.base.bit(m.knob) for m in a.moves)]
        return all(SEVERITIES.index(found.rule.severity) < SEVERITIES.index(severity(self.outcomes[g.index])) for g in mended)

    def _spent(self, pending: frozenset[Instance]) -> bool:
        return len(pending) >= DEPTH or self.evaluations >= EVALUATIONS

    def _mend(self, goal: Instance, chosen: Chosen, pending: frozenset[Instance],
              but: Alternative | None = None) -> Chosen | None:  # fmt: skip
        for alternative in self.ways.of(goal):
            if self._spent(pending):
                return None
            if alternative is but:
                continue
            found = self._settle(goal, {**chosen, goal: alternative}, pending | {goal})
            if found is not None:
                return found
        return None

    def _settle(self, goal: Instance, chosen: Chosen, pending: frozenset[Instance]) -> Chosen | None:
        for _ in range(2 * DEPTH):
            if self._spent(frozenset()):
                return None
            state = self._try(chosen)
            if state.conflict:
                for owner in state.conflict:
                    if owner in pending or owner not in chosen:
                        continue
                    rest = {i: a for i, a in chosen.items() if i is not owner}
                    found = self._mend(owner, rest, pending, but=chosen[owner])
                    if found is not None:
                        return found
                return None
            if goal in state.violated:
                return None
            broken = sorted(((state.violated - self.start.violated) | self._blurred(state, chosen) |
                             (state.violated & chosen.keys())) - self.overlooked, key=self.order.__getitem__)  # fmt: skip
            if not broken:
                return chosen
            worst = broken[0]
            if worst in pending:
                return None
            rest = {i: a for i, a in chosen.items() if i is not worst}
            found = self._mend(worst, rest, pending, but=chosen.get(worst))
            if found is None:
                return None
            chosen = found
        return None

    def _why(self, goal: Instance, chosen: Chosen) -> Open:
        """Return why *goal* stays: the reason of each fix, and the rules without which one would do."""
        reasons, culprits = [], []
        for fix in goal.rule.fixes:
            moves = self.ways.moves(goal, fix)
            if isinstance(moves, str):
                reasons += [moves] if moves and fix.moves else []
            if isinstance(moves, str) or not moves:
                continue
            state = self._try({**chosen, goal: next(a for a in self.ways.of(goal) if a.fix is fix)})
            if state.conflict or state.why:
                names = " and ".join(dict.fromkeys(i.rule.slug for i in state.conflict))
                reasons.append(f"{moves[0].target.label}: {state.why} (asked for by {names})")
                culprits += [i for i in state.conflict if i is not goal]
            else:
                culprits += sorted(state.violated - self.start.violated - {goal}, key=self.order.__getitem__)
        needed = []
        for culprit in dict.fromkeys(culprits[:CULPRITS]):
            self.overlooked = frozenset((culprit,))
            if self._mend(goal, {i: a for i, a in chosen.items() if i is not culprit}, frozenset()) is not None:
                needed.append(culprit)
        self.overlooked = frozenset()
        return Open(goal, tuple(dict.fromkeys(reasons)), tuple(needed), self.evaluations >= EVALUATIONS)


def _values(sheet: Sheet, chosen: Chosen) -> dict[Knob, Any]:
    found = {}
    for move in (m for a in chosen.values() for m in a.moves):
        cell = sheet.fact(move.target)
        if cell.source.kind == "planned" and known(cell.value):
            found[move.knob] = cell.value
    return found
