"""What became of every rule on every subject, and those rules: for forms that count each, not the violated ones alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.engine import NOT_APPLICABLE, UNKNOWN, VIOLATED, Outcome, severity
from advisor.report.assessed import missing_view
from advisor.report.parts import OutcomeView, RuleView
from advisor.report.words import Words, listed

if TYPE_CHECKING:
    from advisor.report import Judged

IGNORED = "ignored"


def outcome_views(judged: Judged, words: Words, service: str) -> list[OutcomeView]:
    """Return the outcomes in the order they were judged; *service* is that of subjects on no one path."""
    return [_view(judged, words, outcome, service) for outcome in judged.outcomes if outcome.status != NOT_APPLICABLE]


def _view(judged: Judged, words: Words, outcome: Outcome, service: str) -> OutcomeView:
    instance = outcome.instance
    rule, subject, element = instance.rule, instance.subject, instance.element
    path = instance.bind.get("path")
    ignored = judged.ignored.get(instance)
    missing = tuple(dict.fromkeys(missing_view(leaf, words) for leaf in outcome.missing))
    reason, summary, place = "", "", ""
    if outcome.status == UNKNOWN:
        reason = f"not known: {listed(dict.fromkeys(f'{m.name} of {m.hop}' for m in missing)) or 'what decides it'}"
    elif outcome.status == VIOLATED and outcome.env is not None:
        summary = words.sentence(rule.summary, outcome.env)
        place = _place(words, outcome)
        reason = ignored.reason if ignored else ""
    return OutcomeView(
        rule=rule.slug, service=path.name if path else service,
        where=subject.name + (f" ({element.name})" if element is not None and element.name != subject.name else ""),
        status=IGNORED if ignored else outcome.status, severity=severity(outcome) if outcome.env else rule.severity,
        summary=summary, reason=reason, missing=missing, place=place or str(subject.place or ""),
    )  # fmt: skip


def _place(words: Words, outcome: Outcome) -> str:
    assert outcome.env is not None
    for name in outcome.instance.rule.evidence:
        if "." not in name:
            continue
        subject, prop = words.resolve(outcome.env.bind, name)
        spec = words.sheet.properties.find(subject.kind, prop)
        if spec is not None and spec.kind.base != "list" and (place := words.fact(subject, prop).place):
            return place
    return ""


def rule_views(judged: Judged) -> list[RuleView]:
    """Return the rules that apply somewhere, by name."""
    rules = {o.instance.rule.slug: o.instance.rule for o in judged.outcomes if o.status != NOT_APPLICABLE}
    return [
        RuleView(r.slug, r.title, r.severity, r.confidence, r.cause, r.why, r.leave, r.references, r.proof)
        for _, r in sorted(rules.items())
    ]
