from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from advisor.render import RENDERERS, Options
from advisor.report.parts import Run
from tests.format_fixtures import FULL, example, full, with_texts
from tests.render_fixtures import RUNS, run
from tests.test_render_hostile import hostile

# The keys that GitLab documents as those it reads, and what it says of their values.
SCHEMA = Draft202012Validator({
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^(\\./|/)"}},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
})  # fmt: skip


def rendered(wanted: Run) -> Any:
    text = RENDERERS["gitlab"](wanted, Options())
    assert text.isascii()
    found = json.loads(text)
    SCHEMA.validate(found)
    assert len({issue["fingerprint"] for issue in found}) == len(found)
    return found


@pytest.mark.parametrize("name", RUNS)
def test_every_run_has_the_keys_that_are_read(name: str) -> None:
    wanted = RUNS[name]()

    assert len(rendered(wanted)) == len(wanted.problems) + sum(len(report.findings) for report in wanted.reports)


def test_the_checkout_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/formats/checkout.gitlab.json", RENDERERS["gitlab"](full(problems=True), Options()))


def test_severities_and_places() -> None:
    found = rendered(full(problems=True))

    assert [issue["severity"] for issue in found] == ["blocker"] * 2 + ["critical"] * 2 + ["major"] * 3 + ["info"] * 2
    assert found[0]["location"] == {"path": "orders.yaml", "lines": {"begin": 3}}
    assert found[2]["check_name"] == "idle-timeout-ordering"


def test_fingerprints_outlive_values_and_lines() -> None:
    before = [issue["fingerprint"] for issue in rendered(full())]
    moved = [f._replace(place="elsewhere.yaml:99:1", summary="other words", severity="note") for f in FULL.findings]

    assert [issue["fingerprint"] for issue in rendered(run(FULL._replace(findings=moved)))] == before


def test_an_example_stands_at_lines_of_its_document() -> None:
    assert all(issue["location"]["lines"]["begin"] > 1 for issue in rendered(example("checkout", "checkout.yaml")))


@given(hostile)
def test_no_text_breaks_it(text: str) -> None:
    found = json.loads(RENDERERS["gitlab"](with_texts(lambda word: f"{word}{text}"), Options()))

    assert len({issue["fingerprint"] for issue in found}) == len(found) == len(FULL.findings) + 2
