"""
The run as workflow commands of GitHub Actions, which become annotations, and as the summary of a job.

A step shows ten annotations of a level and drops the rest: the ten worst are written, then how many more there are.
"""

from __future__ import annotations

from advisor.errors import Place
from advisor.render import words
from advisor.render.marks import cell, inline
from advisor.render.options import Options
from advisor.render.places import below, target
from advisor.render.quoting import every, typed, visible
from advisor.render.said import lines
from advisor.render.tally import Tally
from advisor.report.parts import Finding, Report, Run
from advisor.report.shown import counted, listed

_MOST = 10
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_SIZE = 900_000  # bytes of a summary; GitHub takes 1 MiB from all of a step


def render(run: Run, _options: Options) -> str:
    """Return the run as workflow commands, and the count of all outcomes as a line for the log."""
    found = [(severity, report, f) for severity in words.SEVERITIES
             for report in run.reports for f in report.findings if f.severity == severity]  # fmt: skip
    commands = [_command("error", problem.place, "wrong input", problem.message) for problem in run.problems]
    commands += [_command("error", Place(""), "internal error", fault) for fault in run.faults]
    commands += [_finding(report, f) for _, report, f in found]
    shown = commands[:_MOST]
    if len(commands) > _MOST and all(command.startswith("::notice ") for command in shown):
        shown.pop()  # the count below is a notice too, and has to be among the ten
    rest = len(commands) - len(shown)
    if rest:
        shown.append(_command("notice", Place(""), "advisor", f"{counted(rest, 'more finding')}, not shown here"))
    if run.reports:
        shown.append(words.summary(Tally(run.reports).counts, "|"))
    return "".join(f"{line}\n" for line in shown)


def _finding(report: Report, finding: Finding) -> str:
    title = f"{finding.rule} on {finding.where[0]}" if finding.where else finding.rule
    message = "\n".join((visible(finding.summary), *lines(finding)))
    return _command(_LEVELS[finding.severity], target(report, finding), title, message)


def _command(level: str, place: Place, title: str, message: str) -> str:
    where = {"file": visible(below(place.file) or place.file)} if place.file else {}
    if place.line:
        where["line"] = str(place.line)
    if place.column:
        where["col"] = str(place.column)
    parts = ",".join(f"{key}={_property(value)}" for key, value in (where | {"title": visible(title)}).items())
    return f"::{level} {parts}::{_data(chr(10).join(map(visible, message.split(chr(10)))))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def job_summary(run: Run) -> str:
    """Return what `$GITHUB_STEP_SUMMARY` gets: what was found as one table of Markdown, worst first, and what stands in the way."""
    run = every(run, visible)
    page = ["## advisor", ""]
    page += [f"- **wrong input** {inline(str(problem))}" for problem in run.problems]
    page += [f"- **internal error** {inline(fault)}" for fault in run.faults]
    page += [""] if len(page) > 2 else []
    rows = [
        f"| {f.severity} | {cell(f.rule)} | {inline(listed(f.where[:3]))}{_more(f)} | {inline(f.summary)} "
        f"| {inline(words.mended(f)) or 'not planned'} |"
        for severity in words.SEVERITIES for report in run.reports for f in report.findings if f.severity == severity
    ]  # fmt: skip
    if run.reports:
        page += [f"{inline(report.service)}: {inline(report.verdict)}  " for report in run.reports] + [""]
    if rows:
        head = ["| severity | rule | where | what | fix |", "|---|---|---|---|---|"]
        shown = _fitting(rows)
        page += [*head, *shown, ""]
        page += [f"{counted(len(rows) - len(shown), 'more finding')}.", ""] if len(shown) < len(rows) else []
    return "\n".join([*page, typed(words.summary(Tally(run.reports).counts, "|")), ""])


def _fitting(rows: list[str]) -> list[str]:
    size, kept = 0, []
    for row in rows:
        size += len(row.encode()) + 1
        if size > _SIZE:
            break
        kept.append(row)
    return kept


def _more(finding: Finding) -> str:
    return f" and {len(finding.where) - 3} more" if len(finding.where) > 3 else ""
