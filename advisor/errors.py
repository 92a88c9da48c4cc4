"""
Places, problems and the error tree.

    AdvisorError            exit code 3: a fault of ours
    ├── InputError          exit code 2: the reader's files or the call are wrong; holds every problem found
    └── KnowledgeError      exit code 3: a rule, stack or properties file of ours is wrong; holds every problem found
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """Where a reader finds something: a file, and a line and column counted from 1; 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Problem(NamedTuple):
    """One thing that is wrong: where, what, and what was meant or what to do (in one sentence after a semicolon)."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class AdvisorError(Exception):
    """The root of all errors this package raises on purpose."""

    exit_code = 3


class _Problems(AdvisorError):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class InputError(_Problems):
    """The reader's input is wrong. Raised once, with all problems, sorted by place."""

    exit_code = 2


class KnowledgeError(_Problems):
    """A file under ``rules/`` or ``templates/`` is wrong. Raised when it is loaded, with all problems."""


def shown(text: str, limit: int = 60) -> str:
    """Return *text* of the reader's for an error line: control characters escaped, cut at *limit* characters."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that *name* was most likely meant to be, or None; case does not count."""
    from difflib import get_close_matches

    by_lower = {k.lower(): k for k in sorted(known, reverse=True)}
    found = get_close_matches(name.lower(), sorted(by_lower), n=1, cutoff=0.7)
    return by_lower[found[0]] if found else None


def meant(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the end of an error line about a *name* that is not *known*: the nearest one, or what to do *otherwise*."""
    near = nearest(name, known)
    hint = f"did you mean {shown(near)}?" if near else otherwise
    return f"; {hint}" if hint else ""
