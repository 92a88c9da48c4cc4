"""What shells are given: completion that a bash really runs, and a manual page that a formatter takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from advisor.cli.group import COMMANDS
from advisor.cli.group import advisor as command
from advisor.knowledge import load_knowledge

KNOWN = load_knowledge()
VERSIONS = [v.line for v in KNOWN.profiles["go"].versions]
SHELLS = {"bash": ("-n",), "zsh": ("-n",), "fish": ("--no-execute",)}
_BREAKS = re.compile(r"([@=:])")


def script(shell: str) -> str:
    done = CliRunner().invoke(command, ["completion", shell])
    assert done.exit_code == 0
    return done.stdout


def environ(tmp_path: Path) -> dict[str, str]:
    """Return the environment in which a shell finds this checkout as ``advisor``."""
    (tmp_path / "advisor").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m advisor "$@"\n')
    (tmp_path / "advisor").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path(__file__).parents[1])}
    return {**os.environ, **path, "HOME": str(tmp_path)}


def in_bash(words: str, tmp_path: Path) -> tuple[list[str], str]:
    """Return what bash offers after *words* and what was said on standard error; words end at @ as they do in bash."""
    (tmp_path / "completion.bash").write_text(script("bash"))
    split = [part for word in words.split(" ") for part in (_BREAKS.split(word) if word else [""]) if part or not word]
    code = """
        source completion.bash
        compopt() { printf "compopt %s %s\n" "$@"; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _advisor_completion advisor
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    line = ["bash", "--norc", "-c", code, "bash", *split]
    done = subprocess.run(line, cwd=tmp_path, env=environ(tmp_path), capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split("\n")[:-1], done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("advisor che", ["check"]),
        ("advisor ", list(COMMANDS)),
        ("advisor rules sh", ["show"]),
        ("advisor check --fail-on-u", ["--fail-on-unknown"]),
        ("advisor check --fail-on w", ["warning"]),
        ("advisor check --format sar", ["sarif"]),
        ("advisor check deploy/", ["compopt -o default", ""]),
        ("advisor report --out rev", ["compopt -o dirnames", ""]),
        ("advisor init no", ["node"]),
        ("advisor init aws-alb go@", [f"@{v}" for v in VERSIONS]),
        ("advisor init go@1.2", [f"@{v}" for v in VERSIONS if v.startswith("1.2")]),
        ("advisor init go@1.22 aws-al", ["aws-alb"]),
        ("advisor stacks show pgb", ["pgbouncer"]),
        ("advisor stacks show go@1.2", [f"@{v}" for v in VERSIONS if v.startswith("1.2")]),
        ("advisor init go@1.22 node@20 aws-al", ["aws-alb"]),
        ("advisor check --format=sar", ["sarif"]),
        ("advisor check --set edge.timeout=5s --fail-on w", ["warning"]),
        ("advisor diff main:path.yaml ", ["compopt -o default", ""]),
        ("advisor diff main:path.yaml path.yaml --fail-on-new=w", ["warning"]),
        ("advisor explain idle-timeout-o", ["idle-timeout-ordering"]),
        ("advisor explain aws-al", ["aws-alb"]),
        ("advisor rules show idle-timeout-o", ["idle-timeout-ordering"]),
        ("advisor completion ", ["bash", "zsh", "fish"]),
        ("advisor nonsense x", [""]),
    ],
)
def test_bash_completes(words: str, expected: list[str], tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("bash")
    offered, said = in_bash(words, tmp_path)
    assert offered == expected
    assert not said


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_is_one_for_it(shell: str, tmp_path: Path, needs: Callable[[str], str]) -> None:
    text = script(shell)
    assert f"_ADVISOR_COMPLETE={shell}_complete" in text
    file = tmp_path / "script"
    file.write_text(text)
    done = subprocess.run([needs(shell), *SHELLS[shell], str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_completes(tmp_path: Path, needs: Callable[[str], str]) -> None:
    code = f"""{script("fish")}
        complete -C "advisor che"
        complete -C "advisor init go@1.2"
    """
    done = subprocess.run([needs("fish"), "--no-config", "-c", code], env=environ(tmp_path),
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["check", *(f"go@{v}" for v in VERSIONS if v[:3] == "1.2")]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_that_keep_a_word_whole_get_it_whole(shell: str) -> None:
    env = {"_ADVISOR_COMPLETE": f"{shell}_complete", "COMP_WORDS": "advisor init go@1.2", "COMP_CWORD": "2"}
    if shell == "fish":
        env |= {"COMP_WORDS": "advisor init go@1.2", "COMP_CWORD": "go@1.2"}
    done = subprocess.run([sys.executable, "-c", "import sys; sys.argv = ['advisor']; from advisor.cli import main; main()"],
                          env={**os.environ, **env}, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0
    offered = [line.removeprefix("plain,") for line in done.stdout.splitlines()]
    assert [v for v in offered if v.startswith("go@")] == [f"go@{v}" for v in VERSIONS if v.startswith("1.2")]


def test_an_unknown_shell_is_told_which_there_are() -> None:
    done = CliRunner().invoke(command, ["completion", "tcsh"])
    assert done.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr


def commands(group: click.Group, path: str = "advisor") -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group, **group.context_settings)
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        assert found is not None
        yield f"{path} {name}", found
        if isinstance(found, click.Group):
            yield from commands(found, f"{path} {name}")


def test_the_manual_has_each_command_and_option_and_a_formatter_takes_it(needs: Callable[[str], str], tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["man"])
    assert done.exit_code == 0
    source = done.stdout
    assert source.startswith(".TH ADVISOR 1 ")
    assert source.isascii()
    file = tmp_path / "advisor.1"
    file.write_text(source)
    formatted = subprocess.run([needs("groff"), "-man", "-Tascii", "-ww", "-P-cbou", str(file)],
                               capture_output=True, text=True, check=True)  # fmt: skip
    assert not formatted.stderr
    words = " ".join(formatted.stdout.split())
    for path, found in commands(command):
        assert path in words
        for param in found.params:
            if isinstance(param, click.Option):
                assert f"{param.opts[-1]} " in words, (path, param)
    for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "FILES", "ENVIRONMENT"):
        assert f"\n{title}\n" in formatted.stdout


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "advisor", "man"], capture_output=True, text=True, check=True)
    assert done.stdout == CliRunner().invoke(command, ["man"]).stdout
