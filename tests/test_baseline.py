"""--baseline and --write-baseline: what is known is counted, hides nothing else, and is known by names alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.api import check
from advisor.baseline import Baseline, read_baseline
from advisor.cli.group import advisor
from advisor.errors import InputError
from advisor.knowledge import Knowledge, load_knowledge

KNOWN = load_knowledge()
DAY = "2025-06-01"
WRONG = """\
service: shop
path:
  - name: web
    stack: go@1.22
    settings: {IdleConnTimeout: 90s}
  - name: edge
    stack: nginx@1.24
    instances: 2
  - {name: api, stack: node@18}
"""
IDLE = {"rule": "idle-timeout-ordering", "subject": "web -> edge", "knob": "edge.server.keepalive_timeout"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(packs: Sequence[str] = (), directory: str | None = None) -> Knowledge:
        return load_knowledge(packs, directory) if packs or directory else KNOWN

    monkeypatch.setattr("advisor.knowledge.load_knowledge", load)
    monkeypatch.setattr("advisor.api.load_knowledge", load)
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(WRONG)


def run(*args: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(advisor, ["check", f"--today={DAY}", *args])


def entries(file: str = "known.json") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Path(file).read_text())["findings"]
    return found


def write(*findings: dict[str, object], file: str = "known.json") -> None:
    Path(file).write_text(json.dumps({"schema": "advisor/baseline/v1", "findings": findings}))


def test_what_is_written_down_is_known_from_then_on() -> None:
    assert run("a.yaml").exit_code == 1
    done = run("a.yaml", "--write-baseline", "known.json")
    assert done.exit_code == 0
    assert "idle-timeout-ordering" in done.stdout, "what is written down is shown once more"
    assert "wrote known.json: 1 error" in done.stderr
    assert IDLE in entries()
    known = run("a.yaml", "--baseline", "known.json", "--fail-on", "note")
    assert (known.exit_code, known.stderr) == (0, "")
    assert "error[" not in known.stdout
    assert f"{len(entries())} known (1 error among them)" in " ".join(known.stdout.split())
    assert "1 error, 1 warning and 4 notes known from known.json, not shown here." in " ".join(known.stdout.split())


def test_neither_lines_nor_values_make_a_finding_new() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    Path("a.yaml").write_text("# a comment\n\n" + WRONG.replace("90s", "300s").replace("instances: 2", "instances: 7"))
    assert run("a.yaml", "--baseline", "known.json", "--fail-on", "note").exit_code == 0


def test_what_is_new_fails_beside_what_is_known() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    Path("b.yaml").write_text(WRONG.replace("name: ", "name: other-"))
    done = run("a.yaml", "b.yaml", "--baseline", "known.json", "--format", "brief")
    assert done.exit_code == 1
    assert "other-web" in done.stdout
    assert "a.yaml" not in done.stdout


def test_another_knob_is_another_finding() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    Path("a.yaml").write_text(WRONG.replace("nginx@1.24", "node@18"))
    done = run("a.yaml", "--baseline", "known.json")
    assert done.exit_code == 1
    assert "error[idle-timeout-ordering]" in done.stdout
    run("a.yaml", "--write-baseline", "known.json")
    assert {**IDLE, "knob": "edge.server.keepAliveTimeout"} in entries()


def test_a_second_one_of_the_same_names_is_new() -> None:
    text = "path: [{stack: go@1.22}, {stack: node@18}]\n"
    Path("a.yaml").write_text(text)
    run("a.yaml", "--write-baseline", "known.json")
    Path("b.yaml").write_text(text)
    done = run("a.yaml", "b.yaml", "--baseline", "known.json", "--format", "brief")
    assert done.exit_code == 1
    assert "b.yaml" in done.stdout
    run("a.yaml", "b.yaml", "--write-baseline", "known.json", "--force")
    assert {"rule": "idle-timeout-ordering", "subject": "go -> node", "count": 2}.items() <= next(
        e for e in entries() if e["rule"] == "idle-timeout-ordering").items()
    assert run("a.yaml", "b.yaml", "--baseline", "known.json", "--fail-on", "note").exit_code == 0


def test_what_is_mended_is_said_and_taken_out() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    Path("a.yaml").write_text(WRONG.replace("90s", "50s"))
    done = run("a.yaml", "--baseline", "known.json")
    assert "known.json: not found any more: idle-timeout-ordering on web -> edge" in done.stderr
    assert IDLE in entries()
    done = run("a.yaml", "--baseline", "known.json", "--write-baseline", "known.json")
    assert "1 taken out" in done.stderr
    assert IDLE not in entries()


def test_an_accepted_finding_is_not_written_down() -> None:
    Path("a.yaml").write_text(WRONG + "ignore:\n  - {rule: idle-timeout-ordering, at: web, reason: known, until: 2030-01-01}\n")
    run("a.yaml", "--write-baseline", "known.json")
    assert IDLE not in entries()


def test_an_expired_ignore_is_a_finding_whatever_is_known() -> None:
    Path("a.yaml").write_text(WRONG + "ignore:\n  - {rule: idle-timeout-ordering, at: web, reason: known, until: 2020-01-01}\n")
    run("a.yaml", "--write-baseline", "known.json")
    assert run("a.yaml", "--baseline", "known.json", "--fail-on", "warning").exit_code == 1


def test_the_file_is_sorted_and_a_line_a_finding() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    text = Path("known.json").read_text()
    lines = [line for line in text.split("\n") if '"rule"' in line]
    assert len(lines) == len(entries())
    assert entries() == sorted(entries(), key=lambda e: (str(e["rule"]), str(e["subject"]), str(e["knob"])))
    run("a.yaml", "--write-baseline", "known.json")
    assert Path("known.json").read_text() == text
    assert 'advisor/baseline/v1' in text.split("\n")[1]


def test_what_we_did_not_write_is_not_written_over() -> None:
    for name in ("a.yaml", "theirs.txt"):
        if name != "a.yaml":
            Path(name).write_text("theirs\n")
        before = Path(name).read_text()
        done = run("a.yaml", "--write-baseline", name)
        assert (done.exit_code, Path(name).read_text()) == (2, before)
    assert run("a.yaml", "--write-baseline", "theirs.txt", "--force").exit_code == 0
    assert run("a.yaml", "--write-baseline", "a.yaml", "--force").exit_code == 2


def test_nothing_is_written_down_where_not_all_was_judged() -> None:
    Path("b.yaml").write_text(WRONG.replace("IdleConnTimeout", "IdleConnTimeot"))
    done = run("a.yaml", "b.yaml", "--write-baseline", "known.json")
    assert done.exit_code == 2
    assert "not written" in done.stderr
    assert not os.path.exists("known.json")


def test_what_nobody_knows_is_said_and_fails_nothing() -> None:
    Path("a.yaml").write_text(WRONG.replace("90s", "50s"))
    write({**IDLE, "rule": "idle-timeout-orderin"}, {**IDLE, "subject": "wbe -> edge"}, {**IDLE, "subject": "gone"})
    done = run("a.yaml", "--baseline", "known.json")
    assert done.exit_code == 0
    assert 'known.json:1:48: no rule "idle-timeout-orderin"; did you mean idle-timeout-ordering?' in done.stderr
    assert "nothing here is named wbe -> edge; did you mean web -> edge?" in done.stderr
    assert "nothing here is named gone; --write-baseline takes it out" in done.stderr
    assert "not found any more" not in done.stderr, "what nobody knows is not mended"


@pytest.mark.parametrize(("text", "says"), [
    ("", "no advisor/baseline/v1"),
    ("[]", "no schema"),
    ('{"schema": "advisor/report/v1"}', "schema advisor/report/v1; a baseline of this version is advisor/baseline/v1"),
    ('{"schema": "advisor/baseline/v1"}', "findings is no list"),
    ('{"schema": "advisor/baseline/v1", "findings": [{"rule": "x"}]}', "known.json:1:48: subject is missing or not known"),
    ('{"schema": "advisor/baseline/v1", "findings": [{"rule": "x", "subject": "y", "knob": "", "line": 3}]}', "line is missing"),
    ('{"schema": "advisor/baseline/v1", "findings": [{"rule": "x", "subject": "y", "knob": "", "count": 0}]}', 'count "0"'),
    ('{"schema": "advisor/baseline/v1", "findings": [3]}', "rule is missing"),
    ("{", "known.json"),
    ("\0", "known.json"),
])  # fmt: skip
def test_a_file_that_is_no_baseline_is_refused_before_anything_is_judged(text: str, says: str) -> None:
    Path("known.json").write_text(text)
    done = run("a.yaml", "--baseline", "known.json")
    assert says in done.stderr
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_baseline_that_is_not_there() -> None:
    assert "no such file; advisor check --write-baseline makes it" in run("a.yaml", "--baseline", "known.json").stderr
    Path("known.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not text"):
        read_baseline("known.json")


def test_what_is_hidden_does_not_count_for_the_worst() -> None:
    taken = Baseline()
    run_ = check(["a.yaml"], today=DAY, knowledge=KNOWN, baseline=taken)
    assert run_.worst() == "error"
    Path("known.json").write_text(taken.text())
    known = check(["a.yaml"], today=DAY, knowledge=KNOWN, baseline=read_baseline("known.json"))
    assert known.worst() is None
    counts, before = known.reports[0].counts, run_.reports[0].counts
    assert (counts.known, counts.known_errors) == (len(taken.levels()), before.error)
    assert (counts.ignored, counts.met, counts.unknown) == (before.ignored, before.met, before.unknown)
    assert known.reports[0].ignored == run_.reports[0].ignored


def test_each_format_counts_what_is_known() -> None:
    run("a.yaml", "--write-baseline", "known.json")
    number = len(entries())
    report = json.loads(run("a.yaml", "--baseline", "known.json", "--format", "json").stdout)["reports"][0]
    assert (report["counts"]["known"], report["counts"]["known_errors"], report["findings"]) == (number, 1, [])
    for name in ("text", "brief", "markdown"):
        shown = run("a.yaml", "--baseline", "known.json", "--format", name).stdout
        assert f"{number} known (1 error among them)" in " ".join(shown.split())


def test_the_commands_of_the_ci_page_do_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "ci.md").read_text("utf-8").split("## What is new, and what was there")[1]
    commands = page.split("```sh\n")[1].split("```")[0].splitlines()
    (tmp_path / "paths").mkdir()
    document = tmp_path / "paths" / "path.yaml"
    document.write_text("path:\n- stack: aws-alb\n- stack: node@18\n  settings: {keepAliveTimeout: 5s}\n", "utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)

    def codes() -> list[int]:
        runs = [[sys.executable, "-m", *command.partition("#")[0].split()] for command in commands]
        return [subprocess.run(run, cwd=tmp_path, capture_output=True, check=False).returncode for run in runs]

    assert codes() == [0, 0, 0]
    document.write_text(document.read_text("utf-8").replace("5s", "4s"), "utf-8")
    (tmp_path / "paths" / "other.yaml").write_text("path:\n- stack: go@1.22\n- {name: other, stack: node@18}\n", "utf-8")
    del commands[0]  # what is known stays as it was
    assert codes() == [1, 1]
