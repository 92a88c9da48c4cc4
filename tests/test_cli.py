"""The command line: exit codes, what goes to which stream, and that no input makes it fall."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import advisor
from advisor.cli import checking
from advisor.cli.check import check as check_command
from advisor.cli.group import COMMANDS
from advisor.cli.group import advisor as command
from advisor.knowledge import Knowledge, load_knowledge

HERE = Path(__file__).parent
WRONG = HERE / "data/cli/wrong.yaml"
BAD = HERE / "data/cli/bad.yaml"
HEALTHY = HERE / "data/cli/healthy.yaml"
FORMATS = checking.FORMATS
DAY = "--today=2025-06-01"


KNOWN = load_knowledge()


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Reading all rules takes longer than all that these tests are about; packs are still read.
    def load(packs: Sequence[str] = (), directory: str | None = None) -> Knowledge:
        return load_knowledge(packs, directory) if packs or directory else KNOWN

    monkeypatch.setattr("advisor.knowledge.load_knowledge", load)
    monkeypatch.setattr("advisor.api.load_knowledge", load)


def run(*args: str | Path, stdin: str | bytes | None = None, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(command, [str(a) for a in args], input=stdin)


def process(*args: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "COLUMNS": "100", **env}
    line = [sys.executable, "-m", "advisor", *map(str, args)]
    return subprocess.run(line, cwd=cwd, env=environ, capture_output=True, check=False, timeout=60)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with one wrong, one bad and one healthy document below docs/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    for path, name in ((WRONG, "wrong"), (BAD, "bad"), (HEALTHY, "healthy")):
        shutil.copy(path, tmp_path / "docs" / f"{name}.yaml")
    return tmp_path


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("healthy", (), 0),
        ("wrong", (), 1),
        ("wrong", ("--fail-on", "note"), 1),
        ("wrong", ("--fail-on", "never"), 0),
        ("wrong", ("--fail-on", "never", "--fail-on-unknown"), 1),
        ("bad", (), 2),
        ("bad", ("--fail-on", "never"), 2),
        ("none", (), 2),
    ],
)
@pytest.mark.usefixtures("here")
def test_the_exit_code_is_that_of_the_verdict_whatever_the_format(
    name: str, more: tuple[str, ...], expected: int, format_: str
) -> None:
    done = run("check", f"docs/{name}.yaml", DAY, "--format", format_, *more)
    assert done.exit_code == expected, done.output
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("here")
def test_fail_on_counts_its_severity_and_those_above() -> None:
    found = json.loads(run("check", "docs/healthy.yaml", DAY, "--format", "json").stdout)
    severities = {f["severity"] for r in found["reports"] for f in r["findings"]}
    assert severities == {"note"}
    for fail_on, expected in (("error", 0), ("warning", 0), ("note", 1), ("never", 0)):
        assert run("check", "docs/healthy.yaml", DAY, "--fail-on", fail_on).exit_code == expected


@pytest.mark.usefixtures("here")
def test_problems_go_to_stderr_all_at_once_and_name_the_fate_of_their_file() -> None:
    done = run("check", "docs/bad.yaml")
    assert not done.stdout
    lines = done.stderr.splitlines()
    assert lines[0].startswith("docs/bad.yaml:2:18: ")
    assert [line for line in lines if 'no stack "nod"; did you mean node?' in line]
    assert lines[-1] == f"docs/bad.yaml: {len(lines) - 1} errors; nothing was checked, nothing was written"


@pytest.mark.usefixtures("here")
def test_good_documents_next_to_bad_ones_are_judged_and_the_code_is_2() -> None:
    done = run("check", "docs", "--format", "json")
    assert done.exit_code == 2
    files = {file for report in json.loads(done.stdout)["reports"] for file in report["files"]}
    assert files == {"docs/wrong.yaml", "docs/healthy.yaml"}
    assert "errors; it was not checked, the other files were" in done.stderr


@pytest.mark.usefixtures("here")
def test_a_bad_document_next_to_a_good_one_in_one_file_names_the_rest() -> None:
    Path("two.yaml").write_text(WRONG.read_text() + "---\npath: [{stack: nod}, {stack: go}]\n")
    done = run("check", "two.yaml")
    assert done.exit_code == 2
    assert "no stack" in done.stderr
    assert "two.yaml: 1 error; " in done.stderr


@pytest.mark.usefixtures("here")
def test_standard_input_is_read_for_a_dash() -> None:
    done = run("check", "-", "--format", "json", DAY, stdin=WRONG.read_text())
    assert done.exit_code == 1
    assert json.loads(done.stdout)["reports"][0]["files"] == ["-"]
    assert run("check", "-", stdin=b"\xff\xfe").exit_code == 2
    assert run("check", "-", stdin="").exit_code == 2


def test_without_a_path_the_file_of_this_directory_is_taken_or_the_ways_in_are_shown(here: Path) -> None:
    done = run("check")
    assert done.exit_code == 2
    assert "advisor init" in done.stderr
    assert not done.stdout
    shutil.copy(WRONG, here / "path.yaml")
    assert run("check", DAY).exit_code == 1
    shutil.copy(HEALTHY, here / "advisor.yaml")
    assert run("check", DAY).exit_code == 0


@pytest.mark.usefixtures("here")
def test_a_file_over_the_limit_is_refused_by_its_size() -> None:
    with open("big.yaml", "wb") as file:
        file.truncate(5 * 2**20)
    done = run("check", "big.yaml")
    assert done.exit_code == 2
    assert "over the limit of 4 MiB; see --max-size" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert run("check", "docs/healthy.yaml", "--max-size", "10B").exit_code == 2
    assert run("check", "docs/healthy.yaml", "--max-size", "1MiB").exit_code == 0


@pytest.mark.usefixtures("here")
def test_what_if_a_setting_had_another_value() -> None:
    def pool(*more: str) -> list[str]:
        found = json.loads(run("check", "docs/wrong.yaml", "--format", "json", *more).stdout)
        return [f["rule"] for r in found["reports"] for f in r["findings"]]

    assert "idle-pool-too-small" in pool()
    assert "idle-pool-too-small" not in pool("--set", "checkout.MaxIdleConnsPerHost=64")
    for wrong in ("checkout", "chekout.MaxIdleConnsPerHost=3", "checkout.MaxIdleConnPerHost=3", "checkout.IdleConnTimeout=5x"):
        done = run("check", "docs/wrong.yaml", "--set", wrong)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("--set")


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("chek",), "did you mean check?"),
        (("check", "--formt", "json"), "--format"),
        (("check", "--fail-on", "errors"), "--fail-on"),
        (("check", "x.yaml", "--today", "2026-02-30"), "year-month-day"),
        (("check", "x.yaml", "--max-size", "10"), "unit"),
        (("check", "x.yaml", "--rules", "nowhere"), "no such directory"),
        (("report", "x.yaml"), "--out"),
        (("explain", "idle-timeout-orderin"), "did you mean idle-timeout-ordering?"),
        (("rules", "show", "idle-timeout-orderin"), "did you mean idle-timeout-ordering?"),
        (("stacks", "show", "nginxx"), "did you mean nginx?"),
        (("init", "nginxx"), "did you mean nginx?"),
        (("init", "linux"), "host"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
@pytest.mark.usefixtures("here")
def test_a_wrong_call_is_told_in_a_sentence_and_the_code_is_2(args: tuple[str, ...], part: str) -> None:
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert part in done.stderr
    assert "invalid" not in done.stderr.lower()


def test_a_path_in_place_of_a_command_is_told_how_to_be_judged(here: Path) -> None:
    assert f"advisor check {here}" in run(here).stderr


def test_a_page_is_told_for_the_terminal_or_as_markdown() -> None:
    assert run("explain", "nginx@1.24").stdout.startswith("nginx@1.24 ")
    assert run("explain", "nginx@1.24", "--format", "markdown").stdout.startswith("# nginx@")


def test_a_fault_of_ours_is_one_sentence_with_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("callee.idle_timeout")

    monkeypatch.setattr("advisor.api.Stream", broken)
    done = run("check", WRONG)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "internal error in advisor check: KeyError: 'callee.idle_timeout'" in done.stderr
    assert "Traceback" in run("check", WRONG, "--verbose").stderr


@pytest.mark.usefixtures("here")
def test_a_result_is_written_whole_and_not_over_what_is_not_ours() -> None:
    for format_ in FORMATS:
        assert run("check", "docs/wrong.yaml", DAY, "--format", format_, "--output", format_).exit_code == 1
        first = Path(format_).read_text()
        assert first == run("check", "docs/wrong.yaml", DAY, "--format", format_).stdout
        assert run("check", "docs/healthy.yaml", DAY, "--format", format_, "-o", format_).exit_code == 0
        assert Path(format_).read_text() != first
    Path("notes.txt").write_text("mine\n")
    done = run("check", "docs/wrong.yaml", "--output", "notes.txt")
    assert (done.exit_code, Path("notes.txt").read_text()) == (2, "mine\n")
    assert run("check", "docs/wrong.yaml", "--output", "notes.txt", "--force").exit_code == 1
    before = Path("docs/wrong.yaml").read_text()
    assert run("check", "docs/wrong.yaml", "--output", "docs/wrong.yaml", "--force").exit_code == 2
    assert Path("docs/wrong.yaml").read_text() == before


def test_the_plain_call_takes_the_defaults_of_the_options_and_says_the_same() -> None:
    parsed = check_command.make_context("check", ["a.yaml"]).params
    assert checking.Call(**parsed) == checking.Call(("a.yaml",))
    plain = process("check", WRONG, SOURCE_DATE_EPOCH="1750000000")
    parsed_ = process("check", WRONG, "--fail-on", "error", SOURCE_DATE_EPOCH="1750000000")
    assert (plain.returncode, plain.stdout, plain.stderr) == (1, parsed_.stdout, b"")
    for paths in ([BAD], ["none.yaml"], [BAD, WRONG]):
        left, right = process("check", *paths), process("check", "--color", "never", *paths)
        assert (left.returncode, left.stderr) == (right.returncode, right.stderr) == (2, left.stderr)


@pytest.mark.usefixtures("here")
def test_what_cannot_be_judged_leaves_an_older_result_as_it_is() -> None:
    run("check", "docs/wrong.yaml", "--format", "json", "--output", "out.json")
    before = Path("out.json").read_text()
    assert run("check", "docs/bad.yaml", "--format", "json", "--output", "out.json").exit_code == 2
    assert Path("out.json").read_text() == before


@pytest.mark.usefixtures("here")
def test_a_report_is_a_directory_with_snippets_and_the_way_back() -> None:
    done = run("report", "docs/wrong.yaml", "--out", "review", DAY)
    assert done.exit_code == 1
    written = {line.removeprefix("wrote ") for line in done.stdout.splitlines()}
    assert written == {str(p) for p in Path("review").rglob("*") if p.is_file() and not p.name.startswith(".")}
    assert {"review/report.md", "review/report.json", "review/checkout/ROLLBACK.md"} <= written
    assert "MaxIdleConnsPerHost" in Path("review/checkout/ROLLBACK.md").read_text()
    assert run("report", "docs/wrong.yaml", "--out", "review", DAY).exit_code == 1
    Path("review/report.md").write_text("mine\n")
    done = run("report", "docs/wrong.yaml", "--out", "review", DAY)
    assert done.exit_code == 2
    assert done.stderr == "review/report.md: was changed by hand since advisor wrote it; --force to overwrite\n"
    assert Path("review/report.md").read_text() == "mine\n"


@pytest.mark.usefixtures("here")
def test_several_reports_get_a_folder_each_and_bad_input_writes_nothing() -> None:
    assert run("report", "docs/wrong.yaml", "docs/healthy.yaml", "--out", "both").exit_code == 1
    assert len(list(Path("both").glob("*/report.md"))) == 2
    assert run("report", "docs/bad.yaml", "--out", "nothing").exit_code == 2
    assert not Path("nothing").exists()
    assert run("report", "docs", "--out", "good").exit_code == 2
    assert len(list(Path("good").glob("*/report.json"))) == 2


@pytest.mark.parametrize("name", ["", *COMMANDS, *(f"rules {c}" for c in ("list", "show", "test")),
                                  *(f"stacks {c}" for c in ("list", "show", "conflicts"))])  # fmt: skip
def test_the_help_of_each_command(name: str, golden: Callable[[str, str], None]) -> None:
    done = run(*name.split(), "--help")
    assert done.exit_code == 0
    assert "Example" in done.stdout
    golden(f"golden/cli/{name.replace(' ', '-') or 'advisor'}.txt", done.stdout)


def test_the_version() -> None:
    assert run("--version").stdout == f"advisor {advisor.__version__}\n"
    assert process("--version").stdout.decode() == f"advisor {advisor.__version__}\n"


@pytest.mark.parametrize("args", [("rules", "list"), ("stacks", "list"), ("stacks", "conflicts"), ("stacks", "show", "go@1.22"),
                                  ("rules", "show", "idle-pool-too-small")], ids=" ".join)  # fmt: skip
def test_what_is_known_as_table_and_as_json(args: tuple[str, ...]) -> None:
    table = run(*args)
    assert table.exit_code == 0
    assert all(len(line) <= 100 or " " not in line.strip() for line in table.stdout.splitlines())
    assert json.loads(run(*args, "--format", "json").stdout)


def test_the_conflicts_of_defaults_are_computed_from_the_profiles() -> None:
    found = json.loads(run("stacks", "conflicts", "--all", "--format", "json").stdout)
    verdicts = {(p["caller"].split()[0], p["callee"].split()[0]): p["verdict"] for p in found}
    assert verdicts["aws-alb", "node"] == "conflict"
    assert verdicts["aws-alb", "nginx"] == "fits"
    assert ("gunicorn", "nginx") not in verdicts  # it calls nobody


def test_the_cases_of_a_rule_pack_are_run(tmp_path: Path) -> None:
    pack = tmp_path / "ours"
    pack.mkdir()
    text = (HERE.parent / "rules/pools/idle-pool-too-small.yaml").read_text()
    mine = text.replace("rule: idle-pool-too-small", "rule: our-pool")
    (pack / "our-pool.yaml").write_text(mine)
    done = run("rules", "test", pack)
    assert (done.exit_code, "0 fail" in done.stdout) == (0, True), done.output
    (pack / "our-pool.yaml").write_text(mine.replace("expect: met", "expect: violated", 1))
    done = run("rules", "test", pack)
    assert done.exit_code == 1
    assert "met, not violated" in done.stdout
    (pack / "our-pool.yaml").write_text(mine.replace("severity:", "severty:"))
    done = run("rules", "test", pack)
    assert done.exit_code == 2
    assert "severty" in done.stderr
    assert run("rules", "test", tmp_path / "none").exit_code == 2


@pytest.mark.parametrize("output", [(), ("--output-report",)])
def test_the_schemas_hold_what_they_are_of(output: tuple[str, ...]) -> None:
    import jsonschema

    schema = json.loads(run("schema", *output).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    if output:
        jsonschema.validate(json.loads(run("check", WRONG, BAD, "--format", "json").stdout), schema)


def test_an_output_for_ascii_holds_only_ascii() -> None:
    for args in (("check", WRONG), ("explain", "idle-timeout-ordering"), ("stacks", "show", "nginx")):
        done = process(*args, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode in (0, 1), done.stderr
        assert done.stdout.isascii()
        assert b"\\u" not in done.stdout


def test_colour_is_only_where_it_is_asked_for() -> None:
    assert b"\x1b[" not in process("check", WRONG).stdout
    assert b"\x1b[" in process("check", WRONG, "--color", "always", NO_COLOR="1").stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    line = f"'{sys.executable}' -m advisor check '{WRONG}' --verbose | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert done.stdout.strip() == "1"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: ("path:\n" + t).encode("utf-8", "surrogatepass")))
def test_no_bytes_make_it_fall(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    done = run("check", path)
    assert done.exit_code in (0, 1, 2), done.output
    assert "Traceback" not in done.output
    assert done.exit_code != 2 or done.stderr


_LINES = WRONG.read_text().splitlines()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(3, len(_LINES) - 1), cut=st.integers(0, 60), text=st.text(max_size=8), drop=st.integers(0, 8))
def test_no_slip_in_a_document_makes_it_fall(at: int, cut: int, text: str, drop: int, tmp_path: Path) -> None:
    lines = list(_LINES)
    lines[at] = lines[at][:cut] + text + lines[at][cut + drop :]
    path = tmp_path / "slip.yaml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    done = run("check", path)
    assert done.exit_code in (0, 1, 2), done.output
