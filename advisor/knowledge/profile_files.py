"""``rules/stacks/``: a stack's profile, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from advisor.errors import Problem, nearest
from advisor.expressions import COUNT, Expression, Kind
from advisor.knowledge.keys import unknown_keys
from advisor.parsing import parse
from advisor.properties import ALIASES, Properties, PropertyScope, read
from advisor.reading import Entry
from advisor.stacks import UNSET, Behaviour, Effective, ErrorText, Fault, Line, Moves, Profile, Row, Setting, alias, text_of

ROLES = ("caller", "callee", "hop", "host", "middlebox")
_TOP = frozenset(("stack", "title", "also", "ends", "owner", "generic", "versions", "versions_source", "settings", "effective",
                  "behaviour", "errors", "faults", "verified", "notes", "code", "implies", "middleboxes"))  # fmt: skip
_SETTING = frozenset(("kind", "unit", "is", "default", "special", "negative", "inherits", "fixed", "range", "step", "effect",
                      "means", "trap", "source", "verified", "part", "values", "scope", "k8s", "advise", "figures"))  # fmt: skip
_ROW = frozenset(("from", "until", "value", "source", "note"))
EFFECTS = ("at once", "new connections", "reload", "restart", "at listen")


def load_profile(entries: list[Entry], properties: Properties) -> tuple[Profile, list[Problem]]:
    """Return the profile in *entries* (the profile, its cases) and what is wrong with it; nothing is linked yet."""
    entry = entries[0]
    plain = entry.plain
    profile = Profile(str(plain.get("stack", "")))
    problems = unknown_keys(plain, _TOP, entry)
    profile.title = plain.get("title", profile.name)
    profile.also = tuple(plain.get("also", ()))
    profile.ends = tuple(plain.get("ends", ()))
    profile.owner = plain.get("owner", "us")
    profile.generic = bool(plain.get("generic", False))
    profile.code = bool(plain.get("code", False))
    profile.versions = tuple(Line(str(v["line"]), str(v.get("end_of_life", ""))) for v in plain.get("versions", ()))
    profile.versions_source = plain.get("versions_source", "")
    profile.verified = bool(plain.get("verified", True))
    for name, spec in plain.get("settings", {}).items():
        problems += _load_setting(profile, name, spec, entry)
    profile.aliases = {alias(n): s for n, s in profile.settings.items()}
    problems += _load_given(profile, properties, entry)
    profile.errors = tuple(ErrorText(str(e["text"]), e["class"], e.get("end", ""), e.get("means", ""))
                           for e in plain.get("errors", ()))  # fmt: skip
    profile.faults = tuple(Fault(f["title"], str(f.get("since", "0")), str(f.get("fixed_in", "")), f.get("source", ""))
                           for f in plain.get("faults", ()))  # fmt: skip
    profile.middleboxes = tuple(plain.get("middleboxes", ()))
    problems += _implied(profile, properties, entry)
    if len(entries) > 1:
        profile.case_entry = entries[1]
        profile.cases = entries[1].plain.get("cases", [])
    return profile, problems


def _implied(profile: Profile, properties: Properties, entry: Entry) -> list[Problem]:
    """Take what a platform implies of whatever runs on it: a value by property, and where that is written."""
    problems: list[Problem] = []
    for name, spec in entry.plain.get("implies", {}).items():
        at = entry.place("implies", name)
        kind = _property(properties, name)
        if kind is None or not isinstance(spec, dict) or "source" not in spec:
            problems.append(Problem(at, f"{name}: no property of that name, or no source"))
            continue
        try:
            profile.implies[name] = (read(spec.get("value"), kind, UNSET), str(spec["source"]))
        except ValueError as error:
            problems.append(Problem(at, f"{name}: {error}"))
    return problems


def _load_setting(profile: Profile, name: str, spec: Any, entry: Entry) -> list[Problem]:
    problems = unknown_keys(spec, _SETTING, entry, "settings", name)
    at = entry.place("settings", name)
    try:
        setting = Setting(name, spec)
    except KeyError as error:
        return [*problems, Problem(at, f"{name}: {error} is missing or not known")]
    except ValueError as error:
        return [*problems, Problem(at, f"{name}: {error}")]
    profile.settings[name] = setting
    if isinstance(spec.get("default"), list):
        for i, row in enumerate(spec["default"]):
            problems += unknown_keys(row, _ROW, entry, "settings", name, "default", i)
    if setting.effect and setting.effect not in EFFECTS:
        problems.append(Problem(entry.place("settings", name, "effect"), f"effect is none of: {', '.join(EFFECTS)}"))
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
            problems.append(Problem(at, f"no property {name}"))
            continue
        rows = spec.get("rows", [{"value": spec.get("value")}])
        try:
            profile.gives[name] = Behaviour(tuple(
                Row(text_of(r.get("from")), text_of(r.get("until")), read(r["value"], kind, UNSET), r.get("source", ""))
                for r in rows), spec.get("source", ""))  # fmt: skip
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


def _effective(profile: Profile, properties: Properties, entry: Entry, name: str, spec: Any,
               extra: Mapping[str, Kind]) -> list[Problem]:  # fmt: skip
    at = entry.place("effective", name)
    kind = _property(properties, name)
    if kind is None:
        return [Problem(at, f"no property {name}")]
    problems = unknown_keys(spec, frozenset(("value", "moves", "source", "note")), entry, "effective", name)
    role = name.split(".", maxsplit=1)[0]
    scope = PropertyScope(properties, dict(ALIASES[{"caller": "end", "callee": "end"}.get(role, role)]), True, extra)
    value = parse(spec.get("value", ""), scope, entry.place("effective", name, "value"))
    if isinstance(value, Problem):
        return [*problems, value]
    if not value.kind.fits(kind):
        problems.append(Problem(at, f"{spec['value']} is no {kind.name}"))
    if re.fullmatch("'[^']*'", value.text) and kind.options and value.text.strip("'") not in kind.options:
        problems.append(Problem(at, f"{value.text} is none of: {', '.join(kind.options)}"))
    moves: Moves | None = None
    if "moves" in spec:
        plain = spec["moves"] if isinstance(spec["moves"], dict) else {"setting": spec["moves"]}
        if plain.get("setting") not in profile.settings:
            meant = nearest(str(plain.get("setting")), profile.settings)
            hint = f"; did you mean {meant}?" if meant else ""
            return [*problems, Problem(at, f"no setting {plain.get('setting')}{hint}")]
        bound: Expression | None = None
        if "bound" in plain:
            inner = PropertyScope(
                properties, scope.aliases, True, {**extra, "bound": kind if kind.base == "number" else COUNT}
            )
            found = parse(plain["bound"], inner, entry.place("effective", name, "moves", "bound"))
            if isinstance(found, Problem):
                return [*problems, found]
            bound = found
        moves = Moves(plain["setting"], bound, bool(plain.get("flips")))
    profile.gives[name] = Effective(value, moves, spec.get("source", ""))
    return problems
