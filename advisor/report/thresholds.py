"""From where on an undecided rule would be a finding, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from advisor.engine import UNKNOWN
from advisor.expressions import unit_kind
from advisor.report.parts import Unassessed
from advisor.report.words import shown
from advisor.thresholds import threshold

if TYPE_CHECKING:
    from advisor.report import Judged

MOST = 8
"""Entries that get a threshold: each is some forty evaluations of its rule, and more are not shown."""


def with_thresholds(views: Sequence[Unassessed], judged: Judged) -> list[Unassessed]:
    """Return *views*, those that lack one number with the figure from where on it would be a finding."""
    found = list(views)
    for i, view in enumerate(views[:MOST]):
        if len(view.missing) == 1:
            found[i] = view._replace(threshold=_words(view, judged))
    return found


def _words(view: Unassessed, judged: Judged) -> str:
    for outcome in judged.outcomes:
        same = outcome.instance.rule.slug == view.rule and outcome.instance.subject.name in view.where
        if not same or outcome.status != UNKNOWN:
            continue
        solved = threshold(outcome, judged.sheet.properties)
        if solved is None:
            return ""
        figure = shown(solved.value, unit_kind(solved.kind))
        return f"a finding up to {figure}" if solved.below else f"a finding from {figure} on"
    return ""
