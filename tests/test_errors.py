"""Every error line a reader can meet is kept as data: ``tests/errors/NAME.yaml`` and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advisor.document import StackRef, read_documents
from advisor.errors import Problem, nearest

HERE = Path(__file__).parent / "errors"
NAMES = sorted(path.stem for path in HERE.glob("*.yaml"))
# Stacks and rules are checked by the caller; here they are few.
STACKS = {"go": False, "nginx": False, "node": False, "aws-nat-gateway": True, "nat": True}
RULES = ("retry-without-jitter", "accept-queue-too-short")


def check_stack(ref: StackRef) -> Problem | None:
    if ref.name in STACKS:
        return None
    meant = {"golang": "go"}.get(ref.name) or nearest(ref.name, STACKS)
    return Problem(ref.place, f'no stack "{ref.name}"; did you mean {meant}?  (advisor stacks lists all)')


def told(*paths: str) -> str:
    _, problems = read_documents(
        paths, check_stack=check_stack, is_middlebox=lambda stack: STACKS.get(stack, False), known_rules=RULES
    )
    return "".join(f"{problem}\n" for problem in problems)


@pytest.mark.parametrize("name", NAMES)
def test_each_error_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All problems of a file at once, sorted by place, each one sentence."""
    monkeypatch.chdir(HERE)

    assert told(f"{name}.yaml") == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_error_has_its_place_and_a_hint(name: str) -> None:
    """A line is ``file:line:column: what is wrong; what was meant``, and says neither "invalid" nor "unexpected"."""
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    assert lines
    for line in lines:
        assert line.startswith(f"{name}.yaml:")
        assert ";" in line or "not text" in line or "UTF-8" in line
        assert "invalid" not in line.lower()
        assert "unexpected" not in line.lower()


def test_files_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, an empty directory and a file over the limit each have their sentence."""
    monkeypatch.chdir(tmp_path)
    os.mkdir("deploy")
    Path("big.yaml").write_text("# " + "x" * 2_000_000, encoding="utf-8")

    _, problems = read_documents(["none.yaml", "deploy", "big.yaml"], max_size=2**20)

    assert [str(problem) for problem in problems] == [
        'advisor: no document below deploy/ (looked for *.yaml, *.yml with "path:")',
        "big.yaml: 1.9 MiB, over the limit of 1 MiB; see --max-size",
        "none.yaml: no such file; is the path right?",
    ]
