"""
Stack profiles: a stack's own settings, their defaults by version, and what they come to. Data in ``rules/stacks/``.

A profile maps settings to properties, gives properties that hang on several settings as expressions, and says which setting a
plan moves. ``docs/formats.md`` is the reference of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from advisor.expressions import Expression, Kind, kind_of
from advisor.properties import read
from advisor.reading import Entry, Late
from advisor.units import parse as parse_value
from advisor.units import parse_quantity
from advisor.values import Unknown, hull, older


class Unset:
    """Nothing: what a setting is that has no default; there is one, also after a copy."""

    def __reduce__(self) -> str:
        return "UNSET"

    def __repr__(self) -> str:
        return "unset"


UNSET = Unset()
_UNIT_FACTORS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
                 "B": 1.0, "KiB": 1024.0, "MiB": 2.0**20, "GiB": 2.0**30, "kB": 1e3, "MB": 1e6, "pages": 4096.0,
                 "/s": 1.0, "/min": 1 / 60, "%": 0.01}  # fmt: skip


class Row(NamedTuple):
    """A value that holds from version *since* on and before *until*; None is open."""

    since: str | None
    until: str | None
    value: Any
    source: str


class Setting:
    """One setting of a stack; see ``docs/formats.md``. Values are in base units, a missing default is UNSET."""

    __slots__ = ("effect", "extra", "figures", "fixed", "inherits", "kind", "means", "name", "negative", "part", "properties",
                 "range", "rows", "source", "special", "step", "trap", "unit", "verified", "words")  # fmt: skip

    def __init__(self, name: str, plain: Mapping[str, Any]) -> None:
        self.name = name
        self.kind: Kind = kind_of(_base(plain.get("kind", "")), map(str, plain.get("values", ())))
        self.unit: str = str(plain.get("unit", ""))
        self.properties: tuple[str, ...] = tuple(plain.get("is", ()))
        self.inherits: str = plain.get("inherits", "")
        self.fixed = bool(plain.get("fixed", False))
        self.effect: str = plain.get("effect", "")
        self.means: str = plain.get("means", "")
        self.trap: str = plain.get("trap", "")
        self.source: str = plain.get("source", "")
        self.figures: str = plain.get("figures", "")
        self.verified = bool(plain.get("verified", True))
        self.extra = {k: str(plain[k]) for k in ("scope", "k8s", "advise") if k in plain}
        self.part: tuple[str, int] | None = (plain["part"][0], int(plain["part"][1])) if "part" in plain else None
        self.words: dict[str, Any] = {}
        self.rows = self._rows(plain.get("default", "unset"))
        self.special: dict[Any, Any] = {}
        for key, meaning in plain.get("special", {}).items():
            try:
                self.special[self.read(key)] = self._meaning(meaning)
            except ValueError:  # a word where the stack has numbers: nginx's worker_processes auto
                self.words[str(key)] = self._meaning(meaning)
        self.negative = self._meaning(plain["negative"]) if "negative" in plain else None
        low, high = plain.get("range", (None, None))
        self.range = (-inf if low is None else self.read(low), inf if high is None else self.read(high))
        self.step: float = self.read(plain["step"]) if "step" in plain else 0.0

    def _rows(self, default: Any) -> tuple[Row, ...]:
        if isinstance(default, list):
            return tuple(Row(text_of(r.get("from")), text_of(r.get("until")), self._default(r["value"]), r.get("source", ""))
                         for r in default)  # fmt: skip
        return (Row(None, None, self._default(default), ""),)

    def _default(self, raw: Any) -> Any:
        return UNSET if raw == "unset" else self.read(raw)

    def _meaning(self, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else read(raw, self.kind, UNSET)

    def read(self, raw: Any) -> Any:
        """
        Return what *raw*, as the stack or a person writes it, is in base units; a bare number has the stack's unit.

        Raises:
            ValueError: With a sentence for the reader.
        """
        text = str(raw).strip() if not isinstance(raw, bool) else str(raw).lower()
        if text in self.words:
            return self.words[text]
        if self.kind.base == "set":
            words = raw if isinstance(raw, list) else re.split(r"[\s,]+", text)
            return frozenset(str(word) for word in words if str(word))
        if self.kind.base != "number":
            return self._text_value(text)
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) and self.unit:
            return float(text) * _UNIT_FACTORS[self.unit]
        name = self.kind.name
        if text.startswith("-") or (name == "ratio" and re.fullmatch(r"-?\d+(\.\d+)?", text)):
            return -float(parse_value(text[1:], name)) if text.startswith("-") else float(text)
        if text in ("never", "unlimited"):
            return inf
        return parse_quantity(text, name, self.name)

    def _text_value(self, text: str) -> Any:
        if self.kind.base == "flag":
            by_number = {"0": "false", "1": "true", "off": "false", "on": "true", "no": "false", "yes": "true"}
            return parse_value(by_number.get(text.lower(), text.lower()), "flag")
        if self.kind.options and text not in self.kind.options:
            raise ValueError(f'{self.name} "{text}" is none of: {", ".join(self.kind.options)}')
        return text

    def suspicious(self, raw: str) -> str:
        """Return what to say of a bare number that is absurd in the stack's unit and right in seconds, or nothing."""
        if self.kind.name != "duration" or self.unit not in ("ms", "us") or not re.fullmatch(r"\d+", raw.strip()):
            return ""
        usual = [r.value for r in self.rows if isinstance(r.value, float) and 0 < r.value < inf]
        value, seconds = self.read(raw), float(raw)
        if not usual or not seconds or value > min(usual) / 20 or not min(usual) / 100 <= seconds <= 100 * max(usual):
            return ""
        word = {"ms": "milliseconds", "us": "microseconds"}[self.unit]
        bare = self.name.split(".")[-1]
        return f"{bare}: {raw} means {raw}{self.unit} (%s counts in {word}); write {raw}s, or {raw}{self.unit} if meant"

    def default(self, version: str | None) -> tuple[Any, Row | None]:
        """Return the default in *version* (None: of any) and its row; a hull and None where several rows can hold."""
        return pick(self.rows, version)


def pick(rows: tuple[Row, ...], version: str | None) -> tuple[Any, Row | None]:
    """Return the value that holds in *version*, and its row; where several can hold their hull, and no row."""
    fitting = [r for r in rows if version is None or _holds(r, version)]
    values = {r.value for r in fitting}
    if len(values) == 1:
        return fitting[0].value, fitting[0]
    if not fitting or UNSET in values:
        return Unknown(), None
    return hull([r.value for r in fitting]), None


def _holds(row: Row, version: str) -> bool:
    try:
        return not (row.since and older(version, row.since) is True) and not (
            row.until and older(version, row.until) is False
        )
    except ValueError:
        return True


class Moves(NamedTuple):
    """Which setting a bound on a property moves, the bound on it, and whether a larger property wants a smaller setting."""

    setting: str
    bound: Expression | None
    flips: bool


class Effective(NamedTuple):
    """A property that is a function of several settings."""

    value: Expression
    moves: Moves | None
    source: str


class Behaviour(NamedTuple):
    """A property that no setting changes."""

    rows: tuple[Row, ...]
    source: str


class Line(NamedTuple):
    """A release line and its last day of support."""

    line: str
    end_of_life: str


class Fault(NamedTuple):
    """A known fault of connections, and the versions that have it."""

    title: str
    since: str
    fixed_in: str
    source: str


class ErrorText(NamedTuple):
    """A text that the stack prints: plain, ``…`` stands for anything."""

    text: str
    symptom: str
    end: str
    means: str


class Profile(Late):
    """A stack: see ``docs/formats.md``."""

    late = ("cases", "case_entry")

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = name
        self.also: tuple[str, ...] = ()
        self.ends: tuple[str, ...] = ()
        self.owner = "us"
        self.generic = False
        self.code = False
        self.versions: tuple[Line, ...] = ()
        self.versions_source = ""
        self.settings: dict[str, Setting] = {}
        self.gives: dict[str, Setting | Effective | Behaviour] = {}
        self.errors: tuple[ErrorText, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self.cases: list[Any] = []
        self.case_entry: Entry | None = None
        self.verified = True
        self.implies: dict[str, tuple[Any, str]] = {}
        self.middleboxes: tuple[str, ...] = ()
        self.aliases: dict[str, Setting] = {}

    @property
    def is_middlebox(self) -> bool:
        """Whether it only watches connections pass."""
        return "middlebox" in self.ends

    def names(self, name: str, role: str | None = None) -> list[str]:
        """
        Return the settings that *name* can mean: a full name, its last part, or an advisor's property.

        *role* (caller or callee) leaves only the settings of that end.
        """
        wanted = name.split(".", 1)[1] if name.split(".", maxsplit=1)[0] in ("caller", "callee") else name
        if name in self.settings:
            return [name]
        parts = {s.part[0] for s in self.settings.values() if s.part}
        if name in parts:
            return [n for n, s in self.settings.items() if s.part and s.part[0] == name]
        found = [n for n in self.settings if n.endswith("." + wanted) or n == wanted]
        role = role or (name.split(".", maxsplit=1)[0] if wanted != name else None)
        if role:
            found = [n for n in found if self.serves(n, role)]
        if not found and "." in name:
            setting = self.gives.get(name)
            found = [setting.name] if isinstance(setting, Setting) else []
        return found

    def serves(self, setting: str, role: str) -> bool:
        """Return whether *setting* bears on the end *role*, or on none in particular."""
        roles = {p.split(".")[0] for p in self.settings[setting].properties}
        for name, given in self.gives.items():
            if isinstance(given, Effective) and alias(setting) in given.value.names:
                roles.add(name.split(".")[0])
        return not roles & {"caller", "callee"} or role in roles

    def end_of_life(self, version: str | None) -> str | Unknown:
        """Return the last day of support of *version*, as an ISO date."""
        fitting = [line for line in self.versions if version and _same_line(version, line.line)]
        if fitting and fitting[-1].end_of_life:
            return fitting[-1].end_of_life
        return Unknown()

    def speaks_for(self, role: str) -> bool:
        """Return whether what the profile does not give is not there: of an end that the stack has, and not of a generic one."""
        return not self.generic and (role not in ("caller", "callee") or not self.ends or role in self.ends)

    def is_supported(self, version: str | None) -> bool:
        """Return whether *version* belongs to a line that is listed without an end, or to one after the last."""
        if not version or not self.versions:
            return False
        fitting = [line for line in self.versions if _same_line(version, line.line)]
        if fitting:
            return not fitting[-1].end_of_life
        return older(self.versions[-1].line, version) is True

    def expressions(self) -> Iterator[Expression]:
        """Yield the expressions of the profile."""
        for given in self.gives.values():
            if isinstance(given, Effective):
                yield given.value
                if given.moves and given.moves.bound:
                    yield given.moves.bound


def _same_line(version: str, line: str) -> bool:
    parts = line.split(".")
    return version.split(".")[: len(parts)] == parts


def alias(setting: str) -> str:
    """Return the name by which an expression calls *setting*."""
    return re.sub(r"[^A-Za-z0-9_.]", "_", setting)


def text_of(raw: Any) -> str | None:
    """Return a version as text; None where there is none."""
    return None if raw is None else str(raw)


def _base(kind: str) -> str:
    return {"ports": "text", "number": "ratio"}.get(kind, kind)
