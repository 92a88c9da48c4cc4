"""Planned values as edits of the documents: only where what was judged still stands at its place."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from advisor.errors import Place
from advisor.render.places import located
from advisor.report.parts import ChangeView, Report

# What YAML takes for itself where nothing quotes it. Planned values are figures with units, seldom words.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./%+-]*( [A-Za-z0-9./%+-]+)*")
# libyaml ends a line here, other readers of a document do not: its lines would count otherwise.
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


class Edit(NamedTuple):
    """*text* in place of the characters from *place* to the column *end*, not included."""

    place: Place
    end: int
    text: str


class Documents:
    """The lines of the documents that were judged, read when they are asked for."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def edit(self, report: Report, change: ChangeView) -> Edit | None:
        """Return *change* as an edit, or None where the document does not state it or reads differently by now."""
        place = located(change.place)
        if not change.written or place.file not in report.files or _disputed(report, change):
            return None
        lines = self._of(place.file)
        if not 0 < place.line <= len(lines) or not place.column:
            return None
        rest = lines[place.line - 1][place.column - 1 :]
        for quote in ("", '"', "'"):
            text = f"{quote}{change.written}{quote}"
            if rest.startswith(text) and re.match(r"\s|[,}\]]|$", rest[len(text) :]):
                return Edit(place, place.column + len(text), _quoted(change.planned, quote))
        return None

    def _of(self, file: str) -> list[str]:
        if file not in self._lines:
            self._lines[file] = _lines(file)
        return self._lines[file]


def _disputed(report: Report, change: ChangeView) -> bool:
    """Return whether what stands there is planned to be two values: one limit for soft and hard, an alias of two hops."""
    return any(c.place == change.place and c.planned != change.planned for step in report.plan.steps for c in step.changes)


def _lines(file: str) -> list[str]:
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            text = stream.read().removeprefix("\ufeff")
    except (OSError, ValueError):  # gone, not text, or a name that no file can have
        return []
    return [] if _ODD_BREAK.search(text) else text.replace("\r\n", "\n").split("\n")


def _quoted(text: str, quote: str) -> str:
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    return text if not quote and _PLAIN.fullmatch(text) else json.dumps(text)
