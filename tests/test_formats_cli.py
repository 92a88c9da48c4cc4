"""Several formats of one run: each to its place, and none changes the verdict."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from advisor.cli.checking import FORMATS
from advisor.cli.group import advisor as command
from advisor.render import RENDERERS
from tests.conftest import TESTS

DAY = "--today=2025-06-01"


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    for name in ("wrong", "bad", "healthy"):
        shutil.copy(Path(TESTS) / "data" / "cli" / f"{name}.yaml", tmp_path)


def check(*args: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(command, ["check", DAY, *args])


def test_every_renderer_has_its_format() -> None:
    assert set(FORMATS) <= set(RENDERERS)


def test_several_formats_are_written_at_once_from_one_verdict() -> None:
    done = check("wrong.yaml", "--format", "sarif:a.sarif", "--format", "markdown:review.md", "--format", "junit:a.xml",
                 "--format", "gitlab:a.json", "--format", "github")  # fmt: skip

    assert done.exit_code == check("wrong.yaml").exit_code == 1
    assert done.stderr == "wrote a.sarif\nwrote review.md\nwrote a.xml\nwrote a.json\n"
    assert done.stdout == check("wrong.yaml", "--format", "github").stdout
    assert done.stdout.startswith("::error ")
    (log,) = json.loads(Path("a.sarif").read_text())["runs"]
    findings = [r for r in log["results"] if "suppressions" not in r]
    assert len(json.loads(Path("a.json").read_text())) == len(findings) > 0
    assert ET.parse("a.xml").getroot().tag == "testsuites"  # noqa: S314 (our own)
    assert Path("review.md").read_text() == check("wrong.yaml", "--format", "markdown").stdout


def test_output_is_for_the_format_without_a_file() -> None:
    assert check("wrong.yaml", "--format", "sarif:a.sarif", "--format", "brief", "-o", "b.txt").stdout == ""
    assert Path("b.txt").read_text() == check("wrong.yaml", "--format", "brief").stdout

    done = check("wrong.yaml", "--format", "sarif:a.sarif", "-o", "b.txt")
    assert done.exit_code == 2
    assert "--output is for a format without a FILE, and each has one" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("junt",), '"junt" is no format; did you mean junit?'),
        (("xyzzy",), f'"xyzzy" is no format; there are {", ".join(FORMATS)}'),
        (("sarif:",), '"sarif:" names no file; write sarif:FILE, or sarif alone for standard output'),
        (("text", "github"), "text and github would both go to standard output; write github:FILE"),
        (("sarif:x", "text", "junit:x"), "sarif and junit would both go to x; write junit:FILE"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(given: tuple[str, ...], said: str) -> None:
    done = check("wrong.yaml", *(word for one in given for word in ("--format", one)))

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", FORMATS)
def test_what_we_wrote_is_replaced_and_what_others_wrote_is_not(name: str) -> None:
    for document in ("wrong.yaml", "healthy.yaml", "wrong.yaml"):
        assert check(document, "--format", f"{name}:out").exit_code == check(document).exit_code
    Path("out").write_text("mine\n")
    done = check("wrong.yaml", "--format", f"{name}:out")
    assert (done.exit_code, Path("out").read_text()) == (2, "mine\n")
    assert check("wrong.yaml", "--format", f"{name}:wrong.yaml", "--force").exit_code == 2


@pytest.mark.parametrize("name", ["sarif", "junit", "gitlab", "github"])
def test_what_a_ci_reads_says_what_is_wrong_with_the_input(name: str) -> None:
    done = check("bad.yaml", "--format", f"{name}:out")

    assert done.exit_code == 2
    assert "bad.yaml" in Path("out").read_text()
    assert check("bad.yaml", "--format", name).stdout == Path("out").read_text()


def test_all_outcomes_are_in_sarif_where_asked_for() -> None:
    kinds = {r["kind"] for r in json.loads(check("wrong.yaml", "--format", "sarif", "--all-outcomes").stdout)["runs"][0]["results"]}

    assert kinds == {"fail", "pass", "open"}


def test_the_summary_of_a_job_is_added_to_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary")

    check("wrong.yaml", "--format", "text")
    assert Path("summary").read_text() == "before\n"
    check("wrong.yaml", "--format", "github:out")

    before, head, *rest = Path("summary").read_text().splitlines()
    assert (before, head) == ("before", "## advisor")
    assert any(line.startswith("| error | ") for line in rest)


def test_a_summary_that_cannot_be_written_does_not_change_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "none/summary")

    done = check("wrong.yaml", "--format", "github")

    assert done.exit_code == 1
    assert done.stderr == "advisor: the job summary cannot be written to none/summary (No such file or directory)\n"


def test_the_command_of_the_page_writes_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(TESTS).parent / "docs" / "ci.md").read_text(encoding="utf-8").partition("## Formats")[2].partition("\n## ")[0]
    (line,) = re.findall(r"^```sh\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    shutil.copytree(Path(TESTS).parent / "examples" / "checkout", "x")
    monkeypatch.chdir("x")
    name, subcommand, *words = shlex.split(line)

    assert (name, subcommand) == ("advisor", "check")
    assert check(*words).exit_code == 1
    written = [word.partition(":")[2] for word in words if ":" in word]
    assert written
    assert all(Path(file).stat().st_size for file in written)
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(FORMATS) - {"text", "brief", "json", "markdown"}
