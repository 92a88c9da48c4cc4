"""The order of a plan: what is safe together is one step, else each change is; where no order is safe that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.knowledge import Knowledge, load_knowledge
from advisor.moves import Conflict, Move, Target, settle
from advisor.stacks import Setting
from tests.strategies import Planned, knowledge, plans

PROFILE = """\
stack: made
ends: [caller, callee]
settings:
  keeps: {kind: count, is: [caller.max_idle], default: 10, range: [1, 1000], source: made for this test}
  asks: {kind: count, is: [caller.max_requests], default: 10, range: [1, 1000], source: made for this test}
  holds: {kind: count, is: [callee.connections_limit], default: 10, range: [1, 1000], source: made for this test}
  serves: {kind: count, is: [callee.max_requests], default: 10, range: [1, 1000], source: made for this test}
"""

RULE = """\
rule: {slug}
title: A bound made for a test
severity: warning
confidence: high
cause: no-reuse
scope: leg
require: {require}
summary: "{{caller}} and {{callee}} do not fit"
message: They do not.
fix:
{fixes}
why: Because.
references: [a book]
proof: none, made for this test
---
cases:
  - {{name: violated, given: {{{violated}}}, expect: violated}}
  - {{name: met, given: {{{met}}}, expect: met}}
  - {{name: "edge: as met", given: {{{met}}}, expect: met}}
  - {{name: not known, given: {{}}, expect: unknown}}
"""


def rule(slug: str, require: str, fixes: list[str], violated: str, met: str) -> str:
    return RULE.format(slug=slug, require=require, fixes="\n".join(f"  - set: {f}" for f in fixes), violated=violated, met=met)


def below(slug: str, small: str, large: str) -> str:
    """Return the rule that *small* is not above *large*, which raises the one or lowers the other."""
    return rule(slug, f"{small} <= {large}", [f"{{{large}: {{at_least: {small}}}}}", f"{{{small}: {{at_most: {large}}}}}"],
                f"{small}: 20, {large}: 10", f"{small}: 10, {large}: 10")  # fmt: skip


def wanted(slug: str, name: str) -> str:
    return rule(slug, f"{name} >= 100", [f"{{{name}: {{at_least: 100}}}}"], f"{name}: 10", f"{name}: 100")


def planned(root: Path, rules: dict[str, str]) -> Planned:
    """Return the plan of one made hop that calls another, under made rules alone."""
    (root / "stacks").mkdir()
    (root / "stacks" / "made.yaml").write_text(PROFILE)
    (root / "made").mkdir()
    for slug, text in rules.items():
        (root / "made" / f"{slug}.yaml").write_text(text)
    known: Knowledge = load_knowledge((str(root),))
    (found,) = plans("path: [{name: a, stack: made}, {name: b, stack: made}]", known, list(rules))
    return found


def order(found: Planned) -> list[list[str]]:
    return [[c.target.setting.name for c in step if c.target.setting] for step in found.plan.steps]


def test_the_callee_is_ready_before_what_calls_it(tmp_path: Path) -> None:
    found = planned(tmp_path, {"keeps-more": wanted("keeps-more", "caller.max_idle"),
                               "keeps-fit": below("keeps-fit", "caller.max_idle", "callee.connections_limit")})  # fmt: skip
    assert order(found) == [["holds"], ["keeps"]]
    assert found.plan.ordered


def test_a_hop_whose_changes_are_not_safe_together_is_changed_one_by_one(tmp_path: Path) -> None:
    """Each hop has a change that must come before one of the other's, so neither can be done whole."""
    found = planned(tmp_path, {
        "keeps-more": wanted("keeps-more", "caller.max_idle"),
        "keeps-fit": below("keeps-fit", "caller.max_idle", "callee.connections_limit"),
        "serves-more": wanted("serves-more", "callee.max_requests"),
        "serves-fit": below("serves-fit", "callee.max_requests", "caller.max_requests"),
    })  # fmt: skip
    done = [name for step in order(found) for name in step]
    assert found.plan.ordered
    assert sorted(done) == ["asks", "holds", "keeps", "serves"]
    assert done.index("holds") < done.index("keeps")
    assert done.index("asks") < done.index("serves")
    assert found.plan.left == ()


def test_where_every_order_makes_a_finding_on_the_way_that_is_said(tmp_path: Path) -> None:
    """Two values that must be equal, on two hops, and both too small: whichever is first is unequal for a while."""
    found = planned(tmp_path, {
        "keeps-more": wanted("keeps-more", "caller.max_idle"),
        "keeps-fit": below("keeps-fit", "caller.max_idle", "callee.connections_limit"),
        "holds-fit": below("holds-fit", "callee.connections_limit", "caller.max_idle"),
    })  # fmt: skip
    assert sorted(name for step in order(found) for name in step) == ["holds", "keeps"]
    assert not found.plan.ordered
    assert found.plan.left == ()


def test_two_rules_that_want_different_values_of_one_setting_conflict(tmp_path: Path) -> None:
    """Neither is planned at the other's cost, and each is said to stand in the other's way."""
    exact = {n: rule(f"keeps-{n}", f"caller.max_idle == {n}", [f"{{caller.max_idle: {{to: {n}}}}}"], "caller.max_idle: 10",
                     f"caller.max_idle: {n}") for n in (100, 200)}  # fmt: skip
    found = planned(tmp_path, {f"keeps-{n}": text for n, text in exact.items()})
    assert len(found.plan.resolved) == len(found.plan.left) == 1
    (left,) = found.plan.left
    assert [c.rule.slug for c in left.culprits] == [i.rule.slug for i in found.plan.resolved]


SETTING = Setting("held", {"kind": "duration", "range": ["0s", "10m"], "step": "60s", "special": {"5m": "never"}})


def demand(operator: str, target: Target) -> Move:
    expression = next(iter(knowledge().rules.values())).require[0]
    return Move(operator, expression, {}, {}, operator, target)


@pytest.mark.parametrize(("old", "demands", "value"), [
    (30.0, [("at_least", 61.0)], 120.0),  # up to the next whole step
    (500.0, [("at_most", 119.0)], 60.0),
    (90.0, [("at_least", 60.0), ("at_most", 120.0)], 90.0),  # it satisfies them as it is
    (30.0, [("to", 45.0), ("at_least", 40.0)], 45.0),
])  # fmt: skip
def test_a_value_lies_between_its_bounds(old: float, demands: list[tuple[str, float]], value: float) -> None:
    target = Target(None, None, ("hop", "held"), SETTING, None)  # type: ignore[arg-type]
    assert settle(old, [(bound, demand(operator, target)) for operator, bound in demands], SETTING, None) == value


@pytest.mark.parametrize(("demands", "why"), [
    ([("at_least", 61.0), ("at_most", 100.0)], "no value of its range satisfies them"),  # no whole step lies between
    ([("at_least", 120.0), ("at_most", 60.0)], "the bounds exclude each other"),
    ([("at_least", 700.0)], "the bounds exclude each other"),  # beyond the range
    ([("at_least", 250.0), ("at_most", 300.0)], "no value of its range satisfies them"),  # 5m means something else
    ([("to", 45.0), ("at_most", 40.0)], "two values are demanded"),
])  # fmt: skip
def test_bounds_that_leave_no_value_are_told(demands: list[tuple[str, float]], why: str) -> None:
    target = Target(None, None, ("hop", "held"), SETTING, None)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=why) as caught:
        settle(30.0, [(bound, demand(operator, target)) for operator, bound in demands], SETTING, None)
    assert {m.operator for m in caught.value.moves} <= {operator for operator, _ in demands}


def test_bounds_that_hang_on_each_other_are_no_plan(tmp_path: Path) -> None:
    """Each wants twice the other's value: no two values do, and the one that is left says who is in the way."""

    def twice(slug: str, one: str, other: str) -> str:
        return rule(slug, f"{one} >= 2 * {other}", [f"{{{one}: {{at_least: 2 * {other}}}}}"], f"{one}: 10, {other}: 10",
                    f"{one}: 20, {other}: 10")  # fmt: skip

    ends = ("caller.max_idle", "callee.connections_limit")
    found = planned(tmp_path, {"keeps-twice": twice("keeps-twice", *ends), "holds-twice": twice("holds-twice", *reversed(ends))})
    assert len(found.plan.resolved) == len(found.plan.left) == 1
    (left,) = found.plan.left
    assert [c.rule.slug for c in left.culprits] == [i.rule.slug for i in found.plan.resolved]
