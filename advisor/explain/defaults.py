"""
What the rules say where nobody set anything: two stacks, or a device between them, as documents of defaults, judged by the engine.

Nothing about a pair of stacks is written down anywhere; it follows from their profiles and the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from advisor.api import checks
from advisor.document import read_documents
from advisor.engine import VIOLATED, Outcome, instances, judge
from advisor.explain.values import Alone, newest
from advisor.facts import Subject
from advisor.knowledge import Knowledge
from advisor.model import Builder
from advisor.report.parts import FactView
from advisor.report.words import Words
from advisor.rules import Rule
from advisor.sheet import Sheet
from advisor.stacks import Behaviour, Profile

_DAY = "1970-01-01"  # no rule about a leg asks for the day
_SIZE = 2**30


class Stack(NamedTuple):
    """
    A stack with nothing set.

    Attributes:
        version: The one it is judged at; None where none is known.

        since, until: It is the same from *since* on and before *until*; "" is open.
    """

    name: str
    version: str | None
    since: str = ""
    until: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


class Conflict(NamedTuple):
    """A rule that *caller* and *callee* violate by their defaults, with *device* between them or None; *facts* are its evidence."""

    rule: Rule
    caller: Stack
    callee: Stack
    device: Stack | None
    facts: tuple[FactView, ...]

    def of(self, role: str) -> tuple[FactView, ...]:
        """Return the facts of one end, or of the device (``middlebox``), without those that the stack just does not have."""
        mine = [f for f in self.facts if f.property.startswith(f"{role}.")]
        return tuple([f for f in mine if f.source != "none"] or mine[:1])


class Meeting(NamedTuple):
    """What became of the rules where the first of *stacks* calls the last, with the others between them."""

    stacks: tuple[Stack, ...]
    leg: Subject
    outcomes: list[Outcome]
    sheet: Sheet

    def value(self, name: str) -> Any:
        """Return a fact of the caller or the callee: ``caller.idle_timeout``."""
        role, _, prop = name.partition(".")
        return self.sheet.value(self.leg.parts[role], prop)

    def conflicts(self) -> Iterator[Conflict]:
        """Yield what is violated."""
        words = Words(self.sheet)
        devices = dict(zip([box.name for box in self.leg.lists["middleboxes"] or ()], self.stacks[1:-1], strict=True))
        for outcome in self.outcomes:
            if outcome.status != VIOLATED:
                continue
            assert outcome.env is not None
            bind, element = outcome.env.bind, outcome.instance.element
            facts = tuple(words.fact(*words.resolve(bind, name)) for name in outcome.instance.rule.evidence if "." in name)
            device = devices.get(element.name) if element is not None else None
            yield Conflict(outcome.instance.rule, self.stacks[0], self.stacks[-1], device, facts)


def pair_rules(knowledge: Knowledge) -> list[Rule]:
    """Return the rules that hold the caller against the callee: they read facts of both."""
    return [r for r in knowledge.rules.values() if r.scope == "leg" and r.each is None and _roles(r) >= {"caller", "callee"}]


def device_rules(knowledge: Knowledge) -> list[Rule]:
    """Return the rules that hold the ends against each device between them."""
    return [r for r in knowledge.rules.values() if r.each is not None and r.each[1] == "leg.middleboxes" and "caller" in _roles(r)]


def end_rules(knowledge: Knowledge) -> list[Rule]:
    """Return the rules about legs that hold one end against nothing but itself, or against the whole path."""
    others = [*pair_rules(knowledge), *(r for r in knowledge.rules.values() if r.each and r.each[1] == "leg.middleboxes")]
    return [r for r in knowledge.rules.values() if r.scope in ("leg", "path") and r not in others]


def _roles(rule: Rule) -> set[str]:
    return {name.split(".")[0] for name in rule.leaves(*rule.require, *((rule.applies,) if rule.applies else ()))}


def meet(paths: Iterable[tuple[Stack, ...]], rules: Iterable[Rule], knowledge: Knowledge) -> Iterator[Meeting]:
    """Judge a document of each of *paths*, caller first and callee last, by *rules*."""
    todo, rules = list(paths), list(rules)
    if not todo:
        return
    builder = Builder(knowledge, _DAY)
    text = "\n---\n".join(_document(i, path, knowledge) for i, path in enumerate(todo))
    documents, problems = read_documents(["-"], stdin=text, max_size=_SIZE, **checks(knowledge, builder))
    assert not problems, problems[0]
    for path, system in zip(todo, builder.build(documents), strict=True):
        sheet = Sheet(knowledge.properties)
        yield Meeting(path, system.subjects["leg"][0], judge(instances(rules, system.subjects), sheet), sheet)


def _document(number: int, path: tuple[Stack, ...], knowledge: Knowledge) -> str:
    return "\n".join(("path:", *(_hop(f"{number}.{i}", stack, knowledge.profiles[stack.name]) for i, stack in enumerate(path))))


def _hop(name: str, stack: Stack, profile: Profile) -> str:
    """Return a hop of *stack*, on a Linux host where it has one. No name stands twice: such hops would be one in all documents."""
    host = ", host: {os: linux}" if profile.owner == "us" and not profile.is_middlebox else ""
    return f'  - {{name: "{name}", stack: "{stack.name}{f"@{stack.version}" if stack.version else ""}"{host}}}'


def read_with_devices(met: Meeting, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what the rules about devices read of the two ends, as a key: they say the same of all that agree in it."""
    names = dict.fromkeys(n for r in device_rules(knowledge) for n in r.leaves(*r.require, *((r.applies,) if r.applies else ())))
    return tuple(str(met.value(name)) for name in names if name.startswith(("caller.", "callee.")))


def device_conflicts(
    alike: Iterable[Sequence[tuple[Stack, ...]]], devices: Sequence[Stack], knowledge: Knowledge
) -> Iterator[Conflict]:
    """
    Yield what pairs violate with one of *devices* between them, given in groups that agree in all that is read of them.

    One pair stands for its group. What is said of one device hangs on no other, so all stand in one document.
    """
    groups = list(alike)
    judged = meet(((group[0][0], *devices, group[0][-1]) for group in groups), device_rules(knowledge), knowledge)
    for group, met in zip(groups, judged, strict=True):
        for conflict in met.conflicts():
            yield from (conflict._replace(caller=pair[0], callee=pair[-1]) for pair in group)


def at_newest(profile: Profile, version: str | None = None) -> Stack:
    """Return *profile* at *version* (None: at its newest)."""
    return Stack(profile.name, version or newest(profile))


def spans(profile: Profile, role: str, knowledge: Knowledge) -> list[Stack]:
    """Return *profile* once for each stretch of its known versions in which it is the same *role* with nothing set, newest last."""
    if not profile.versions:
        return [Stack(profile.name, None)]
    found: list[tuple[str, Any]] = []
    for version in _steps(profile):
        alone = Alone(profile, knowledge, _exact(version))
        same = tuple(alone.text(name) for name in profile.gives if name.startswith((f"{role}.", "hop.")))
        if not found or found[-1][1] != same:
            found.append((version, same))
    ends = [since for since, _ in found[1:]] + [""]
    return [Stack(profile.name, _exact(since), since if i else "", until)
            for i, ((since, _), until) in enumerate(zip(found, ends, strict=True))]  # fmt: skip


def _steps(profile: Profile) -> list[str]:
    """Return the first known version, and each at which a default or a behaviour changes, oldest first."""
    first = min((line.line for line in profile.versions), key=_key)
    rows = [row for setting in profile.settings.values() for row in setting.rows]
    rows += [row for given in profile.gives.values() if isinstance(given, Behaviour) for row in given.rows]
    changes = {v for row in rows for v in (row.since, row.until) if v and _key(v) > _key(first)}
    return [first, *sorted(changes, key=_key)]


def _key(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _exact(version: str) -> str:
    """Return *version* with so many parts that it stands for itself, not for all that begin with it."""
    return version + ".0" * (3 - len(_key(version)))


def named(stacks: Iterable[Stack], every: Iterable[Stack]) -> str:
    """Return *stacks* in words, with versions where some of *every* version of one are not among them."""
    mine: dict[str, list[Stack]] = {}
    for stack in sorted(set(stacks), key=lambda s: (s.name, _key(s.since))):
        mine.setdefault(stack.name, []).append(stack)
    known: dict[str, set[Stack]] = {}
    for stack in every:
        known.setdefault(stack.name, set()).add(stack)
    return ", ".join(name if known[name] == set(some) else f"{name} {_stretches(some)}" for name, some in mine.items())


def _stretches(stacks: list[Stack]) -> str:
    """Return the versions of *stacks*, oldest first, as words; neighbours are one stretch."""
    merged: list[list[str]] = []
    for stack in stacks:
        if merged and merged[-1][1] == stack.since:
            merged[-1][1] = stack.until
        else:
            merged.append([stack.since, stack.until])
    return " and ".join(f"{since} to before {until}" if since and until else f"from {since}" if since else f"before {until}"
                        for since, until in merged)  # fmt: skip


def known_facts(facts: Iterable[FactView]) -> list[FactView]:
    """Return the facts that are known."""
    return [f for f in facts if f.value != "unknown"]


def telling(facts: Sequence[FactView]) -> list[FactView]:
    """Return the facts that bound something, else the first."""
    return [f for f in known_facts(facts) if f.value not in ("never", "unlimited")] or list(facts[:1])


def said(facts: Iterable[FactView]) -> str:
    """Return facts in a phrase: ``idle timeout 5s``."""
    return ", ".join(f"{plain_name(f)} {f.value}" for f in facts)


def figure(facts: Sequence[FactView]) -> float:
    """Return the number to sort facts by: the first."""
    return next((f.raw for f in facts if isinstance(f.raw, float)), 0.0)


def plain_name(fact: FactView) -> str:
    """Return a property in words, without the end that it is of."""
    return fact.property.split(".")[-1].replace("_", " ")
