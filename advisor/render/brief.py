"""A line a finding, to search with grep: ``file:line:column: severity[rule] summary (fix: hop setting now -> planned)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.render import words
from advisor.render.options import Options
from advisor.render.quoting import every, typed, visible
from advisor.render.tally import Tally
from advisor.report.parts import Report, Run


def render(run: Run, options: Options) -> str:
    """Return the run as lines: the findings, and the sum of all. What is wrong with the input, a command says beside it."""
    return "".join(stream(run.reports, options))


def stream(reports: Iterable[Report], options: Options) -> Iterator[str]:
    """Yield the lines of `render`, those of a report when it is there."""
    tally = Tally()
    for found in tally.over(reports):
        report = every(found, (lambda text: typed(visible(text))) if options.ascii else visible)
        for finding in report.findings:
            place = finding.place or words.files(report)
            fix = words.mended(finding)
            yield f"{place}: {finding.severity}[{finding.rule}] {finding.summary}" + (f" (fix: {fix})\n" if fix else "\n")
    if tally.reports:
        yield words.summary(tally.counts, "|" if options.ascii else "·") + "\n"
