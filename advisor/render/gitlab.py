"""The findings as a Code Quality report of GitLab; a document that could not be judged is a "blocker"."""

from __future__ import annotations

import json
from typing import Any

from advisor.errors import Place
from advisor.render.options import Options
from advisor.render.places import Identities, below, target
from advisor.render.quoting import visible
from advisor.render.said import paragraph
from advisor.report.parts import Run

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(run: Run, _options: Options) -> str:
    """Return the findings as a JSON array in ASCII, the worst of each report first."""
    identities = Identities()
    wrong = [("input", p.place, p.message) for p in run.problems] + [("internal-error", Place(""), f) for f in run.faults]
    found = [_issue(check, "blocker", place, text, identities.plain([check, place.file, text])) for check, place, text in wrong]
    found += [
        _issue(f.rule, _SEVERITIES[f.severity], target(report, f), paragraph(f), identities.of_finding(report, f))
        for report in run.reports for f in report.findings
    ]  # fmt: skip
    return json.dumps(found, indent=2).replace("\x7f", "\\u007f") + "\n"


def _issue(check: str, severity: str, place: Place, text: str, fingerprint: str) -> dict[str, Any]:
    return {
        "engine_name": "advisor",
        "description": visible(text),
        "check_name": visible(check),
        "fingerprint": fingerprint,
        "severity": severity,
        # The report has no issue without a file and a line.
        "location": {"path": visible(below(place.file) or place.file) or ".", "lines": {"begin": place.line or 1}},
    }
