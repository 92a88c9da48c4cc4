"""What users install: a wheel built from the sdist, in an environment of its own, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import advisor
from advisor import data

ROOT = Path(__file__).parents[1]
DATA = ("rules", "templates")


class Built(NamedTuple):
    sdist: Path
    wheel: Path


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Nothing of this run's environment may help the installed program along.
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "COVERAGE", "COV_"))}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=300)


def files_below(directory: str) -> Iterator[str]:
    """Yield the files that belong to the project, relative to its root, with forward slashes."""
    for path in sorted((ROOT / directory).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("dist")
    # Without --sdist or --wheel, build makes the wheel from the sdist: what the sdist lacks, the wheel lacks too.
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return Built(sdist, wheel)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory outside the checkout; ``venv/bin`` in it holds the installed commands."""
    home = tmp_path_factory.mktemp("home")
    done = run(sys.executable, "-m", "venv", "venv", cwd=home)
    assert done.returncode == 0, done.stderr
    done = run(home / "venv/bin/python", "-m", "pip", "install", "--quiet", built.wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    return home


def test_the_wheel_holds_the_package_and_its_knowledge_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = set(files_below("advisor"))
    for directory in DATA:
        expected |= {f"advisor/_data/{name}" for name in files_below(directory)}
    assert names == expected


def test_the_wheel_is_named_versioned_and_licensed(built: Built) -> None:
    info = f"connection_advisor-{advisor.__version__}.dist-info"
    with zipfile.ZipFile(built.wheel) as wheel:
        metadata = wheel.read(f"{info}/METADATA").decode()
        licence = wheel.read(f"{info}/licenses/LICENSE").decode()
        scripts = wheel.read(f"{info}/entry_points.txt").decode()
    head = metadata.partition("\n\n")[0].splitlines()
    assert "License-Expression: MIT" in head
    assert "Requires-Python: >=3.11" in head
    needed = {line for line in head if line.startswith("Requires-Dist") and "extra ==" not in line}
    assert {line.split()[1].partition(">")[0].lower() for line in needed} == {"click", "jinja2", "pyyaml", "requests"}
    assert licence == (ROOT / "LICENSE").read_text("utf-8")
    assert "advisor = advisor.cli:main" in scripts.splitlines()


def test_the_sdist_holds_all_that_testing_takes(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    missing = {"Makefile", "pyproject.toml", "LICENSE", "CHANGELOG.md", ".ci/run"} - names
    for directory in ("advisor", "tests", "bench", "examples", *DATA):
        missing |= set(files_below(directory)) - names
    assert not missing
    assert not {name for name in names if name.startswith((".venv", "build/", "dist/"))}


@pytest.mark.parametrize("name", DATA)
def test_the_knowledge_is_found_in_a_checkout(name: str) -> None:
    assert getattr(data, f"{name}_dir")() == str(ROOT / name)


@pytest.mark.parametrize("name", DATA)
def test_the_knowledge_is_found_in_an_installation(installed: Path, name: str) -> None:
    code = f"from advisor import data; print(data.{name}_dir())"
    done = run(installed / "venv/bin/python", "-c", code, cwd=installed)
    assert done.returncode == 0, done.stderr
    found = Path(done.stdout.strip())
    assert found.is_relative_to(installed / "venv")
    assert {path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()} == {
        file.partition("/")[2] for file in files_below(name)
    }


@pytest.mark.parametrize("command", [["advisor"], ["python", "-m", "advisor"]], ids=["advisor", "python -m advisor"])
def test_the_installed_command_tells_its_version(installed: Path, command: list[str]) -> None:
    done = run(installed / "venv/bin" / command[0], *command[1:], "--version", cwd=installed)
    assert done.returncode == 0, done.stderr
    assert advisor.__version__ in done.stdout


def test_the_installed_command_finds_the_faults_of_the_example(installed: Path) -> None:
    example = installed / "examples/checkout"
    shutil.copytree(ROOT / "examples/checkout", example)
    done = run(installed / "venv/bin/advisor", "check", "examples/checkout/checkout.yaml", cwd=installed)
    assert done.returncode == 1, done.stderr
    assert "idle-timeout-ordering" in done.stdout
    assert "examples/checkout/checkout.yaml:" in done.stdout
