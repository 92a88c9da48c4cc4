"""
What the pages for people show is what the tool does: their documents are written, their commands run, their output compared.

A YAML block that begins with ``# name`` is a file of that name. A block that begins with ``$ `` is a session: commands and what
they print; a line ``…`` leaves any lines out. Each page has a directory of its own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from advisor.cli.group import COMMANDS, advisor
from advisor.errors import Place, Problem
from advisor.knowledge import load_knowledge
from advisor.parsing import parse
from advisor.properties import PropertyScope

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "examples/README.md",
         "docs/decisions.md", "docs/expressions.md", "docs/how.md", "docs/tutorial.md"]  # fmt: skip
LEFT_OUT = "…"
DAY = "1795132800"  # 2026-11-20, as SOURCE_DATE_EPOCH; the day the examples are judged on


class Step(NamedTuple):
    """A command of a session and the lines that it prints."""

    words: tuple[str, ...]
    shown: list[str]


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Yield language and text of the fenced blocks of a page."""
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL):
        yield match[1], match[2]


def session(text: str) -> list[Step]:
    """Return the steps of a session block."""
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(tuple(shlex.split(line[2:])), []))
        else:
            steps[-1].shown.append(line)
    return steps


def differing(shown: list[str], printed: list[str]) -> str:
    """Return the first line of *shown* that does not follow in *printed*, or nothing."""
    at, may_skip = 0, False
    for line in shown:
        if line == LEFT_OUT:
            may_skip = True
            continue
        found = next((i for i in range(at, len(printed)) if printed[i] == line), -1) if may_skip else at
        if not 0 <= found < len(printed) or printed[found] != line:
            return line
        at, may_skip = found + 1, False
    return "" if may_skip or at == len(printed) else f"and further: {printed[at]}"


@pytest.mark.parametrize("page", PAGES)
def test_the_sessions_of_a_page_are_what_the_tool_prints(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)
    code = 0
    for language, text in blocks(page):
        first = text.split("\n", 1)[0]
        if language == "yaml" and re.fullmatch(r"# [\w./-]+\.yaml", first):
            path = tmp_path / first[2:]
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        for step in session(text) if first.startswith("$ ") else ():
            if step.words == ("echo", "$?"):
                assert step.shown == [str(code)]
                continue
            assert step.words[0] == "advisor", f"{page}: who is to run {step.words[0]}?"
            capsys.readouterr()
            with pytest.raises(SystemExit) as left:
                advisor.main(step.words[1:])
            code = int(left.value.code or 0)
            out, err = capsys.readouterr()
            assert (differing(step.shown, out.splitlines()), err) == ("", ""), f"{page}: {shlex.join(step.words)} prints\n{out}"


def test_a_session_that_differs_is_noticed() -> None:
    printed = ["a", "b", "c"]

    assert differing(["a", "b", "c"], printed) == ""
    assert differing(["…", "b", "…"], printed) == ""
    assert differing(["…", "b"], printed) == "and further: c"
    assert differing(["b", "…"], printed) == "b"
    assert differing(["…", "c", "b"], printed) == "b"
    assert differing(["a", "b", "c", "d"], printed) == "d"


def test_the_expressions_of_their_page_are_expressions() -> None:
    (listed,) = [text for _, text in blocks("docs/expressions.md")]
    aliases = {"caller": "end", "callee": "end", "leg": "leg", "hop": "hop", "host": "host", "workload": "workload"}
    scope = PropertyScope(load_knowledge().properties, aliases, formulas=True)

    read = [parse(re.split(r" {3,}", line)[0], scope, Place("expressions.md")) for line in listed.splitlines()]

    assert len(read) > 10
    assert [problem for problem in read if isinstance(problem, Problem)] == []


def test_the_readme_shows_a_wrong_document_of_seven_lines_and_its_report_on_the_first_screen() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    document, report = [text for language, text in blocks("README.md") if text.startswith(("# path.yaml", "$ advisor check"))]

    assert len(document.splitlines()) == 7
    assert "error[" in report
    assert readme[: readme.index(report)].count("\n") + report.count("\n") <= 50


def text_of(page: str) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = text_of(page)
    links = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    named = re.findall(r"`((?:advisor|docs|examples|rules|templates|tests|tools)/[^`<>…\s]*)`", text)

    assert [target for target in links if not (ROOT / page).parent.joinpath(target).exists()] == []
    assert [name for name in named if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_heading_that_a_link_names_exists(page: str) -> None:
    for target, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text_of(page)):
        path = (ROOT / page).parent / target if target else ROOT / page
        headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
        assert heading in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, f"{page}: {target}#{heading}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_commands_and_rules_that_there_are(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    called = set(re.findall(r"(?:`|^\$ |bin/)advisor ([a-z]+)", text, re.MULTILINE))
    explained = set(re.findall(r"advisor explain ([a-z]+(?:-[a-z]+)+)", text))

    assert called <= set(COMMANDS)
    assert explained <= set(load_knowledge().rules)


def test_make_has_the_targets_that_the_pages_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    for page in PAGES:
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)) <= targets, page
