"""What ``advisor check`` does with the values of its options; without click, which the plain call does not need."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.cli import terminal

if TYPE_CHECKING:
    from advisor.report.parts import Run

SEVERITIES = ("error", "warning", "note")
_HERE = ("advisor.yaml", "path.yaml")
_WAYS_IN = """\
advisor: no PATH, and neither advisor.yaml nor path.yaml here; ways in:
  advisor check path.yaml                                a document, a directory of them, or - for standard input
  advisor init go@1.22 aws-alb node@18 > path.yaml       a document to start from
  advisor explain "connection reset by peer"             what an error line says
  advisor check --help                                   all options"""


class Call(NamedTuple):
    """The values of the options, and their defaults; `advisor.cli.check` says what each means."""

    paths: tuple[str, ...]
    format_: str = "text"
    output: str = "-"
    force: bool = False
    fail_on: str = "error"
    fail_on_unknown: bool = False
    sets: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    today: str | None = None
    max_size: int | None = None
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


def check(call: Call) -> int:
    """Judge, write what was found, and return the exit code."""
    paths = call.paths or tuple(name for name in _HERE if os.path.isfile(name))[:1]
    if not paths:
        terminal.tell(_WAYS_IN)
        return 2
    if call.output != "-":
        from advisor import outputs

        outputs.check_target(call.output, inputs=paths, force=call.force)
    whole = call.verbose or call.format_ in ("json", "markdown")
    run = judge(paths, call._asdict(), details=whole)
    tell_problems(run)
    if run.reports or call.format_ == "json":
        _deliver(_rendered(run, call), call, bad=not run.reports)
    return exit_code(run, call.fail_on, fail_on_unknown=call.fail_on_unknown)


def judge(paths: Sequence[str], call: Mapping[str, Any], *, details: bool = True, snippets: bool = False) -> Run:
    """Return what the advisor says of the documents in *paths*, with what *call* holds of a `Call`."""
    from advisor.api import check as judged

    limit = {} if call["max_size"] is None else {"max_size": call["max_size"]}
    return judged(paths, today=call["today"], sets=call["sets"], packs=call["packs"], details=details, snippets=snippets, **limit)


def tell_problems(run: Run) -> None:
    """Write the problems of a run to standard error, with what became of each file."""
    judged = {file for report in run.reports for file in report.files}
    terminal.print_problems(run.problems, judged, summary=True)
    for fault in run.faults:
        terminal.tell(f"advisor: {fault}")


def exit_code(run: Run, fail_on: str, *, fail_on_unknown: bool) -> int:
    """Return 3 for a fault of ours, 2 for wrong input, 1 where a finding reaches *fail_on* or an undecided rule counts, else 0."""
    if run.faults:
        return 3
    if run.problems:
        return 2
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    if any(f.severity in counted for r in run.reports for f in r.findings):
        return 1
    return int(fail_on_unknown and any(r.unassessed for r in run.reports))


def _rendered(run: Run, call: Call) -> str:
    from advisor.render import RENDERERS, Options

    to_file = call.output != "-"
    look = Options(
        color=not to_file and terminal.colour(call.color),
        width=terminal.MOST_COLUMNS if to_file else terminal.width(),
        verbose=call.verbose, quiet=call.quiet, ascii=not to_file and terminal.ascii_only(),
    )  # fmt: skip
    return RENDERERS[call.format_](run, look)


def _deliver(text: str, call: Call, *, bad: bool) -> None:
    if call.output == "-":
        terminal.say(text)
    elif not bad:  # what could not be judged leaves an older result as it is
        from advisor import outputs

        outputs.write_file(call.output, text, force=call.force)
        terminal.tell(f"wrote {call.output}")
