"""
The run as SARIF 2.1.0, for code scanning of forges and for editors.

A result points at the fact to change; other facts that are written somewhere are its related locations. What the document
ignores is a suppressed result, what the plan changes a fix. Met and undecided rules are results where all outcomes are
asked for, as "pass" and "open".
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from advisor.errors import Place
from advisor.render.edits import Documents
from advisor.render.options import Options
from advisor.render.places import Identities, below, located, target
from advisor.render.quoting import visible
from advisor.render.said import paragraph
from advisor.render.words import moved, reckoned
from advisor.report.parts import Finding, IgnoredView, OutcomeView, Report, RuleView, Run
from advisor.report.shown import listed

Json = dict[str, Any]
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def render(run: Run, options: Options) -> str:
    """Return the run as one SARIF log with one run, in ASCII."""
    text = json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_Log(run, options).run()]}, indent=2)
    return text.replace("\x7f", "\\u007f") + "\n"


class _Log:
    def __init__(self, run: Run, options: Options) -> None:
        self._run, self._options = run, options
        self._rules: dict[str, Json] = {}
        self._known = {rule.slug: rule for report in run.reports for rule in report.rules}
        self._identities, self._documents = Identities(), Documents()

    def run(self) -> Json:
        results = [result for report in self._run.reports for result in self._results(report)]
        driver = {"name": "advisor", "semanticVersion": self._run.version, "rules": list(self._rules.values())}
        return {
            "tool": {"driver": driver},
            "invocations": [self._invocation()],
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The directory in which advisor was called."}}},
            "artifacts": self._artifacts(),
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {"today": self._run.today, "verdicts": [visible(report.verdict) for report in self._run.reports]},
        }

    def _invocation(self) -> Json:
        told = [
            {"level": "error", "message": _message(p.message), "locations": [_location(p.place)]} if p.place.file
            else {"level": "error", "message": _message(p.message)}
            for p in self._run.problems
        ]  # fmt: skip
        told += [{"level": "error", "message": _message(fault)} for fault in self._run.faults]
        return {"executionSuccessful": not told, "toolExecutionNotifications": told}

    def _artifacts(self) -> list[Json]:
        digests = {file: report.digests.get(file, "") for report in self._run.reports for file in report.files}
        return [
            {"location": _artifact(file), "roles": ["analysisTarget"]} | ({"hashes": {"sha-256": digest}} if digest else {})
            for file, digest in digests.items()
        ]

    def _results(self, report: Report) -> list[Json]:
        found = [self._finding(report, finding) for finding in report.findings]
        found += [self._ignored(report, view, o) for view in report.ignored for o in _outcomes(report, view)]
        if self._options.all_outcomes:
            found += [self._outcome(report, o) for o in report.outcomes if o.status in ("met", "unknown")]
        return found

    def _finding(self, report: Report, finding: Finding) -> Json:
        at = target(report, finding)
        result = self._result(finding.rule, finding.title, finding.severity) | {
            "kind": "fail",
            "level": finding.severity,
            "message": _message(paragraph(finding)),
            "locations": [_location(at, finding.where)],
            "partialFingerprints": {"advisor/v1": self._identities.of_finding(report, finding)},
        }
        related = self._related(finding, at)
        fix = self._fix(report, finding)
        return result | ({"relatedLocations": related} if related else {}) | ({"fixes": [fix]} if fix else {}) | {
            "properties": _every({
                "confidence": finding.confidence, "cause": finding.cause, "subjects": finding.where,
                "facts": [f"{f.hop} {f.name}: {f.value} ({f.words})" for f in finding.evidence],
                "numbers": [reckoned(n) for n in finding.numbers],
                "plan": [moved(c) for c in finding.changes], "instead": finding.instead, "do": finding.do,
                "risk": finding.risk, "verify": finding.verify, "open": finding.open, "resolved": finding.resolved,
            }),
        }  # fmt: skip

    @staticmethod
    def _related(finding: Finding, at: Place) -> list[Json]:
        texts: dict[Place, list[str]] = {}
        for change in finding.changes:
            texts.setdefault(located(change.place), []).append(f"to change: {moved(change)}")
        for fact in finding.evidence:
            texts.setdefault(located(fact.place), []).append(f"{fact.hop} {fact.name}: {fact.value} ({fact.words})")
        others = [(place, told) for place, told in texts.items() if place.file and place != at]
        return [{"id": i, **_location(place), "message": _message("; ".join(told))} for i, (place, told) in enumerate(others)]

    def _fix(self, report: Report, finding: Finding) -> Json | None:
        files: dict[str, list[Json]] = {}
        done: list[str] = []
        left: list[str] = []
        for change in finding.changes:
            edit = self._documents.edit(report, change)
            (done if edit else left).append(f"{change.hop} {change.setting} {change.planned}")
            if edit:
                region = {**_region(edit.place), "endLine": edit.place.line, "endColumn": edit.end}
                replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
                if replacement not in files.setdefault(edit.place.file, []):  # one limit may stand for two
                    files[edit.place.file].append(replacement)
        if not done:
            return None
        text = f"Sets {listed(done)}." + (f" The plan also has, not stated yet: {listed(left)}." if left else "")
        return {
            "description": _message(text),
            "artifactChanges": [{"artifactLocation": _artifact(file), "replacements": each} for file, each in files.items()],
        }

    def _ignored(self, report: Report, view: IgnoredView, outcome: OutcomeView | None) -> Json:
        where = [outcome.where if outcome else view.where]
        severity = outcome.severity if outcome else "warning"
        at = located((outcome.place if outcome else "") or view.place)
        suppression = {
            "kind": "inSource", "status": "accepted", "justification": visible(view.reason),
            "location": _location(located(view.place)), "properties": {"until": view.until},
        }  # fmt: skip
        return self._result(view.rule, view.rule, severity) | {
            "kind": "fail", "level": severity,
            "message": _message(outcome.summary if outcome else f"{view.rule} on {view.where}"),
            "locations": [_location(at, where)],
            "partialFingerprints": {"advisor/v1": self._identities.of(report, view.rule, where)},
            "suppressions": [suppression],
        }  # fmt: skip

    def _outcome(self, report: Report, outcome: OutcomeView) -> Json:
        met = outcome.status == "met"
        at = located(outcome.place or next(iter(report.files), ""))
        asked = [f"{m.name} of {m.hop}: {m.ask}" for m in outcome.missing if m.ask]
        return self._result(outcome.rule, outcome.rule, outcome.severity) | {
            "kind": "pass" if met else "open", "level": "none",
            "message": _message(f"{outcome.where}: " + ("met" if met else f"not assessed, {outcome.reason}")),
            "locations": [_location(at, [outcome.where])],
            "partialFingerprints": {"advisor/v1": self._identities.of(report, outcome.rule, [outcome.where])},
            **({"properties": {"howToKnow": [visible(text) for text in asked]}} if asked else {}),
        }  # fmt: skip

    def _result(self, slug: str, title: str, severity: str) -> Json:
        if slug not in self._rules:
            self._rules[slug] = _descriptor(slug, title, severity, self._known.get(slug))
        return {"ruleId": visible(slug), "ruleIndex": list(self._rules).index(slug)}


def _outcomes(report: Report, view: IgnoredView) -> list[OutcomeView] | list[None]:
    """Return the outcomes that an entry of ``ignore`` accepts; one None where the report lists none."""
    found = [o for o in report.outcomes if o.status == "ignored" and o.rule == view.rule
             and (o.where == view.where or o.where.startswith(f"{view.where} ("))]  # fmt: skip
    return found or [None]


def _descriptor(slug: str, title: str, severity: str, rule: RuleView | None) -> Json:
    found: Json = {
        "id": visible(slug),
        "shortDescription": {"text": visible(rule.title if rule else title)},
        "defaultConfiguration": {"level": rule.severity if rule else severity},
    }
    if rule is None:
        return found
    parts = [rule.why.strip(), f"**When it may stay.** {rule.leave.strip()}" if rule.leave else "",
             "**Sources**\n\n" + "\n".join(f"- {r}" for r in rule.references) if rule.references else ""]  # fmt: skip
    # Half of a surrogate pair is not JSON that every reader takes.
    markdown = "\n\n".join(filter(None, parts)).encode("utf-8", "replace").decode()
    return found | {
        "fullDescription": {"text": _plain(markdown.partition("\n\n")[0])},  # GitHub takes 1024 characters
        "help": {"text": _plain(markdown), "markdown": markdown},
        "properties": {"precision": rule.confidence, "problem.severity": _PROBLEM[rule.severity], "tags": [visible(rule.cause)],
                       "proof": visible(rule.proof)},
    }  # fmt: skip


# How GitHub orders rules that are about no weakness of security.
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


def _plain(markdown: str) -> str:
    return re.sub(r"\*\*|`", "", markdown).strip()


def _message(text: str) -> Json:
    """Return *text* as it is: no brace of it stands for an argument, no bracket of it begins a link."""
    return {"text": re.sub(r"\[(?=[^\]]*\]\()", r"\\[", visible(text).replace("{", "{{").replace("}", "}}"))}


def _location(place: Place, where: tuple[str, ...] | list[str] | Any = ()) -> Json:
    physical: Json = {"artifactLocation": _artifact(place.file)}
    if place.line:
        physical["region"] = _region(place)
    named = [{"fullyQualifiedName": visible(name), "kind": "member"} for name in where]
    return {"physicalLocation": physical} | ({"logicalLocations": named} if named else {})


def _region(place: Place) -> Json:
    return {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})


def _artifact(file: str) -> Json:
    path = below(file)
    if path is None:
        from os.path import abspath

        return {"uri": "file://" + _quoted(abspath(file))}
    return {"uri": _quoted(path), "uriBaseId": _ROOT}


def _quoted(path: str) -> str:
    # A name that is no text keeps its bytes; half of a surrogate pair has none.
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "replace"))


def _every(values: Json) -> Json:
    return {key: value if isinstance(value, bool) else visible(value) if isinstance(value, str) else list(map(visible, value))
            for key, value in values.items() if value not in ("", (), [])}  # fmt: skip
