"""What could be checked and what could not: unknown outcomes by the facts they want, and the coverage of the documented causes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from advisor.engine import NOT_APPLICABLE, UNKNOWN, Outcome
from advisor.facts import Store, Subject
from advisor.knowledge import Knowledge
from advisor.report.parts import GroupView, Missing, Unassessed
from advisor.report.words import Words, listed, name_of, plain_name
from advisor.rules import SEVERITIES
from advisor.stacks import Setting
from advisor.values import known

if TYPE_CHECKING:
    from advisor.report import Judged


def unassessed(judged: Judged) -> list[Unassessed]:
    """Return the rules that lack facts, the most telling first: by severity, then by how many outcomes the facts would decide."""
    words = Words(judged.sheet)
    waits: Counter[Missing] = Counter()
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[Outcome, tuple[Missing, ...]]]] = {}
    for outcome in judged.outcomes:
        if outcome.status != UNKNOWN or outcome.instance in judged.ignored:
            continue
        missing = tuple(dict.fromkeys(missing_view(leaf, words) for leaf in outcome.missing))
        waits.update(missing)
        names = tuple(dict.fromkeys(m.name for m in missing))
        groups.setdefault((outcome.instance.rule.slug, names), []).append((outcome, missing))
    found = []
    for (slug, _), group in groups.items():
        rule = group[0][0].instance.rule
        where = list(dict.fromkeys(o.instance.subject.name for o, _ in group))
        missing = tuple(sorted(dict.fromkeys(m for _, each in group for m in each), key=lambda m: (not m.ask, -waits[m])))
        found.append((max(waits[m] for m in missing), Unassessed(slug, where, rule.title, rule.severity, _joined(missing))))
    found.sort(key=lambda f: (SEVERITIES.index(f[1].severity), -f[0], f[1].rule, f[1].where))
    return [view for _, view in found]


def _joined(missing: tuple[Missing, ...]) -> list[Missing]:
    """Return what is missing, the same fact of several hops as one."""
    by_fact: dict[Missing, list[str]] = {}
    for fact in missing:
        by_fact.setdefault(fact._replace(hop=""), []).append(fact.hop)
    return [fact._replace(hop=listed(dict.fromkeys(hops))) for fact, hops in by_fact.items()]


def missing_view(leaf: tuple[Any, str], words: Words) -> Missing:
    """Return what is missing in words: whose fact, its name, how to get it."""
    subject, name = leaf
    if isinstance(subject, Store):
        setting = subject.profile.settings[name]
        return Missing(subject.name, name_of(subject.profile, name), setting.means, _ask(setting))
    assert isinstance(subject, Subject)
    spec = words.sheet.properties.find(subject.kind, name)
    gives = words.gives(subject, name)
    if isinstance(gives, Setting) and subject.store is not None:
        ask = spec.ask if spec and spec.ask and not _is_sysctl(gives.name) else _ask(gives)
        return Missing(subject.name, name_of(subject.store.profile, gives.name), gives.means, ask)
    if spec is None:
        return Missing(subject.name, name, "", "")
    if spec.kind.base == "version" and name in subject.stated:
        text = subject.stated[name].source.text or str(subject.stated[name].value)
        return Missing(subject.name, plain_name(spec), f"its exact version; {text} leaves open which", spec.ask)
    return Missing(subject.name, plain_name(spec), spec.means, spec.ask)


def _is_sysctl(setting: str) -> bool:
    return setting.startswith(("net.", "fs.", "vm.", "kernel."))


def _ask(setting: Setting) -> str:
    """Return how to get a setting that only its user knows."""
    if not _is_sysctl(setting.name):
        return "state it under settings"
    return f"sysctl {setting.part[0] if setting.part else setting.name}, under host.sysctl"


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
