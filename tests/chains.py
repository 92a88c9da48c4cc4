"""
Random chains of idle timers, and the exact answer to whether any values put them in order.

The hops are proxies of stacks made for this: one setting for both ends or two, wide and narrow ranges, some fixed.
On a leg the caller must stop a margin before the callee, so a chain is a system of difference constraints, and
Bellman-Ford decides it. The planner does not use that, for pools, ports and descriptors are no differences.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from advisor.knowledge import Knowledge, load_knowledge
from tests.strategies import Planned, plans

RULE = "idle-timeout-ordering"
RANGES = {"wide": (1, 4000), "narrow": (1, 60), "high": (60, 3600)}
"""Seconds that a stack's settings take, by the name of the range; the last letter of a stack tells if they are fixed."""

_SETTING = """\
  {name}:
    kind: duration
    is: [{properties}]
    default: 60s
    range: [{low}s, {high}s]
    step: 1ms
    fixed: {fixed}
    source: made for this test
"""
_PROFILE = """\
stack: {stack}
ends: [caller, callee]
settings:
{settings}behaviour:
  caller.reuses: {{value: true, source: made for this test}}
"""


def write_stacks(root: str) -> None:
    """Write the profiles of the chains' stacks below *root*, a directory of rules."""
    folder = os.path.join(root, "stacks")
    os.makedirs(folder)
    for range_, (low, high) in RANGES.items():
        for fixed in (False, True):
            for names in (("idle",), ("upstream", "downstream")):
                stack = _stack(len(names) == 1, range_, fixed)
                ends = ("caller.idle_timeout", "callee.idle_timeout")
                settings = [
                    _SETTING.format(name=name, properties=", ".join(ends if len(names) == 1 else ends[i : i + 1]),
                                    low=low, high=high, fixed=str(fixed).lower())
                    for i, name in enumerate(names)
                ]  # fmt: skip
                with open(os.path.join(folder, f"{stack}.yaml"), "w", encoding="utf-8") as file:
                    file.write(_PROFILE.format(stack=stack, settings="".join(settings)))


def _stack(one: bool, range_: str, fixed: bool) -> str:
    return f"chain-{'one' if one else 'two'}-{range_}-{'fixed' if fixed else 'free'}"


class Link(NamedTuple):
    """A hop of a chain, and the round trip of the leg to it. Values are in ms; *one* setting serves both ends."""

    one: bool
    range: str
    fixed: bool
    upstream: int
    downstream: int
    rtt: int


def random_chain(random: Random) -> list[Link]:
    """Return two to six hops; most can be changed, most of their values are everyday ones."""
    chain = []
    for _ in range(random.randint(2, 6)):
        range_ = random.choice(("wide", "wide", "narrow", "high"))
        low, high = RANGES[range_]
        one = random.random() < 0.6
        values = [1000 * min(max(random.choice((2, 5, 10, 30, 55, 60, 65, 75, 90, 350, random.randint(1, 400))), low), high)
                  for _ in range(2)]  # fmt: skip
        chain.append(Link(one, range_, random.random() < 0.3, values[0], values[0] if one else values[1],
                          random.choice((1, 1, 20, 600))))  # fmt: skip
    return chain


def document(chain: Sequence[Link], name: str) -> str:
    """Return the chain as a document; the names of its hops begin with *name*."""
    lines = ["service: chain", "path:"]
    for i, link in enumerate(chain):
        values = {"idle": link.upstream} if link.one else {"upstream": link.upstream, "downstream": link.downstream}
        lines += [f"  - name: {name}-{i}", f"    stack: {_stack(link.one, link.range, link.fixed)}",
                  f"    settings: {{{', '.join(f'{n}: {v}ms' for n, v in values.items())}}}"]  # fmt: skip
        if i:
            lines.append(f"    link: {{rtt: {link.rtt}ms}}")
    return "\n".join(lines) + "\n"


def feasible(chain: Sequence[Link]) -> bool:
    """Return whether values in the ranges put every leg in order: no negative cycle in its difference constraints."""
    # Variable 0 is zero; an edge (a, b, w) says value(b) <= value(a) + w. Milliseconds are exact.
    edges: list[tuple[int, int, int]] = []
    upstream, downstream = [], []
    count = 1
    for link in chain:
        low, high = (1000 * s for s in RANGES[link.range])
        for value in (link.upstream,) if link.one else (link.upstream, link.downstream):
            least, most = (value, value) if link.fixed else (low, high)
            edges += [(0, count, most), (count, 0, -least)]
            count += 1
        upstream.append(count - (1 if link.one else 2))
        downstream.append(count - 1)
    for i, link in enumerate(chain[1:], 1):
        edges.append((downstream[i], upstream[i - 1], -max(2 * link.rtt + 10, 1000)))
    distance = [0] * count
    for _ in range(count):
        changed = False
        for a, b, weight in edges:
            if distance[a] + weight < distance[b]:
                distance[b], changed = distance[a] + weight, True
        if not changed:
            return True
    return False


def knowledge_of_chains(root: str) -> Knowledge:
    """Return all knowledge with the chains' stacks beside it, whose profiles are written to *root*."""
    write_stacks(root)
    return load_knowledge((root,))


def plan_chains(chains: Sequence[Sequence[Link]], knowledge: Knowledge) -> list[Planned]:
    """Return the plans of *chains* under the rule of idle timers alone."""
    text = "---\n".join(document(chain, f"c{i}") for i, chain in enumerate(chains))
    return plans(text, knowledge, (RULE,))
