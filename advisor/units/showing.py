"""Quantities as a person writes them."""

from __future__ import annotations

import math

Value = float | bool | str
# The word for "no limit", where a kind can have none.
UNBOUNDED = {"duration": "never", "count": "unlimited", "size": "unlimited", "rate": "unlimited",
             "bandwidth": "unlimited", "ratio": "unlimited", "share": "unlimited"}  # fmt: skip


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
        unit, scale = next(((u, f) for u, f in _RATES if value >= 0.1 * f), ("/s", 1.0))
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


_RATES = (("/s", 1.0), ("/min", 1 / 60), ("/h", 1 / 3600), ("/d", 1 / 86400))
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
