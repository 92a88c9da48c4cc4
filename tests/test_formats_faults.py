"""A fault of ours is told in every format that a CI reads, beside what could be judged."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from advisor.render import RENDERERS, Options
from advisor.render.github import job_summary
from tests.format_fixtures import full

FAULT = "rule idle-pool-too-small failed on checkout -> aws-alb (KeyError)"
RUN = full()._replace(faults=(FAULT,))


def rendered(name: str) -> str:
    return RENDERERS[name](RUN, Options())


def test_sarif_notifies_and_the_run_has_no_success() -> None:
    (invocation,) = json.loads(rendered("sarif"))["runs"][0]["invocations"]

    assert invocation["executionSuccessful"] is False
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [FAULT]


def test_junit_has_an_error() -> None:
    errors = list(ET.fromstring(rendered("junit")).iter("error"))  # noqa: S314 (our own)

    assert [(e.get("type"), e.text) for e in errors] == [("fault", FAULT)]


def test_github_annotates_it_first_and_the_summary_names_it() -> None:
    assert rendered("github").splitlines()[0] == f"::error title=internal error::{FAULT}"
    assert f"- **internal error** {FAULT}" in job_summary(RUN).splitlines()


def test_code_quality_has_an_issue() -> None:
    first = json.loads(rendered("gitlab"))[0]

    assert (first["check_name"], first["severity"], first["description"]) == ("internal-error", "blocker", FAULT)
