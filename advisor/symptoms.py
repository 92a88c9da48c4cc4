"""Symptoms: which class a text belongs to, by the stacks' own error texts and the patterns that no stack owns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from advisor.knowledge import Knowledge, SymptomClass
from advisor.stacks import Profile


class Match(NamedTuple):
    """A pattern found in a text: its class, the stack that prints it ("" for none in particular) and what it means there."""

    symptom: str
    pattern: str
    stack: str
    means: str


def classify(text: str, knowledge: Knowledge, stacks: Iterable[Profile] = ()) -> list[Match]:
    """
    Return what *text* says, the most specific pattern first; only the matches of the class that fits best, and its equals.

    Patterns of *stacks* (those on the path) come before the same pattern of others.
    """
    near = {p.name for p in stacks}
    folded = _folded(text)
    found: list[tuple[int, int, Match]] = []
    for stack, error in knowledge.errors:
        if _stands_in(error.text, folded):
            match = Match(error.symptom, error.text, stack, error.means)
            found.append((_weight(error.text), int(stack in near), match))
    found += [
        (_weight(pattern), 0, Match(symptom.name, pattern, "", ""))
        for symptom in knowledge.symptoms.values()
        for pattern in symptom.texts
        if _stands_in(pattern, folded)
    ]
    if not found:
        return []
    if near and any(here for _, here, _ in found):
        found = [f for f in found if f[1] or not f[2].stack]
    found.sort(key=lambda f: (-f[0], -f[1], f[2].symptom, f[2].stack))
    best = found[0][0]
    kept: dict[str, Match] = {}
    for weight, _, match in found:
        if weight == best:
            kept.setdefault(match.symptom, match)
    return list(kept.values())


def _weight(pattern: str) -> int:
    return len(pattern.replace("…", ""))


def _stands_in(pattern: str, folded: str) -> bool:
    """Return whether the parts of *pattern* stand in a folded text, in order; no expression is compiled for what is plain."""
    if pattern.isdigit():  # a bare status, or many of it: no part of a longer number, a time or an address
        many = rf"(?<!after )(?<!for )(?<!than )(?<!in )(?<!every )(?<!takes )(?<!took ){pattern}s\b"
        return re.search(rf"(?<![\w.:,])(?:{pattern}(?![\w:]|[.,]\d|\s?m?s\b)|{many})", folded) is not None
    at = 0
    for part in _parts(pattern):
        at = folded.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@lru_cache(4096)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(_folded(part) for part in pattern.split("…"))


def _folded(text: str) -> str:
    """Return *text* as patterns are compared: case does not count, and any white space is one space."""
    if "  " in text or not text.isprintable():
        text = re.sub(r"\s+", " ", text)
    return text.lower()


def outside(classes: Iterable[SymptomClass]) -> bool:
    """Return whether no setting causes any of *classes*."""
    found = list(classes)
    return bool(found) and all(c.outside for c in found)
