"""``rules/stacks/``: a stack's profile, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from advisor.errors import Problem, meant
from advisor.expressions import Kind
from advisor.knowledge.given import expected_problems
from advisor.knowledge.language import expression_of
from advisor.knowledge.moved import moves_of
from advisor.knowledge.shapes import check, stops
from advisor.knowledge.tables import PROFILE, PROFILE_CASES
from advisor.properties import ALIASES, WIDER, Properties, PropertyScope, read
from advisor.reading import Entry
from advisor.settings import leaves_out
from advisor.stacks import (
    UNSET,
    Behaviour,
    Effective,
    ErrorText,
    Fault,
    Implied,
    Line,
    Moves,
    Part,
    Profile,
    Row,
    Setting,
    alias,
    text_of,
)

ROLES = ("caller", "callee", "hop", "host", "middlebox")


def load_profile(entries: list[Entry], properties: Properties) -> tuple[Profile | None, list[Problem]]:
    """
    Return the profile in *entries* (the profile, its cases) and what is wrong with it; nothing is linked yet.

    Where the form of the file is wrong there is no profile.
    """
    entry, cases = entries[0], entries[1:]
    plain = entry.plain
    problems = check(PROFILE, plain, entry)
    problems += [p for c in cases[:1] for p in check(PROFILE_CASES, c.plain, c)]
    problems += [Problem(extra.place(), "a third document; a stack's file has the stack and its cases") for extra in cases[1:]]
    if stops(problems):
        return None, problems
    profile = Profile(plain["stack"])
    profile.title = plain.get("title", profile.name)
    profile.also = tuple(plain.get("also", ()))
    profile.ends = tuple(plain.get("ends", ()))
    profile.owner = plain.get("owner", "us")
    profile.notes = plain.get("notes", "").strip()
    profile.generic = bool(plain.get("generic", False))
    profile.code = bool(plain.get("code", False))
    profile.versions = tuple(Line(v["line"], v.get("end_of_life", "")) for v in plain.get("versions", ()))
    profile.versions_source = plain.get("versions_source", "")
    profile.verified = bool(plain.get("verified", True))
    for name, spec in plain.get("settings", {}).items():
        problems += _load_setting(profile, name, spec, entry)
    for setting in profile.settings.values():
        setting.gap = leaves_out(setting.rows, (line.line for line in profile.versions), setting.since)
    profile.aliases = {alias(n): s for n, s in profile.settings.items()}
    problems += _load_given(profile, properties, entry)
    profile.errors = tuple(ErrorText(e["text"], e["class"], e.get("end", ""), e.get("means", ""))
                           for e in plain.get("errors", ()))  # fmt: skip
    profile.faults = tuple(Fault(f["title"], f.get("since", "0"), f.get("fixed_in", ""), f.get("source", ""), f.get("end", ""))
                           for f in plain.get("faults", ()))  # fmt: skip
    profile.middleboxes = {side: tuple(names) for side, names in plain.get("middleboxes", {}).items()}
    profile.instead_of = tuple(plain.get("instead_of", ()))
    problems += _implied(profile, properties, entry)
    if cases:
        profile.case_entry, profile.cases = cases[0], cases[0].plain["cases"]
        problems += expected_problems(profile, properties)
    return profile, problems


def _implied(profile: Profile, properties: Properties, entry: Entry) -> list[Problem]:
    """Take what a platform implies of whatever runs on it: a value by property, and where that is written."""
    problems: list[Problem] = []
    for name, spec in entry.plain.get("implies", {}).items():
        at = entry.place("implies", name)
        kind = _property(properties, name)
        if kind is None:
            problems.append(Problem(entry.key("implies", name), _no_property(properties, name)))
            continue
        limit = bool(spec.get("limit", False))
        if limit and kind.base != "number":
            problems.append(Problem(at, f"{name} is a {kind.name}; a limit is a number"))
            continue
        try:
            sure = bool(spec.get("verified", profile.verified))
            profile.implies[name] = Implied(read(spec["value"], kind, UNSET), spec["source"], limit, sure)
        except ValueError as error:
            problems.append(Problem(at, f"{name}: {error}"))
    return problems


def _load_setting(profile: Profile, name: str, spec: Any, entry: Entry) -> list[Problem]:
    problems: list[Problem] = []
    at = entry.place("settings", name)
    try:
        setting = Setting(name, spec)
    except KeyError as error:
        return [Problem(at, f"{name}: {error} is no kind or unit")]
    except ValueError as error:
        return [Problem(at, f"{name}: {error}")]
    profile.settings[name] = setting
    if not setting.source and not profile.generic:
        problems.append(Problem(at, f"{name} has no source"))
    if setting.inherits and setting.inherits not in entry.plain["settings"]:
        problems.append(Problem(at, f"{name} inherits {setting.inherits}, which is no setting of {profile.name}"))
    return problems


def _load_given(profile: Profile, properties: Properties, entry: Entry) -> list[Problem]:
    problems: list[Problem] = []
    for setting in profile.settings.values():
        for name in setting.properties:
            found = _property(properties, name)
            if found is None or not (found.fits(setting.kind) or setting.special):
                hint = f"{name} is a {found.name}" if found else f"no property {name}"
                problems.append(Problem(entry.place("settings", setting.name, "is"), f"{setting.name}: {hint}"))
            else:
                profile.gives[name] = setting
    extra = {n: s.kind for n, s in profile.aliases.items()}
    for name, spec in entry.plain.get("effective", {}).items():
        problems += _effective(profile, properties, entry, name, spec, extra)
    for name, spec in entry.plain.get("behaviour", {}).items():
        at = entry.place("behaviour", name)
        kind = _property(properties, name)
        if kind is None:
            problems.append(Problem(entry.key("behaviour", name), _no_property(properties, name)))
            continue
        if ("rows" in spec) == ("value" in spec):
            problems.append(Problem(entry.key("behaviour", name), f"{name} has value or rows, one of the two"))
            continue
        rows = spec.get("rows") or [{"value": spec["value"]}]
        try:
            by_version = tuple(
                Row(text_of(r.get("from")), text_of(r.get("until")), read(r["value"], kind, UNSET), r.get("source", ""))
                for r in rows
            )
            gap = leaves_out(by_version, (line.line for line in profile.versions))
            profile.gives[name] = Behaviour(by_version, spec.get("source", ""), bool(spec.get("verified", profile.verified)), gap)
        except ValueError as error:
            problems.append(Problem(at, f"{name}: {error}"))
        if not spec.get("source") and not all(r.get("source") for r in rows) and not profile.generic:
            problems.append(Problem(at, f"{name} has no source"))
    return problems


def _property(properties: Properties, name: str) -> Kind | None:
    role, _, rest = name.partition(".")
    subject = {"caller": "end", "callee": "end"}.get(role, role)
    found = properties.find(subject, rest) if role in ROLES else None
    return found.kind if found else None


def _no_property(properties: Properties, name: str) -> str:
    subject = {"caller": "end", "callee": "end"}
    names = [f"{role}.{n}" for role in ROLES for kind in (subject.get(role, role), WIDER.get(subject.get(role, role), ""))
             for n in properties.all.get(kind, {})]  # fmt: skip
    return f"no property {name}{meant(name, names)}"


def _effective(profile: Profile, properties: Properties, entry: Entry, name: str, spec: Any,
               extra: Mapping[str, Kind]) -> list[Problem]:  # fmt: skip
    at = entry.place("effective", name)
    kind = _property(properties, name)
    if kind is None:
        return [Problem(entry.key("effective", name), _no_property(properties, name))]
    problems: list[Problem] = []
    role = name.split(".", maxsplit=1)[0]
    scope = PropertyScope(properties, dict(ALIASES[{"caller": "end", "callee": "end"}.get(role, role)]), True, extra)
    value = expression_of(spec["value"], scope, entry.place("effective", name, "value"))
    if isinstance(value, Problem):
        return [*problems, value]
    if not value.kind.fits(kind):
        problems.append(Problem(at, f"{spec['value']} is no {kind.name}"))
    if re.fullmatch("'[^']*'", value.text) and kind.options and value.text.strip("'") not in kind.options:
        problems.append(Problem(at, f"{value.text} is none of: {', '.join(kind.options)}"))
    moves: Moves | None = None
    if "moves" in spec:
        found = moves_of(spec["moves"], profile, scope, kind, entry, name)
        problems += [found] if isinstance(found, Problem) else []
        moves = found if isinstance(found, Moves) else None
    elif value.text in profile.aliases or (value.text.startswith("host.") and scope.lookup(value.text)):
        moves = Moves((Part(profile.aliases[value.text].name if value.text in profile.aliases else value.text),))
    profile.gives[name] = Effective(value, moves, spec.get("source", ""), bool(spec.get("verified", profile.verified)))
    return problems
