"""What could be checked and what could not: unknown outcomes by the facts they want, and the coverage of the documented causes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from advisor.engine import NOT_APPLICABLE, UNKNOWN, Outcome
from advisor.facts import Store, Subject
from advisor.knowledge import Knowledge
from advisor.report.parts import GroupView, Missing, Unassessed
from advisor.report.words import Words, name_of
from advisor.rules import SEVERITIES
from advisor.values import known

if TYPE_CHECKING:
    from advisor.report import Judged


def unassessed(judged: Judged) -> list[Unassessed]:
    """Return the rules that lack facts, the most telling first: by severity, then by how many outcomes the facts would decide."""
    words = Words(judged.sheet)
    waits: Counter[Any] = Counter()
    groups: dict[tuple[str, tuple[Missing, ...]], list[Outcome]] = {}
    for outcome in judged.outcomes:
        if outcome.status != UNKNOWN or outcome.instance in judged.ignored:
            continue
        missing = tuple(dict.fromkeys(missing_view(leaf, words) for leaf in outcome.missing))
        waits.update(missing)
        groups.setdefault((outcome.instance.rule.slug, missing), []).append(outcome)
    found = []
    for (slug, missing), outcomes in groups.items():
        rule = outcomes[0].instance.rule
        where = list(dict.fromkeys(o.instance.subject.name for o in outcomes))
        found.append(Unassessed(slug, where, rule.title, rule.severity, missing))
    return sorted(
        found, key=lambda u: (SEVERITIES.index(u.severity), -max((waits[m] for m in u.missing), default=0), u.rule)
    )


def missing_view(leaf: tuple[Any, str], words: Words) -> Missing:
    """Return what is missing in words: whose fact, its name, how to get it."""
    subject, name = leaf
    if isinstance(subject, Store):
        setting = subject.profile.settings[name]
        return Missing(
            subject.name, name_of(subject.profile, name), setting.means, f"state {name} of {subject.profile.title}"
        )
    assert isinstance(subject, Subject)
    spec = words.sheet.properties.find(subject.kind, name)
    gives = words.gives(subject, name)
    label = (
        name_of(subject.store.profile, gives.name)
        if subject.store and hasattr(gives, "rows") and hasattr(gives, "name")
        else name
    )
    return Missing(
        subject.name,
        label.replace("_", " ") if label == name else label,
        spec.means if spec else "",
        spec.ask if spec else "",
    )


def coverage(judged: Judged, knowledge: Knowledge) -> list[GroupView]:
    """Return, for each group of documented causes, which causes were checked and which could not be."""
    states: dict[str, set[bool]] = {}
    for outcome in judged.outcomes:
        cause = outcome.instance.rule.cause
        states.setdefault(cause, set()).add(_decided(outcome))
    found = []
    for group, title in knowledge.groups.items():
        causes = [c for c in knowledge.causes.values() if c.group == group and _has_rule(c.slug, knowledge)]
        checked = [c.title for c in causes if states.get(c.slug) == {True}]
        partly = [c.title for c in causes if states.get(c.slug) == {True, False}]
        unchecked = [c.title for c in causes if c.title not in checked and c.title not in partly]
        state = "checked" if not unchecked and not partly else "not" if not checked and not partly else "in part"
        found.append(GroupView(group, title, state, checked, [*partly, *unchecked]))
    return found


def _has_rule(cause: str, knowledge: Knowledge) -> bool:
    return any(rule.cause == cause for rule in knowledge.rules.values())


def _decided(outcome: Outcome) -> bool:
    """Return whether an outcome was decided by facts: what does not apply for want of a fact was not checked."""
    if outcome.status == UNKNOWN:
        return False
    rule, env = outcome.instance.rule, outcome.env
    if outcome.status != NOT_APPLICABLE or rule.applies is None or env is None or "known(" not in rule.applies.text:
        return True
    return all(known(env[name]) for name in rule.applies.names if f"known({name}" in rule.applies.text)
