"""A stack's settings: how each is read, what its values mean, and its default by version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, NamedTuple

from advisor.expressions import Kind, kind_of
from advisor.properties import read
from advisor.units import parse as parse_value
from advisor.units import parse_quantity, show
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

    __slots__ = ("effect", "extra", "figures", "fixed", "gap", "inherits", "kind", "means", "name", "negative", "part",
                 "properties", "range", "rows", "since", "source", "special", "step", "trap", "unit", "verified",
                 "words")  # fmt: skip

    def __init__(self, name: str, plain: Mapping[str, Any]) -> None:
        self.name = name
        self.kind: Kind = kind_of(_base(plain.get("kind", "")), map(str, plain.get("values", ())))
        self.unit: str = str(plain.get("unit", ""))
        self.properties: tuple[str, ...] = tuple(plain.get("is", ()))
        self.inherits: str = plain.get("inherits", "")
        self.fixed = bool(plain.get("fixed", False))
        self.since = text_of(plain.get("since")) or ""
        self.effect: str = plain.get("effect", "")
        self.means: str = plain.get("means", "") + (f"; since {self.since}" if self.since else "")
        self.trap: str = plain.get("trap", "")
        self.source: str = plain.get("source", "")
        self.figures: str = plain.get("figures", "")
        self.verified = bool(plain.get("verified", True))
        self.extra = {k: str(plain[k]) for k in ("scope", "k8s", "advise") if k in plain}
        self.part: tuple[str, int] | None = (plain["part"][0], int(plain["part"][1])) if "part" in plain else None
        self.words: dict[str, Any] = {}
        self.rows = self._rows(plain.get("default", "unset"))
        self.gap = False  # whether the rows leave out a version that the profile lists
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

    def refused(self, value: Any, *, strict: bool) -> str:
        """
        Return why the stack cannot have *value*, as part of a sentence; nothing where it can.

        *strict*: whether its range is what it takes; a program takes more than what is wise to write, a provider does not.
        """
        low, high = self.range
        if type(value) is not float or value in self.special or (value < 0 and self.negative is not None):
            return ""
        if strict and not low <= value <= high:
            return f"{self.name} takes {show(low, self.kind.name)} to {show(high, self.kind.name)}"
        return f"{self.name} takes nothing below 0" if value < 0 <= max(low, 0.0) else ""

    def missing(self, version: str | None) -> bool:
        """Return whether *version* is sure to be older than the first that has the setting."""
        return bool(self.since and version and older(version, self.since) is True)

    def default(self, version: str | None) -> tuple[Any, Row | None]:
        """Return the default in *version* (None: of any) and its row; a hull and None where several rows can hold."""
        return pick(self.rows, version, gap=self.gap)


def leaves_out(rows: tuple[Row, ...], lines: Iterable[str], since: str = "") -> bool:
    """Return whether one of the versions *lines*, from *since* on, has no row."""
    return any(not any(_holds(row, line) for row in rows) for line in lines if not since or older(line, since) is not True)


def pick(rows: tuple[Row, ...], version: str | None, *, gap: bool = False) -> tuple[Any, Row | None]:
    """
    Return the value that holds in *version*, and its row; where several can hold their hull, and no row.

    With a *gap* a version that is not known may be one of which nothing is known.
    """
    if version is None and gap:
        return Unknown(), None
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


def alias(setting: str) -> str:
    """Return the name by which an expression calls *setting*."""
    return re.sub(r"[^A-Za-z0-9_.]", "_", setting)


def text_of(raw: Any) -> str | None:
    """Return a version as text; None where there is none."""
    return None if raw is None else str(raw)


def _base(kind: str) -> str:
    return {"ports": "text", "number": "ratio"}.get(kind, kind)
