"""What the commands know of the terminal: width, colour, character set; problems and results written to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence

from advisor.errors import Problem

MOST_COLUMNS = 100


def width() -> int:
    """Return how many columns an output may take: those of the terminal, a hundred at most."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return max(40, min(int(columns), MOST_COLUMNS))
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns or MOST_COLUMNS, MOST_COLUMNS))
    except (OSError, ValueError, AttributeError):
        return MOST_COLUMNS


def colour(choice: str) -> bool:
    """Return whether to colour; *choice* is auto, always or never."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def ascii_only() -> bool:
    """Return whether standard output can show nothing but ASCII."""
    return (sys.stdout.encoding or "ascii").lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig")


def forgive() -> None:
    """Let a character that the terminal cannot show be escaped, where Python would raise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write *text* to standard output; a reader that has left is no error."""
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")
    except BrokenPipeError:
        _hush()


def tell(line: str) -> None:
    """Write a line that no program reads to standard error."""
    print(line, file=sys.stderr)  # noqa: T201 - this is where the command prints


def flush(code: int) -> int:
    """Write what is left of the output, and return *code*."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _hush()
    return code


def _hush() -> None:
    # Python flushes at exit once more, and would complain then.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def print_problems(problems: Iterable[Problem], judged: Collection[str] = (), *, summary: bool = False) -> None:
    """
    Write problems to standard error, a line each; with *summary* each file's count and what became of it after them.

    Args:
        judged: Files of which at least one document was judged.
    """
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.place.file, []).append(problem)
    for file, found in by_file.items():
        for problem in found:
            tell(str(problem))
        # A file that was not even read has one sentence, and that says all.
        if summary and not (len(found) == 1 and not found[0].place.line):
            tell(f"{file}: {len(found)} {'error' if len(found) == 1 else 'errors'}; {_fate(file, judged)}")


def _fate(file: str, judged: Collection[str]) -> str:
    if not judged:
        return "nothing was checked, nothing was written"
    return "its other documents were checked" if file in judged else "it was not checked, the other files were"


def table(rows: Sequence[Sequence[str]]) -> None:
    """Write *rows* with their columns in line; the last column takes what is left of the line and is wrapped."""
    from advisor.explain.page import Page, Rows, Section, text

    body = text([Page("", "", "", [Section("", [Rows(rows)])])], width() + 2, ascii_only=ascii_only())
    say("".join(f"{line[2:]}\n" for line in body.split("\n")[3:-1]))
