"""``moves`` of an effective property: which settings a plan moves for it, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import Problem, nearest
from advisor.expressions import Expression, Kind
from advisor.knowledge.language import expression_of
from advisor.properties import PropertyScope, read
from advisor.reading import Entry
from advisor.rules import OPERATORS
from advisor.stacks import Moves, Part, Profile


def moves_of(spec: Any, profile: Profile, scope: PropertyScope, kind: Kind, entry: Entry, name: str) -> Moves | Problem:
    """
    Return what the effective property *name*, of *kind*, moves, or what is wrong with it.

    *spec* is a setting's name, ``{setting, bound, flips}``, or ``{set: {NAME: a bound}, gives: VALUE}``.
    """
    at = ("effective", name, "moves")
    plain: Mapping[str, Any] = spec if isinstance(spec, dict) else {"setting": spec}
    if ("set" in plain) == ("setting" in plain):
        return Problem(entry.place(*at), "moves has setting or set, one of the two")
    parts: list[Part] = []
    one = "setting" in plain
    each = {plain["setting"]: {k: v for k, v in plain.items() if k in ("bound", "flips")}} if one else plain["set"]
    for moved, bounds in each.items():
        part = _part(moved, bounds, profile, scope, kind, entry, at if one else (*at, "set", moved))
        if isinstance(part, Problem):
            return part
        parts.append(part)
    if "gives" not in plain:
        if kind.base == "flag" and any(part.operator for part in parts):
            return Problem(entry.place(*at), "gives is missing: which value these settings bring about")
        return Moves(tuple(parts))
    try:
        return Moves(tuple(parts), read(plain["gives"], kind, None))
    except ValueError as error:
        return Problem(entry.place(*at, "gives"), str(error))


def _part(moved: str, bounds: Mapping[str, Any], profile: Profile, scope: PropertyScope, kind: Kind, entry: Entry,
          at: tuple[str, ...]) -> Part | Problem:  # fmt: skip
    own = profile.settings[moved].kind if moved in profile.settings else None
    own = own or (scope.lookup(moved) if moved.startswith("host.") else None)
    if own is None:
        meant = nearest(moved, profile.settings)
        return Problem(entry.place(*at), f"no setting {moved}{f'; did you mean {meant}?' if meant else ''}")
    operators = [word for word in OPERATORS if word in bounds]
    if len(operators) > 1 or (operators and "bound" in bounds):
        return Problem(entry.place(*at), f"{moved}: {', '.join(OPERATORS)} or bound, one of them")
    operator = operators[0] if operators else ""
    inner = scope if operator else PropertyScope(scope.properties, scope.aliases, True, {**scope.extra, "bound": kind})
    read_: dict[str, Expression] = {}
    for key, words in ((operator or "bound", inner), ("when", scope)):
        if key in bounds:
            found = expression_of(bounds[key], words, entry.place(*at, key), asks=key == "when")
            if isinstance(found, Problem):
                return found
            read_[key] = found
    bound = read_.get(operator or "bound")
    asked = bound.kind if bound is not None else kind
    if not asked.fits(own):
        return Problem(entry.place(*at), f"{moved} is a {own.name or own.base}; its bound is a {asked.name or asked.base}")
    return Part(moved, operator, bound, bool(bounds.get("flips")), read_.get("when"))
