from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from advisor.render import RENDERERS, Options
from advisor.render.github import job_summary
from advisor.report.parts import Run
from tests.format_fixtures import FULL, full, with_texts
from tests.render_fixtures import CHECKOUT, FILE, RUNS, finding, run
from tests.test_render_hostile import hostile


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def commands(text: str) -> list[Command]:
    """Read the lines that a runner takes for commands, as it does: the escapes of a message, and two more of a property."""
    found = []
    for line in text.splitlines():
        if not line.startswith("::"):
            continue
        head, _, message = line[2:].partition("::")
        name, _, rest = head.partition(" ")
        properties = dict(part.split("=", 1) for part in rest.split(",")) if rest else {}
        found.append(Command(name, {k: plain(v, "%3A:", "%2C,") for k, v in properties.items()}, plain(message)))
    return found


def plain(text: str, *more: str) -> str:
    assert "%" not in re.sub("%(25|0D|0A|3A|2C)", "", text)
    for pair in ("%0D\r", "%0A\n", *more, "%25%"):
        text = text.replace(pair[:3], pair[3])
    return text


def rendered(wanted: Run) -> list[Command]:
    return commands(RENDERERS["github"](wanted, Options()))


def test_the_checkout_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/formats/checkout.github.txt", RENDERERS["github"](full(problems=True), Options()))


def test_a_finding_is_a_command_with_its_place() -> None:
    changed = CHECKOUT.findings[0].changes[0]._replace(place="a,b:c/100%.yaml:37:34", written="5s")
    one = CHECKOUT.findings[0]._replace(changes=(changed,))

    (command,) = rendered(run(CHECKOUT._replace(findings=(one,))))

    assert command.name == "error"
    assert command.properties == {
        "file": "a,b:c/100%.yaml", "line": "37", "col": "34", "title": "idle-timeout-ordering on edge -> pricing",
    }  # fmt: skip
    lines = command.message.splitlines()
    assert lines[0] == "pricing closes idle connections before edge stops reusing them"
    assert lines[-1] == "Plan: pricing keepAliveTimeout 5s -> 65s."


@pytest.mark.parametrize("name", RUNS)
def test_at_most_ten_and_how_many_more(name: str) -> None:
    wanted = RUNS[name]()
    findings = [f for report in wanted.reports for f in report.findings]
    found = rendered(wanted)

    levels = [c.name for c in found if c.properties["title"] != "advisor"]
    order = ["error"] * len(wanted.problems) + sorted((f.severity for f in findings), key=["error", "warning", "note"].index)
    assert levels == [{"note": "notice"}.get(level, level) for level in order[:10]]
    rest = len(order) - len(levels)
    assert [c.message for c in found[len(levels) :]] == ([f"{rest} more findings, not shown here"] if rest else [])


def test_a_step_shows_ten_notices_and_the_count_is_one_of_them() -> None:
    notes = [finding("a", "note", [f"x{n}"], "x") for n in range(12)]

    found = rendered(run(CHECKOUT._replace(findings=notes)))

    assert len(found) == 10
    assert found[-1].message == "3 more findings, not shown here"


def test_wrong_input_is_an_error_at_its_place() -> None:
    first = rendered(full(problems=True))[0]

    assert first.properties == {"file": "orders.yaml", "line": "3", "col": "9", "title": "wrong input"}
    assert first.message == 'rate "2400/sec" has an unknown unit; write 2400/s (also: /min, /h)'


def test_the_log_has_the_count_of_all_outcomes() -> None:
    last = RENDERERS["github"](full(), Options()).splitlines()[-1]

    assert last == "2 errors, 3 warnings, 2 notes | 2 met | 4 not assessed | 1 ignored | 2 not applicable"


@given(hostile)
def test_no_text_makes_a_command_or_a_property(text: str) -> None:
    before = rendered(full(problems=True))
    shown = RENDERERS["github"](with_texts(lambda word: f"{word}{text}"), Options())
    found = commands(shown)

    assert [c.name for c in found] == [c.name for c in before]
    assert all({"title"} <= set(c.properties) <= {"file", "line", "col", "title"} for c in found)
    assert shown.replace("\n", "").isprintable()
    assert shown.count("\n") == len(before) + 1


def test_the_summary_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/formats/checkout.summary.md", job_summary(full(problems=True)))


@pytest.mark.parametrize("name", RUNS)
def test_the_summary_has_a_row_a_finding(name: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(job_summary(RUNS[name]()))

    findings = [f for report in RUNS[name]().reports for f in report.findings]
    rows = [t for t in tokens if t.type == "tr_open"]
    assert len(rows) == len(findings) + (1 if findings else 0)


def test_a_summary_fits_into_what_a_step_may_write() -> None:
    many = [finding("a", "error", ["x"], "y" * 5000) for _ in range(400)]

    page = job_summary(run(CHECKOUT._replace(findings=many)))

    assert len(page.encode()) < 2**20
    assert re.search(r"^\d+ more findings\.$", page, re.MULTILINE)


def kinds(page: str) -> list[str]:
    return [t.type for t in MarkdownIt("commonmark").enable("table").parse(page)]


@given(hostile)
def test_no_text_changes_the_structure_of_the_summary(text: str) -> None:
    assert kinds(job_summary(with_texts(lambda word: f"{word}{text}"))) == kinds(job_summary(full(problems=True)))


def test_the_file_of_the_fixtures_is_named() -> None:
    assert {c.properties.get("file") for c in rendered(run(FULL))} == {FILE}
