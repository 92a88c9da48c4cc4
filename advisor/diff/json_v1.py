"""A comparison as JSON, in a shape of its own that stays: fields may be added; one that goes or means else makes it v2."""

from __future__ import annotations

import json
from typing import Any

from advisor.diff import words
from advisor.diff.parts import Diff, Moved, OutcomeChange, ValueView
from advisor.errors import Problem
from advisor.render.options import Options

FORMAT = "advisor/diff/v1"


def render(diff: Diff, _options: Options) -> str:
    """Return the comparison as JSON in ASCII: no character of it acts on a terminal either."""
    held = {
        "schema": FORMAT,
        "version": diff.version,
        "today": diff.today,
        "old": diff.old,
        "new": diff.new,
        "verdict": words.verdict(diff),
        "counts": diff.counts._asdict(),
        "changes": [_change(change) for change in diff.changes],
        "moved": [_moved(moved) for moved in diff.moved],
        "documents": [document._asdict() for document in diff.documents],
        "problems": [_problem(problem) for problem in diff.problems],
        "old_problems": [_problem(problem) for problem in diff.old_problems],
        "faults": list(diff.faults),
    }
    return json.dumps(_whole(held), indent=2, allow_nan=False).replace("\x7f", "\\u007f") + "\n"


def _change(change: OutcomeChange) -> dict[str, Any]:
    fields = change._asdict()
    return fields | {"moved": [_moved(moved) for moved in change.moved], "new_finding": change.finding}


def _moved(moved: Moved) -> dict[str, Any]:
    return moved._asdict() | {"old": _value(moved.old), "new": _value(moved.new)}


def _value(value: ValueView | None) -> dict[str, str] | None:
    return value._asdict() if value else None


def _problem(problem: Problem) -> dict[str, Any]:
    return {**problem.place._asdict(), "message": problem.message}


def _whole(value: Any) -> Any:
    """Return *value* without halves of a surrogate pair (a file name that is no text): not every reader takes them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, (list, tuple)) else value
