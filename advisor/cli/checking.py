"""What ``advisor check`` does with the values of its options; without click, which the plain call does not need."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.cli import terminal

if TYPE_CHECKING:
    from advisor.baseline import Baseline
    from advisor.render import Options
    from advisor.render.tally import Tally
    from advisor.report.parts import Run

SEVERITIES = ("error", "warning", "note")
FORMATS = ("text", "brief", "json", "markdown", "sarif", "junit", "github", "gitlab")
# These tell what is wrong with the input too, so there is one to write where nothing could be judged.
_TELLING = ("json", "sarif", "junit", "github", "gitlab")
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
    formats: tuple[tuple[str, str], ...] = ()
    output: str = "-"
    force: bool = False
    all_outcomes: bool = False
    fail_on: str = "error"
    fail_on_unknown: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
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
    targets = [(name, call.output if file == "-" else file) for name, file in call.formats or (("text", "-"),)]
    for _, file in targets:
        if file != "-":
            from advisor import outputs

            outputs.check_target(file, inputs=paths, force=call.force)
    known = _baseline(call, paths)
    whole = call.verbose or any(name not in ("text", "brief", "github") for name, _ in targets)
    if targets in ([("text", "-")], [("brief", "-")]):  # for a reader alone: a report is written as soon as it is there
        run, seen = _streamed(paths, call, targets[0][0], known)
    else:
        from advisor.render.tally import Tally

        run = judge(paths, call._asdict(), details=whole, baseline=known)
        seen = Tally(run.reports)
        for name, file in targets:
            if run.reports or name in _TELLING:
                _deliver(_rendered(run, call, name, to_file=file != "-"), name, file, bad=not run.reports, force=call.force)
            if name == "github":
                _summarize(run)
    tell_problems(run, seen)
    code = exit_code(run, seen, call.fail_on, fail_on_unknown=call.fail_on_unknown)
    if known is None:
        return code
    _tell_baseline(known, call)
    # What is written down is known from now on; where the input was wrong, not all of it was seen.
    return _write_baseline(known, call, code) if call.write_baseline else code


def _baseline(call: Call, paths: Sequence[str]) -> Baseline | None:
    """Return what is known already, where the call asks for it; nothing is judged where it cannot be read or written."""
    if not (call.baseline or call.write_baseline):
        return None
    from advisor import outputs
    from advisor.baseline import Baseline, read_baseline

    if call.write_baseline:
        outputs.check_target(call.write_baseline, inputs=paths, force=call.force)
    return read_baseline(call.baseline) if call.baseline else Baseline()


def _tell_baseline(known: Baseline, call: Call) -> None:
    """Say what of a baseline holds no more, and what in it nobody knows."""
    from advisor.knowledge import load_knowledge

    remarks = known.remarks(load_knowledge(call.packs).rules) if known.file and known.mended() else []
    terminal.print_problems(remarks)
    strange = {remark.place for remark in remarks}
    mended = [f"{one.rule} on {one.subject}" for one in known.mended() if known.places[one] not in strange]
    if mended and not call.write_baseline:
        rest = f" and {len(mended) - 3} more" if len(mended) > 3 else ""
        terminal.tell(f"{known.file}: not found any more: {', '.join(mended[:3])}{rest}; --write-baseline takes out what is mended")


def _write_baseline(known: Baseline, call: Call, code: int) -> int:
    from advisor import outputs
    from advisor.baseline import counted

    assert call.write_baseline is not None
    if code > 1:
        terminal.tell(f"{call.write_baseline}: not written, as not all documents were judged")
        return code
    outputs.write_file(call.write_baseline, known.text(), force=call.force)
    taken_out = f"; {len(known.mended())} taken out" if known.mended() else ""
    terminal.tell(f"wrote {call.write_baseline}: {counted(known.levels())}{taken_out}")
    return 0


def judge(
    paths: Sequence[str], call: Mapping[str, Any], *, details: bool = True, snippets: bool = False, baseline: Baseline | None = None
) -> Run:
    """Return what the advisor says of the documents in *paths*, with what *call* holds of a `Call`."""
    from advisor.api import check as judged

    return judged(paths, **_how(call), details=details, snippets=snippets, baseline=baseline)


def _how(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `advisor.api.check` among the values of a `Call`."""
    limit = {} if call["max_size"] is None else {"max_size": call["max_size"]}
    return {name: call[name] for name in ("today", "sets", "packs")} | limit


def _streamed(paths: Sequence[str], call: Call, name: str, baseline: Baseline | None) -> tuple[Run, Tally]:
    """Write each report when it is there; return what is left of the run, without them, and what they come to."""
    from advisor.api import Stream
    from advisor.render import STREAMERS
    from advisor.render.tally import Tally

    stream = Stream(paths, **_how(call._asdict()), details=call.verbose, baseline=baseline)
    seen = Tally()
    for part in STREAMERS[name](seen.over(stream), _look(call, to_file=False)):
        terminal.say(part)
    return stream.run(), seen


def tell_problems(run: Run, seen: Tally) -> None:
    """Write the problems of a run to standard error, with what became of each file."""
    terminal.print_problems(run.problems, seen.files, summary=True)
    for fault in run.faults:
        terminal.tell(f"advisor: {fault}")


def exit_code(run: Run, seen: Tally, fail_on: str, *, fail_on_unknown: bool) -> int:
    """Return 3 for a fault of ours, 2 for wrong input, 1 where a finding reaches *fail_on* or an undecided rule counts, else 0."""
    if run.faults:
        return 3
    if run.problems:
        return 2
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    if any(getattr(seen.counts, severity) for severity in counted):
        return 1
    return int(fail_on_unknown and seen.unassessed)


def _rendered(run: Run, call: Call, name: str, *, to_file: bool) -> str:
    from advisor.render import RENDERERS

    return RENDERERS[name](run, _look(call, to_file=to_file))


def _look(call: Call, *, to_file: bool) -> Options:
    from advisor.render.options import Options

    return Options(
        color=not to_file and terminal.colour(call.color),
        width=terminal.MOST_COLUMNS if to_file else terminal.width(),
        verbose=call.verbose, quiet=call.quiet, ascii=not to_file and terminal.ascii_only(), all_outcomes=call.all_outcomes,
    )  # fmt: skip


def _deliver(text: str, name: str, file: str, *, bad: bool, force: bool) -> None:
    if file == "-":
        terminal.say(text)
    elif not bad or name != "json":  # what could not be judged leaves an older JSON as it is; a CI reads why from the others
        from advisor import outputs

        outputs.write_file(file, text, force=force)
        terminal.tell(f"wrote {file}")


def _summarize(run: Run) -> None:
    """Append to the summary of the job, where GitHub Actions has named its file."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    from advisor.render.github import job_summary

    try:
        with open(file, "a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(job_summary(run))
    except OSError as error:  # the verdict stands without it
        terminal.tell(f"advisor: the job summary cannot be written to {file} ({error.strerror})")
