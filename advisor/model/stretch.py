"""The leg between two hops: what the links on it say, and what it carries."""

from __future__ import annotations

from advisor.document import Hop
from advisor.facts import Given, Hook, Source, Subject
from advisor.hostfacts import given
from advisor.model import loads


def link(leg: Subject, stretch: list[Hop]) -> None:
    """State of a leg what the links on it say: round trips add up, bandwidth and MTU are the least."""
    for hop in stretch:
        for name in ("protocol", "tls", "transport"):
            if name in hop.link:
                leg.stated[name] = given(hop.link[name])
    for name in ("rtt", "bandwidth", "mtu", "loss"):
        stated = [hop.link[name] for hop in stretch if name in hop.link]
        if stated:
            figures = [float(s.value) for s in stated]  # type: ignore[arg-type]
            value = sum(figures) if name == "rtt" else max(figures) if name == "loss" else min(figures)
            leg.stated[name] = given(stated[-1])._replace(value=value)


def carry(leg: Subject, carried: list[loads.Load]) -> None:
    """State the rate of a leg, and its longest round trip where none is stated; its ends know the workload then."""
    workloads = list(dict.fromkeys(load.workload for load in carried))
    leg.scopes["workload"] = workloads[0] if len(workloads) == 1 else loads.merged(workloads)
    for end in ("caller", "callee"):
        subject = leg.parts[end]
        subject.scopes = {**leg.scopes, **subject.scopes, end: subject}
    source = Source("derived", None, loads.rate_title(carried))
    leg.stated["rate"] = Given(Hook(loads.rate(carried), leg), source)
    if "rtt" not in leg.stated:
        leg.stated["rtt"] = Given(Hook(loads.rtt(leg), leg), Source("derived", None, "at most the median latency"))
