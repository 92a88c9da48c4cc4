"""How facts are put into words: values with units, sources, arithmetic, sentences with names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from advisor.expressions import Expression, unit_kind
from advisor.facts import Cell, Source, Store, Subject
from advisor.properties import Property
from advisor.report.parts import FactView
from advisor.rules import Template
from advisor.sheet import Env, Sheet
from advisor.stacks import UNSET, Effective, Profile, Setting
from advisor.units import show
from advisor.values import Counter, Range, Unknown, known

_NOTHING = {"rate": 1e-7, "share": 1e-6, "count": 1e-6, "ratio": 1e-9}  # what a formula leaves of nothing


def shown(value: Any, kind: str) -> str:
    """Return *value* as a person writes it: a range as "5s to 6s", what is not known as "unknown"."""
    if type(value) is Range:
        low, high = show(value.low, kind), show(value.high, kind)
        return "unknown" if _endless(value) else f"{low} to {high}"
    if type(value) is Unknown:
        return " or ".join(sorted(str(o) for o in value.options)) if value.options and len(value.options) < 4 and all(
            isinstance(o, str) for o in value.options) else "unknown"  # fmt: skip
    if type(value) is Counter:
        rate = value.rate
        now = f", {show(rate, 'rate')}" if type(rate) is float else ""
        return (show(value.total, "count") if type(value.total) is float else "unknown") + now
    if value is UNSET or value is None:
        return "not set"
    if isinstance(value, list):
        return f"{len(value)}"
    if isinstance(value, (frozenset, tuple)):  # a document's lists of words are tuples
        return " ".join(sorted(value)) or "none"
    if isinstance(value, float) and not isinstance(value, bool) and abs(value) < _NOTHING.get(kind, 0.0):
        value = 0.0
    if kind == "count" and isinstance(value, float) and value != float("inf") and value != int(value):
        return show(value, "ratio")
    return show(value, kind)


def _endless(value: Range) -> bool:
    from math import inf

    return (
        value.high == inf
        or value.low == -inf
        or (value.low <= 0 and value.high >= 3600)
        or value.high >= 1e4 * max(value.low, 1e-9)
    )


def name_of(profile: Profile | None, setting: str) -> str:
    """Return a setting's bare name where the stack has it once, else its full one: both can be written in a document."""
    if profile is None or "." not in setting or setting.startswith(("net.", "fs.", "vm.", "kernel.")):
        return setting
    bare = setting.rsplit(".", 1)[-1]
    return bare if len(profile.names(bare)) == 1 and not bare.isdigit() else setting


def plain_name(prop: Property) -> str:
    """Return what a reader calls a property: the document's key, else its name in words."""
    return prop.key or prop.name.replace("_", " ")


class Words:
    """Puts the facts of one sheet into words."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def resolve(self, bind: dict[str, Subject] | Any, name: str) -> tuple[Subject, str]:
        """Return the subject that answers for the dotted *name*, and its property."""
        first, *rest = name.split(".")
        subject: Subject = bind[first]
        for part in rest[:-1]:
            subject = subject.parts[part]
        if rest[-1] not in self.sheet.properties.all.get(subject.kind, {}) and subject.wide is not None:
            subject = subject.wide
        return subject, rest[-1]

    def fact(self, subject: Subject, prop: str) -> FactView:
        """Return one fact as an output shows it."""
        spec = self.sheet.properties.find(subject.kind, prop)
        cell = self.sheet.cell(subject, prop)
        kind = unit_kind(spec.kind) if spec else "text"
        source, name = self._origin(subject, prop, cell)
        full = f"{subject.role or subject.kind}.{prop}"
        raw = cell.value if isinstance(cell.value, (float, bool, str)) else None
        return FactView(subject.name, name, full, shown(cell.value, kind), raw, kind, source.kind, self.source(source),
                        str(source.place or ""), source.reference, spec.means if spec else "")  # fmt: skip

    def setting(self, store: Store, setting: Setting) -> FactView:
        """Return one setting as an output shows it."""
        cell = self.sheet.setting(store, setting)
        kind = unit_kind(setting.kind)
        raw = cell.value if isinstance(cell.value, (float, bool, str)) else None
        return FactView(store.name, name_of(store.profile, setting.name), setting.name, shown(cell.value, kind), raw, kind,
                        cell.source.kind, self.source(cell.source), str(cell.source.place or ""), cell.source.reference,
                        setting.means)  # fmt: skip

    def _origin(self, subject: Subject, prop: str, cell: Cell) -> tuple[Source, str]:
        """Return the source to show for a fact and what the stack calls it: of an effective property, those of its setting."""
        gives = self.gives(subject, prop)
        if isinstance(gives, Setting) and subject.store is not None:
            return cell.source, name_of(subject.store.profile, gives.name)
        if isinstance(gives, Effective) and subject.store is not None and cell.source.kind == "effective":
            store = subject.store
            names = [n for n in gives.value.names if n in store.profile.aliases]
            settings = [store.profile.aliases[n] for n in names]
            first = store.profile.settings[gives.moves.setting] if gives.moves else (settings[0] if settings else None)
            if first is not None:
                told = [
                    s
                    for s in settings
                    if self.sheet.setting(store, s).source.kind in ("stated", "captured", "estimated")
                ]
                chosen = first if first in told or not told else told[0]
                return self.sheet.setting(store, chosen).source, name_of(store.profile, chosen.name)
        spec = self.sheet.properties.find(subject.kind, prop)
        return cell.source, plain_name(spec) if spec else prop

    def gives(self, subject: Subject, prop: str) -> Any:
        """Return what gives *prop* in the subject's profile, unless it is stated by its own name."""
        if subject.store is None or prop in subject.stated:
            return None
        return subject.store.profile.gives.get(f"{subject.role}.{prop}")

    def source(self, source: Source) -> str:
        """Return a source in words."""
        match source.kind:
            case "default" | "unverified":
                return f"default of {source.detail}" + (", not verified" if source.kind == "unverified" else "")
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

    def arithmetic(self, expression: Expression, env: Env, depth: int = 2) -> str:
        """Return how a number came about: its expression with values, one derivation deep."""
        if len(expression.names) == 1 and expression.text.strip() == expression.names[0] and depth:
            name = expression.names[0]
            if env.lets and name in env.lets:
                return self.arithmetic(env.lets[name], env, depth)
            subject, prop = self.resolve(env.bind, name)
            cell = self.sheet.cell(subject, prop)
            spec = self.sheet.properties.find(subject.kind, prop)
            if cell.source.kind not in ("derived", "estimated") or spec is None or not spec.derive:
                return ""
            way = next((w for w in spec.derive if w.title == cell.source.detail), spec.derive[0])
            inner = Env(self.sheet, self.sheet.bind(subject))
            text = "" if " if " in way.value.text or "(" in way.value.text else self._filled(way.value, inner)
            return f"{cell.source.detail}: {text}" if text else cell.source.detail
        if " if " in expression.text or " for " in expression.text:
            return ""
        return self._filled(expression, env)

    def _filled(self, expression: Expression, env: Env) -> str:
        text = expression.text
        for name in sorted(expression.names, key=len, reverse=True):
            figure = shown(env[name], self._kind(env, name)).replace("\\", "\\\\")
            text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", figure, text)
        return tidy(text) if "unknown" not in text else ""

    def _kind(self, env: Env, name: str) -> str:
        if env.lets and name in env.lets:
            return unit_kind(env.lets[name].kind)
        subject, prop = self.resolve(env.bind, name)
        spec = self.sheet.properties.find(subject.kind, prop)
        return unit_kind(spec.kind) if spec else "ratio"


def tidy(text: str) -> str:
    """Return an expression as people write arithmetic."""
    return " ".join(text.replace(" * ", " × ").replace(" / ", " ÷ ").replace(" - ", " − ").split())


def listed(items: Iterable[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def counted(count: int, word: str, plural: str = "") -> str:
    """Return "1 error", "2 errors"."""
    return f"{count} {word if count == 1 else plural or word + 's'}"


__all__ = ["Words", "counted", "known", "listed", "name_of", "plain_name", "shown", "tidy"]
