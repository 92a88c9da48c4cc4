"""
A comparison as a comment for a pull request: short first, the rest folded. Same input, same bytes.

The first line is a marker that nobody sees; by it a bot finds its comment again, to write the new one over it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from advisor.diff import words
from advisor.diff.parts import Diff
from advisor.render.marks import Marked, cell
from advisor.render.options import Options
from advisor.render.pages import environment
from advisor.render.quoting import every, visible

if TYPE_CHECKING:
    from jinja2 import Environment

MARKER = "<!-- advisor diff -->"
# GitHub takes 65,536 characters in a comment. What is cut is said, and every format else has it.
MOST = 60_000
_MOST_ROWS = 50


def render(diff: Diff, _options: Options) -> str:
    """Return the comparison as one comment of at most `MOST` characters, with its marker."""
    diff = every(diff, visible)
    rows = _MOST_ROWS
    while True:
        text = _environment().get_template("diff/comment.md.j2").render(diff=diff, marker=Marked(MARKER), rows=rows)
        if len(text) <= MOST or rows == 0:
            return text
        rows //= 2


@functools.cache
def _environment() -> Environment:
    found = environment()
    found.filters |= {"cells": _cells}
    found.globals |= {"words": words, "kinds": _kinds}
    return found


def _kinds(*kinds: str) -> list[tuple[str, str]]:
    return [(kind, words.HEADINGS[kind]) for kind in kinds]


def _cells(texts: list[str]) -> Marked:
    """Return places and the like for a table, a line each."""
    return Marked("<br>".join(cell(text) for text in texts if text))
