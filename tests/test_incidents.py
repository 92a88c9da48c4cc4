"""Public incidents, written as documents: the cause that was confirmed is named first or second, and the plan holds its fix."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.api import check
from advisor.knowledge import load_knowledge
from advisor.report import Report
from advisor.report.parts import ChangeView
from advisor.units import parse

INCIDENTS = Path(__file__).parent / "incidents"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((INCIDENTS / "expected.yaml").read_text())
KNOWLEDGE = load_knowledge()
TODAY = "2026-11-20"
"""The day the incidents are judged on: ends of support must not change what is found."""
FIXED = [pytest.param(n, marks=[pytest.mark.xfail(strict=True, reason=e["open"])] if "open" in e else [])
         for n, e in EXPECTED.items() if "fix" in e]  # fmt: skip


@cache
def report_of(name: str) -> Report:
    """Return what the advisor says of an incident."""
    run = check([str(INCIDENTS / f"{name}.yaml")], today=TODAY, knowledge=KNOWLEDGE)
    assert (list(run.problems), list(run.faults)) == ([], [])
    return run.reports[0]


def named(report: Report) -> list[str]:
    """Return the first two causes of the first symptom that has any; without symptoms the first two findings."""
    ranked = next((s.causes for s in report.symptoms if s.causes), None)
    return [c.rule for c in ranked][:2] if ranked is not None else [f.rule for f in report.findings][:2]


def holds(changes: list[ChangeView], wanted: dict[str, Any]) -> bool:
    """Return whether planned values are what was wanted of a property, or of every setting that it takes."""
    of = [c for c in changes if (c.hop, c.property) == (wanted["hop"], wanted["property"])]
    if "sets" in wanted:
        return all(any(c.setting == name and _reaches(c, each) for c in of) for name, each in wanted["sets"].items())
    return any(_reaches(c, wanted) for c in of)


def _reaches(change: ChangeView, wanted: dict[str, Any]) -> bool:
    if "is" in wanted:
        return bool(change.planned == wanted["is"])
    low, high = wanted.get("at_least"), wanted.get("at_most")
    kind = "count" if int in (type(low), type(high)) else _kind_of(change.property)
    planned = float(parse(change.planned, kind))
    return (low is None or planned >= float(parse(str(low), kind))) and (
        high is None or planned <= float(parse(str(high), kind)))  # fmt: skip


def _kind_of(prop: str) -> str:
    role, name = prop.split(".")
    return KNOWLEDGE.properties.all["end" if role in ("caller", "callee") else role][name].kind.name


def test_every_incident_has_expectations() -> None:
    """No document is left out, and no expectation is of nothing."""
    assert sorted(p.stem for p in INCIDENTS.glob("*.yaml") if p.stem != "expected") == sorted(EXPECTED)
    known = {*KNOWLEDGE.rules, *KNOWLEDGE.outside}
    assert {c for e in EXPECTED.values() for c in e["causes"]} <= known


@pytest.mark.parametrize("name", EXPECTED)
def test_the_confirmed_cause_is_named(name: str) -> None:
    """Among the first two causes of the symptom stands the one that the thread confirmed."""
    assert set(EXPECTED[name]["causes"]) & set(named(report_of(name)))


@pytest.mark.parametrize("name", FIXED)
def test_the_plan_holds_the_confirmed_fix(name: str) -> None:
    """One of the confirmed ways to mend it is planned, with a value that mends it."""
    changes = [c for step in report_of(name).plan.steps for c in step.changes]
    assert any(holds(changes, wanted) for wanted in EXPECTED[name]["fix"]), changes


OPEN = [n for n, e in EXPECTED.items() if "open" in e]


@pytest.mark.parametrize("name", OPEN)
def test_what_an_open_fix_wants_is_asked_for(name: str) -> None:
    """Where no plan holds the fix the cause is undecided, not met, and what would decide it is asked for by name."""
    asked = {f"{m.hop} {m.name}" for u in report_of(name).unassessed if u.rule in EXPECTED[name]["causes"] for m in u.missing}
    assert set(EXPECTED[name]["asks"]) <= asked


@pytest.mark.parametrize("name", OPEN)
def test_told_what_is_asked_for_the_plan_holds_the_fix(name: str) -> None:
    """It is the facts that were missing, and not a way to plan it."""
    document = yaml.safe_load((INCIDENTS / f"{name}.yaml").read_text())
    told = EXPECTED[name]["told"]
    document["workload"] = document.get("workload", {}) | told.get("workload", {})
    for hop in document["path"]:
        for key, value in told.get("path", {}).get(hop["name"], {}).items():
            hop[key] = hop.get(key, {}) | value if isinstance(value, dict) else value
    run = check(["-"], stdin=yaml.safe_dump(document, sort_keys=False), today=TODAY, knowledge=KNOWLEDGE)
    assert list(run.problems) == []
    changes = [c for step in run.reports[0].plan.steps for c in step.changes]
    assert any(holds(changes, wanted) for wanted in EXPECTED[name]["fix"]), changes


@pytest.mark.parametrize("name", [n for n, e in EXPECTED.items() if e.get("plan") == "none"])
def test_nothing_is_tuned_that_no_setting_causes(name: str) -> None:
    """Where no setting explains an incident, none is changed, and no error points to one."""
    report = report_of(name)
    assert [c for step in report.plan.steps for c in step.changes] == []
    assert [f.rule for f in report.findings if f.severity == "error"] == []
