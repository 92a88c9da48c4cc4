"""From outcomes and a plan to everything that an output may show, sorted and phrased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from advisor.engine import MET, NOT_APPLICABLE, UNKNOWN, VIOLATED, Instance, Outcome
from advisor.facts import Subject
from advisor.knowledge import Knowledge
from advisor.model import System
from advisor.plan import Plan
from advisor.report.assessed import coverage, unassessed
from advisor.report.changes import change_views
from advisor.report.findings import FindingWriter
from advisor.report.parts import (
    ChangeView,
    Counts,
    FactView,
    Finding,
    IgnoredView,
    PlanView,
    Report,
    Run,
    Step,
    SymptomView,
)
from advisor.report.paths import path_views
from advisor.report.symptoms import symptom_views
from advisor.report.thresholds import with_thresholds
from advisor.report.words import Words, counted, listed
from advisor.rules import SEVERITIES
from advisor.sheet import Sheet

__all__ = ["Judged", "Report", "Run", "build_report"]


class Judged(NamedTuple):
    """What the engine found out of one system."""

    system: System
    sheet: Sheet
    outcomes: list[Outcome]
    plan: Plan
    ignored: Mapping[Instance, IgnoredView]
    ignore_faults: Sequence[Finding]


def build_report(
    judged: Judged, knowledge: Knowledge, digests: Mapping[str, str], *, details: bool, snippets: bool = False
) -> Report:
    """Return the report of one system; without *details* facts, outcomes and rules are left empty, without *snippets* theirs."""
    words = Words(judged.sheet)
    changes = change_views(judged, words)
    symptoms, explains = symptom_views(judged, knowledge)
    if symptoms:
        from advisor.report.causes import with_causes

        symptoms = with_causes(symptoms, judged, knowledge, words)
    writer = FindingWriter(judged, words, changes, explains)
    findings = sorted([*writer.findings(), *judged.ignore_faults], key=lambda f: SEVERITIES.index(f.severity))
    rank = {cause.rule: i for s in symptoms for i, cause in reversed(list(enumerate(s.causes)))}
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), rank.get(f.rule, len(rank)), not f.explains))
    symptoms = [_explained(s, i, findings) for i, s in enumerate(symptoms)]
    plan = plan_view(judged, changes, findings)
    counts = _counts(judged, findings)
    paths = path_views(judged, words)
    documents = {p.document.file: None for p in judged.system.paths}
    report = Report(
        service=listed(dict.fromkeys(p.service for p in paths)),
        files=list(documents), digests=digests, verdict=_verdict(counts, plan), paths=paths, symptoms=symptoms,
        findings=findings, first=_first(plan, findings), plan=plan, unassessed=with_thresholds(unassessed(judged), judged),
        ignored=sorted(set(judged.ignored.values())),
        met=sorted({f"{o.instance.rule.slug}: {_where(o.instance)}" for o in judged.outcomes if o.status == MET}),
        coverage=coverage(judged, knowledge), counts=counts, facts=_facts(judged, words) if details else (), snippets=(),
        notes=_notes(judged),
    )  # fmt: skip
    if snippets and judged.plan.changes:
        from advisor.report.snippets import snippet_views

        report = report._replace(snippets=snippet_views(judged, changes, report, knowledge.templates))
    if details:
        from advisor.report.outcomes import outcome_views, rule_views

        report = report._replace(outcomes=outcome_views(judged, words, report.service), rules=rule_views(judged))
    return report


def plan_view(judged: Judged, changes: Mapping[Any, ChangeView], findings: Sequence[Finding]) -> PlanView:
    steps = []
    for number, step in enumerate(judged.plan.steps, 1):
        views = [changes[c.target.knob] for c in step]
        rules = {slug for view in views for slug in view.rules}
        verify = [v for f in findings if f.rule in rules and any(c in f.changes for c in views) for v in f.verify]
        steps.append(Step(number, views[0].hop, views, _roll_out(views), list(dict.fromkeys(verify))))
    resolved, left = len(judged.plan.resolved), judged.plan.left
    before = {o.instance for o in judged.outcomes if o.status == VIOLATED}
    new = [o for o in judged.plan.outcomes if o.status == VIOLATED and o.instance not in before]
    total = sum(len(s.changes) for s in steps)
    again = (
        f"Checked again: {counted(resolved, 'finding')} resolved, {len(new) or 'none'} new, {len(left)} left."
        if total
        else ""
    )
    return PlanView(steps, judged.plan.ordered, resolved,
                    sorted(f"{o.instance.rule.slug}: {_where(o.instance)}" for o in left), len(new), again)  # fmt: skip


def _roll_out(views: Sequence[ChangeView]) -> str:
    """Return how to roll out a step: as the change asks that disturbs most."""
    effects = {v.effect for v in views}
    if "deploy" in effects:
        return "deploy, one instance at a time"
    if effects & {"restart", "at listen"}:
        return "restart, one instance at a time"
    if "reload" in effects:
        return "reload"
    if effects <= {"at once", "new connections"}:
        return "acts at once" + (", on new connections" if "new connections" in effects else "")
    return "one instance at a time"


def _explained(symptom: SymptomView, index: int, findings: Sequence[Finding]) -> SymptomView:
    """Name the findings that explain a symptom, in the order of its causes."""
    order = {cause.rule: i for i, cause in enumerate(symptom.causes)}
    found = dict.fromkeys(f.rule for f in findings if index in f.explains)
    return symptom._replace(explained_by=sorted(found, key=lambda rule: order.get(rule, len(order))))


def _first(plan: PlanView, findings: Sequence[Finding]) -> list[str]:
    """Return at most three things to do first: steps that mend what is most severe, in the order of the roll-out."""
    rank = {f.rule: SEVERITIES.index(f.severity) for f in reversed(findings)}
    steps = sorted(
        plan.steps, key=lambda s: (min((rank.get(r, 9) for c in s.changes for r in c.rules), default=9), s.number)
    )[:3]
    found = []
    for step in sorted(steps, key=lambda s: s.number):
        worst = min(rank.get(r, 9) for c in step.changes for r in c.rules)
        telling = [c for c in step.changes if min(rank.get(r, 9) for r in c.rules) == worst]
        found.append(f"{step.hop}: " + listed(f"{c.setting} {c.now} -> {c.planned}" for c in telling[:3]))
    return found


def _verdict(counts: Counts, plan: PlanView) -> str:
    words = ((counts.error, "error"), (counts.warning, "warning"), (counts.note, "note"))
    parts = [counted(number, word) for number, word in words if number]
    if not parts:
        if counts.unknown:
            return f"No finding: {counted(counts.met, 'check')} met, {counts.unknown} not assessed for want of facts."
        ignored = f" or ignored ({counts.ignored})" if counts.ignored else ""
        return f"In order: all {counted(counts.met, 'check')} that apply here are met{ignored}."
    head = "Change before deploy" if counts.error else "Worth a change" if counts.warning else "Sound, with remarks"
    total = sum(len(step.changes) for step in plan.steps)
    if not total:
        return f"{head}: {listed(parts)}."
    changes, steps = counted(total, "change"), counted(len(plan.steps), "step")
    mended = f"{plan.resolved} of {counted(plan.resolved + len(plan.left), 'violation')}"
    return f"{head}: {listed(parts)}. {changes} in {steps} {'resolves' if total == 1 else 'resolve'} {mended}."


def _counts(judged: Judged, findings: Sequence[Finding]) -> Counts:
    by_severity = {s: sum(1 for f in findings if f.severity == s) for s in SEVERITIES}
    by_status = {s: sum(1 for o in judged.outcomes if o.status == s and o.instance not in judged.ignored)
                 for s in (MET, UNKNOWN, NOT_APPLICABLE)}  # fmt: skip
    return Counts(by_severity["error"], by_severity["warning"], by_severity["note"], by_status[MET], by_status[UNKNOWN],
                  len(judged.ignored), by_status[NOT_APPLICABLE])  # fmt: skip


def _where(instance: Instance) -> str:
    return instance.subject.name + (
        f" ({instance.element.name})" if instance.element and instance.element.name != instance.subject.name else ""
    )


def _facts(judged: Judged, words: Words) -> list[FactView]:
    """Return every known fact with its source, hop by hop along the path."""
    found: dict[tuple[str, str, str], FactView] = {}
    for subject in _subjects(judged.system):
        for prop in judged.sheet.properties.all.get(subject.kind, {}).values():
            if (
                prop.kind.base == "list"
                or ((subject, prop.name) not in judged.sheet.seen
                and prop.name not in subject.stated)
            ):
                continue
            view = words.fact(subject, prop.name)
            if view.source in ("unknown", "none", "otherwise") or view.value == "unknown":
                continue
            found[view.hop, view.property, view.value] = view
    return list(found.values())


def _subjects(system: System) -> list[Subject]:
    found: dict[Subject, None] = {}
    for path in system.paths:
        found[path.workload] = None
        for hop in path.hops:
            for subject in (hop.hop, hop.caller, hop.callee, hop.middlebox, hop.host):
                if subject is not None:
                    found[subject] = None
        for leg in path.legs:
            found[leg] = None
    return list(found)


def _notes(judged: Judged) -> list[str]:
    notes = list(judged.system.notes)
    for hop in judged.system.hops:
        notes += [f"{c.place}: {c.path} is kept, not read: the reader of {hop.profile.title} files is not part of this version; "
                  "write its settings under settings:" for c in hop.raw.config]  # fmt: skip
    return notes
