"""The causes that a symptom may have, in words: what speaks for each, what against it, and what would tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.diagnosis import Candidate, Reason, diagnose, shared
from advisor.knowledge import Knowledge
from advisor.report.assessed import missing_view
from advisor.report.parts import CauseView, SymptomView
from advisor.report.words import Words, shown
from advisor.rules import Template

if TYPE_CHECKING:
    from advisor.report import Judged

MOST = 5
"""Causes named for one symptom."""


def with_causes(views: list[SymptomView], judged: Judged, knowledge: Knowledge, words: Words) -> list[SymptomView]:
    """Return the symptoms with their causes, the most likely first."""
    documents = {id(path.document): path.document for path in judged.system.paths}.values()
    symptoms = [(symptom, document) for document in documents for symptom in document.symptoms]
    causes: dict[int, list[list[Candidate]]] = {}
    for view, (symptom, document) in zip(views, symptoms, strict=True):
        beside = [v.class_names for v, (_, d) in zip(views, symptoms, strict=True) if d is document and v is not view]
        ranked = diagnose(symptom, view.class_names, judged.outcomes, document.changes, knowledge, judged.sheet, beside)
        causes.setdefault(id(document), []).append(ranked)
    each = {key: iter(shared(ranked)) for key, ranked in causes.items()}
    return [v._replace(causes=[_view(c, words, knowledge) for c in next(each[id(d)])[:MOST]])
            for v, (_, d) in zip(views, symptoms, strict=True)]  # fmt: skip


def _view(candidate: Candidate, words: Words, knowledge: Knowledge) -> CauseView:
    where = candidate.instance.subject.name if candidate.instance is not None else ""
    properties = knowledge.properties.all["symptom"]
    return CauseView(
        rule=candidate.name,
        title=candidate.title,
        where=where,
        state=candidate.state,
        weight=shown(candidate.weight, "ratio"),
        speaks_for=[_said(r, words) for r in candidate.reasons if r.weight > 0],
        speaks_against=[_said(r, words) for r in candidate.reasons if r.weight < 0],
        missing=[missing_view(leaf, words) for leaf in candidate.missing],
        asks=[f"when.{name}: {properties[name].means}" for name in candidate.asks if name in properties],
        look_for=candidate.look_for,
    )


def _said(reason: Reason, words: Words) -> str:
    if isinstance(reason.say, Template):
        assert reason.env is not None
        text = words.sentence(reason.say, reason.env)
    else:
        text = reason.say
    text = text.strip()
    return text if text.endswith(".") else f"{text}."
