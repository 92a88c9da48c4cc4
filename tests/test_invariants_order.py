"""Invariants 6 and 5: order changes no outcome, reports are the same byte for byte, and every value in one has a source."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.document import read_documents
from advisor.engine import instances, judge
from advisor.model import Builder
from advisor.render import RENDERERS, Options
from advisor.sheet import Sheet
from tests.strategies import ROOT, TODAY, Plain, as_yaml, documents, knowledge, plans, run

SLOW = [HealthCheck.too_slow]


def told(text: str) -> tuple[Any, ...]:
    """Return what is found in *text*, whatever the order it is told in: outcomes, and what the plan changes."""
    found = plans(text)
    outcomes = sorted((*o.instance.key, o.status) for p in found for o in p.outcomes)
    changes = sorted((c.target.subject.name, c.target.knob[1], c.value) for p in found for c in p.plan.changes)
    return outcomes, changes


def shuffled(plain: Any, data: st.DataObject) -> Any:
    """Return *plain* with the keys of every mapping in another order."""
    if isinstance(plain, dict):
        return {key: shuffled(plain[key], data) for key in data.draw(st.permutations(list(plain)))}
    return [shuffled(item, data) for item in plain] if isinstance(plain, list) else plain


@settings(max_examples=15, suppress_health_check=SLOW)
@given(documents(), st.data())
def test_the_order_of_settings_changes_no_outcome(document: Plain, data: st.DataObject) -> None:
    assert told(as_yaml(shuffled(document, data))) == told(as_yaml(document))


@settings(max_examples=10, suppress_health_check=SLOW)
@given(documents("one", 3), documents("two", 3), documents("three", 2), st.data())
def test_the_order_of_documents_changes_no_outcome(one: Plain, two: Plain, three: Plain, data: st.DataObject) -> None:
    """Systems of their own do not meddle with each other."""
    order = data.draw(st.permutations([one, two, three]))

    assert told(as_yaml(*order)) == told(as_yaml(one, two, three))
    assert told(as_yaml(one))[0] == [o for o in told(as_yaml(*order))[0] if any("one" in name for name in o[1:3])]


@settings(max_examples=10, suppress_health_check=SLOW)
@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_no_outcome(document: Plain, random: Any) -> None:
    known = knowledge()
    read, _ = read_documents(["-"], stdin=as_yaml(document))
    (system,) = Builder(known, TODAY).build(read)
    rules = list(known.rules.values())
    found = []
    for _ in range(2):
        sheet = Sheet(known.properties)
        outcomes = judge(instances(rules, system.subjects), sheet)
        found.append({(o.instance.key, o.status) for o in outcomes})
        random.shuffle(rules)
    assert found[0] == found[1]


@settings(max_examples=10, suppress_health_check=SLOW)
@given(documents())
def test_a_second_run_gives_the_same_report(document: Plain) -> None:
    """Every format, every fact, twice in one process: nothing is kept from the first run."""
    text = as_yaml(document)
    first, second = run(text, snippets=True), run(text, snippets=True)

    assert first == second
    for render in RENDERERS.values():
        assert render(first, Options(verbose=True)) == render(second, Options(verbose=True))


_PROGRAM = """\
import sys
from advisor.api import check
from advisor.render import RENDERERS, Options
run = check(sys.argv[1:], today="2026-01-01", snippets=True)
for name, render in sorted(RENDERERS.items()):
    sys.stdout.write(render(run, Options(verbose=True)))
for report in run.reports:
    for snippet in report.snippets:
        sys.stdout.write(snippet.text)
"""
EXAMPLES = [os.path.join("examples", name) for name in ("checkout", "conflict", "healthy")]


def test_reports_do_not_hang_on_the_seed_of_hashes_or_on_the_clock() -> None:
    """The examples in every format, by processes that hash texts differently, on a machine of another time zone."""
    told_by = []
    for seed, zone in (("1", "UTC"), ("4000", "Asia/Tokyo")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *EXAMPLES], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        told_by.append(done.stdout)

    assert len(told_by[0]) > 10_000
    assert told_by[0] == told_by[1]


SOURCES = {
    "stated",
    "captured",
    "estimated",
    "default",
    "unverified",
    "behaviour",
    "derived",
    "effective",
    "none",
    "otherwise",
    "assumed",
    "planned",
    "unknown",
    "implied",
}


@settings(max_examples=25, suppress_health_check=SLOW)
@given(documents())
def test_every_value_in_a_report_has_a_source(document: Plain) -> None:
    """Where it was written, or which stack, formula or assumption it comes from; a default has its reference too."""
    (report,) = run(as_yaml(document)).reports
    for fact in (*report.facts, *(f for finding in report.findings for f in finding.evidence)):
        assert fact.source in SOURCES, fact
        assert fact.words, fact
        if fact.source in ("stated", "captured") and fact.property != "run.date":
            assert fact.place.startswith("-:"), fact
        if fact.source in ("estimated", "derived", "effective"):
            assert fact.place or fact.reference or fact.words not in SOURCES, fact
        if fact.source in ("default", "behaviour", "unverified"):
            assert fact.reference, fact
    for change in (c for step in report.plan.steps for c in step.changes):
        assert change.rules, change
        assert change.was, change


PROFILES = [p for p in knowledge().profiles.values() if not p.generic]


@pytest.mark.parametrize("name", [p.name for p in PROFILES])
def test_every_default_in_a_profile_has_a_reference_and_a_version(name: str) -> None:
    """Rows of versions leave no gap and do not overlap: the first and the last are open, each begins where one ends."""
    profile = knowledge().profiles[name]
    for setting in profile.settings.values():
        assert setting.source or all(row.source for row in setting.rows), setting.name
        starts = [row.since for row in setting.rows]
        ends = [row.until for row in setting.rows]
        assert starts[0] is None, f"{setting.name}: before {starts[0]} nothing is said"
        assert ends[-1] is None, f"{setting.name}: from {ends[-1]} on nothing is said"
        for row in setting.rows:
            assert row.since is None or row.until is None or row.since != row.until
    if profile.versions:
        assert profile.versions_source
