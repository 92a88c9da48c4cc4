"""The defaults of two stacks beside each other: whether the rules that hold a caller against its callee are met by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from advisor.engine import UNKNOWN, VIOLATED, Outcome
from advisor.explain.defaults import Meeting, Stack, at_newest, meet, pair_rules
from advisor.explain.values import Alone, value_text
from advisor.expressions import kind_of
from advisor.facts import Store, Subject
from advisor.knowledge import Knowledge
from advisor.values import bounds

_DURATION = kind_of("duration")


class Pair(NamedTuple):
    """
    A caller and a callee by their defaults.

    Attributes:
        keeps, closes: How long the caller keeps an idle connection, when the callee closes it; in words.

        verdict: conflict (a rule is violated), fits, or open (it hangs on what is not known of one of them).

        why: The rules that are violated, or what is not known.
    """

    caller: str
    callee: str
    keeps: str
    closes: str
    verdict: str
    why: str


def pairs(knowledge: Knowledge, *, with_stack: str | None = None, version: str | None = None) -> list[Pair]:
    """Return every pair of a caller and a callee of the known stacks, each at its newest version; or those of one stack."""
    ends = {p.name: at_newest(p, version if p.name == with_stack else None) for p in knowledge.profiles.values() if not p.generic}
    return [_pair(met) for met in meet(who_meets(sorted(ends.values()), knowledge, with_stack), pair_rules(knowledge), knowledge)]


def who_meets(stacks: Iterable[Stack], knowledge: Knowledge, with_stack: str | None = None) -> list[tuple[Stack, Stack]]:
    """Return the pairs of a caller and a callee among *stacks* that speak to each other; only those with one of them if named."""
    callers, callees = _speakers(stacks, "caller", knowledge), _speakers(stacks, "callee", knowledge)
    return [(one, other) for one, spoken in callers.items() for other, heard in callees.items()
            if spoken == heard and with_stack in (None, one.name, other.name)]  # fmt: skip


def _speakers(stacks: Iterable[Stack], role: str, knowledge: Knowledge) -> dict[Stack, str]:
    ends = {s: knowledge.profiles[s.name] for s in stacks if role in knowledge.profiles[s.name].ends}
    return {s: str(Alone(profile, knowledge, s.version).value(f"{role}.speaks")) for s, profile in ends.items()}


def _pair(met: Meeting) -> Pair:
    caller, callee = map(str, (met.stacks[0], met.stacks[-1]))
    violated = [o.instance.rule.slug for o in met.outcomes if o.status == VIOLATED]
    verdict, why = "conflict", ", ".join(violated)
    if not violated:
        missing = [leaf for o in met.outcomes for leaf in _theirs(o)]
        verdict, why = ("open", f"it depends on {', '.join(dict.fromkeys(missing))}") if missing else ("fits", "")
    return Pair(caller, callee, _words(met, "caller"), _words(met, "callee"), verdict, why)


def _theirs(outcome: Outcome) -> list[str]:
    """Return what is missing of the two ends where nothing else is: what is missing of the load is no matter of defaults."""
    if outcome.status != UNKNOWN:
        return []
    names = [_leaf(owner, name) for owner, name in outcome.missing]
    return [] if None in names else [name for name in names if name]


def _leaf(owner: object, name: str) -> str | None:
    if isinstance(owner, Store):
        return f"{name} of {owner.profile.name}"
    if isinstance(owner, Subject) and owner.store is not None and f"{owner.role}.{name}" in owner.store.profile.gives:
        return f"{name.replace('_', ' ')} of {owner.store.profile.name}"
    return None


def _words(met: Meeting, role: str) -> str:
    value = met.value(f"{role}.idle_timeout")
    low, high = bounds(value)
    return "unknown" if low <= 0 and high == float("inf") else value_text(value, _DURATION)
