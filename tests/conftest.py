"""What all tests share: an environment that changes no output, tools that must be there, golden files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

import pytest
from hypothesis import settings

TESTS = os.path.dirname(os.path.abspath(__file__))

# What would change what the advisor prints from one machine to the next.
_CHANGES_OUTPUT = ("COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "LINES", "NO_COLOR", "SOURCE_DATE_EPOCH")

# CI must give one verdict on one state; elsewhere new inputs are tried each time. A busy machine is no failure.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)


def in_ci() -> bool:
    """Tell whether this run decides if a change goes in."""
    return os.environ.get("CI", "").lower() == "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files, do not compare")


def pytest_configure(config: pytest.Config) -> None:
    if in_ci() and config.getoption("--update-golden"):
        raise pytest.UsageError("--update-golden compares nothing, so it must not run where CI=true")
    settings.load_profile("ci" if in_ci() else "here")
    # Before any test module is imported, and for every program that a test starts.
    for name in list(os.environ):
        if name in _CHANGES_OUTPUT or name.startswith(("ADVISOR_", "LC_")):
            del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """
    Return a function that takes a program's name and returns its path.

    Where the program is missing the test is skipped with the reason; with CI=true it fails, for there nothing
    may go unchecked.
    """
    # Beside this Python: programs that packages bring (go, gunicorn); sbin: not on an ordinary user's PATH.
    places = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))

    def find(tool: str) -> str:
        path = shutil.which(tool, path=places)
        if path:
            return path
        reason = f"{tool} is not installed"
        if in_ci():
            pytest.fail(f"{reason}; .ci/run must install it")
        pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def go(needs: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """
    Return the path of the Go command and the environment to run it in.

    It fetches nothing, uses no C compiler and leaves the user's settings out. The build cache outlives the run, as
    the standard library takes 10 s or more to compile.
    """
    home = str(tmp_path_factory.mktemp("go"))
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return needs("go"), {
        "CGO_ENABLED": "0",
        "GOCACHE": os.path.join(cache, "go-build"),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOPATH": home,
        "GOPROXY": "off",
        "GOTELEMETRY": "off",
        "GOTOOLCHAIN": "local",
        "HOME": home,
        "PATH": os.environ.get("PATH", ""),
    }


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """
    Return a function that takes a path below ``tests/`` and a text, and asserts that the file holds that text.

    With ``--update-golden`` it writes the file instead, if it differs.
    """
    update: bool = pytestconfig.getoption("--update-golden")

    def check(name: str, text: str) -> None:
        path = os.path.join(TESTS, name)
        expected = None
        if os.path.exists(path):
            with open(path, encoding="utf-8", newline="") as file:
                expected = file.read()
        if expected == text:
            return
        if update:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            return
        assert expected is not None, f"no golden file tests/{name}; make golden writes it"
        assert text == expected, f"tests/{name} differs; if that is meant: make golden"

    return check
