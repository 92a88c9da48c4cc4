from __future__ import annotations

import os
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from advisor.render import RENDERERS, Options
from advisor.report.parts import Run
from tests.conftest import TESTS
from tests.format_fixtures import FULL, example, full, with_texts
from tests.render_fixtures import RUNS, finding, run
from tests.test_render_hostile import hostile

SCHEMA = xmlschema.XMLSchema(os.path.join(TESTS, "data", "formats", "junit.xsd"))


def read(wanted: Run) -> ET.Element:
    text = RENDERERS["junit"](wanted, Options())
    assert text.isascii()
    root = ET.fromstring(text)  # noqa: S314 (our own)
    SCHEMA.validate(root)
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite)
        for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(key, "")) == len(suite.findall(f"testcase/{kind}"))
    assert int(root.get("tests", "")) == len(root.findall("*/testcase"))
    assert int(root.get("failures", "")) == len(root.findall("*/testcase/failure"))
    return root


def case(root: ET.Element, name: str) -> ET.Element:
    (found,) = [c for c in root.iter("testcase") if c.get("name") == name]
    return found


def told(root: ET.Element, name: str, kind: str) -> str:
    (child,) = case(root, name)
    assert child.tag == kind
    return child.text or ""


@pytest.mark.parametrize("name", RUNS)
def test_every_run_is_valid(name: str) -> None:
    read(RUNS[name]())


def test_the_schema_refuses_what_is_no_report_of_tests() -> None:
    assert not SCHEMA.is_valid(ET.fromstring('<testsuites><testsuite tests="0"/></testsuites>'))  # noqa: S314 (our own)


def test_the_checkout_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/formats/checkout.junit.xml", RENDERERS["junit"](full(problems=True), Options()))


def test_a_case_is_a_rule_and_a_subject() -> None:
    names = [c.get("name") for c in read(full()).iter("testcase")]

    assert names == [f"{o.rule} on {o.where}" for o in FULL.outcomes]
    assert {c.get("classname") for c in read(full()).iter("testcase")} == {"checkout"}


def test_an_error_and_a_warning_fail_with_what_the_finding_says() -> None:
    failure = case(read(full()), "idle-timeout-ordering on edge -> pricing")[0]

    assert failure.get("type") == "error"
    assert failure.get("message") == "pricing closes idle connections before edge stops reusing them"
    assert "Plan: pricing keepAliveTimeout 5s -> 65s." in (failure.text or "").splitlines()
    assert case(read(full()), "idle-pool-too-small on checkout -> stock")[0].get("type") == "warning"


def test_a_note_passes_and_says_what_it_is() -> None:
    text = told(read(full()), "dial-rate-unlimited on checkout", "system-out")

    assert text.startswith("note: nothing limits checkout's new connections\n")


def test_what_is_not_known_is_skipped_with_how_to_get_it() -> None:
    text = told(read(full()), "rtt-unknown on checkout -> aws-alb", "skipped")

    assert text == "not known: rtt of checkout -> aws-alb\nrtt of checkout -> aws-alb: ss -tin, or advisor probe URL"


def test_what_is_ignored_is_skipped_with_its_reason_and_last_day() -> None:
    text = told(read(full()), "retry-without-jitter on checkout", "skipped")

    assert text == "ignored: the queue in front already spreads the load (until 2027-01-31)"


def test_what_is_met_passes_and_says_nothing() -> None:
    assert list(case(read(full()), "idle-timeout-ordering on aws-alb -> edge")) == []


def test_wrong_input_is_an_error() -> None:
    (error,) = case(read(full(problems=True)), "orders.yaml:3:9")

    assert (error.tag, error.get("message")) == ("error", 'rate "2400/sec" has an unknown unit; write 2400/s (also: /min, /h)')


def test_a_finding_that_no_rule_judged_has_its_case() -> None:
    unused = finding("ignore-unused", "warning", ["checkout"], "nothing here violates x; the ignore has no use")

    assert told(read(run(FULL._replace(findings=(*FULL.findings, unused)))), "ignore-unused on checkout", "failure")


def test_every_outcome_of_an_example_has_a_case() -> None:
    wanted = example("checkout", "checkout.yaml")
    root = read(wanted)

    counts = wanted.reports[0].counts
    cases = root.findall("*/testcase")
    passed = [c for c in cases if len(c) == 0]
    assert len(passed) == counts.met
    assert len(root.findall("*/testcase/skipped")) == counts.unknown + counts.ignored


@given(hostile)
def test_no_text_breaks_it(text: str) -> None:
    root = read(with_texts(lambda word: f"{word}{text}"))

    assert len(root.findall("*/testcase")) == len(FULL.outcomes) + 2
