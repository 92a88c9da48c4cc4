"""Whom a stack disagrees with where nobody set anything: a short table, folded by what the others keep or close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from advisor.explain.defaults import (
    Conflict,
    Meeting,
    Stack,
    at_newest,
    device_conflicts,
    end_rules,
    figure,
    meet,
    pair_rules,
    read_with_devices,
    said,
    telling,
)
from advisor.explain.page import Block, Rows, Section, section
from advisor.explain.pairs import who_meets
from advisor.knowledge import Knowledge
from advisor.stacks import Profile

_ROLES = ("caller", "callee")


def conflict_sections(profile: Profile, version: str | None, knowledge: Knowledge) -> list[Section]:
    """Return what the rules find of *profile* at *version* by defaults: alone, with each other stack, with each device between."""
    if profile.generic:
        return []
    stacks = [at_newest(p, version if p is profile else None) for p in knowledge.profiles.values() if not p.generic]
    mine = next(s for s in stacks if s.name == profile.name)
    devices = [s for s in stacks if knowledge.profiles[s.name].is_middlebox and (s is mine or not profile.is_middlebox)]
    pairs = who_meets(stacks, knowledge, None if profile.is_middlebox else profile.name)
    rules = [] if profile.is_middlebox else [*pair_rules(knowledge), *end_rules(knowledge)]
    met = list(meet(pairs, rules, knowledge))
    found = [c for each in met for c in each.conflicts()]
    between = _between(met, devices, knowledge)
    of_pairs = pair_rules(knowledge)
    return [
        *section("What its defaults lack", Rows(list(_alone([c for c in found if c.rule not in of_pairs], mine)))),
        *section("Conflicts of defaults", *_pairs([c for c in found if c.rule in of_pairs], mine)),
        *section("Conflicts with a device between", *_devices(between, mine)),
    ]


def _between(met: Iterable[Meeting], devices: list[Stack], knowledge: Knowledge) -> list[Conflict]:
    if not devices:
        return []
    alike: dict[tuple[str, ...], list[tuple[Stack, ...]]] = defaultdict(list)
    for each in met:
        alike[read_with_devices(each, knowledge)].append(each.stacks)
    return list(device_conflicts(alike.values(), devices, knowledge))


def _alone(found: list[Conflict], mine: Stack) -> Iterator[tuple[str, str]]:
    for rule in dict.fromkeys(c.rule for c in found):
        side = "caller" if any("caller." in name for name in rule.evidence) else "callee"
        if any(mine == (c.caller if side == "caller" else c.callee) for c in found if c.rule is rule):
            yield rule.slug, rule.title


def _pairs(found: list[Conflict], mine: Stack) -> Iterator[Block]:
    for role, other in zip(_ROLES, reversed(_ROLES), strict=True):
        rows: dict[tuple[str, str], dict[tuple[float, str], list[str]]] = defaultdict(lambda: defaultdict(list))
        for c in found:
            if mine == (c.caller if role == "caller" else c.callee):
                facts = telling(c.of(other))
                met = str(c.callee if role == "caller" else c.caller)
                rows[c.rule.slug, said(telling(c.of(role)))][-figure(facts), said(facts)].append(met)
        for (slug, ours), others in rows.items():
            what = "calls" if role == "caller" else "is called"
            yield f"Where it {what}, its {ours} against the {other}'s ({slug}):"
            yield Rows([(theirs, ", ".join(dict.fromkeys(names))) for (_, theirs), names in sorted(others.items())])


def _devices(found: list[Conflict], mine: Stack) -> Iterator[str]:
    """Yield who loses connections, in sentences: by device, or where *mine* is the device by caller."""
    rows: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
    for c in found:
        assert c.device is not None
        device = f"{c.device} ({said(c.of('middlebox'))})"
        if c.device == mine:
            rows[c.rule.slug, f"{c.caller} ({said(telling(c.of('caller')))})"]["to", str(c.callee)] = None
        elif c.caller == mine:
            rows[c.rule.slug, device]["to", str(c.callee)] = None
        else:
            rows[c.rule.slug, device]["from", str(c.caller)] = None
    folded: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = defaultdict(list)
    for (slug, head), others in rows.items():
        folded[slug, tuple(sorted(others))].append(head)
    for (slug, same), heads in folded.items():
        ways: dict[str, list[str]] = {}
        for way, name in same:
            ways.setdefault(way, []).append(name)
        told = "; ".join(f"{way} {', '.join(names)}" for way, names in ways.items())
        yield f"{', '.join(heads)}: {told} ({slug})."
