"""What all capture readers share: a value with its place, lines of bounded length, problems of bounded number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from advisor.errors import Place, Problem, shown

T = TypeVar("T")

LINE_LIMIT = 64 * 1024
"""Longest line of a capture, in characters; the longest that is known, of /proc/net/netstat, has about 4,000."""

PROBLEM_LIMIT = 20
"""Problems told of one file; a file with more is most likely something else altogether."""


class Captured(NamedTuple, Generic[T]):
    """A value from a capture, and the line it stands in."""

    value: T
    place: Place


class Problems:
    """The problems of one file, in order; the first few are kept."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, line: int, message: str, column: int = 0) -> None:
        """Add a problem at a line of the file."""
        if len(self.found) < PROBLEM_LIMIT:
            self.found.append(Problem(Place(self.file, line, column), message))


def numbered(source: str | Iterable[str], problems: Problems) -> Iterator[tuple[int, str]]:
    """
    Yield each line with its number from 1, without line ends and a byte order mark.

    Args:
        source: The whole text, or its lines, for instance an open file.

        problems: Told of a line that is too long; the reading ends there.
    """
    for number, raw in enumerate(source.split("\n") if isinstance(source, str) else source, 1):
        if len(raw) > LINE_LIMIT:
            problems.add(number, f"a line of more than {LINE_LIMIT // 1024} KiB; no capture has such lines")
            return
        line = raw.rstrip("\r\n")
        yield number, line.removeprefix("\ufeff") if number == 1 else line


class Reading:
    """
    Reads a text line by line; what a line means is its subclass's to say.

    Attributes:
        file: Its name, for places.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems = Problems(file)

    def read(self, source: str | Iterable[str]) -> list[Problem]:
        """Take in all lines of *source*; return the problems."""
        for number, line in numbered(source, self.problems):
            self.take(number, line)
        return self.problems.found

    def take(self, number: int, line: str) -> None:
        """Take in one line."""
        raise NotImplementedError


def quoted(line: str) -> str:
    """Return a line for an error message."""
    return f'"{shown(line.strip())}"'
