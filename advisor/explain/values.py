"""Values of profiles as words: defaults by version, what a stack comes to at one version."""

from __future__ import annotations

import re
from typing import Any

from advisor.cases import _hop as hop_alone
from advisor.expressions import Kind, unit_kind
from advisor.facts import Subject
from advisor.knowledge import Knowledge
from advisor.report.parts import FactView
from advisor.report.words import Words
from advisor.sheet import Sheet
from advisor.stacks import UNSET, Behaviour, Effective, Implied, Profile, Row, Setting
from advisor.units import show
from advisor.values import Range, Unknown


def value_text(value: Any, kind: Kind) -> str:
    """Return a value in base units as a person writes it; "unknown" where it is not known."""
    if value is None or value is UNSET:
        return "not set"
    if type(value) is Range:
        low, high = (show(v, unit_kind(kind)) for v in (value.low, value.high))
        return low if low == high else f"{low} to {high}"
    if type(value) is Unknown:
        return " or ".join(sorted(map(str, value.options))) if value.options and len(value.options) < 3 else "unknown"
    if isinstance(value, (frozenset, tuple)):  # a set has no order of its own
        return " ".join(sorted(map(str, value))) or "none"
    return show(value, unit_kind(kind)) if isinstance(value, (float, int, bool, str)) else str(value)


def rows_text(rows: tuple[Row, ...], kind: Kind) -> str:
    """Return values by version in words: ``never before 8, 5s from 8``."""
    if len(rows) == 1:
        return value_text(rows[0].value, kind)
    return ", ".join(f"{value_text(r.value, kind)}{_span(r.since, r.until)}" for r in rows)


def _span(since: str | None, until: str | None) -> str:
    if since and until:
        return f" from {since} to before {until}"
    return f" from {since}" if since else f" before {until}" if until else ""


def default_text(setting: Setting) -> str:
    """Return the default of *setting*, by version where it differs."""
    shown = rows_text(setting.rows, setting.kind)
    return f"that of {setting.inherits}" if setting.inherits and shown == "not set" else shown


def unpinned(setting: Setting, row: Row) -> bool:
    """Return whether a default is told without the version or the page that it was read in, and for no span of versions."""
    source = row.source or setting.source
    return not (row.since or row.until or "://" in source or re.search(r"\d", source))


def source_text(setting: Setting) -> str:
    """Return where the default of *setting* is from, and what is not sure about that."""
    rows = [row for row in setting.rows if row.value is not UNSET]
    sources = dict.fromkeys([setting.source, *(row.source for row in rows)])
    unsure = ["not verified"] if not setting.verified else []
    unsure += ["no version named"] if any(unpinned(setting, row) for row in rows) else []
    return "; ".join(filter(None, (*sources, *unsure)))


def given_source(given: Effective | Behaviour | Implied) -> str:
    """Return where what no single setting decides is from, and what is not sure about that."""
    rows = [row.source for row in given.rows] if isinstance(given, Behaviour) else []
    return "; ".join(dict.fromkeys(filter(None, (given.source, *rows, "" if given.verified else "not verified"))))


def newest(profile: Profile) -> str | None:
    """Return the newest line of versions that is known of *profile*, or None."""
    return profile.versions[-1].line if profile.versions else None


class Alone:
    """A stack with nothing stated: what its defaults come to at *version* (None: at any)."""

    def __init__(self, profile: Profile, knowledge: Knowledge, version: str | None) -> None:
        self.profile, self.version = profile, version
        self._properties = knowledge.properties
        self._subjects: dict[str, Subject] = hop_alone(profile, version)
        self._sheet = Sheet(knowledge.properties)

    def fact(self, name: str) -> FactView:
        """Return a property as outputs show it: value, what the stack calls it, source."""
        role, _, rest = name.partition(".")
        return Words(self._sheet).fact(self._subjects[role], rest)

    def value(self, name: str) -> Any:
        """Return the value of a property (``callee.idle_timeout``), Unknown or a Range where it is not fixed."""
        role, _, rest = name.partition(".")
        return self._sheet.value(self._subjects[role], rest)

    def text(self, name: str) -> str:
        """Return the value of a property in words."""
        role, _, rest = name.partition(".")
        prop = self._properties.find(self._subjects[role].kind, rest)
        return "" if prop is None else value_text(self.value(name), prop.kind)
