"""A report in a terminal: findings as a linter shows them, each with its evidence, its number and its fix."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from advisor.render import words
from advisor.render.options import Options
from advisor.render.picture import draw
from advisor.render.quoting import every, typed, visible
from advisor.render.tally import Tally
from advisor.render.terminal import Page, cells, padded
from advisor.report.parts import ChangeView, FactView, Finding, Missing, Report, Run, SymptomView, Unassessed
from advisor.report.shown import counted, listed

_LABEL = 8  # columns of a field's name
_SHOWN = 8  # facts not known that are listed unless all are wanted
_LONG = 400  # characters of a symptom that are shown
_ROWS = 6  # rows of one table of a finding unless all are wanted


def render(run: Run, options: Options) -> str:
    """
    Return the run for a terminal of ``options.width`` columns.

    What is wrong with the input is not in it: a command says that beside its output.
    """
    return "".join(stream(run.reports, options))


def stream(reports: Iterable[Report], options: Options) -> Iterator[str]:
    """Yield the parts of `render`, a report's when it is there."""
    harmless = (lambda text: typed(visible(text))) if options.ascii else visible
    tally = Tally()
    left = (every(report, harmless) for report in reports)
    begun = list(islice(left, 2))
    many = len(begun) > 1
    for report in tally.over(chain(begun, left)):
        page = Page(options)
        if many:
            page.write(f"== {report.service}: {words.files(report)} ==", f"== {report.service}")
        _report(page, report, options)
        yield ("\n" if tally.reports > 1 else "") + page.done()
    page = Page(options)
    if many:
        counts = words.summary(tally.counts, page.sign("·"))
        page.text(f"{counted(tally.reports, 'report')}: {counts}", "TOTAL  ", head="TOTAL")
    if tally.reports and not options.quiet:
        _next(page, tally)
    yield ("\n" if many else "") + page.done()


def _report(page: Page, report: Report, options: Options) -> None:
    if not options.quiet:
        for path in report.paths:
            page.gap()
            draw(page, path)
        # What no finding explains comes first: it is what the reader came with, and the findings below do not answer it.
        for symptom in sorted(report.symptoms, key=lambda one: bool(one.explained_by)):
            _symptom(page, symptom, report.findings)
        if not report.findings:
            page.gap()
            page.text(report.verdict)
    _findings(page, report.findings, options)
    if not options.quiet:
        _rest(page, report, options)
    page.gap()
    page.text(words.summary(report.counts, page.sign("·")))


def _symptom(page: Page, symptom: SymptomView, findings: Sequence[Finding]) -> None:
    page.gap()
    text = f'"{_shortened(symptom.text, page.sign("…"))}"'
    first = f"SYMPTOM  {symptom.place}  " if symptom.place else "SYMPTOM  "
    if cells(first) + cells(text) <= page.width:
        page.text(text, first, head="SYMPTOM")
    else:  # a line as it stands in a log is searched for and compared: it is not cut
        page.write(first, "SYMPTOM")
        page.text(text, "  ")
    said = words.explained(symptom, "below")
    fixes = (words.mended(f) for f in findings if f.rule in symptom.explained_by and f.changes)
    if fix := next(fixes, ""):
        page.text(f"{said} Do first: {fix}.", "  ")
        page.text(symptom.means, "  ")
    else:
        page.text(f"{said} {symptom.means}".strip(), "  ")
    causes = words.causes(symptom)
    if causes:
        page.text("Causes, the most likely first:", "  ")
        for number, cause in enumerate(causes, 1):
            page.text(cause, f"    {number} ", 6)
        if apart := words.apart(symptom):
            page.text(f"To tell them apart, say under symptoms: {apart}.", "  ")
    if symptom.look_for:
        page.text(symptom.look_for, "  Look for: ", 4)


def _shortened(text: str, sign: str) -> str:
    """Return a line of a log; a very long one without its end."""
    if len(text) <= _LONG:
        return text
    head, _, _ = text[:_LONG].rpartition(" ")
    return f"{head or text[:_LONG]} {sign}"


def _findings(page: Page, findings: Sequence[Finding], options: Options) -> None:
    before = ""
    for finding in findings:
        head = f"{finding.severity}[{finding.rule}]"
        if options.quiet:
            page.text(finding.summary, f"{head}: ", 2, head, finding.severity)
            continue
        if finding.severity == "note" and not options.verbose:
            if before != "note":
                page.gap()
            before = "note"
            fix = words.mended(finding)
            page.text(finding.summary + (f" (fix: {fix})" if fix else ""), f"{head}: ", 2, head, "note")
            continue
        before = finding.severity
        page.gap()
        page.text(finding.summary, f"{head}: ", 2, head, finding.severity)
        _evidence(page, finding, options)
        _fields(page, finding, options)


def _evidence(page: Page, finding: Finding, options: Options) -> None:
    facts = finding.evidence if options.verbose else finding.evidence[:_ROWS]
    page.rows([(f.place or f.hop, f.name, f.value, f.words) for f in facts], "  --> ", right=(2,), most=32)
    if len(finding.where) > 1:
        _field(page, "also", [_some(finding.where[1:], options)])


def _some(names: Sequence[str], options: Options) -> str:
    if options.verbose or len(names) <= _ROWS:
        return ", ".join(names)
    return f"{', '.join(names[:_ROWS])} and {len(names) - _ROWS} more"


def _field(page: Page, label: str, texts: Iterable[str]) -> None:
    first = f"   = {label:<{_LABEL}}"
    for text in filter(None, texts):
        page.text(text, first)
        first = " " * len(first)


def _fields(page: Page, finding: Finding, options: Options) -> None:
    sure = "" if finding.confidence == "high" else f"Confidence: {finding.confidence}."
    _field(page, "why", [f"{finding.message} {sure}".strip()])
    _field(page, "number", map(words.reckoned, finding.numbers))
    _fix(page, finding, options)
    _field(page, "after", [f"{n.what}: {n.after}" for n in finding.numbers if n.after])
    _field(page, "watch", finding.risk)
    _field(page, "verify", finding.verify)


def _fix(page: Page, finding: Finding, options: Options) -> None:
    first, blank = f"   = {'fix':<{_LABEL}}", " " * (_LABEL + 5)
    changes = finding.changes if options.verbose else finding.changes[:_ROWS]
    rows = [(c.hop, c.setting, f"{c.now} -> {c.planned}", _aside(c)) for c in changes]
    if rows:
        before = len(page.lines)
        page.rows(rows, blank)
        page.lines[before] = first + page.lines[before][len(blank) :]
        first = blank
    if len(changes) < len(finding.changes):
        page.text(f"and {len(finding.changes) - len(changes)} more, in the plan", first)
    if mended := words.mended_by(finding):
        page.text(mended, first)
        first = blank
    # Actions are alternatives too where a setting mends it, and the remedy where none does.
    lead = "or: " if finding.resolved else ""
    alone = lead or "taken alone: "
    ways = (*(f"{lead}{way}" for way in finding.do if way), *(f"{alone}{way}" for way in finding.instead if way))
    if finding.resolved:
        ways = ways[len(finding.do):] + ways[:len(finding.do)]
    reasons = (f"Left open: {reason}" for reason in finding.open)
    for text in (*ways, *reasons):
        page.text(text, first)
        first = blank


def _aside(change: ChangeView) -> str:
    asides = [*([change.effect] if change.effect not in ("", "at once") else []), *change.because]
    return f"({'; '.join(text.rstrip('.') for text in asides)})" if asides else ""


def _rest(page: Page, report: Report, options: Options) -> None:
    if options.verbose:
        _facts(page, report.facts)
        if report.met:
            page.gap()
            page.write(f"MET  {len(report.met)}", "MET")
            for name in report.met:
                page.text(name, "  ")
    _unassessed(page, report.unassessed, options)
    lines: list[tuple[str, str]] = []
    for one in report.ignored:
        until = f" until {one.until}" if one.until else ""
        place = f" ({one.place})" if one.place else ""
        lines.append(("IGNORED", f"{one.rule} on {one.where}{until}: {one.reason}{place}"))
    lines.extend(("REMARK", note) for note in report.notes)
    if report.coverage:
        lines.append(("COVERAGE", words.coverage(report.coverage)))
    if report.findings or report.plan.steps:
        lines.append(("PLAN", words.planned(report.plan)))
        lines.extend(("", f"Also: {one}.") for one in words.besides(report))
        if options.verbose:
            lines.extend(("", f"Left: {one}") for one in report.plan.left)
        elif report.plan.left:
            lines.append(("", f"Left: {words.by_rule(report.plan.left)}."))
    page.gap()
    for label, text in lines:
        page.text(text, f"{label:<10}", head=label)


def _facts(page: Page, facts: Sequence[FactView]) -> None:
    page.gap()
    page.write(f"FACTS  {len(facts)}", "FACTS")
    hop = ""
    groups: list[tuple[str, list[FactView]]] = []
    for fact in facts:
        if fact.hop != hop or not groups:
            hop = fact.hop
            groups.append((hop, []))
        groups[-1][1].append(fact)
    for name, group in groups:
        page.text(name, "  ")
        names = [fact.name for fact in group]
        # One setting may stand for several properties: then the property tells which it is.
        labels = [f.name if names.count(f.name) == 1 else f"{f.name} ({f.property})" for f in group]
        sources = [", ".join(filter(None, (f.words, f.place))) for f in group]
        page.rows([*zip(labels, (f.value for f in group), sources, strict=True)], "    ", right=(1,), most=50)


def _unassessed(page: Page, unassessed: Sequence[Unassessed], options: Options) -> None:
    if not unassessed:
        return
    shown = unassessed if options.verbose else unassessed[:_SHOWN]
    page.gap()
    hidden = "" if len(shown) == len(unassessed) else f"; {_outcomes(shown)} shown, --verbose shows all"
    page.text(f"{_outcomes(unassessed)}, the most telling first{hidden}", "NOT ASSESSED  ", head="NOT ASSESSED")
    told: set[tuple[str, str]] = set()
    for one in shown:
        head = one.rule + (f" on {_some(one.where, options)}" if one.where else "")
        if len(one.where) > 1 and cells(head) + 2 > page.width and not options.verbose:
            head = f"{one.rule} on {one.where[0]} and {len(one.where) - 1} more"
        # How to get a fact is told once, whosever it is.
        new = [missing for missing in one.missing if (missing.name, missing.ask) not in told]
        told.update((missing.name, missing.ask) for missing in (new if options.verbose else new[:1]))
        if options.verbose:
            old = [_name(missing) for missing in one.missing if missing not in new]
            page.text(f"{head}: needs {listed(old)}, as above" if old else head, "  ", 6)
            for missing in new:
                note = f" ({one.threshold})" if one.threshold else ""
                page.text(_ask(missing, _name(missing) + note), "      ", 8)
        else:
            _in_two_lines(page, head, one, new)


def _in_two_lines(page: Page, head: str, rule: Unassessed, new: Sequence[Missing]) -> None:
    """Add a rule that was not decided: what would decide it first of all, and how to get that."""
    names = [_name(one) for one in rule.missing]
    if rule.threshold and names:  # it is of the one fact that is missing
        names[0] = f"{names[0]} ({rule.threshold})"
    if not new:
        rest = [f": needs {listed(names)}, as above", f": needs {names[0]}, as above" if names else ""]
        short = next((text for text in rest if cells(head + text) <= 2 * page.width - 16), "")
        page.text(head + short, "  ", 6)
        return
    page.text(head, "  ", 6)
    first, others = new[0], len(rule.missing) - 1
    more = f" (and {others} more)" if others else ""
    room = page.width - 6 - cells(more)
    name = names[rule.missing.index(first)]
    short = first.ask.split(", ")[0]
    ways = [_ask(first, name), *(f"{name}. Get: {ask}" for ask in (first.ask, short) if ask)]
    ways += [f"{_name(first)}. Get: {short}", name] if short else [name]
    page.text(next((text for text in ways if cells(text) <= room), name) + more, "      ", 8)


def _outcomes(unassessed: Sequence[Unassessed]) -> int:
    return sum(max(1, len(one.where)) for one in unassessed)


def _name(missing: Missing) -> str:
    return f"{missing.hop} {missing.name}".strip()


def _ask(missing: Missing, name: str) -> str:
    text = f"{name}: {missing.means.rstrip('.')}." if missing.means else f"{name}."
    return f"{text} Get: {missing.ask}" if missing.ask else text


def _next(page: Page, tally: Tally) -> None:
    given = " ".join(map(shlex.quote, tally.files))
    if len(tally.files) > 1 and len(given) > 40:
        given = f"{shlex.quote(next(iter(tally.files)))} {page.sign('…')}"
    kept = f", {counted(tally.snippets, 'snippet')}, rollback of each" if tally.snippets else ""
    if not tally.snippets and tally.planned:
        kept = ", snippets to paste, rollback of each"  # they are not made for this output
    if tally.first_rule:
        lines = [
            (f"advisor report {given} --out review/", f"report{kept}"),
            (f"advisor explain {shlex.quote(tally.first_rule)}", "why, how computed, sources"),
        ]
    else:
        lines = [(f"advisor check --verbose {given}", "every fact with its source, and what is met")]
    # A command is to be copied, so it is never wrapped; what it does is left out first.
    wide = max(cells(command) for command, _ in lines)
    told = all(6 + wide + 6 + cells(does) <= page.width for _, does in lines)
    for index, (command, does) in enumerate(lines):
        first = "Next: " if not index else "      "
        page.write(first + (padded(command, wide + 6) + does if told else command), first.strip())
