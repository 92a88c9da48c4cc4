"""
Quantities: read with their unit, kept in base units, shown as a person writes them.

Inside the advisor a duration is in seconds, a size in bytes, a rate per second, a bandwidth in bytes per second, a
share a part of one. ``never`` and ``unlimited`` are ``math.inf``.

Sizes are binary (B KiB MiB GiB TiB); kB, MB, GB and TB are read as the decimal units they are. KB is neither, and
refused. Bandwidths count bits and are decimal (bit/s kbit/s Mbit/s Gbit/s).
"""

from __future__ import annotations

import math
import re

Value = float | bool | str

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
# The word for "no limit", where a kind can have none.
UNBOUNDED = {"duration": "never", "count": "unlimited", "size": "unlimited", "rate": "unlimited",
             "bandwidth": "unlimited", "ratio": "unlimited", "share": "unlimited"}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?)([0-9]{1,18}(?:\.[0-9]{1,18})?) ?([^0-9\s.,+-](?:.*\S)?)?", re.ASCII)
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
        raise ValueError(f"{name} is negative ({_cut(text)}); write {_cut(text[1:].strip())} if that is meant")
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
        return f'{name} "{_cut(text)}" has an unknown unit; write {digits}%'
    if not UNITS[kind]:
        return f'{name} "{_cut(text)}" has a unit, and {_article(kind)} has none; write {digits}'
    listed = _ALSO[kind]
    parts = re.findall(r"([0-9]+)(us|ms|s|m|h|d)", text)
    if kind == "duration" and len(parts) > 1 and "".join(map("".join, parts)) == text:
        total = sum(float(n) * _DURATION[u] for n, u in parts)
        return f'{name} "{_cut(text)}" has several units; write {show(total, kind)}'
    if any(c.isdigit() for c in unit):
        return _not_a_quantity(text, kind, name)
    meant = _MEANT[kind].get(unit, listed[0])
    others = ", ".join(u for u in listed if u != meant)
    return f'{name} "{_cut(text)}" has an unknown unit; write {digits}{meant} (also: {others})'


def _not_a_quantity(text: str, kind: str, name: str) -> str:
    example = _EXAMPLE[kind]
    if text.lower() in _BOOLEANS_OF_OLD:
        return f"{name}: {text} is text in YAML 1.2, not a number; write {_article(kind)}, such as {example}"
    if text in ("never", "unlimited", "none", "infinite", "inf", ".inf"):
        return f'{name} "{text}" is not {_article(kind)}; write {UNBOUNDED[kind]} for no limit'
    return f'{name} "{_cut(text)}" is not {_article(kind)}; write one such as {example}'


def parse_flag(text: str, name: str = "flag") -> bool:
    """Return the truth *text* stands for: true or false and nothing else. Raises ValueError with a sentence."""
    if text in TRUTHS:
        return TRUTHS[text]
    if text.lower() in _BOOLEANS_OF_OLD:
        meant = "true" if text.lower() in ("yes", "on", "y") else "false"
        raise ValueError(f"{name}: {text} is text in YAML 1.2, not true or false; write {meant}")
    raise ValueError(f'{name} "{_cut(text)}" is neither true nor false; write one of them')


def parse_date(text: str, name: str = "date") -> str:
    """Return *text* if it is a date of the calendar as YYYY-MM-DD. Raises ValueError with a sentence."""
    from datetime import date

    if _DATE.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'{name} "{text}" is no day of the calendar; write year-month-day') from None
        return text
    raise ValueError(f'{name} "{_cut(text)}" is not a date; write year-month-day, such as {_EXAMPLE["date"]}')


def parse_version(text: str, name: str = "version") -> str:
    """Return *text* if it can be a version (letters, digits and ``. _ + -``). Raises ValueError with a sentence."""
    if _VERSION.fullmatch(text):
        return text
    raise ValueError(f'{name} "{_cut(text)}" is not a version; write one such as {_EXAMPLE["version"]}')


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
        raise ValueError(f'version "{_cut(text)}" has no number to compare by; write one such as 1.24')
    parts = [int(p) for p in re.split("[._u]", match[1])]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def show(value: Value, kind: str) -> str:
    """
    Return *value* as a person writes it, such that `parse` reads it again.

    What needs at most three digits is exact, and so are whole numbers; anything else is rounded to three digits (to a
    whole number from 100 to 9999), a share to two. An infinite duration is "never", any other infinity "unlimited".
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    value = float(value)
    if math.isinf(value):
        return UNBOUNDED.get(kind, "unlimited")
    if kind == "share":
        return _show_share(value)
    if kind == "duration":
        return _show_duration(value)
    if kind == "size":
        return _show_scaled(value, _BINARY)
    if kind == "bandwidth":
        return _show_scaled(value, _BITS)
    if kind == "count" and value.is_integer():
        return str(int(value))
    if kind == "rate":
        # 0.4/s reads better than 24/min; 0.02/s does not.
        unit, scale = next(((u, f) for u, f in _RATE.items() if value >= 0.1 * f), ("/s", 1.0))
        if value and value < 0.1 / 86400:
            unit, scale = "/d", 1 / 86400
        return _digits(value / scale, 6) + unit
    return _digits(value, 6)


def _show_duration(value: float) -> str:
    if value >= 900 and value % 60 == 0:
        for unit, scale in (("d", 86400.0), ("h", 3600.0), ("m", 60.0)):
            if value % scale == 0:
                return _digits(value / scale, 6) + unit
    if 1 < value < 10 and (value * 1e3).is_integer() and not (value * 1e2).is_integer():
        return _digits(value * 1e3, 4) + "ms"
    if value >= 1 or value == 0:
        if value < 7200 or (value == int(value) and value < 1e5):
            return _digits(value, 5) + "s"
        unit, scale = ("h", 3600.0) if value < 172800 else ("d", 86400.0)
        return _digits(value / scale, 3) + unit
    unit, scale = ("ms", 1e3) if value >= 1e-3 else ("us", 1e6)
    return _digits(value * scale, 4) + unit


_BINARY = (("TiB", 2.0**40), ("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10), ("B", 1.0))
_BITS = (("Gbit/s", 125e6), ("Mbit/s", 125e3), ("kbit/s", 125.0), ("bit/s", 0.125))


def _show_scaled(value: float, units: tuple[tuple[str, float], ...]) -> str:
    """Return *value* in the largest unit that leaves no fraction, else in the largest that leaves 1 or more."""
    for unit, scale in units:
        if value >= scale and value % scale == 0 and value / scale < 10_000:
            return _digits(value / scale, 4) + unit
    if units is _BINARY and value >= 1e6 and value % 1e6 == 0:  # written in decimal units
        unit, scale = next((u, f) for u, f in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)) if value % f == 0)
        return _digits(value / scale, 6) + unit
    unit, scale = next(((u, f) for u, f in units if value >= f), units[-1])
    return _digits(value / scale, 3) + unit


def _show_share(value: float) -> str:
    percent = float(f"{value * 100:.12g}")
    rounded = float(f"{percent:.2g}") if percent < 10 else float(round(percent))
    if (percent * 2).is_integer():
        rounded = percent
    elif 99 < percent < 100:  # 99.95 % is not all of them
        rounded = 100 - float(f"{100 - percent:.2g}")
    return _plain(rounded) + "%"


def _digits(number: float, whole: int) -> str:
    """Return *number* exactly if it is a whole number of up to *whole* digits, else with three significant digits."""
    clean = float(f"{number:.12g}")  # the last bits are noise of the conversion
    if clean.is_integer() and abs(clean) < 10.0**whole:
        return str(int(clean))
    if 100 <= clean < 10_000:
        return str(math.floor(clean + 0.5))
    return _plain(float(f"{clean:.3g}"))


def _plain(number: float) -> str:
    """Return *number* without an exponent."""
    if number.is_integer():
        return str(int(number))
    text = repr(number)
    return f"{number:.18f}".rstrip("0") if "e" in text else text


_MANTISSAS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0)


def nice_up(x: float, kind: str) -> float:
    """
    Return the smallest figure a person would write that is not below *x*.

    Figures are 1 1.2 1.5 2 2.5 3 3.5 4 4.5 5 5.5 6 7 8 9 times a power of ten, of which a count takes the whole ones;
    sizes are powers of two and one and a half times these; the kind ``pow2`` takes powers of two only. 0 and infinity
    are themselves. As each is the nearest member of one fixed set, the function is monotone.
    """
    if x <= 0:
        return 0.0
    if math.isinf(x):
        return x
    return min(m for m in _figures(x, kind) if m >= x)


def nice_down(x: float, kind: str) -> float:
    """Return the largest figure of `nice_up`'s set that is not above *x*; 0 where there is none."""
    if x <= 0:
        return 0.0
    if math.isinf(x):
        return x
    return max((m for m in _figures(x, kind) if m <= x), default=0.0)


def _figures(x: float, kind: str) -> list[float]:
    """Return the members of *kind*'s set around *x*: from below it (where there is one) to above it."""
    if kind in ("pow2", "size"):
        exponent = max(math.frexp(x)[1], 1)
        powers = [2.0**e for e in range(max(exponent - 3, 0), exponent + 2)]
        return powers if kind == "pow2" else powers + [1.5 * p for p in powers if p > 1]
    exponent = math.floor(math.log10(x))
    if kind == "count":
        exponent = max(exponent, 0)
    members = [_times_ten(m, e) for e in range(exponent - 1, exponent + 2) for m in _MANTISSAS]
    return [m for m in members if m.is_integer() and m >= 1] if kind == "count" else members


def _times_ten(mantissa: float, exponent: int) -> float:
    """Return the float nearest to *mantissa* times ten to *exponent*, as if it had been read from text."""
    return float(f"{mantissa}e{exponent}")


def _article(kind: str) -> str:
    return f"a {kind}"


def _cut(text: str) -> str:
    from advisor.errors import shown

    return shown(text)
