"""How a plan is searched for: what a guard reads, what one finding's mending asks of another, why a finding is left."""

from __future__ import annotations

from tests.strategies import plans


def test_a_guard_reads_the_system_as_the_plan_has_it_by_then() -> None:
    """
    A fix that fits only once another finding is mended is taken in the next round.

    The time for an attempt hangs on how many there are, which no part of the rule that asks for the time reads.
    """
    (planned,) = plans("""\
workload: {deadline: 1s, methods: {GET: 80%, POST: 20%}}
path:
  - {name: edge, stack: apisix, retry: {attempts: unlimited, budget: 0}}
  - {name: api, stack: actix}
""")
    values = {c.target.label: c.value for c in planned.plan.changes}
    assert (values["retry.attempts of edge"], values["upstream.timeout.read of edge"]) == (2, 0.5)
    assert "deadline-not-enforced" in {i.rule.slug for i in planned.plan.resolved}
