"""What a leg carries: requests of all paths over it, round trips, the workload that holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Any, NamedTuple

from advisor.document import Stated
from advisor.facts import Given, Hook, Source, Subject
from advisor.values import Range, add, bounds, hull, mul

Compute = Callable[[Any], Any]
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_ONCE = ("POST", "PATCH")


class Load(NamedTuple):
    """
    What one path sends over a leg: its workload's rate, times the calls of each hop before, times a branch's share.

    Attributes:
        share: A number or a range; None where the leg lies before the path's split.
    """

    workload: Subject
    fans: tuple[Subject, ...]
    share: Any


def branch_share(shares: list[Stated | None], i: int) -> Any:
    """Return the share of branch *i*: as stated, or what the others leave."""
    stated = shares[i]
    if stated is not None:
        return float(stated.value)  # type: ignore[arg-type]
    others = sum(float(s.value) for s in shares if s is not None)  # type: ignore[arg-type,misc]
    rest = sum(1 for s in shares if s is None)
    return max(0.0, 1.0 - others) if rest == 1 else Range(0.0, max(0.0, 1.0 - others))


def rate(loads: list[Load]) -> Compute:
    """Return the requests a second over a leg, all paths together."""

    def run(env: Any) -> Any:
        total: Any = 0.0
        for load in loads:
            cell = env.sheet.cell(load.workload, "rate")
            env.root.used |= cell.deps
            value = cell.value
            for hop in load.fans:
                fan = env.sheet.cell(hop, "fan_out")
                env.root.used |= fan.deps
                value = mul(value, fan.value)
            total = add(total, value if load.share is None else mul(value, load.share))
        return total

    return run


def rate_title(loads: list[Load]) -> str:
    """Return how the rate of a leg came about, in words."""
    title = "workload.rate"
    if any(load.share is not None for load in loads):
        title += " × share"
    return title + (", of all paths together" if len({load.workload for load in loads}) > 1 else "")


def rtt(leg: Subject) -> Compute:
    """Return the bounds of a round trip that nobody stated: no answer comes faster, so the median latency is above it."""

    def run(env: Any) -> Any:
        low, high = 10e-6, 2.0
        if env.sheet.assuming:
            assumed = env.sheet.properties.all["leg"]["rtt"].assume
            high = min(high, _least_latency(env, leg))
            return min(assumed, high) if high > 0 else assumed
        return Range(low, max(low * 2, min(high, _least_latency(env, leg))), ((leg, "rtt"),))

    return run


def _least_latency(env: Any, leg: Subject) -> float:
    found = [bounds(env.sheet.cell(s, "latency_p50").value)[1] for s in (leg.parts["caller"], leg.scopes["workload"])]
    return min([f for f in found if f > 0], default=inf)


def merged(workloads: list[Subject]) -> Subject:
    """Return one workload that says of each property what all of *workloads* allow."""
    both = Subject("workload", " and ".join(w.name for w in workloads))
    both.scopes = workloads[0].scopes

    def run(name: str) -> Compute:
        return lambda env: hull([env.sheet.cell(w, name).value for w in workloads])

    for name in sorted({n for w in workloads for n in w.stated} | {"peak_factor", "latency_mean"}):
        both.stated[name] = Given(Hook(run(name), both), Source("derived", None, "of all paths on this leg"))
    return both


def methods(stated: Stated) -> dict[str, Given]:
    """Return the shares of requests that change something, from the mix of methods."""
    pairs: list[tuple[str, float | None]] = list(stated.value)  # type: ignore[arg-type]
    source = Source("estimated" if stated.estimated else "stated", stated.place, text=stated.text)

    def share(counted: Iterable[str], others: bool) -> Any:
        total: Any = 0.0
        known = sum(s for _, s in pairs if s is not None)
        for method, part in pairs:
            if (method in counted) is not others:
                total = add(total, part if part is not None else Range(0.0, max(0.0, 1.0 - known) or 1.0))
        return total

    return {"unsafe_share": Given(share(_SAFE, True), source), "post_share": Given(share(_ONCE, False), source)}
