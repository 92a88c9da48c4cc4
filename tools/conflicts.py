"""The page of the conflicts of defaults: every pair of stacks, judged with nothing set, and folded so that a person can read it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import yaml

from advisor.explain.defaults import (
    Conflict,
    Stack,
    at_newest,
    device_conflicts,
    end_rules,
    figure,
    known_facts,
    meet,
    named,
    pair_rules,
    plain_name,
    read_with_devices,
    said,
    spans,
    telling,
)
from advisor.explain.pairs import who_meets
from advisor.knowledge import Knowledge
from advisor.report.parts import FactView
from advisor.rules import SEVERITIES
from tools.markdown import cell, link, sentence, table

USUAL = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "data", "usual_conflicts.yaml")
_ROLES = ("caller", "callee")
_FEW = 8  # more names than these are counted where they are an aside

_ABOUT = """\
What breaks where nobody set anything. Each line is a run of the engine over documents that name stacks, on Linux hosts, and
nothing else: two hops, or three with a device between. {pairs} pairs were judged; {bad} are in conflict. A stack whose defaults
differ by version is judged once for each stretch of versions. Where no version stands, the line holds in all that
[stacks.md](stacks.md) lists. Only ends that speak the same language meet: a Redis client calls no web server. What is not known
of a stack makes no line; `advisor stacks conflicts --all` shows such pairs too.

A conflict of defaults is no fault of either end. It is for whoever joins them to set one value: `advisor check` says which, with
the traffic and the settings of the path, and `advisor explain STACK@VERSION` shows one stack's part of this page."""
_ABOUT_DEVICES = "Each of the callers with each of the callees."
_ABOUT_ENDS = "What the defaults of one stack lack, whatever stands on the other side."
_ABOUT_VALUES = "The values that the lines above compare, as each stack calls them."
_ABOUT_USUAL = "Lists of such conflicts that go round say something else in these places."

_T = TypeVar("_T", bound=Hashable)
_Row = tuple[float, str, Stack]  # a figure to sort by, a caller's default, the caller


class _Found:
    """All conflicts of the known stacks, and the stacks as whose parts they are told."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        profiles = [p for p in knowledge.profiles.values() if not p.generic]
        self.ends = {role: [s for p in profiles if role in p.ends for s in spans(p, role, knowledge)] for role in _ROLES}
        self.pairs = [pair for pair in who_meets({s for role in _ROLES for s in self.ends[role]}, knowledge)
                      if pair[0] in self.ends["caller"] and pair[1] in self.ends["callee"]]  # fmt: skip
        # One end's own faults do not hang on the version of the other.
        self.newest = {pair for pair in self.pairs if not pair[1].until}
        of_pairs, of_ends = pair_rules(knowledge), end_rules(knowledge)
        found: list[Conflict] = []
        alike: dict[tuple[str, ...], list[tuple[Stack, ...]]] = defaultdict(list)
        for rules, pairs in (([*of_pairs, *of_ends], self.newest), (of_pairs, {*self.pairs} - self.newest)):
            for met in meet(sorted(pairs, key=str), rules, knowledge):
                found += met.conflicts()
                alike[read_with_devices(met, knowledge)].append(met.stacks)
        self.of_pairs = [c for c in found if c.rule in of_pairs]
        self.of_ends = [c for c in found if c.rule in of_ends]
        devices = [at_newest(p) for p in profiles if p.is_middlebox]
        self.of_devices = list(device_conflicts(alike.values(), devices, knowledge))

    def named(self, stacks: Iterable[Stack], role: str) -> str:
        return named(stacks, self.ends[role])

    def weight(self, slug: str) -> int:
        return SEVERITIES.index(self.knowledge.rules[slug].severity)


def conflicts_page(knowledge: Knowledge) -> str:
    """Return the page of all conflicts of defaults."""
    found = _Found(knowledge)
    bad = len({(c.caller, c.callee) for c in found.of_pairs})
    lines = ["# Conflicts of defaults", "", _ABOUT.format(pairs=len(found.pairs), bad=bad), ""]
    lines += ["## A caller and a callee", "", *_pairs(found)]
    lines += ["## With a device between", "", _ABOUT_DEVICES, "", *_devices(found)]
    lines += ["## On one end alone", "", _ABOUT_ENDS, "", *_ends(found)]
    lines += ["## The values", "", _ABOUT_VALUES, "", *_values(found)]
    lines += ["## Where usual lists differ", "", _ABOUT_USUAL, "", *_usual()]
    text = "\n".join(["<!-- Written by tools/gendocs.py from the data; change that, then: make docs -->", "", *lines])
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def _pairs(found: _Found) -> Iterator[str]:
    """Yield where each callee is, and a section for each group of callees that a rule finds in conflict with the same callers."""
    of_callee: dict[tuple[int, str, float, str, Stack], set[_Row]] = defaultdict(set)
    for c in found.of_pairs:
        theirs, ours, slug = telling(c.of("callee")), telling(c.of("caller")), c.rule.slug
        of_callee[found.weight(slug), slug, figure(theirs), said(theirs), c.callee].add((-figure(ours), said(ours), c.caller))
    groups: dict[tuple[int, str, float, str, frozenset[_Row]], set[Stack]] = defaultdict(set)
    for (weight, slug, number, its, callee), group in of_callee.items():
        groups[weight, slug, number, its, frozenset(group)].add(callee)
    places: dict[str, list[str]] = defaultdict(list)
    sections: list[str] = []
    for (weight, slug, _, its, rows), callees in sorted(groups.items(), key=lambda item: (item[0][:4], sorted(item[1]))):
        title = f"{its}: {found.named(callees, 'callee')}"
        for name in {stack.name for stack in callees}:
            mine = found.named((s for s in callees if s.name == name), "callee").removeprefix(name).strip()
            many = len({caller.name for *_, caller in rows})
            places[name].append(f"[{its}](#{_anchor(title)})" + (f" {mine}" if mine else "") + f", {many}")
        callers: dict[tuple[float, str], set[Stack]] = defaultdict(set)
        for minus, ours_said, caller in rows:
            callers[minus, ours_said].add(caller)
        sections += [f"### {title}", "", f"{_rule(slug)}, {SEVERITIES[weight]}:", ""]
        sections += table(("caller's", "callers"), (
            (cell(default), cell(found.named(stacks, "caller"))) for (_, default), stacks in sorted(callers.items())))  # fmt: skip
    yield from table(("callee", "its default and versions, and how many callers are in conflict with it"),
                     ((name, "<br>".join(links)) for name, links in sorted(places.items())))  # fmt: skip
    yield from sections


def _devices(found: _Found) -> Iterator[str]:
    for slug in sorted({c.rule.slug for c in found.of_devices}):
        pairs: dict[tuple[float, str, str], set[tuple[Stack, Stack]]] = defaultdict(set)
        for c in found.of_devices:
            if c.rule.slug == slug and c.device is not None:
                facts = c.of("middlebox")
                pairs[figure(facts), str(c.device), said(facts)].add((c.caller, c.callee))
        rows = []
        for together, devices in _turned(pairs).items():
            by_caller: dict[Stack, set[Stack]] = defaultdict(set)
            for caller, callee in together:
                by_caller[caller].add(callee)
            by_value: dict[tuple[float, str], list[str]] = defaultdict(list)
            for number, device, value in sorted(devices):
                by_value[number, value].append(device)
            names = "; ".join(f"{', '.join(names)}: {value}" for (_, value), names in sorted(by_value.items()))
            rows += [(min(by_value), names, found.named(callers, "caller"), found.named(callees, "callee"))
                     for callees, callers in _turned(by_caller).items()]  # fmt: skip
        yield from (f"{_rule(slug)} ({found.knowledge.rules[slug].severity}):", "")
        yield from table(("device", "callers", "callees"), (tuple(map(cell, row[1:])) for row in sorted(rows)))


def _ends(found: _Found) -> Iterator[str]:
    meets: dict[tuple[str, Stack], set[Stack]] = defaultdict(set)
    for caller, callee in found.newest:
        meets["caller", caller].add(callee)
        meets["callee", callee].add(caller)
    rows: dict[tuple[int, str, str], dict[Stack, set[Stack]]] = defaultdict(lambda: defaultdict(set))
    for c in found.of_ends:
        mine, other = (c.caller, c.callee) if _side(c) == "caller" else (c.callee, c.caller)
        rows[found.weight(c.rule.slug), c.rule.slug, _side(c)][mine].add(other)
    shown = []
    for (weight, slug, side), stacks in sorted(rows.items()):
        other_side = _ROLES[1 - _ROLES.index(side)]
        others = {stack: frozenset() if met == meets[side, stack] else frozenset(met) for stack, met in stacks.items()}
        told = []
        for some, same in sorted(_turned(others).items(), key=lambda item: (len(item[0]), str(sorted(item[0])))):
            names = found.named(some, other_side) if len(some) <= _FEW else f"{len(some)} of its {other_side}s"
            told.append(found.named(same, side) + (f" with {names}" if some else ""))
        shown.append((_rule(slug), SEVERITIES[weight], side, cell("; ".join(told))))
    yield from table(("rule", "severity", "end", "stacks"), shown)


def _side(conflict: Conflict) -> str:
    """Return the end that a rule about one end looks at."""
    return "caller" if any("caller." in name for name in conflict.rule.evidence) else "callee"


def _values(found: _Found) -> Iterator[str]:
    rows: dict[tuple[str, str, str, str, str], dict[str, set[Stack]]] = defaultdict(lambda: defaultdict(set))

    def add(facts: Sequence[FactView], role: str, stack: Stack) -> None:
        for f in facts:
            name = f"`{f.name}`" if f.name != plain_name(f) else ""
            source = f.words if f.source in ("effective", "derived") else f.reference
            if f.source != "none":
                rows[stack.name, f.property, name, f.value, source][role].add(stack)

    for c in found.of_pairs:
        add(telling(c.of("caller")), "caller", c.caller)
        add(telling(c.of("callee")), "callee", c.callee)
    for c in found.of_ends:
        side = _side(c)
        add(known_facts(c.of(side)), side, c.caller if side == "caller" else c.callee)
    for c in found.of_devices:
        assert c.device is not None
        add(c.of("middlebox"), "middlebox", c.device)
        add(telling(c.of("caller")), "caller", c.caller)
        add(telling(c.of("callee")), "callee", c.callee)
    shown = []
    for (stack, prop, name, value, source), roles in rows.items():
        for role, stacks in roles.items():
            title = found.named(stacks, role) if role in _ROLES else stack
            shown.append((title, f"`{prop}`", name, cell(value), link(cell(source))))
    yield from table(("stack", "property", "its name there", "default", "source"), sorted(shown))


def _usual() -> Iterator[str]:
    rows: dict[str, list[str]] = defaultdict(list)
    for row in usual():
        for differs in row.get("differs", ()):
            rows[sentence(differs["why"])].append(f"*{row['says']}*")
    yield from (f"- {' '.join(says)} {why}" for why, says in rows.items())
    yield ""


def usual() -> list[dict[str, Any]]:
    """Return the rows of usual lists of such conflicts, with the pairs that each names and why our table says otherwise."""
    with open(USUAL, encoding="utf-8") as file:
        rows: list[dict[str, Any]] = yaml.safe_load(file)
    return rows


def _rule(slug: str) -> str:
    return f"[{slug}](rules.md#{slug})"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _turned(groups: Mapping[_T, Iterable[Any]]) -> dict[frozenset[Any], set[_T]]:
    """Return the keys of *groups* by what they hold: those that hold the same are together."""
    found: dict[frozenset[Any], set[_T]] = {}
    for key, held in groups.items():
        found.setdefault(frozenset(held), set()).add(key)
    return found
