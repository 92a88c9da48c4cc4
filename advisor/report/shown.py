"""Values as a person writes them, and lists of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Any

from advisor.stacks import UNSET
from advisor.units import show
from advisor.values import Counter, Range, Unknown

_NOTHING = {"rate": 1e-7, "share": 1e-6, "count": 1e-6, "ratio": 1e-9}  # what a formula leaves of nothing

_WIDE = 100  # how far apart the ends of a range are that only its lower one tells something


def shown(value: Any, kind: str) -> str:
    """Return *value* as a person writes it: a range as "5s to 6s", what is not known as "unknown"."""
    if type(value) is Range:
        if _endless(value):
            return "unknown"
        if value.high >= _WIDE * value.low > 0:
            return f"{shown(value.low, kind)} or more"
        return f"{shown(value.low, kind)} to {shown(value.high, kind)}"
    if type(value) is Unknown:
        return " or ".join(sorted(str(o) for o in value.options)) if value.options and len(value.options) < 4 and all(
            isinstance(o, str) for o in value.options) else "unknown"  # fmt: skip
    if type(value) is Counter:
        rate, grown = value.rate, value.grown
        now = f", {show(rate, 'rate')}" if type(rate) is float else f", + {show(grown, 'count')}" if type(grown) is float else ""
        return (show(value.total, "count") if type(value.total) is float else "unknown") + now
    if value is UNSET or value is None or value == "":
        return '""' if value == "" else "not set"
    if isinstance(value, list):
        return f"{len(value)}"
    if isinstance(value, (frozenset, tuple)):  # a document's lists of words are tuples
        return " ".join(sorted(value)) or "none"
    if isinstance(value, float) and not isinstance(value, bool) and abs(value) < _NOTHING.get(kind, 0.0):
        value = 0.0
    if kind == "count" and isinstance(value, float) and value != inf and value != int(value):
        return show(value, "ratio")
    return show(value, kind)


def _endless(value: Range) -> bool:
    return (
        value.high == inf
        or value.low == -inf
        or (value.low <= 0 and value.high >= 3600)
        or value.high >= 1e4 * max(value.low, 1e-9)
    )


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
