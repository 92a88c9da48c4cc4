"""A line a finding, to search with grep: ``file:line:column: severity[rule] summary (fix: hop setting now -> planned)``."""

from __future__ import annotations

from advisor.render import words
from advisor.render.options import Options
from advisor.render.quoting import every, typed, visible
from advisor.report.parts import Run


def render(run: Run, options: Options) -> str:
    """Return the run as lines: the findings, and the sum of all. What is wrong with the input, a command says beside it."""
    run = every(run, (lambda text: typed(visible(text))) if options.ascii else visible)
    lines = []
    for report in run.reports:
        for finding in report.findings:
            place = finding.place or words.files(report)
            fix = words.mended(finding)
            lines.append(f"{place}: {finding.severity}[{finding.rule}] {finding.summary}" + (f" (fix: {fix})" if fix else ""))
    if run.reports:
        lines.append(words.summary(words.total(run), "|" if options.ascii else "·"))
    return "".join(f"{line}\n" for line in lines)
