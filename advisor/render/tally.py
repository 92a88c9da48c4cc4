"""What a run comes to, counted as its reports pass: none of them is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.report.parts import Counts, Report


class Tally:
    """
    Sums over the reports seen so far.

    Attributes:
        reports: How many there were.

        counts: Their outcomes.

        files: The files judged, in order.

        first_rule: The rule of the first finding, or nothing.

        snippets: How many snippets there are; *planned* says whether a plan could have some.

        unassessed: Whether a rule could not be decided.
    """

    def __init__(self, reports: Iterable[Report] = ()) -> None:
        self.reports = 0
        self.counts = Counts(0, 0, 0, 0, 0, 0, 0)
        self.files: dict[str, None] = {}
        self.first_rule = ""
        self.snippets = 0
        self.planned = False
        self.unassessed = False
        for _ in self.over(reports):
            pass

    def over(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Yield *reports*, counting each."""
        for report in reports:
            self.reports += 1
            self.counts = Counts(*map(sum, zip(self.counts, report.counts, strict=True)))
            self.files |= dict.fromkeys(report.files)
            if report.findings and not self.first_rule:
                self.first_rule = report.findings[0].rule
            self.snippets += len(report.snippets)
            self.planned |= bool(report.plan.steps)
            self.unassessed |= bool(report.unassessed)
            yield report
