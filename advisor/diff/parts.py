"""What a comparison says, sorted and phrased: a renderer adds nothing but layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.errors import Problem

SEVERITIES = ("error", "warning", "note")


class ValueView(NamedTuple):
    """A value on one side: shown with its unit, its source in words, and "file:line:column" or ""."""

    value: str
    words: str
    place: str


class Moved(NamedTuple):
    """
    A value that is not what it was.

    Attributes:
        hop: Whose it is.

        name: What its stack calls it, else the property in words.

        property: The advisor's name.

        old, new: None where that side has no such value.

        decides: With this value alone put back, the outcome would be what it was.
    """

    hop: str
    name: str
    property: str
    old: ValueView | None
    new: ValueView | None
    decides: bool = False


class OutcomeChange(NamedTuple):
    """
    One outcome that is not what it was.

    Attributes:
        kind: worse, better, unknown (decided before), known (not decided before), accepted (by ``ignore``, now), exposed
            (no longer accepted), or still (violated on both sides, with other values).

        where: The subject, with the element in parentheses where the rule is about one.

        documents: Names of the documents it belongs to.

        old, new: What it was and is: a severity where violated, met, not assessed, not applicable, ignored, or "" where that
            side has no such subject.

        summary: The finding's headline: of the new side where it is violated there, else of the old; else the rule's title.

        place: Where to look first, on the side of the summary.

        moved: The values that moved among those it hangs on, with both places; the ones that decide first.

        because: What moved it where no value did.

        missing: What is missing where it is not assessed now.

        fix: What the plan would change.
    """

    kind: str
    rule: str
    where: str
    documents: Sequence[str]
    old: str
    new: str
    summary: str
    message: str
    place: str
    moved: Sequence[Moved]
    because: str
    missing: Sequence[str]
    fix: str

    @property
    def finding(self) -> bool:
        """Whether it is a finding of the new side that the old one had not, or not as severe."""
        return self.new in SEVERITIES and self.kind in ("worse", "known", "exposed")


class DocumentChange(NamedTuple):
    """A document that one side has alone, or by another name: *kind* is added, removed or renamed; *services* are its paths'."""

    kind: str
    name: str
    old_name: str
    services: str


class DiffCounts(NamedTuple):
    """
    How many outcomes of each kind.

    Attributes:
        unchanged: Outcomes that are what they were, among the documents that were judged.

        neutral: Neither good nor bad: met here and not applicable there, or of subjects that one side has alone.

        documents: Documents that did not change, and were not judged.
    """

    worse: int
    better: int
    unknown: int
    known: int
    accepted: int
    exposed: int
    still: int
    unchanged: int
    neutral: int
    documents: int


class Diff(NamedTuple):
    """
    Everything that a comparison found.

    Attributes:
        old, new: What the reader calls the two sides.

        changes: The outcomes that changed, those of one kind together, the worst first.

        moved: Every value that moved and that some rule looks at.

        problems: What is wrong with documents of the new side; old_problems, with those of the old one.
    """

    old: str
    new: str
    changes: Sequence[OutcomeChange]
    moved: Sequence[Moved]
    documents: Sequence[DocumentChange]
    counts: DiffCounts
    problems: Sequence[Problem]
    old_problems: Sequence[Problem]
    faults: Sequence[str]
    today: str
    version: str

    def of(self, *kinds: str) -> list[OutcomeChange]:
        """Return the changes of some kinds."""
        return [change for change in self.changes if change.kind in kinds]

    def findings(self) -> list[OutcomeChange]:
        """Return what is a finding now and was none, or a lesser one."""
        return [change for change in self.changes if change.finding]

    def reaches(self, level: str) -> bool:
        """Return whether a new finding is as severe as *level* (error, warning, note), or more."""
        return any(SEVERITIES.index(change.new) <= SEVERITIES.index(level) for change in self.findings())
