"""What stands in `.advisor.yaml`, `[tool.advisor]` and ``ADVISOR_*``: which of them holds, and what is said of a wrong one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor import configuration
from advisor.cli import configured
from advisor.cli.group import advisor as command
from tests.test_cli import DAY, HEALTHY, WRONG

KEYS = sorted({key for keys in configured.options().values() for key in keys})


def run(*args: str, **env: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", **env}).invoke(command, list(args))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository's root, and the working directory two levels below it, with a healthy document (it has notes) in it."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    below = root / "deploy/eu"
    below.mkdir(parents=True)
    shutil.copy(HEALTHY, below / "healthy.yaml")
    shutil.copy(WRONG, below / "wrong.yaml")
    monkeypatch.chdir(below)
    return root


def check(*args: str, **env: str) -> Result:
    return run("check", "healthy.yaml", DAY, *args, **env)


@pytest.mark.parametrize("name", [".advisor.yaml", "pyproject.toml"])
@pytest.mark.parametrize("folder", ["", "deploy", "deploy/eu"])
def test_the_file_is_found_from_the_working_directory_up_to_the_root(repository: Path, folder: str, name: str) -> None:
    assert check().exit_code == 0
    text = "fail-on: note\n" if name == ".advisor.yaml" else '[tool.advisor]\nfail-on = "note"\n'
    (repository / folder / name).write_text(text)
    assert check().exit_code == 1
    where = os.path.relpath(repository / folder / name)
    assert f"advisor: {where} sets fail-on\n" in check("-v").stderr
    assert where not in check().stderr


def test_nothing_above_the_root_counts_and_outside_of_a_repository_only_the_directory_itself(repository: Path) -> None:
    (repository.parent / ".advisor.yaml").write_text("fail-on: note\n")
    assert check().exit_code == 0
    (repository / ".git").rmdir()
    assert check().exit_code == 0
    Path(".advisor.yaml").write_text("fail-on: note\n")
    assert check().exit_code == 1


def test_the_root_of_a_worktree_is_one_too(repository: Path) -> None:
    Path(".git").write_text("gitdir: elsewhere\n")
    (repository / ".advisor.yaml").write_text("fail-on: note\n")
    assert check().exit_code == 0


def test_the_nearest_file_holds_alone_and_a_project_without_our_table_is_none(repository: Path) -> None:
    (repository / ".advisor.yaml").write_text("fail-on: note\n")
    (repository / "deploy/pyproject.toml").write_text('[project]\nname = "x"\n# [tool.advisor]\n[tool.advisory]\nquiet = true\n')
    assert check().exit_code == 1
    (repository / "deploy/pyproject.toml").write_text("[tool.advisor]\nquiet = true\n")
    assert check().exit_code == 0


def test_two_files_in_one_directory_are_an_error(repository: Path) -> None:
    (repository / ".advisor.yaml").write_text("fail-on: note\n")
    (repository / "pyproject.toml").write_text("[tool.advisor]\n")
    done = check()
    assert done.exit_code == 2
    assert done.stderr == "../../.advisor.yaml: pyproject.toml beside it has [tool.advisor] too; keep one of them\n"


@pytest.mark.usefixtures("repository")
def test_an_option_is_stronger_than_the_environment_and_that_than_the_file() -> None:
    Path(".advisor.yaml").write_text("fail-on: note\nfail-on-unknown: true\n")
    assert check().exit_code == 1
    env = {"ADVISOR_FAIL_ON": "never", "ADVISOR_FAIL_ON_UNKNOWN": "false"}
    assert check(**env).exit_code == 0
    assert check("--fail-on", "note", **env).exit_code == 1
    done = check("-v", **env)
    assert "advisor: ADVISOR_FAIL_ON sets fail-on\n" in done.stderr
    assert ".advisor.yaml" not in done.stderr


@pytest.mark.usefixtures("repository")
def test_a_command_s_own_keys_are_stronger_and_are_for_it_alone() -> None:
    Path(".advisor.yaml").write_text("check:\n  fail-on: note\n  format: [json]\nfail-on: never\ndiff: {format: markdown}\n")
    assert check().exit_code == 1
    assert check().stdout.startswith("{")
    assert run("report", "healthy.yaml", DAY, "--out", "out").exit_code == 0
    done = run("diff", "healthy.yaml", "wrong.yaml", DAY)
    assert done.stdout.startswith("<!-- advisor diff -->")
    done = run("diff", "healthy.yaml", "wrong.yaml", DAY, ADVISOR_DIFF_FORMAT="json", ADVISOR_FORMAT="markdown")
    assert done.stdout.startswith("{")


def test_a_path_in_the_file_is_meant_from_there_and_one_in_the_environment_from_here(repository: Path) -> None:
    (repository / ".advisor.yaml").write_text("check:\n  format: [json:found.json, brief]\nreport: {out: review}\n")
    assert check().exit_code == 0
    assert (repository / "found.json").is_file()
    assert run("report", "healthy.yaml", DAY).exit_code == 0
    assert (repository / "review/report.md").is_file()
    assert check(ADVISOR_FORMAT="json:'one file.json' markdown:two.md").exit_code == 0
    assert Path("one file.json").is_file()
    assert Path("two.md").is_file()


def test_rules_of_the_file_are_known_to_those_who_explain_them_too(repository: Path) -> None:
    pack = repository / "ours"
    pack.mkdir()
    (pack / "broken.yaml").write_text("rule: [\n")
    (repository / ".advisor.yaml").write_text("rules: [ours]\nformat: [sarif]\n")
    for words in (["explain", "go"], ["rules", "list"], ["check", "healthy.yaml"]):
        done = run(*words)
        assert done.exit_code == 2, words
        assert "ours/broken.yaml:" in done.stderr
    assert run("stacks", "list").exit_code == 0


YAML = """\
fail-on: eror
fial-on: note
check:
  formt: json
  fail-on-unknown: maybe
report: note
max_size: 4MiB
today: [2027-01-31]
rules: {a: b}
diff: {fail_on_new: error}
"""
TOML = """\
[project]
fail-on = "x"
[tool.advisor]
fail-on = "eror"
fial-on = "note"
report = "note"
max_size = "4MiB"
today = [2027-01-31]
rules = {a = "b"}
check.formt = "json"
check.fail-on-unknown = "maybe"
[tool.advisor.diff]
fail_on_new = "error"
"""


@pytest.mark.parametrize(("name", "text"), [(".advisor.yaml", YAML), ("pyproject.toml", TOML)])
def test_all_that_is_wrong_is_told_at_once_with_its_place_and_what_was_meant(repository: Path, name: str, text: str) -> None:
    (repository / name).write_text(text)
    done = check()
    assert done.exit_code == 2
    assert not done.stdout
    lines = text.splitlines()
    told = {}
    for line in done.stderr.splitlines():
        place, message = line.split(": ", 1)
        file, number = place.split(":")[:2]
        assert file == f"../../{name}"
        told[lines[int(number) - 1].strip()] = message
    assert set(told.values()) == {
        "today: takes one value, not a list",
        'fail-on: no such value "eror"; did you mean error?',
        'no key "fial-on"; did you mean fail-on?',
        'no key "formt" for check; did you mean format?',
        'fail-on-unknown: "maybe" is neither true nor false',
        "report: takes keys and values, such as fail-on: warning",
        'no key "max_size"; did you mean max-size?',
        "rules: takes a value, not keys",
        'no key "fail_on_new" for diff; did you mean fail-on-new?',
    }
    for line, message in told.items():
        key = message.split('"')[1] if message.startswith("no key") else message.split(":")[0]
        assert key in line


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max-size: lots\n", ".advisor.yaml:1:11: max-size: "),
        ("today: soon\n", '.advisor.yaml:1:8: today: "soon" is no day; write year-month-day, such as 2027-01-31'),
        ("format: sarf\n", '.advisor.yaml:1:9: format: "sarf" is no format; did you mean sarif?'),
        ("- fail-on\n", ".advisor.yaml:1:1: a configuration is one mapping, such as fail-on: warning"),
        ("fail-on:\n", ".advisor.yaml:1:9: fail-on: takes a value or a list of values"),
        ("format: [[json]]\n", ".advisor.yaml:1:10: format: takes a value or a list of values"),
        ("fail-on: note\nfail-on: error\n", ".advisor.yaml:2:1: "),
        ("a: [\n", ".advisor.yaml:"),
        ("write-baseline: b.json\n", '.advisor.yaml:1:1: no key "write-baseline"'),
    ],
)
def test_a_value_that_cannot_be_is_told_where_it_stands(text: str, expected: str) -> None:
    Path(".advisor.yaml").write_text(text)
    done = run("check", "healthy.yaml")
    assert done.exit_code == 2
    assert done.stderr.startswith(expected)
    assert "Help:" not in done.stderr
    assert run("check", "--help").exit_code == 0


@pytest.mark.usefixtures("repository")
def test_a_file_that_is_no_text_and_a_project_that_is_no_toml_are_told() -> None:
    Path(".advisor.yaml").write_bytes(b"\xff\xfe")
    assert run("check", "healthy.yaml").stderr == ".advisor.yaml: cannot be read: it is not UTF-8\n"
    Path(".advisor.yaml").unlink()
    Path("pyproject.toml").write_text("[tool.advisor]\nfail-on = \n")
    done = run("check", "healthy.yaml")
    assert done.exit_code == 2
    assert done.stderr.startswith("pyproject.toml:2:11: not TOML: invalid value")


@pytest.mark.usefixtures("repository")
def test_an_empty_file_sets_nothing() -> None:
    Path(".advisor.yaml").write_text("# nothing yet\n")
    assert check().exit_code == 0
    assert ".advisor.yaml" not in check("-v").stderr


@pytest.mark.usefixtures("repository")
def test_a_variable_that_is_nearly_ours_is_an_error_and_one_that_is_not_is_left_alone() -> None:
    done = check(ADVISOR_FAIL_ONN="note")
    assert done.exit_code == 2
    assert done.stderr == "ADVISOR_FAIL_ONN: is no option; did you mean ADVISOR_FAIL_ON?\n"
    # A pod of a cluster with a service called advisor has these.
    foreign = {"ADVISOR_PORT": "tcp://10.0.0.1:80", "ADVISOR_SERVICE_HOST": "10.0.0.1", "ADVISOR_PORT_80_TCP_ADDR": "10.0.0.1"}
    assert check(**foreign).exit_code == 0
    assert check(ADVISOR_FAIL_ON="").exit_code == 0
    assert check(ADVISOR_FAIL_ON="nope").stderr.startswith('ADVISOR_FAIL_ON: fail-on: no such value "nope"')
    assert check(ADVISOR_FORMAT="json '").exit_code == 2


def test_each_key_is_an_option_and_none_is_an_act() -> None:
    assert {"fail-on", "fail-on-unknown", "format", "rules", "today", "max-size", "color", "quiet", "verbose", "out"} <= set(KEYS)
    assert not {"help", "version", "write-baseline"} & set(KEYS)


def test_without_a_configuration_the_plain_call_loads_neither_click_nor_toml(repository: Path) -> None:
    def loaded() -> set[str]:
        code = """if True:
            import sys
            from advisor.cli import main
            sys.argv = ["advisor", "check", "healthy.yaml"]
            try:
                main()
            finally:
                print("\\n" + " ".join(sys.modules), file=sys.stderr)
        """
        environ = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}  # coverage itself loads tomllib
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
        return set(done.stderr.splitlines()[-1].split())

    (repository / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert not {"click", "tomllib", "advisor.cli.group", "advisor.cli.configured"} & loaded()
    (repository / "pyproject.toml").write_text("[tool.advisor]\nquiet = true\n")
    assert {"click", "tomllib", "advisor.cli.configured"} <= loaded()


def test_a_working_directory_that_is_gone_has_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert configuration.find() is None
    assert not configuration.present()
