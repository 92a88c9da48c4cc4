"""What cases give and expect: names that lead somewhere, and values of the form that their property has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import Problem
from advisor.expressions import Kind
from advisor.knowledge.shapes import Path
from advisor.properties import Properties
from advisor.reading import Entry
from advisor.rules import Rule
from advisor.stacks import Profile

_RULE = {name: name for name in ("leg", "hop", "host", "workload", "path", "run", "middlebox")} | dict.fromkeys(
    ("caller", "callee"), "end")  # fmt: skip
_PROFILE = {**_RULE, "other": "end"}
del _PROFILE["path"]


def given_problems(rule: Rule, properties: Properties) -> list[Problem]:
    """Return what is wrong with the form of the values that the cases of *rule* give; a wrong name is the case's fault."""
    kinds = properties.scope(_RULE)
    return [
        problem
        for i, case in enumerate(rule.cases)
        for name, raw in case.get("given", {}).items()
        for problem in _form(raw, kinds.lookup(name), properties, rule.case_entry, ("cases", i, "given", name))
    ]


def expected_problems(profile: Profile, properties: Properties) -> list[Problem]:
    """Return what is wrong with what the cases of *profile* give, and with the names of what they expect."""
    kinds, entry = properties.scope(_PROFILE), profile.case_entry
    assert entry is not None
    problems = []
    for i, case in enumerate(profile.cases):
        for name, raw in case.get("given", {}).items():
            kind = None if profile.names(name) else kinds.lookup(name)
            problems += _form(raw, kind, properties, entry, ("cases", i, "given", name))
        for name, raw in case["expect"].items():
            at = ("cases", i, "expect", name)
            kind = kinds.lookup(name)
            if kind is None or name.count(".") > 1:
                problems.append(Problem(entry.key(*at), f"{name} is no property that a stack has"))
            elif kind.base in ("list", "counter"):
                problems.append(Problem(entry.key(*at), f"{name} is a {kind.base}; a case expects single values"))
            elif kind.base == "number" and isinstance(raw, list) and len(raw) != 2:
                problems.append(Problem(entry.key(*at), f"{name} is a list of {len(raw)}; wanted: the lowest and the highest"))
    return problems


def _form(raw: Any, kind: Kind | None, properties: Properties, entry: Entry, path: Path) -> list[Problem]:
    base = kind.base if kind else ""
    name = path[-1]
    if base == "list":
        assert kind is not None
        if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
            return [Problem(entry.key(*path), f"{name} is a list of what a {kind.of} is; write [{{…}}]")]
        inner = properties.scope({"it": kind.of, "caller": "end", "callee": "end"})
        return [
            problem
            for i, facts in enumerate(raw)
            for key, value in facts.items()
            for problem in _form(
                value, inner.lookup(f"it.{key}") or inner.lookup(key), properties, entry, (*path, i, key)
            )
        ]  # fmt: skip
    if base == "counter":
        if not isinstance(raw, Mapping) or not raw or not raw.keys() <= {"total", "rate", "grown"}:
            return [Problem(entry.key(*path), f"{name} is a counter; write {{total: 0}}, {{rate: 0/s}}, {{grown: 0}} or several")]
        if isinstance(raw.get("total", 0), (int, float)) and not isinstance(raw.get("total", 0), bool):
            return []
        return [Problem(entry.key(*path, "total"), f"{name}: the total is a number")]
    if isinstance(raw, Mapping) or (isinstance(raw, list) and (base != "set" or any(isinstance(i, (list, Mapping)) for i in raw))):
        return [Problem(entry.key(*path), f"{name} has a single value, not a {'mapping' if isinstance(raw, Mapping) else 'list'}")]
    return []
