"""
The run as JUnit XML: a case a rule and subject, a suite a service.

A violated error or warning is a failure, its type the severity; a violated note passes, and its text is the case's output.
What is not known is skipped with its reason and how to get the fact, what the document ignores with why. A document that
cannot be judged is an error, in the suite "input".
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from advisor.render.options import Options
from advisor.render.places import target
from advisor.render.quoting import visible
from advisor.render.said import lines
from advisor.report.parts import Finding, IgnoredView, OutcomeView, Report, Run


class _Case(NamedTuple):
    """One case: *kind* is failure, skipped, error, system-out or "" for one that passes with nothing to say."""

    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


def render(run: Run, _options: Options) -> str:
    """Return the run as XML in ASCII. It holds no time, so the same input gives the same bytes."""
    suites: dict[str, list[_Case]] = {}
    wrong = [_Case(str(p.place), "error", "input", p.message, str(p)) for p in run.problems]
    wrong += [_Case("advisor", "error", "fault", fault, fault) for fault in run.faults]
    if wrong:
        suites["input"] = wrong
    for report in run.reports:
        for service, case in _cases(report):
            suites.setdefault(service, []).append(case)
    every = [case for cases in suites.values() for case in cases]
    body = [line for name, cases in suites.items() for line in _suite(name, cases)]
    counts = f'tests="{len(every)}" failures="{_count(every, "failure")}" errors="{_count(every, "error")}"'
    head = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="advisor" {counts}>']
    text = "\n".join([*head, *body, "</testsuites>", ""])
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _cases(report: Report) -> list[tuple[str, _Case]]:
    findings = {(f.rule, where): f for f in report.findings for where in f.where}
    found = [(o.service, _case(report, o, findings.get((o.rule, o.where)))) for o in report.outcomes]
    judged = {(o.rule, o.where) for o in report.outcomes}
    # What the engine does not judge: an entry of ``ignore`` at fault.
    found += [(report.service, _violated(report, f"{rule} on {where}", f.severity, f.summary, f))
              for (rule, where), f in findings.items() if (rule, where) not in judged]  # fmt: skip
    return found


def _case(report: Report, outcome: OutcomeView, finding: Finding | None) -> _Case:
    name = f"{outcome.rule} on {outcome.where}"
    if outcome.status == "violated":
        return _violated(report, name, outcome.severity, outcome.summary, finding)
    if outcome.status == "ignored":
        return _Case(name, "skipped", text=_accepted(outcome, report.ignored))
    if outcome.status == "unknown":
        asked = [f"{m.name} of {m.hop}: {m.ask}" for m in outcome.missing if m.ask]
        return _Case(name, "skipped", text="\n".join(map(visible, (outcome.reason, *asked))))
    return _Case(name)


def _violated(report: Report, name: str, severity: str, summary: str, finding: Finding | None) -> _Case:
    told = [*lines(finding), visible(str(target(report, finding)))] if finding else []
    text = "\n".join(filter(None, (visible(summary), *told)))
    if severity == "note":
        return _Case(name, "system-out", text=f"note: {text}")
    return _Case(name, "failure", severity, summary, text)


def _accepted(outcome: OutcomeView, ignored: Sequence[IgnoredView]) -> str:
    until = next((v.until for v in ignored if v.rule == outcome.rule and v.reason == outcome.reason), "")
    return visible(f"ignored: {outcome.reason}" + (f" (until {until})" if until else ""))


def _suite(name: str, cases: list[_Case]) -> list[str]:
    counts = (("tests", len(cases)), ("failures", _count(cases, "failure")), ("errors", _count(cases, "error")),
              ("skipped", _count(cases, "skipped")))  # fmt: skip
    head = f"<testsuite name={_attribute(name)} " + " ".join(f'{key}="{count}"' for key, count in counts) + ">"
    return [f"  {head}", *(f"    {_written(name, case)}" for case in cases), "  </testsuite>"]


def _written(service: str, case: _Case) -> str:
    head = f"<testcase classname={_attribute(service)} name={_attribute(case.name)}"
    if not case.kind:
        return f"{head}/>"
    attributes = f" type={_attribute(case.type)} message={_attribute(case.message)}" if case.type else ""
    text = "\n".join(map(visible, case.text.split("\n")))
    return f"{head}><{case.kind}{attributes}>{escape(text, quote=False)}</{case.kind}></testcase>"


def _count(cases: list[_Case], kind: str) -> int:
    return sum(case.kind == kind for case in cases)


def _attribute(text: str) -> str:
    return f'"{escape(visible(text))}"'
