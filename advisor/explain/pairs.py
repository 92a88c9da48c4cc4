"""The defaults of two stacks beside each other: whether the callee closes idle connections before the caller lets go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from advisor.explain.values import Alone, newest, value_text
from advisor.expressions import kind_of
from advisor.knowledge import Knowledge
from advisor.values import bounds

_DURATION = kind_of("duration")


class Pair(NamedTuple):
    """
    A caller and a callee by their defaults.

    Attributes:
        keeps, closes: How long the caller keeps an idle connection, when the callee closes it; in words.

        verdict: conflict (the callee closes first, or at the same moment), fits, or open (not known).

        why: What keeps it in order where the limits alone do not, or what is not known.
    """

    caller: str
    callee: str
    keeps: str
    closes: str
    verdict: str
    why: str


def pairs(knowledge: Knowledge, *, with_stack: str | None = None, version: str | None = None) -> list[Pair]:
    """Return every pair of a caller and a callee of the known stacks, each at its newest version; or those of one stack."""
    ends = {
        p.name: Alone(p, knowledge, version if p.name == with_stack and version else newest(p))
        for p in knowledge.profiles.values() if not p.generic
    }  # fmt: skip
    return list(_pairs(ends, with_stack))


def _pairs(ends: dict[str, Alone], with_stack: str | None) -> Iterator[Pair]:
    for caller, one in sorted(ends.items()):
        for callee, other in sorted(ends.items()):
            if "caller" not in one.profile.ends or "callee" not in other.profile.ends:
                continue
            if with_stack in (None, caller, callee):
                yield _pair(one, other)


def _pair(caller: Alone, callee: Alone) -> Pair:
    keeps, closes = caller.value("caller.idle_timeout"), callee.value("callee.idle_timeout")
    verdict, why = _verdict(caller, callee, keeps, closes)
    return Pair(_name(caller), _name(callee), _words(keeps), _words(closes), verdict, why)


def _verdict(caller: Alone, callee: Alone, keeps: Any, closes: Any) -> tuple[str, str]:
    if caller.value("caller.reuses") is False or callee.value("callee.reuses") is False:
        return "fits", "one of them does not keep connections"
    age = caller.value("caller.max_age")
    longest = min(bounds(keeps)[1], bounds(age)[1])
    shortest = min(bounds(keeps)[0], bounds(age)[0])
    first, last = bounds(closes)
    if longest < first or first == float("inf"):
        return "fits", ""
    if caller.value("caller.honours_hint") is True and callee.value("callee.sends_hint") is True:
        return "fits", "the caller takes the limit that the callee announces"
    if shortest >= last:
        return "conflict", ""
    unsure = caller if bounds(keeps)[0] != bounds(keeps)[1] else callee
    return "open", f"it depends on what is not known of {_name(unsure)}"


def _name(end: Alone) -> str:
    return f"{end.profile.name} {end.version}" if end.version else end.profile.name


def _words(value: Any) -> str:
    low, high = bounds(value)
    return "unknown" if low <= 0 and high == float("inf") else value_text(value, _DURATION)
