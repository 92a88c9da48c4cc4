"""What the advisor knows of one thing, as pages: a rule, stack, setting, property, kernel setting, symptom or error line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.errors import InputError, Place, Problem, nearest, shown
from advisor.explain.kernel import find_kernel
from advisor.explain.page import Page, markdown, text
from advisor.explain.rules import rule_page
from advisor.explain.settings import find_properties, find_settings, property_page, setting_page, sysctl_page
from advisor.explain.stacks import stack_page
from advisor.explain.symptoms import class_page, line_page
from advisor.knowledge import Knowledge
from advisor.symptoms import Match, classify

__all__ = ["Page", "explain", "markdown", "text"]

_MOST = 3  # classes that a word of an error text may belong to


def explain(what: str, knowledge: Knowledge) -> list[Page]:
    """
    Return the pages on *what*: its name, or an error line as it stands in a log; several where the name is one of several things.

    Raises:
        InputError: Where nothing has that name and no stack prints such a line.
    """
    wanted = " ".join(what.split())
    pages = list(_named(wanted, knowledge)) if wanted else []
    if not pages and wanted and not _mistyped(wanted, knowledge):
        pages = [line_page(wanted, match, knowledge) for match in classify(wanted, knowledge) or _within(wanted, knowledge)]
    if not pages:
        raise InputError([Problem(Place("advisor"), _nothing(wanted, knowledge))])
    return pages


def _named(what: str, knowledge: Knowledge) -> Iterator[Page]:
    lower = what.lower()
    if lower in knowledge.rules:
        yield rule_page(knowledge.rules[lower], knowledge)
    name, at, version = lower.partition("@")
    profile = knowledge.profile(name)
    if profile is not None and (not at or version[:1].isdigit()):
        yield stack_page(profile, version or None, knowledge)
    if lower in knowledge.symptoms:
        yield class_page(knowledge.symptoms[lower], knowledge)
    settings = find_settings(what, knowledge)
    for owner, setting in settings:
        yield setting_page(owner, setting, knowledge)
    if not settings and (rows := knowledge.sysctl_rows(lower)):
        yield sysctl_page(lower, rows)
    for full, prop in find_properties(lower, knowledge) or find_kernel(what, knowledge):
        yield property_page(full, prop, knowledge)
    if lower in knowledge.causes and lower not in knowledge.rules:
        for rule in knowledge.rules.values():
            if rule.cause == lower:
                yield rule_page(rule, knowledge)


def _mistyped(what: str, knowledge: Knowledge) -> bool:
    """Return whether *what* is a name's near miss rather than a line: one word of several parts."""
    return bool(re.fullmatch(r"\w+(?:[.-]\w+)+", what)) and nearest(what, _names(knowledge)) is not None


def _within(what: str, knowledge: Knowledge) -> list[Match]:
    """Return patterns that hold *what* as a word, the shortest of each class: ``EOF`` alone is often quoted."""
    word = re.compile(rf"(?<!\w){re.escape(what)}(?!\w)", re.IGNORECASE)
    printed = [(profile.name, error) for profile in knowledge.profiles.values() for error in profile.errors]
    found = [Match(e.symptom, e.text, stack, e.means) for stack, e in printed if word.search(e.text)]
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda m: len(m.pattern)):
        best.setdefault(match.symptom, match)
    return list(best.values())[:_MOST]


def _nothing(what: str, knowledge: Knowledge) -> str:
    if not what:
        return "explain what? write a rule, stack, setting or symptom, or an error line in quotes"
    meant = nearest(what, _names(knowledge))
    if meant:
        return f'nothing is called "{shown(what)}"; did you mean {meant}?'
    if " " in what:
        return f'no known stack prints "{shown(what)}"; bring the whole line, and see advisor explain SYMPTOM for classes'
    return f'nothing is called "{shown(what)}"; advisor rules list and advisor stacks list show the names'


def _names(knowledge: Knowledge) -> set[str]:
    settings = {s.name for p in knowledge.profiles.values() for s in p.settings.values()}
    return {
        *knowledge.rules, *knowledge.stack_names(), *knowledge.symptoms, *knowledge.sysctls, *settings,
        *(name.split(".")[-1] for name in settings if not name.startswith("net.")), *(p.name for p in knowledge.properties),
        *(p.counter for p in knowledge.properties if p.counter),
    }  # fmt: skip
