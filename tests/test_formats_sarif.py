from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from advisor.api import check
from advisor.render import RENDERERS, Options
from advisor.render.quoting import every
from tests.conftest import TESTS
from tests.format_fixtures import EXAMPLES, FULL, full, with_texts
from tests.render_fixtures import CHECKOUT, FILE, RUNS, finding, run
from tests.test_render_hostile import hostile

ALL = Options(all_outcomes=True)
with open(os.path.join(TESTS, "data", "formats", "sarif-2.1.0-rtm.5.schema.json"), encoding="utf-8") as _file:
    SCHEMA = Draft4Validator(json.load(_file), format_checker=Draft4Validator.FORMAT_CHECKER)


def rendered(wanted: Any, options: Options = Options()) -> Any:  # noqa: B008 (a tuple)
    log = json.loads(RENDERERS["sarif"](wanted, options))
    SCHEMA.validate(log)
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in only["results"]] == [r["ruleId"] for r in only["results"]]
    assert len({rule["id"] for rule in rules}) == len(rules)
    return only


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("options", [Options(), ALL])
def test_every_run_is_valid(name: str, options: Options) -> None:
    log = rendered(RUNS[name](), options)

    findings = [f for report in RUNS[name]().reports for f in report.findings]
    assert [r["level"] for r in log["results"] if "suppressions" not in r] == [f.severity for f in findings]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(RENDERERS["sarif"](full(), Options()))
    log["runs"][0]["results"][0]["level"] = "bad"

    assert not SCHEMA.is_valid(log)


def test_the_checkout_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/formats/checkout.sarif", RENDERERS["sarif"](full(problems=True), ALL))


def test_a_result_points_at_the_fact_to_change_and_names_the_others() -> None:
    changed = CHECKOUT.findings[0].changes[0]._replace(place=f"{FILE}:37:34", written="5s")
    one = CHECKOUT.findings[0]._replace(changes=(changed,), place=f"{FILE}:3:3")

    (result,) = [r for r in rendered(run(CHECKOUT._replace(findings=(one,))))["results"] if "suppressions" not in r]

    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": FILE, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 37, "startColumn": 34},
    }
    assert [place["fullyQualifiedName"] for place in location["logicalLocations"]] == ["edge -> pricing"]
    (other,) = result["relatedLocations"]
    assert other["physicalLocation"]["artifactLocation"]["uri"] == "captures/nginx.conf"
    assert other["message"]["text"] == "edge upstream keepalive_timeout: 60s (default of nginx 1.24)"


def test_what_is_ignored_is_suppressed_with_its_reason_and_last_day() -> None:
    (result,) = [r for r in rendered(full())["results"] if "suppressions" in r]

    (suppression,) = result["suppressions"]
    assert (result["ruleId"], result["message"]["text"]) == ("retry-without-jitter", "checkout repeats at once")
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert suppression["justification"] == "the queue in front already spreads the load"
    assert suppression["properties"] == {"until": "2027-01-31"}


def test_only_findings_unless_all_outcomes_are_asked_for() -> None:
    assert {r["kind"] for r in rendered(full())["results"]} == {"fail"}

    told = [(r["kind"], r["level"], r["ruleId"]) for r in rendered(full(), ALL)["results"] if r["kind"] != "fail"]
    assert told == [("open", "none", "rtt-unknown"), ("pass", "none", "idle-timeout-ordering")]


def test_rules_have_help() -> None:
    rules = {rule["id"]: rule for rule in rendered(full())["tool"]["driver"]["rules"]}

    rule = rules["idle-timeout-ordering"]
    assert rule["help"]["text"].startswith("Each request that finds no idle connection opens one.\n\nThen Dial runs.")
    assert "**When it may stay.** The load is below 1/s." in rule["help"]["markdown"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_wrong_input_is_told_and_the_run_has_no_success() -> None:
    (invocation,) = rendered(full(problems=True))["invocations"]

    assert invocation["executionSuccessful"] is False
    first = invocation["toolExecutionNotifications"][0]
    assert first["message"]["text"] == 'rate "2400/sec" has an unknown unit; write 2400/s (also: /min, /h)'
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 9}
    assert rendered(full())["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def fingerprints(wanted: Any) -> list[str]:
    return [r["partialFingerprints"]["advisor/v1"] for r in rendered(wanted)["results"]]


def test_fingerprints_outlive_lines_and_values_and_tell_findings_apart() -> None:
    moved = every(FULL.findings, lambda text: text.replace(FILE, "moved/other.yaml").replace("5s", "7s").replace(":16:", ":99:"))
    before = fingerprints(full())

    assert fingerprints(run(FULL._replace(findings=moved))) == before
    assert len(set(before)) == len(before)
    assert set(fingerprints(run(FULL._replace(findings=FULL.findings[::-1])))) == set(before)


def test_the_same_finding_twice_has_two_fingerprints() -> None:
    twins = [finding("a", "error", ["x -> y"], "x"), finding("a", "error", ["x -> y"], "x")]

    assert len(set(fingerprints(run(CHECKOUT._replace(findings=twins, ignored=()))))) == 2


def test_braces_and_brackets_of_a_text_are_no_placeholders_and_no_links() -> None:
    one = finding("a", "error", ["x"], "{0} of [a](1) and [b]", message="")

    (result,) = rendered(run(CHECKOUT._replace(findings=(one,), ignored=())))["results"]

    assert result["message"]["text"] == "{{0}} of \\[a](1) and [b]."


def test_names_of_files_are_references_below_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = {f"{tmp_path}/a b.yaml": "a%20b.yaml", "./x/../c#d.yaml": "c%23d.yaml", "caf\u00e9.yaml": "caf%C3%A9.yaml",
             "n\udcff.yaml": "n%FF.yaml", "a:b": "a%3Ab"}  # fmt: skip
    for name, uri in names.items():
        log = rendered(run(CHECKOUT._replace(files=(name,), digests={})))
        assert log["artifacts"][0]["location"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    outside = rendered(run(CHECKOUT._replace(files=("../up.yaml",), digests={})))["artifacts"][0]["location"]
    assert outside == {"uri": f"file://{tmp_path.parent}/up.yaml"}


def examples() -> Iterator[str]:
    for folder, _, files in sorted(os.walk(EXAMPLES)):
        yield from (os.path.relpath(os.path.join(folder, f), EXAMPLES) for f in sorted(files)
                    if f.endswith(".yaml") and "review" not in folder)  # fmt: skip


@pytest.mark.parametrize("name", list(examples()))
def test_fixes_applied_as_they_stand_move_the_document_to_the_plan(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(os.path.dirname(os.path.join(EXAMPLES, name)), tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    document = os.path.basename(name)
    before = check([document], today="2026-11-22")
    written = [c for r in before.reports for f in r.findings for c in f.changes if c.written]
    planned = {(c.hop, c.full_name): c.planned for c in written}

    edits = {
        (file["artifactLocation"]["uri"], *edit["deletedRegion"].values(), edit["insertedContent"]["text"])
        for result in rendered(before)["results"] for fix in result.get("fixes", ())
        for file in fix["artifactChanges"] for edit in file["replacements"]
    }  # fmt: skip
    for uri, line, column, _, end, text in sorted(edits, reverse=True):
        path = tmp_path / "x" / unquote(uri)
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[line - 1] = lines[line - 1][: column - 1] + text + lines[line - 1][end - 1 :]
        path.write_text("\n".join(lines), encoding="utf-8")

    after = check([document], today="2026-11-22")
    assert after.problems == before.problems
    assert len(edits) == len({c.place for c in written})
    left = {(c.hop, c.full_name): c.now for r in after.reports for f in r.findings for c in f.changes}
    assert all(left.get(knob, value) == value for knob, value in planned.items())


def test_a_document_that_changed_since_is_not_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(os.path.join(EXAMPLES, "checkout"), tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    before = check(["checkout.yaml"], today="2026-11-22")
    assert any("fixes" in result for result in rendered(before)["results"])

    with open("checkout.yaml", "r+", encoding="utf-8") as stream:
        text = stream.read()
        stream.seek(0)
        stream.write("# another line\n" + text)

    assert not any("fixes" in result for result in rendered(before)["results"])


@given(hostile)
def test_no_text_breaks_it(text: str) -> None:
    wanted = with_texts(lambda word: f"{word}{text}")

    log = rendered(wanted, ALL)

    assert [r["level"] for r in log["results"]][: len(FULL.findings)] == [f.severity for f in FULL.findings]
    assert len(log["results"]) == len(FULL.findings) + 3
