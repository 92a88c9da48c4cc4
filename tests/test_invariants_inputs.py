"""Invariant 1: every input ends in outcomes or in clear errors with places."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.render import RENDERERS, Options
from advisor.report.parts import Run
from tests.strategies import Plain, as_yaml, documents, mutated, run

LONGEST = 5.0
"""Seconds of processor time that no small document may take: far more than any takes, far less than a hang."""


def ends_well(text: str) -> Run:
    """Assert that *text* ends in reports or problems, quickly, and that each can be printed."""
    before = time.thread_time()
    found = run(text, snippets=True)
    for render in RENDERERS.values():
        render(found, Options(verbose=True))
    assert time.thread_time() - before < LONGEST
    for problem in found.problems:
        assert problem.place.file
        assert problem.message
        assert problem.message.isprintable()
    return found


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_every_right_document_ends_in_outcomes(document: Plain) -> None:
    """What the stacks' profiles allow is judged, without a problem."""
    found = ends_well(as_yaml(document))

    assert [str(p) for p in found.problems] == []
    assert len(found.reports) == 1
    counts = found.reports[0].counts
    assert counts.met + counts.unknown + counts.not_applicable > 0


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_every_mutated_document_ends_in_outcomes_or_errors(text: str) -> None:
    ends_well(text)


WORDS = ["node@18", "never", "1s", "~2/s", "nginx", "linux@6.1", "unknown@", "@", "tcp-server@x", "go@1.21", "10%", "restart"]
ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(WORDS)
KEYS = st.sampled_from([
    "service", "workload", "rate", "latency", "p50", "path", "name", "stack", "settings", "host", "os", "sysctl", "sockets", "all",
    "counters", "link", "rtt", "retry", "process", "nofile", "split", "share", "ignore", "rule", "symptoms", "text", "client",
    "use", "changes", "caller.idle_timeout", "keepAliveTimeout", "",
])  # fmt: skip
TREES = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_every_structure_ends_in_outcomes_or_errors(tree: Plain) -> None:
    ends_well(as_yaml(tree))


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(documents(longest=3), st.data())
def test_odd_values_in_right_places_end_in_outcomes_or_errors(document: Plain, data: st.DataObject) -> None:
    """One value of a right document is replaced by another of any shape."""
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(TREES)
            break
        node = node[key]
    ends_well(as_yaml(document))
