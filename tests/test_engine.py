"""Outcomes: what an instance is about, what an undecided one asks for, and that a fault of one rule costs no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.api import check
from advisor.engine import FAULT, UNKNOWN, VIOLATED, judge
from advisor.knowledge import load_knowledge
from advisor.sheet import Sheet
from tests.strategies import TODAY, knowledge, plans, run

RULE = """\
rule: made
title: A rule made for a test
severity: warning
confidence: high
cause: no-reuse
scope: leg
{each}require: {require}
summary: "{{caller}} is not as it should be"
message: It is not.
why: Because.
references: [a book]
proof: none, made for this test
---
cases:
{cases}
"""


def judged(root: Path, text: str, require: str, cases: str, each: str = "") -> Any:
    """Return the outcomes of one made rule on the system of *text*."""
    (root / "made").mkdir()
    (root / "made" / "made.yaml").write_text(RULE.format(require=require, cases=cases, each=each))
    (found,) = plans(text, load_knowledge((str(root),)), ["made"])
    return found.outcomes


def test_an_instance_an_element_of_a_list_of_what_stands_behind_a_subject(tmp_path: Path) -> None:
    """``each`` may go by the caller's host; a host that nobody described has no such elements."""
    outcomes = judged(
        tmp_path,
        "path:\n  - {name: a, stack: go, host: {os: linux, sysctl: {vm.swappiness: 10, net.ipv4.tcp_tw_recycle: 1}}}\n"
        "  - {name: b, stack: go}\n",
        "s.harm != 'harmful'",
        '  - {name: "violated", given: {caller.host.stated_sysctls: [{harm: harmful}]}, expect: violated}\n'
        '  - {name: "met", given: {caller.host.stated_sysctls: [{harm: no-effect}]}, expect: met}\n'
        '  - {name: "edge: none", given: {caller.host.stated_sysctls: []}, expect: not applicable}\n'
        '  - {name: "not known", given: {}, expect: unknown}',
        "each: s in caller.host.stated_sysctls\n",
    )
    assert [(o.status, o.instance.element.name) for o in outcomes if o.status == VIOLATED] == [
        (VIOLATED, "net.ipv4.tcp_tw_recycle")
    ]


@pytest.mark.parametrize(("version", "status"), [("6", UNKNOWN), ("6.5", "met"), ("6.1", VIOLATED)])
def test_a_version_that_is_too_rough_is_asked_for(tmp_path: Path, version: str, status: str) -> None:
    """6 may be 6.1 or 6.12: the version is known, and yet it is what is missing."""
    (outcome,) = judged(
        tmp_path,
        f"path: [{{name: a, stack: go, host: {{os: linux@{version}}}}}, {{name: b, stack: go}}]",
        "caller.host.kernel >= '6.5'",
        "  - {name: violated, given: {caller.host.kernel: '6.1'}, expect: violated}\n"
        "  - {name: met, given: {caller.host.kernel: '6.9'}, expect: met}\n"
        "  - {name: \"edge: the first\", given: {caller.host.kernel: '6.5'}, expect: met}\n"
        "  - {name: not known, given: {}, expect: unknown}",
    )
    assert outcome.status == status
    assert [(subject.name, name) for subject, name in outcome.missing] == ([("a", "kernel")] if status == UNKNOWN else [])


def test_a_fault_in_one_rule_costs_the_reader_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "path: [{stack: aws-alb}, {stack: node@18}]"
    whole = run(text).reports[0]
    known = load_knowledge()
    monkeypatch.setattr(known.rules["reuse-disabled"].require[0], "run", lambda _env: 1 // 0)

    (found,) = plans(text, known, ["reuse-disabled"])
    assert {(o.status, o.fault) for o in found.outcomes} == {(FAULT, "ZeroDivisionError: integer division or modulo by zero")}

    ran = check(["-"], stdin=text, today=TODAY, knowledge=known)
    assert any("reuse-disabled" in fault for fault in ran.faults)
    assert [f.rule for f in ran.reports[0].findings] == [f.rule for f in whole.findings if f.rule != "reuse-disabled"]


def test_outcomes_are_taken_over_where_nothing_moved() -> None:
    """A trial judges again only what hangs on its moves; the rest are the same outcomes."""
    (found,) = plans("path: [{stack: aws-alb}, {stack: node@18}]")
    again = judge((), Sheet(knowledge().properties, found.sheet), found.outcomes)
    assert all(new is old for new, old in zip(again, found.outcomes, strict=True))
