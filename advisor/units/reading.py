"""Quantities read with their unit; what is none is explained in a sentence."""

from __future__ import annotations

import math
import re

from advisor.errors import shown
from advisor.units.showing import UNBOUNDED, Value, show

_DURATION = {"s": 1.0, "us": 1e-6, "ms": 1e-3, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = {
    "MiB": 2.0**20, "B": 1.0, "KiB": 2.0**10, "GiB": 2.0**30, "TiB": 2.0**40,
    "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
}  # fmt: skip
_RATE = {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600, "/d": 1 / 86400}
_BANDWIDTH = {"Mbit/s": 125e3, "bit/s": 0.125, "kbit/s": 125.0, "Gbit/s": 125e6}

# Multipliers by kind, the unit to propose first; a bare number is read only by the kinds that have no unit.
UNITS: dict[str, dict[str, float]] = {
    "duration": _DURATION,
    "size": _SIZE,
    "rate": _RATE,
    "bandwidth": _BANDWIDTH,
    "share": {"%": 0.01},
    "count": {},
    "ratio": {},
}
# The units a message lists after the proposed one; the rest are read but not advertised.
_ALSO = {
    "duration": ("s", "us", "ms", "m", "h", "d"),
    "size": ("MiB", "B", "KiB", "GiB"),
    "rate": ("/s", "/min", "/h"),
    "bandwidth": ("Mbit/s", "bit/s", "kbit/s", "Gbit/s"),
}
_MEANT = {
    "duration": {
        **dict.fromkeys(("sec", "secs", "second", "seconds", "S"), "s"),
        **dict.fromkeys(("min", "mins", "minute", "minutes", "M"), "m"),
        **dict.fromkeys(("hr", "hrs", "hour", "hours", "H"), "h"),
        **dict.fromkeys(("day", "days", "D"), "d"),
        **dict.fromkeys(("msec", "msecs", "millis", "milliseconds", "MS"), "ms"),
        **dict.fromkeys(("usec", "µs", "μs", "micros", "microseconds"), "us"),
    },
    "size": {
        **dict.fromkeys(("b", "bytes", "byte"), "B"),
        **dict.fromkeys(("k", "K", "KB", "kb", "Ki", "kib", "KIB"), "KiB"),
        **dict.fromkeys(("m", "M", "mb", "Mi", "mib", "MIB"), "MiB"),
        **dict.fromkeys(("g", "G", "gb", "Gi", "gib", "GIB"), "GiB"),
    },
    "rate": {
        **dict.fromkeys(("/m", "/minute", "/mins", "rpm", "per minute"), "/min"),
        **dict.fromkeys(("/hr", "/hour", "per hour"), "/h"),
        **dict.fromkeys(("/day", "per day"), "/d"),
    },
    "bandwidth": {
        **dict.fromkeys(("kbps", "Kbps", "Kbit/s", "kb/s"), "kbit/s"),
        **dict.fromkeys(("gbps", "Gbps", "gbit/s", "Gb/s", "Gbit", "G"), "Gbit/s"),
        **dict.fromkeys(("bps", "b/s", "bit"), "bit/s"),
    },
}
_EXAMPLE = {"duration": "30s", "size": "2MiB", "rate": "2400/s", "bandwidth": "1Gbit/s", "share": "10%",
            "count": "65536", "ratio": "2", "flag": "true", "version": "1.24", "date": "2027-01-31"}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?)([0-9]{1,20}(?:\.[0-9]{1,18})?) ?([^0-9\s.,+-](?:.*\S)?)?", re.ASCII)
_BOOLEANS_OF_OLD = frozenset(("yes", "no", "on", "off", "y", "n"))
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,63}", re.ASCII)


def parse_quantity(text: str, kind: str, name: str = "") -> float:
    """
    Return the number *text* stands for, in the base unit of *kind*.

    Args:
        kind: duration, size, rate, bandwidth, count, share or ratio.

        name: What the message calls the value; the kind by default.

    Raises:
        ValueError: With one sentence for the reader: what is wrong; what to write.
    """
    name = name or kind
    units = UNITS[kind]
    match = _QUANTITY.fullmatch(text)
    if match is None:
        if text == UNBOUNDED[kind]:
            return math.inf
        raise ValueError(_not_a_quantity(text, kind, name))
    sign, digits, unit = match.groups()
    number = float(digits)
    if sign == "-" and number:
        raise ValueError(f"{name} is negative ({shown(text)}); write {shown(text[1:].strip())} if that is meant")
    if unit is None:
        return _bare(number, digits, kind, name)
    if unit not in units:
        raise ValueError(_unknown_unit(text, digits, unit, kind, name))
    factor = units[unit]
    # Dividing by a whole number is exact where multiplying by its inverse is not: 90ms is 0.09.
    return number * factor if factor >= 1 else number / round(1 / factor)


def _bare(number: float, digits: str, kind: str, name: str) -> float:
    if kind == "count":
        if number != int(number):
            raise ValueError(f'{name} "{digits}" is not a whole number; write {round(number)}')
        return number
    if kind == "ratio" or number == 0 or (kind == "share" and number <= 1):
        return number
    if kind == "share":
        raise ValueError(f'{name} "{digits}" has no unit; write {digits}%')
    first, *others = _ALSO[kind]
    if kind == "duration":
        raise ValueError(f'{name} "{digits}" has no unit; write {digits}s or {digits}ms (also: us, m, h, d)')
    raise ValueError(f'{name} "{digits}" has no unit; write {digits}{first} (also: {", ".join(others)})')


def _unknown_unit(text: str, digits: str, unit: str, kind: str, name: str) -> str:
    if kind == "share":
        return f'{name} "{shown(text)}" has an unknown unit; write {digits}%'
    if not UNITS[kind]:
        return f'{name} "{shown(text)}" has a unit, and {_article(kind)} has none; write {digits}'
    listed = _ALSO[kind]
    parts = re.findall(r"([0-9]+)(us|ms|s|m|h|d)", text)
    if kind == "duration" and len(parts) > 1 and "".join(map("".join, parts)) == text:
        total = sum(float(n) * _DURATION[u] for n, u in parts)
        return f'{name} "{shown(text)}" has several units; write {show(total, kind)}'
    if any(c.isdigit() for c in unit):
        return _not_a_quantity(text, kind, name)
    meant = _MEANT[kind].get(unit, listed[0])
    others = ", ".join(u for u in listed if u != meant)
    return f'{name} "{shown(text)}" has an unknown unit; write {digits}{meant} (also: {others})'


def _not_a_quantity(text: str, kind: str, name: str) -> str:
    example = _EXAMPLE[kind]
    if text.lower() in _BOOLEANS_OF_OLD:
        return f"{name}: {text} is text in YAML 1.2, not a number; write {_article(kind)}, such as {example}"
    if text in ("never", "unlimited", "none", "infinite", "inf", ".inf"):
        return f'{name} "{text}" is not {_article(kind)}; write {UNBOUNDED[kind]} for no limit'
    return f'{name} "{shown(text)}" is not {_article(kind)}; write one such as {example}'


def parse_flag(text: str, name: str = "flag") -> bool:
    """Return the truth *text* stands for: true or false and nothing else. Raises ValueError with a sentence."""
    if text in TRUTHS:
        return TRUTHS[text]
    if text.lower() in _BOOLEANS_OF_OLD:
        meant = "true" if text.lower() in ("yes", "on", "y") else "false"
        raise ValueError(f"{name}: {text} is text in YAML 1.2, not true or false; write {meant}")
    raise ValueError(f'{name} "{shown(text)}" is neither true nor false; write one of them')


def parse_date(text: str, name: str = "date") -> str:
    """Return *text* if it is a date of the calendar as YYYY-MM-DD. Raises ValueError with a sentence."""
    from datetime import date

    if _DATE.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'{name} "{text}" is no day of the calendar; write year-month-day') from None
        return text
    raise ValueError(f'{name} "{shown(text)}" is not a date; write year-month-day, such as {_EXAMPLE["date"]}')


def parse_version(text: str, name: str = "version") -> str:
    """Return *text* if it can be a version (letters, digits and ``. _ + -``). Raises ValueError with a sentence."""
    if _VERSION.fullmatch(text):
        return text
    raise ValueError(f'{name} "{shown(text)}" is not a version; write one such as {_EXAMPLE["version"]}')


def parse(text: str, kind: str, name: str = "") -> Value:
    """
    Return the value of any kind that *text* stands for: a float, a bool for flags, text for the others.

    Raises:
        ValueError: With one sentence for the reader.
    """
    if kind in UNITS:
        return parse_quantity(text, kind, name)
    if kind == "flag":
        return parse_flag(text, name or kind)
    if kind == "date":
        return parse_date(text, name or kind)
    if kind == "version":
        return parse_version(text, name or kind)
    return text


def version_key(text: str) -> tuple[int, ...]:
    """
    Return what a version is ordered by: its leading numbers, so that 1.27 > 1.3 and 6.10 > 6.1.

    Zeros at the end do not count (18 equals 18.0), nor does what follows the numbers (1.22rc1 equals 1.22).

    Raises:
        ValueError: Where *text* does not begin with a number.
    """
    match = re.match(r"[vV]?([0-9]{1,18}(?:[._u][0-9]{1,18})*)", text)
    if match is None:
        raise ValueError(f'version "{shown(text)}" has no number to compare by; write one such as 1.24')
    parts = [int(p) for p in re.split("[._u]", match[1])]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _article(kind: str) -> str:
    return f"a {kind}"


