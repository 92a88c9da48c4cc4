"""Invariant 2: a plan applied ends what it says it resolves and makes nothing new, nor does any step; see test_plan_chains too."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from tests.strategies import Plain, applied, as_yaml, documents, plans, run


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_applying_the_plan_resolves_what_it_says_and_makes_nothing_new(document: Plain) -> None:
    """The changes of the report, written into the document step by step and checked again from the text."""
    (before,) = plans(as_yaml(document))
    steps = run(as_yaml(document)).reports[0].plan.steps
    assert before.plan.ordered, "no order of steps was found"

    changed = document
    now = before
    for step in steps:
        after = applied(changed, step.changes)
        assume(after is not None)
        assert after is not None
        changed = after
        (now,) = plans(as_yaml(changed))
        assert now.violated() <= before.violated(), f"step {step.number} makes a finding"

    assert now.violated() & {i.key for i in before.plan.resolved} == set()
    assert now.violated() == {left.instance.key for left in before.plan.left}
    assert now.plan.changes == [], "planning again plans something"
