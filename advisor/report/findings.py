"""Findings: violated outcomes in words, one where a cause and its knobs are the same."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from advisor.engine import VIOLATED, Instance, Outcome, severity
from advisor.expressions import unit_kind
from advisor.facts import Knob, Subject
from advisor.plan import Open
from advisor.report.parts import ChangeView, FactView, Finding, NumberView
from advisor.report.words import Words, listed, name_of, plain_name, shown
from advisor.rules import CONFIDENCES, Fix
from advisor.values import Range, known

if TYPE_CHECKING:
    from advisor.report import Judged


class FindingWriter:
    """Writes the findings of one system."""

    def __init__(
        self, judged: Judged, words: Words, changes: Mapping[Any, ChangeView], explains: Mapping[str, tuple[int, ...]]
    ) -> None:
        self.judged, self.words, self.changes, self.explains = judged, words, changes, explains
        self.owned: dict[Instance, list[ChangeView]] = {}
        for change in judged.plan.changes:
            for owner in change.owners:
                self.owned.setdefault(owner, []).append(changes[change.target.knob])
        self.left: dict[Instance, Open] = {o.instance: o for o in judged.plan.left}
        self.after = {o.instance: o for o in judged.plan.outcomes}
        self.after_words = Words(judged.plan.sheet)

    def findings(self) -> list[Finding]:
        """Return the findings; those of one rule that the same changes mend are one."""
        groups: dict[Any, list[Outcome]] = {}
        for outcome in self.judged.outcomes:
            if outcome.status == VIOLATED and outcome.instance not in self.judged.ignored:
                owned = tuple(sorted((c.hop, c.full_name) for c in self.owned.get(outcome.instance, ())))
                key = (outcome.instance.rule.slug, owned or outcome.instance.subject if owned else _culprit(outcome),
                       severity(outcome), outcome.instance in self.left)  # fmt: skip
                groups.setdefault(key, []).append(outcome)
        return [self._finding(group) for group in groups.values()]

    def _finding(self, group: list[Outcome]) -> Finding:
        first = group[0]
        instance, rule, env = first.instance, first.instance.rule, first.env
        assert env is not None
        evidence = self._evidence(first)
        fixes = [f for f in rule.fixes if f.moves and (f.when is None or f.when.run(env) is True)]
        chosen = self.judged.plan.chosen.get(instance)
        changes = list(dict.fromkeys(c for o in group for c in self.owned.get(o.instance, ())))
        open_ = [self.left[o.instance] for o in group if o.instance in self.left]
        message = next(
            (self.words.sentence(t, env) for when, t in rule.messages if when is None or when.run(env) is True), ""
        )
        mended_by = () if changes or open_ else self._mended_by(group)
        used = [chosen] if chosen else fixes[:1]
        places = [f.place for f in evidence if f.place]
        return Finding(
            rule=rule.slug, severity=severity(first), confidence=self._confidence(first, evidence), cause=rule.cause,
            where=list(dict.fromkeys(_where(o.instance) for o in group)), title=rule.title,
            summary=self.words.sentence(rule.summary, env), message=message, evidence=evidence, numbers=self._numbers(first),
            changes=changes, instead=[] if mended_by else self._instead([f for f in fixes if f is not chosen], group),
            do=[f.do for f in rule.fixes if f.do and (f.when is None or f.when.run(env) is True)],
            risk=[f.risk for f in used if f.risk], verify=[f.verify for f in used if f.verify],
            open=[s for o in open_ for s in _why_open(o)], explains=self.explains.get(rule.slug, ()),
            references=rule.references, proof=rule.proof, place=places[0] if places else str(instance.subject.place or ""),
            resolved=not open_ and bool(changes or mended_by), mended_by=mended_by)  # fmt: skip

    def _mended_by(self, group: list[Outcome]) -> list[str]:
        """Return the rules whose changes bear on what the outcomes of *group* were judged by, where the plan resolves them."""
        if any(self.after[o.instance].status == VIOLATED for o in group if o.instance in self.after):
            return []
        bits, used = self.judged.sheet.bits, 0
        for outcome in group:
            assert outcome.env is not None
            used |= outcome.env.used
        near = [c for c in self.judged.plan.changes if bits.get(c.target.knob, 0) & used]
        return list(dict.fromkeys(owner.rule.slug for change in near for owner in change.owners))

    def _evidence(self, outcome: Outcome) -> list[FactView]:
        rule, env = outcome.instance.rule, outcome.env
        assert env is not None
        found: dict[FactView, None] = {}
        for name in rule.evidence:
            if "." not in name:
                continue
            subject, prop = self.words.resolve(env.bind, name)
            spec = self.words.sheet.properties.find(subject.kind, prop)
            if spec is not None and spec.kind.base != "list":
                view = self.words.fact(subject, prop)
                if view.words == "known of the stack" and view.value == "0":
                    continue  # a fault that is as old as its stack
                if view.source != "unknown" or view.value != "unknown":
                    found[view] = None
        telling = [f for f in found if f.value != "unknown"]
        strong = [f for f in telling if f.source not in ("none", "otherwise")]
        return strong if len(strong) > 1 else telling or list(found)

    def _confidence(self, outcome: Outcome, evidence: list[FactView]) -> str:
        """Return the rule's confidence, a step lower where a fact is an estimate or was not verified."""
        steps = CONFIDENCES.index(outcome.instance.rule.confidence)
        if any(f.source in ("estimated", "unverified") or "estimate" in f.words or "not verified" in f.words for f in evidence):
            steps += 1
        return CONFIDENCES[min(steps, len(CONFIDENCES) - 1)]

    def _numbers(self, outcome: Outcome) -> list[NumberView]:
        env, later = outcome.env, self.after.get(outcome.instance)
        assert env is not None
        found = []
        for what, expression in outcome.instance.rule.impact:
            value = expression.run(env)
            if not known(value) and not (
                type(value) is Range and shown(value, unit_kind(expression.kind)) != "unknown"
            ):
                continue
            kind = unit_kind(expression.kind)
            after = ""
            if later is not None and later.env is not None and self.owned.get(outcome.instance):
                planned = expression.run(later.env)
                if isinstance(planned, float) and isinstance(value, float) and planned < 0 <= value:
                    planned = 0.0  # what was too much is gone, and there is room
                after = shown(planned, kind) if known(planned) and planned != value else ""
            found.append(NumberView(what, shown(value, kind), self.words.arithmetic(expression, env), after))
        return found

    def _instead(self, fixes: list[Fix], group: list[Outcome]) -> list[str]:
        """Return the ways that were not taken, in words; one for the same settings, none for those that are moved anyway."""
        owners = {o.instance for o in group}
        taken = {frozenset([c.target.knob]) for c in self.judged.plan.changes if owners & set(c.owners)}
        found = []
        for fix in fixes:
            knobs, text = self._in_words(fix, group[0])
            if text and frozenset(knobs) not in taken:
                taken.add(frozenset(knobs))
                found.append(text)
        return found

    def _in_words(self, fix: Fix, outcome: Outcome) -> tuple[set[Knob], str]:
        """Return what a fix moves and whose setting goes where; no words where it cannot be made."""
        parts: list[str] = []
        knobs: set[Knob] = set()
        env = outcome.env
        assert env is not None
        for name, operator, bound in fix.moves:
            if "." not in name or bound is None:
                return knobs, ""
            subject, prop = self.words.resolve(env.bind, name)
            target, value = self.words.sheet.target(subject, prop), bound.run(env)
            if isinstance(target, str):
                return knobs, ""
            if type(value) is Range:
                value = value.low if operator == "at_most" else value.high
            low, high = target.setting.range if target.setting else (target.prop.low, target.prop.high)
            if not known(value) or (isinstance(value, float) and (value in (0, inf, -inf) or not low <= value <= high)):
                return knobs, ""
            now = self.words.sheet.value(subject, prop)
            if not isinstance(value, str) and _reached(now, operator, value):
                continue
            setting = target.setting if target.through is None else None
            label = name_of(subject.store.profile, setting.name) if setting and subject.store else plain_name(target.prop)
            knobs.add(target.knob)
            how = {"at_most": "at most ", "at_least": "at least ", "to": ""}[operator]
            parts.append(f"{subject.name} {label} {how}{shown(value, unit_kind(target.prop.kind))}")
        return knobs, listed(parts)


def _reached(now: Any, operator: str, value: Any) -> bool:
    if not isinstance(now, float) or not isinstance(value, float):
        return False
    return now >= value if operator == "at_least" else now <= value


def _culprit(outcome: Outcome) -> Any:
    """Return what tells findings apart that nothing mends: the end or hop whose knobs they name."""
    for fix in outcome.instance.rule.fixes:
        for name, _, _ in fix.moves:
            subject: Subject | None = outcome.instance.bind.get(name.split(".")[0])
            if subject is not None:
                return subject
    return outcome.instance.element or outcome.instance.subject


def _where(instance: Instance) -> str:
    element = instance.element
    return instance.subject.name + (
        f" ({element.name})" if element is not None and element.name != instance.subject.name else ""
    )


def _why_open(open_: Open) -> list[str]:
    sentences = [f"{reason}." for reason in open_.reasons]
    if open_.culprits:
        names = listed(dict.fromkeys(f"{c.rule.slug} on {_where(c)}" for c in open_.culprits))
        sentences.append(f"A change that mends it breaks {names}: one of them has to give.")
    if open_.gave_up:
        sentences.append("No plan was found within the limit of trials; that is not to say there is none.")
    if not sentences and any(fix.moves for fix in open_.instance.rule.fixes):
        return ["No change of settings mends it without making another finding."]
    return sentences
