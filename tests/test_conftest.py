from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Needs = Callable[[str], str]
Golden = Callable[[str, str], None]


def test_a_tool_that_is_there_is_found(needs: Needs) -> None:
    assert os.access(needs("sh"), os.X_OK)


def test_a_tool_of_a_package_is_found_beside_python(needs: Needs) -> None:
    assert os.path.dirname(needs("pytest")) == os.path.dirname(sys.executable)


def test_a_missing_tool_skips(needs: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-tool is not installed"):
        needs("no-such-tool")


def test_a_missing_tool_fails_in_ci(needs: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-tool is not installed"):
        needs("no-such-tool")


def test_a_golden_file_that_is_not_there_fails(golden: Golden, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-golden"):
        pytest.skip("would write the file")
    with pytest.raises(AssertionError, match="make golden writes it"):
        golden("golden/none.txt", "text\n")


def test_a_golden_file_is_written_and_then_compared(tmp_path: Path) -> None:
    """Run the real conftest on a small test elsewhere: first written, then kept, then failing."""
    conftest = Path(__file__).with_name("conftest.py").read_text("utf-8")
    (tmp_path / "conftest.py").write_text(conftest, "utf-8")
    test = tmp_path / "test_it.py"
    environ = {k: v for k, v in os.environ.items() if k != "CI"}

    def run(text: str, *options: str) -> int:
        test.write_text(f"def test_it(golden):\n    golden('golden/it.txt', {text!r})\n", "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_it.py"]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False).returncode

    assert run("one\r\n") == 1
    assert run("one\r\n", "--update-golden") == 0
    assert (tmp_path / "golden/it.txt").read_bytes() == b"one\r\n"
    assert run("one\r\n") == 0
    assert run("one\n") == 1


def test_the_environment_changes_no_output() -> None:
    left = {name for name in os.environ if name.startswith("ADVISOR_")} | {"NO_COLOR", "COLUMNS"} & set(os.environ)
    assert not left


def test_go_compiles_without_a_network(go: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    command, environ = go
    (tmp_path / "go.mod").write_text("module snippet\n\ngo 1.21\n", "utf-8")
    source = tmp_path / "snippet.go"
    call = 'package snippet\n\nimport "net/http"\n\nvar T = &http.Transport{{MaxIdleConnsPerHost: {}}}\n'

    def vet(value: str) -> subprocess.CompletedProcess[str]:
        source.write_text(call.format(value), "utf-8")
        return subprocess.run(
            [command, "vet", "./..."], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )

    good = vet("32")
    assert good.returncode == 0, good.stderr
    bad = vet('"x"')
    assert "cannot use" in bad.stderr
    assert bad.returncode == 1
