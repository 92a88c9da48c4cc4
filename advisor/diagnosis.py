"""
Which causes a symptom speaks for: the rules that explain its class, ranked by their outcomes and by the circumstances.

A rule is a candidate where it explains a class of the symptom's text and is violated, or undecided, or silent for want of a fact
while the circumstances speak for it. Its rank is a sum: what its outcome weighs, what its signs weigh (``signs`` of the rule:
circumstances for it and against it), and what holds for every cause: where it was printed, what was left out, which change helped
or did not. A cause outside configuration is a candidate like the others, with signs alone (``rules/outside.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from types import FunctionType
from typing import NamedTuple, cast

from advisor.changed import can_have_changed, values_by_change
from advisor.circumstances import circumstances
from advisor.document import Change, Symptom
from advisor.engine import NOT_APPLICABLE, UNKNOWN, VIOLATED, Instance, Outcome, severity
from advisor.facts import Subject
from advisor.knowledge import Knowledge
from advisor.knowledge.parts import OutsideCause
from advisor.rules import Rule, Sign, Template
from advisor.sheet import Env, Sheet
from advisor.values import Leaf, Truth, Unknown, known, leaves_of

_VIOLATED = 4.0
# A note makes things worse and is seldom the cause; a rule that is not sure when its facts are true is less of one, too.
_SEVERITY = {"error": 1.0, "warning": 0.5, "note": -1.5}
_CONFIDENCE = {"high": 0.0, "medium": -0.25, "low": -1.0}
# What is seldom the cause where it holds is so no less where it is not known; but little is claimed there.
_UNDECIDED = 0.25
# What holds for every cause, whatever its rule.
ELSEWHERE, BEYOND, LEFT_OUT, NOT_LEFT_OUT, NO_EFFECT, HELPED, BEGAN = -2.0, -1.0, 4.0, -1.5, -3.0, 3.0, 2.0
TOGETHER = 1.0
"""For a cause that explains another symptom of the same document too."""
LEAST = 0.5
"""Candidates below this weight are not named."""
ASIDE = -1.5
"""For a cause that explains another symptom of the same document only: mostly they have one cause."""
TWICE = -1.5
"""For a cause that the path does not tell of, beside one that it does tell of and that is the same."""
SPEAKS, UNTOLD = 2.0, -0.5
"""What the circumstances must weigh for a rule that is silent for want of a fact, and what that want weighs."""


class Reason(NamedTuple):
    """A sentence for (weight above 0) or against a cause: plain, or a rule's with the values of *env*."""

    weight: float
    say: str | Template
    env: Env | None = None


class Candidate(NamedTuple):
    """
    A cause that a symptom may have.

    Attributes:
        instance: The rule and where; None for a cause outside configuration.

        state: violated, unknown or outside.

        missing: What would decide it.

        asks: Circumstances that were not told and would weigh, by name, the heaviest first.
    """

    name: str
    title: str
    instance: Instance | None
    state: str
    weight: float
    reasons: tuple[Reason, ...]
    missing: tuple[Leaf, ...]
    asks: tuple[str, ...]
    look_for: str = ""


def diagnose(symptom: Symptom, classes: Iterable[str], outcomes: Sequence[Outcome], changes: Sequence[Change],
             knowledge: Knowledge, sheet: Sheet, beside: Iterable[Iterable[str]] = ()) -> list[Candidate]:  # fmt: skip
    """
    Return the causes that *symptom* speaks for, the most likely first; one a rule, on the subject where it weighs most.

    *beside* holds the classes of the document's other symptoms.
    """
    around = next((o.instance.bind for o in outcomes if "workload" in o.instance.bind), {})
    seen = _Seen(symptom, frozenset(classes), tuple(frozenset(b) for b in beside), changes, *_order(outcomes), sheet,
                 {name: around[name] for name in ("workload", "run") if name in around})  # fmt: skip
    best: dict[str, Candidate] = {}
    for outcome in outcomes:
        rule = outcome.instance.rule
        if not seen.classes & set(rule.explains):
            continue
        if outcome.status in (VIOLATED, UNKNOWN):
            found: Candidate | None = _candidate(seen, outcome)
        else:
            found = _silent(seen, outcome) if outcome.status == NOT_APPLICABLE else None
        if found is not None and (rule.slug not in best or found.weight > best[rule.slug].weight):
            best[rule.slug] = found
    told = dict(best)
    for outside in knowledge.outside.values():
        if seen.classes & set(outside.explains):
            best[outside.slug] = _outside(seen, outside, max((told[s].weight for s in outside.same if s in told), default=-inf))
    kept = [c for c in best.values() if c.weight >= LEAST]
    return sorted(kept, key=lambda c: (-c.weight, c.state, c.name))


def shared(ranked: Sequence[Sequence[Candidate]]) -> list[list[Candidate]]:
    """Return the causes of each symptom of one document with those that only its others have; *ranked* and the result in order."""
    found = []
    for own in ranked:
        more: dict[str, Candidate] = {}
        for candidate in (c for other in ranked for c in other if other is not own):
            if candidate.name not in more or candidate.weight > more[candidate.name].weight:
                more[candidate.name] = candidate
        reason = Reason(ASIDE, "It explains another symptom of this document, not this one.")
        kept = [*own, *(c._replace(weight=c.weight + ASIDE, reasons=(*c.reasons, reason)) for c in more.values()
                        if c.name not in {o.name for o in own} and c.weight + ASIDE >= LEAST)]  # fmt: skip
        found.append(sorted(kept, key=lambda c: (-c.weight, c.state, c.name)))
    return found


class _Seen(NamedTuple):
    """A symptom, and what else is known that a cause is weighed by."""

    symptom: Symptom
    classes: frozenset[str]
    beside: tuple[frozenset[str], ...]
    changes: Sequence[Change]
    neighbours: Mapping[str, set[str]]
    beyond: Mapping[str, set[str]]
    sheet: Sheet
    around: Mapping[str, Subject]


def _order(outcomes: Sequence[Outcome]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the hops that each hop calls or is called by, and all that come after it on the way to the last server."""
    near: dict[str, set[str]] = {}
    beyond: dict[str, set[str]] = {}
    calls = {(o.instance.bind["caller"].name, o.instance.bind["callee"].name)
             for o in outcomes if "caller" in o.instance.bind and "callee" in o.instance.bind}  # fmt: skip
    for caller, callee in calls:
        near.setdefault(caller, set()).add(callee)
        near.setdefault(callee, set()).add(caller)
        beyond.setdefault(caller, set()).add(callee)
    for _ in calls:  # a path of n legs is closed after n rounds
        for further in beyond.values():
            further |= {name for each in further for name in beyond.get(each, ())}
    return near, beyond


def _silent(seen: _Seen, outcome: Outcome) -> Candidate | None:
    """Return a rule that does not apply only because a fact is not known, where the circumstances speak for it all the same."""
    instance, env = outcome.instance, outcome.env
    applies = instance.rule.applies
    if applies is None or env is None or "known(" not in applies.source:
        return None
    run = cast(FunctionType, applies.run)
    could = FunctionType(run.__code__, {**run.__globals__, "known": _whether})(env)
    parts = [part.run(env) for part in instance.rule.require]
    if type(could) is not Unknown or (all(part is True for part in parts) and not _wanting(instance.rule, env, could)):
        return None
    found = _candidate(seen, Outcome(instance, UNKNOWN, env, 0, leaves_of(could, *parts)))
    if sum(reason.weight for reason in found.reasons if reason.env is not None) < SPEAKS:
        return None
    return found._replace(weight=found.weight + UNTOLD)


def _wanting(rule: Rule, env: Env, could: Unknown) -> bool:
    """Return whether *rule* holds for want of a fact only, one that ``applies`` does not ask for: ``first(limit, never)``."""
    asked = set(could.leaves)
    for name in rule.leaves(*rule.require):
        try:
            value = env[name]
        except KeyError:  # it is of an element of a list
            continue
        if not known(value) and not asked.issuperset(leaves_of(value)):
            return True
    return False


def _whether(value: object) -> Truth:
    """Stand in for ``known``: what is not known may be told yet."""
    return True if known(value) else Unknown(leaves_of(value))


def _candidate(seen: _Seen, outcome: Outcome) -> Candidate:
    instance, rule = outcome.instance, outcome.instance.rule
    bind = {**instance.bind, **circumstances(seen.symptom, seen.classes, instance)}
    env = Env(seen.sheet, bind, rule.lets)
    signs = rule.signs
    if rule.each is not None and rule.each[0] not in bind:  # its list is not known: nothing can be said of an element
        signs = tuple(s for s in signs if not any(n.startswith(f"{rule.each[0]}.") for n in rule.leaves(s.when)))
    reasons, asks = _signs(signs, env)
    reasons += _together(seen, rule.explains) + _places(seen, instance) + _changes(seen.changes, instance, rule)
    weight = _prior(outcome) + sum(reason.weight for reason in reasons)
    return Candidate(rule.slug, rule.title, instance, outcome.status, weight, tuple(reasons), outcome.missing, tuple(asks))


def _prior(outcome: Outcome) -> float:
    """Return what an outcome weighs: one that lacks a single fact is nearer to a finding than one that lacks five."""
    rule = outcome.instance.rule
    if outcome.status == UNKNOWN:
        seldom = min(0.0, _SEVERITY[rule.severity]) + _CONFIDENCE[rule.confidence]
        return 0.5 + 1.0 / max(1, len(outcome.missing)) + _UNDECIDED * seldom
    return _VIOLATED + _SEVERITY[severity(outcome)] + _CONFIDENCE[rule.confidence]


def _together(seen: _Seen, explains: Iterable[str]) -> list[Reason]:
    """Return what the other symptoms of the document say."""
    shared = sum(1 for classes in seen.beside if classes - seen.classes and classes & set(explains))
    return [Reason(TOGETHER * shared, "It explains another symptom of this document too.")] if shared else []


def _outside(seen: _Seen, cause: OutsideCause, told: float) -> Candidate:
    """Return a cause outside configuration; *told* is what a rule weighs that is the same cause, as the path tells of it."""
    env = Env(seen.sheet, {**seen.around, **circumstances(seen.symptom, seen.classes, None)})
    reasons, asks = _signs(cause.signs, env)
    reasons += _together(seen, cause.explains)
    weight = cause.weight + sum(reason.weight for reason in reasons)
    if told >= max(weight, LEAST):
        reasons.append(Reason(TWICE, "The path tells of the same cause, which is named."))
        weight += TWICE
    return Candidate(cause.slug, cause.title, None, "outside", weight, tuple(reasons), (), tuple(asks), cause.look_for)


def _signs(signs: Iterable[Sign], env: Env) -> tuple[list[Reason], list[str]]:
    reasons, asks = [], dict[str, float]()
    for sign in signs:
        try:
            holds = sign.when.run(env)
        except KeyError:  # it speaks of an element of a list that is not known
            continue
        if holds is True:
            reasons.append(Reason(sign.weight, sign.say, env))
        elif type(holds) is Unknown:
            for subject, name in holds.leaves:
                if isinstance(subject, Subject) and subject.kind == "symptom" and subject.name == "seen":
                    asks[name] = max(asks.get(name, 0.0), abs(sign.weight))
    return reasons, sorted(asks, key=lambda name: (-asks[name], name))


def _names(instance: Instance) -> set[str]:
    """Return the hops that an instance is about; a device on the leg where the rule reads the devices."""
    about = {s.name for s in instance.bind.values() if s.kind in ("end", "hop", "middlebox", "host")}
    leg, rule = instance.bind.get("leg"), instance.rule
    if leg is not None and instance.element is None and "leg.middleboxes" in rule.leaves(*rule.expressions()):
        about |= {m.name for m in leg.lists.get("middleboxes") or ()}
    return about


def _places(seen: _Seen, instance: Instance) -> list[Reason]:
    """Return what the hop that printed it, and a hop that was left out, say."""
    reasons = []
    symptom, about = seen.symptom, _names(instance)
    near = about.union(*(seen.neighbours.get(name, ()) for name in about)) if instance.rule.scope in ("hop", "host") else about
    if symptom.from_ is not None and symptom.from_ not in near and instance.rule.scope != "path":
        if about & seen.beyond.get(symptom.from_, set()):
            reasons.append(Reason(BEYOND, f"{symptom.from_} printed it, and this is further on."))
        else:
            reasons.append(Reason(ELSEWHERE, f"{symptom.from_} printed it, and this is elsewhere."))
    left_out = symptom.not_when.get("without")
    if left_out is not None:
        name = str(left_out.value)
        if (instance.element or instance.subject).name == name or name in about:
            reasons.append(Reason(LEFT_OUT, f"It does not fail without {name}."))
        else:
            reasons.append(Reason(NOT_LEFT_OUT, f"It does not fail without {name}, which has no part in this."))
    return reasons


def _changes(changes: Sequence[Change], instance: Instance, rule: Rule) -> list[Reason]:
    """Return what changes say: one of a value that the rule reads, and its effect."""
    values = values_by_change(instance, rule)
    reasons = []
    for change in changes:
        by_version = values.get(change.what.lower())
        if by_version is None or change.effect is None or not can_have_changed(change, by_version):
            continue
        if change.effect == "none":
            reasons.append(Reason(NO_EFFECT, f"A change of {change.what} had no effect."))
        elif change.effect in ("began", "worse"):
            said = f"It began with the change of {change.what}." if change.effect == "began" else (
                f"A change of {change.what} made it worse.")  # fmt: skip
            reasons.append(Reason(BEGAN, said))
        elif change.effect in ("better", "gone"):
            reasons.append(Reason(HELPED, f"A change of {change.what} made it {change.effect}."))
    return reasons


def by_rule(candidates: Mapping[int, Sequence[Candidate]]) -> dict[str, float]:
    """Return the greatest weight of each rule over all symptoms: findings are shown in that order."""
    found: dict[str, float] = {}
    for ranked in candidates.values():
        for candidate in ranked:
            found[candidate.name] = max(found.get(candidate.name, 0.0), candidate.weight)
    return found
