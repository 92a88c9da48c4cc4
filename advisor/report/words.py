"""How facts are put into words: values with units, sources, arithmetic, sentences with names."""

from __future__ import annotations

import re
from math import inf
from typing import Any

from advisor.expressions import Expression, unit_kind
from advisor.facts import Cell, Source, Store, Subject
from advisor.properties import Property
from advisor.report.figures import arithmetic, resolve
from advisor.report.parts import FactView
from advisor.report.shown import counted, listed, shown, tidy
from advisor.rules import Template
from advisor.sheet import Env, Sheet
from advisor.stacks import UNSET, Behaviour, Effective, Profile, Setting
from advisor.values import Range, known

_TOLD = ("stated", "captured", "estimated")
_ROLES = ("caller", "callee", "middlebox", "hop", "host")
_GENERIC = ("timeout_seconds", "timeout_ms", "idle_timeout")
_SOURCES = 3  # settings that are told of a value computed from several


def name_of(profile: Profile | None, setting: str) -> str:
    """
    Return a setting's bare name where the stack has it once and it tells what it is, else its full one.

    Both can be written in a document. A name of one word ("seconds", "enabled", "max") tells nothing without what it is of.
    """
    if profile is None or "." not in setting or setting.startswith(("net.", "fs.", "vm.", "kernel.")):
        return setting
    of, bare = setting.rsplit(".", 1)
    telling = re.search(r"[a-z][A-Z]|[^\W_][_-]", bare) and bare not in _GENERIC
    return bare if (telling or of in _ROLES) and len(profile.names(bare)) == 1 else setting


def plain_name(prop: Property) -> str:
    """Return what a reader calls a property: the document's key, else its name in words."""
    return prop.key or prop.name.replace("_", " ")


def bounded(value: Any, prop: Property) -> str:
    """Return a fact in words; an end of a range that is only the physical bound of *prop* is not told."""
    kind = unit_kind(prop.kind)
    if type(value) is Range:
        if value.low <= prop.low and value.high >= prop.high:
            return "unknown"
        if value.low <= prop.low and value.high < inf:
            return f"at most {shown(value.high, kind)}"
        if value.high >= prop.high and value.low > -inf:
            return f"{shown(value.low, kind)} or more"
    return shown(value, kind)


class Words:
    """Puts the facts of one sheet into words."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def resolve(self, bind: dict[str, Subject] | Any, name: str) -> tuple[Subject, str]:
        """Return the subject that answers for the dotted *name*, and its property."""
        return resolve(self.sheet, bind, name)

    def fact(self, subject: Subject, prop: str) -> FactView:
        """Return one fact as an output shows it."""
        spec = self.sheet.properties.find(subject.kind, prop)
        cell = self.sheet.cell(subject, prop)
        kind = unit_kind(spec.kind) if spec else "text"
        shows, name, words = self._origin(subject, prop, cell)
        gives = self.gives(subject, prop) if cell.source.kind in ("behaviour", "effective") else None
        if isinstance(gives, (Behaviour, Effective)) and not gives.verified:
            words += ", not verified"
        full = f"{subject.role or subject.kind}.{prop}"
        raw = cell.value if isinstance(cell.value, (float, bool, str)) else None
        value = bounded(cell.value, spec) if spec else shown(cell.value, kind)
        return FactView(subject.name, name, full, value, raw, kind, shows.kind, words,
                        str(shows.place or ""), shows.reference, spec.means if spec else "")  # fmt: skip

    def setting(self, store: Store, setting: Setting) -> FactView:
        """Return one setting as an output shows it."""
        cell = self.sheet.setting(store, setting)
        kind = unit_kind(setting.kind)
        raw = cell.value if isinstance(cell.value, (float, bool, str)) else None
        return FactView(store.name, name_of(store.profile, setting.name), setting.name, shown(cell.value, kind), raw, kind,
                        cell.source.kind, self._stated_as(setting, cell), str(cell.source.place or ""), cell.source.reference,
                        setting.means)  # fmt: skip

    def _origin(self, subject: Subject, prop: str, cell: Cell) -> tuple[Source, str, str]:
        """Return the source to show for a fact, what the stack calls it, and the source in words."""
        gives, store = self.gives(subject, prop), subject.store
        if store is not None and isinstance(gives, Setting):
            return cell.source, name_of(store.profile, gives.name), self._stated_as(gives, cell)
        spec = self.sheet.properties.find(subject.kind, prop)
        plain = plain_name(spec) if spec else prop
        if store is not None and isinstance(gives, Effective) and cell.source.kind == "effective":
            return self._computed(store, gives, cell, plain)
        return cell.source, plain, self.source(cell.source)

    def _computed(self, store: Store, gives: Effective, cell: Cell, plain: str) -> tuple[Source, str, str]:
        """
        Return the same for what is computed from settings.

        Where it is the value of one of them it bears that setting's name; otherwise its own, and the settings are its source.
        """
        aliases = store.profile.aliases
        settings = [aliases[n] for n in dict.fromkeys(gives.value.names) if n in aliases]
        if gives.moves:  # the one that a plan would change comes first
            settings.sort(key=lambda s: s.name != gives.moves.setting)  # type: ignore[union-attr]
        cells = {s: self.sheet.setting(store, s) for s in settings}
        told = [s for s in settings if cells[s].source.kind in _TOLD]
        for setting in (*told, *settings):
            if cells[setting].value == cell.value and type(cells[setting].value) is type(cell.value):
                return cells[setting].source, name_of(store.profile, setting.name), self._stated_as(setting, cells[setting])
        only = settings[0] if settings and gives.moves and gives.moves.bound and gives.moves.bound.text == "bound" else None
        if only is not None and cells[only].value is UNSET:
            # The stack computes the default of a setting that nobody set.
            source = cell.source._replace(kind="default")
            return source, name_of(store.profile, only.name), self.source(source)
        shows = told[:_SOURCES] or settings[:2]
        if not shows:
            return cell.source, plain, self.source(cell.source)
        by_source: dict[str, list[str]] = {}
        for s in shows:
            written = f"{name_of(store.profile, s.name)} {self._written(s, cells[s])}"
            by_source.setdefault(self.source(cells[s].source), []).append(written)
        words = [f"{listed(each)} ({source})" for source, each in by_source.items()]
        return cells[shows[0]].source._replace(kind="effective"), plain, f"from {listed(words)}"

    def _written(self, setting: Setting, cell: Cell) -> str:
        """Return the value of a setting as it was written, where that means another value: -1 for the default."""
        text, value = cell.source.text, shown(cell.value, unit_kind(setting.kind))
        if cell.source.kind not in _TOLD or not text or len(text) > 40 or setting.part:
            return value
        try:
            return value if setting.read(text) == cell.value else text
        except ValueError:
            return value

    def _stated_as(self, setting: Setting, cell: Cell) -> str:
        """Return a setting's source in words, with what was written where that is not the value."""
        written = self._written(setting, cell)
        special = written != shown(cell.value, unit_kind(setting.kind))
        return f"{self.source(cell.source)} as {written}" if special else self.source(cell.source)

    def gives(self, subject: Subject, prop: str) -> Any:
        """Return what gives *prop* in the subject's profile, unless it is stated by its own name."""
        if subject.store is None or prop in subject.stated:
            return None
        return subject.store.profile.gives.get(f"{subject.role}.{prop}")

    def source(self, source: Source) -> str:
        """Return a source in words."""
        match source.kind:
            case "default" | "unverified":
                unsure = ", not verified" if source.kind == "unverified" else ""
                return f"default of {source.detail}{unsure}" if source.detail else "known of the stack"
            case "behaviour":
                return source.detail
            case "derived" | "effective" | "estimated":
                if source.kind == "estimated" and source.place is not None:
                    return "stated, an estimate"
                return f"derived: {source.detail or tidy(source.reference)}" + (
                    ", an estimate" if source.kind == "estimated" else ""
                )
            case "none":
                return f"{source.detail} has none" if source.detail else "none"
            case "captured":
                return "captured, since boot" if "since boot" in source.text else "captured"
            case "implied":
                return f"implied by {source.detail}"
            case "otherwise":
                return "not stated, taken as usual"
            case "assumed":
                return "assumed to size the fix"
        return source.kind

    def sentence(self, template: Template, env: Env) -> str:
        """Return a rule's sentence with its values."""
        parts = []
        for part in template.parts:
            if isinstance(part, str):
                parts.append(part)
            elif isinstance(part, tuple):
                parts.append(self.subject(env, part[0]))
            else:
                parts.append(shown(part.run(env), unit_kind(part.kind)))
        return "".join(parts)

    @staticmethod
    def subject(env: Env, path: str) -> str:
        """Return the name of the subject that *path* means (``caller``, ``own.caller``)."""
        first, *rest = path.split(".")
        subject = env.bind[first]
        for part in rest:
            subject = subject.parts[part]
        return subject.name

    @staticmethod
    def arithmetic(expression: Expression, env: Env) -> str:
        """Return how a number came about: its expression with figures, one derivation deep."""
        return arithmetic(expression, env)


__all__ = ["Words", "counted", "known", "listed", "name_of", "plain_name", "shown", "tidy"]
