"""Figures a person would write, for values that a plan sets."""

from __future__ import annotations

import functools
import math

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


def _figures(x: float, kind: str) -> tuple[float, ...]:
    """Return the members of *kind*'s set around *x*: from below it (where there is one) to above it."""
    if kind in ("pow2", "size"):
        return _powers(max(math.frexp(x)[1], 1), kind)
    exponent = math.floor(math.log10(x))
    return _members(max(exponent, 0) if kind == "count" else exponent, kind)


@functools.cache
def _powers(exponent: int, kind: str) -> tuple[float, ...]:
    powers = [2.0**e for e in range(max(exponent - 3, 0), exponent + 2)]
    return tuple(powers if kind == "pow2" else powers + [1.5 * p for p in powers if p > 1])


@functools.cache
def _members(exponent: int, kind: str) -> tuple[float, ...]:
    members = [_times_ten(m, e) for e in range(exponent - 1, exponent + 2) for m in _MANTISSAS]
    return tuple(m for m in members if m.is_integer() and m >= 1) if kind == "count" else tuple(members)


def _times_ten(mantissa: float, exponent: int) -> float:
    """Return the float nearest to *mantissa* times ten to *exponent*, as if it had been read from text."""
    return float(f"{mantissa}e{exponent}")
