"""The hook, the action and the job of docs/ci.md: held against their schemas, and run on a repository made here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner

from advisor.cli.group import advisor as command
from tests.test_cli import HEALTHY, WRONG

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/ci.md"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SHIPPED = ("advisor", "rules", "templates", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "action.yml")


def examples() -> dict[str, str]:
    """Return the YAML blocks of the page by the file that their first line names."""
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return dict(blocks)


def environ(home: Path, **more: str) -> dict[str, str]:
    # Neither this run's environment nor the user's settings of git may help along.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "COV", "GIT_", "GITHUB_"))}
    name = {f"GIT_{who}_{what}": f"{what.lower()}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **name}
    return {**kept, **git, "HOME": str(home), "PRE_COMMIT_HOME": str(home / "pre-commit"), **more}


def run(*line: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, cwd=cwd, env=environ(cwd.parent, **env), capture_output=True, text=True, check=False, timeout=300)


def git(cwd: Path, *words: str) -> str:
    done = run("git", *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> Path:
    """The advisor's repository as others get it: one commit."""
    needs("git")
    root = tmp_path_factory.mktemp("hosted") / "advisor"
    root.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "All")
    return root


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service's repository: one commit with a healthy document below deploy/."""
    root = tmp_path / "service"
    (root / "deploy").mkdir(parents=True)
    shutil.copy(HEALTHY, root / "deploy/paths.yaml")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Healthy")
    return root


def test_the_hook_s_manifest_is_one(needs: Callable[[str], str]) -> None:
    done = run(needs("pre-commit"), "validate-manifest", ROOT / ".pre-commit-hooks.yaml", cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_the_hook_lets_a_healthy_commit_pass_and_stops_a_wrong_one(
    hosted: Path, service: Path, tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]
) -> None:
    cache = str(tmp_path_factory.mktemp("cache"))
    text = examples()[".pre-commit-config.yaml"]
    ours = text.replace("https://github.com/OWNER/connection-advisor", str(hosted))
    ours = ours.replace("v0.1.0", git(hosted, "rev-parse", "HEAD"))
    assert ours.count(str(hosted)) == 1
    (service / ".pre-commit-config.yaml").write_text(ours)
    done = run(needs("pre-commit"), "install", "--install-hooks", cwd=service, PRE_COMMIT_HOME=cache)
    assert done.returncode == 0, done.stdout + done.stderr

    def commit() -> subprocess.CompletedProcess[str]:
        git(service, "add", "--all")
        return run("git", "commit", "--message", "Change", cwd=service, PRE_COMMIT_HOME=cache)

    done = commit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"connection paths\.+Passed", done.stdout + done.stderr)
    # In a file of its own, so that the commit has no document that it names.
    shutil.copy(WRONG, service / "deploy/more.yaml")
    done = commit()
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert re.search(r"connection paths\.+Failed", said)
    assert "error[idle-timeout-ordering]" in said
    assert "deploy/more.yaml:" in said
    assert git(service, "rev-list", "--count", "HEAD") == "2"
    (service / "deploy/more.yaml").unlink()
    (service / "code.txt").write_text("no document\n")
    assert commit().returncode == 0


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("github-actions", (ROOT / "action.yml").read_text()),
        ("github-workflows", examples()[".github/workflows/connection-paths.yml"]),
        ("gitlab-ci", examples()[".gitlab-ci.yml"]),
    ],
    ids=["action", "workflow", "job"],
)
def test_what_a_forge_reads_holds_against_its_schema(schema: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "it.yaml"
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    file.write_text(text)
    assert subprocess.run(line, capture_output=True, text=True, check=False).returncode == 0
    file.write_text(f"[{json.dumps(text)}]")
    assert subprocess.run(line, capture_output=True, text=True, check=False).returncode == 1


def test_no_script_of_the_action_has_an_expression_in_it() -> None:
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]


def test_the_workflow_of_the_page_gives_the_action_inputs_that_it_has() -> None:
    (job,) = yaml.safe_load(examples()[".github/workflows/connection-paths.yml"])["jobs"].values()
    (ours,) = [step for step in job["steps"] if "connection-advisor" in step["uses"]]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    (upload,) = [step for step in job["steps"] if "upload-sarif" in step["uses"]]
    assert upload["with"]["sarif_file"] == ACTION["inputs"]["sarif"]["default"]


class Ran(NamedTuple):
    code: int
    said: str
    summary: str
    outputs: dict[str, str]


class Runner:
    """What of a runner of GitHub the action's steps need: its files, its variables, `&&`, `||` and `!=` in expressions."""

    def __init__(self, action: Path, temporary: Path) -> None:
        self.action, self.temporary = action, temporary
        self.installed = ""  # what the step said to the later ones; it takes seconds, and gives the same each time

    def run(self, workspace: Path, **inputs: str) -> Ran:
        values = {f"inputs.{name}": str(given.get("default", "")) for name, given in ACTION["inputs"].items()}
        values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        files = {name: self.temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for name, file in files.items():
            file.write_text(self.installed if name == "GITHUB_OUTPUT" else "")
        (self.temporary / "advisor-review.md").unlink(missing_ok=True)
        said, code = "", 0
        for step in ACTION["runs"]["steps"]:
            if code or not self._value(step.get("if", "true"), values):
                continue
            if step.get("id") == "install" and self.installed:
                values |= self._written(step, files["GITHUB_OUTPUT"])
                continue
            script = self.temporary / "step.sh"
            script.write_text(step["run"])
            done = run(
                "bash", "--noprofile", "--norc", "-eo", "pipefail", script, cwd=workspace,
                GITHUB_ACTION_PATH=str(self.action), RUNNER_TEMP=str(self.temporary), GITHUB_ACTIONS="true",
                **{name: str(path) for name, path in files.items()},
                **{name: self._value(text, values) for name, text in step.get("env", {}).items()},
            )  # fmt: skip
            said, code = said + done.stdout + done.stderr, done.returncode
            values |= self._written(step, files["GITHUB_OUTPUT"])
            if step.get("id") == "install" and not code:
                self.installed = files["GITHUB_OUTPUT"].read_text()
        outputs = {name: self._value(given["value"], values) for name, given in ACTION["outputs"].items()}
        return Ran(code, said, files["GITHUB_STEP_SUMMARY"].read_text(), outputs)

    def _written(self, step: dict[str, str], file: Path) -> dict[str, str]:
        pairs = (line.split("=", 1) for line in file.read_text().splitlines())
        return {f"steps.{step['id']}.outputs.{name}": value for name, value in pairs} if "id" in step else {}

    def _value(self, text: str, values: dict[str, str]) -> str:
        found = re.fullmatch(r"\$\{\{ (.*) \}\}", text)
        if not found:
            return text
        result: Any = ""
        for either in found[1].split(" || "):
            for part in either.split(" && "):
                left, unequal, right = part.partition(" != ")
                result = self._term(left, values)
                if unequal:
                    result = "true" if result != self._term(right, values) else ""
                if not result:
                    break
            if result:
                break
        return str(result)

    def _term(self, text: str, values: dict[str, str]) -> str:
        return text[1:-1] if text.startswith("'") else values[text]


@pytest.fixture(scope="module")
def runner(hosted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    yield Runner(hosted, tmp_path_factory.mktemp("runner"))
    assert not git(hosted, "status", "--porcelain", "--ignored"), "installing leaves nothing in the repository"


def test_the_action_judges_annotates_and_writes_sarif(runner: Runner, service: Path) -> None:
    done = runner.run(service)
    assert done.code == 0, done.said
    shutil.copy(WRONG, service / "deploy/it is wrong.yaml")
    done = runner.run(service, paths="deploy/paths.yaml\n\ndeploy/it is wrong.yaml\n")
    assert done.code == 1
    assert "::error file=deploy/it is wrong.yaml,line=" in done.said
    assert "idle-timeout-ordering" in done.summary
    found = json.loads((service / done.outputs["sarif"]).read_text())
    assert {r["ruleId"] for r in found["runs"][0]["results"]} >= {"idle-timeout-ordering"}
    assert runner.run(service, fail_on="never").code == 0
    (service / ".advisor.yaml").write_text("fail-on: never\n")
    assert runner.run(service).code == 0
    assert runner.run(service, fail_on="error").code == 1


def test_a_path_for_the_action_is_no_command(runner: Runner, service: Path) -> None:
    done = runner.run(service, paths="$(touch owned); touch owned\n--help")
    assert done.code == 2
    assert not (service / "owned").exists()


def test_the_action_compares_with_a_revision_and_fails_only_for_what_is_new(runner: Runner, service: Path) -> None:
    shutil.copy(WRONG, service / "deploy/known.yaml")
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--message", "Known to be wrong")
    base = git(service, "rev-parse", "HEAD")
    (service / "code.txt").write_text("no document\n")
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--message", "No change of a path")
    assert runner.run(service).code == 1
    done = runner.run(service, against=base)
    assert done.code == 0, done.said
    shutil.copy(WRONG, service / "deploy/paths.yaml")
    git(service, "commit", "--quiet", "--all", "--message", "Worse")
    done = runner.run(service, against=base)
    assert done.code == 1, done.said
    review = Path(done.outputs["review"]).read_text()
    assert "idle-timeout-ordering" in review
    assert done.summary.endswith(review)
    assert runner.run(service, against=base, fail_on="never").code == 0


@pytest.mark.parametrize(("document", "expected"), [(HEALTHY, 0), (WRONG, 1)], ids=["healthy", "wrong"])
def test_the_job_for_gitlab_judges_and_leaves_its_reports(runner: Runner, service: Path, document: Path, expected: int) -> None:
    shutil.copy(document, service / "deploy/paths.yaml")
    (job,) = yaml.safe_load(examples()[".gitlab-ci.yml"]).values()
    runner.run(service, paths="deploy/paths.yaml")  # puts the advisor into the environment that the script finds
    path = f"{runner.temporary}/advisor/bin:{os.environ['PATH']}"
    done = run("bash", "-eo", "pipefail", "-c", "\n".join(job["script"]), cwd=service, PATH=path)
    assert done.returncode == expected, done.stdout + done.stderr
    issues = json.loads((service / job["artifacts"]["reports"]["codequality"]).read_text())
    assert any(issue["check_name"] == "idle-timeout-ordering" for issue in issues) == bool(expected)
    suites = ET.parse(service / job["artifacts"]["reports"]["junit"]).getroot()  # noqa: S314 - we wrote it
    assert bool(suites.findall(".//failure")) == bool(expected)


def test_the_configuration_of_the_page_is_one(service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(service)
    (service / "our-rules").mkdir()
    (service / ".advisor.yaml").write_text(examples()[".advisor.yaml"])
    done = CliRunner().invoke(command, ["check", "deploy/paths.yaml", "-v"])
    assert done.exit_code == 0
    assert ".advisor.yaml sets fail-on, rules, format" in done.stderr
    assert (service / "advisor.sarif").is_file()
    done = CliRunner().invoke(command, ["diff", "HEAD:deploy/paths.yaml", "deploy/paths.yaml"])
    assert done.stdout.startswith("<!-- advisor diff -->")
