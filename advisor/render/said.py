"""What a finding says, in lines and in a paragraph: for forms that hold one text a finding."""

from __future__ import annotations

from advisor.render.quoting import visible
from advisor.render.words import moved, reckoned
from advisor.report.parts import Finding
from advisor.report.shown import listed


def lines(finding: Finding) -> list[str]:
    """Return what stands below the headline, a line each: why, the numbers, the plan, what is left open. No control acts."""
    told = [finding.message, *map(reckoned, finding.numbers)]
    if finding.changes:
        told.append(f"Plan: {listed([moved(c) for c in finding.changes])}")
    return [_ended(visible(text)) for text in (*told, *finding.do, *finding.open) if text]


def paragraph(finding: Finding) -> str:
    """Return the headline and what stands below it as one line."""
    return " ".join([_ended(visible(finding.summary)), *lines(finding)])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
