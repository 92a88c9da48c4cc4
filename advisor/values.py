"""
What a rule computes with: known values are plain Python ones, what is not known is a range or a set of options.

A known number is a ``float`` in base units, a known flag a ``bool``, a known text, version or date a ``str``.
:class:`Range` stands for a number of which only bounds are known, :class:`Unknown` for a flag or a text.
Both carry the *leaves* they hang on, so that an undecided outcome can name what would decide it.
Nothing here raises for any operands that passed the kind check: ``inf - inf`` or ``0 / 0`` are ranges.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import ceil, exp, floor, inf, sqrt
from typing import Any, NamedTuple

from advisor.units import version_key

Leaf = tuple[Any, str]
"""A subject and the name of one of its properties."""

Leaves = tuple[Leaf, ...]


class Range:
    """A number somewhere in ``[low, high]``; never a point (:func:`span` makes those floats)."""

    __slots__ = ("high", "leaves", "low")

    def __init__(self, low: float, high: float, leaves: Leaves = ()) -> None:
        self.low, self.high, self.leaves = low, high, leaves

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and (self.low, self.high) == (other.low, other.high)

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __repr__(self) -> str:
        return f"Range({self.low}, {self.high})"


class Unknown:
    """A flag or a text that is one of *options*; None where it may be any."""

    __slots__ = ("leaves", "options")

    def __init__(self, leaves: Leaves = (), options: frozenset[Any] | None = None) -> None:
        self.leaves, self.options = leaves, options

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and self.options == other.options

    def __hash__(self) -> int:
        return hash(self.options)

    def __repr__(self) -> str:
        return "Unknown" if self.options is None else f"Unknown({sorted(map(str, self.options))})"


VERSIONS = ("version", "kernel")  # the facts on which defaults hang

Number = float | Range
Truth = bool | Unknown
Value = float | bool | str | Range | Unknown


class Counter(NamedTuple):
    """
    A kernel counter.

    Attributes:
        total: Since the boot.

        rate: Increments per second.

        grown: Increments between two captures, or over another time that all counters of the host share; only its
            share in another counter's means something. It is known where two captures are, though the time between
            them, and so the rate, is not.
    """

    total: Number
    rate: Number
    grown: Number


def counter(total: Number, leaf: Leaf, *, rate: Number | None = None, grown: Number | None = None) -> Counter:
    """Return a counter of which the growth, the rate, or none of them is known; a total since the boot tells of now only if 0."""
    if rate is not None:
        return Counter(total, rate, rate if grown is None else grown)
    if grown is None:
        if total == 0:
            return Counter(0.0, 0.0, 0.0)
        return Counter(total, Range(0.0, inf, (leaf,)), Range(0.0, bounds(total)[1], (leaf,)))
    return Counter(total, 0.0 if grown == 0 else Range(1e-6, inf, (leaf,)), grown)


def known(value: object) -> bool:
    """Return whether *value* is decided."""
    return not isinstance(value, (Range, Unknown))


def leaves_of(*values: Any) -> Leaves:
    """Return the leaves that *values* hang on, each once, in order."""
    seen: dict[Leaf, None] = {}
    for value in values:
        if type(value) is Range or type(value) is Unknown:
            for leaf in value.leaves:
                seen[leaf] = None
    return tuple(seen)


def span(low: float, high: float, *origins: Any) -> Number:
    """Return the number in ``[low, high]``: a float if that is a point, else a range with the origins' leaves."""
    if low != low or high != high:
        low, high = -inf, inf
    return low if low == high else Range(low, high, leaves_of(*origins))


def bounds(value: Number) -> tuple[float, float]:
    """Return the least and the greatest that *value* can be."""
    return (value.low, value.high) if type(value) is Range else (value, value)  # type: ignore[return-value]


def add(a: Number, b: Number) -> Number:
    """Return the sum."""
    if type(a) is float is type(b):
        total = a + b
        return total if total == total else Range(-inf, inf)
    (al, ah), (bl, bh) = bounds(a), bounds(b)
    return span(al + bl, ah + bh, a, b)


def sub(a: Number, b: Number) -> Number:
    """Return the difference; of a range with itself it is a range, not 0."""
    return add(a, neg(b))


def neg(a: Number) -> Number:
    """Return the number with its sign turned."""
    return Range(-a.high, -a.low, a.leaves) if type(a) is Range else -a  # type: ignore[operator]


def _corners(combine: Callable[[float, float], tuple[float, ...]], a: Number, b: Number) -> Number:
    results = [r for x in bounds(a) for y in bounds(b) for r in combine(x, y)]
    return span(min(results), max(results), a, b)


def mul(a: Number, b: Number) -> Number:
    """Return the product; 0 times infinity is any number from 0 on."""
    if type(a) is float is type(b):
        product = a * b
        return product if product == product else Range(0.0, inf)
    return _corners(lambda x, y: (p,) if (p := x * y) == p else (0.0, inf), a, b)


def _quotient(x: float, y: float) -> tuple[float, ...]:
    if y == 0:
        return (0.0, inf) if x == 0 else (inf if x > 0 else -inf,)
    q = x / y
    return (q,) if q == q else (0.0, inf)


def div(a: Number, b: Number) -> Number:
    """Return the quotient; by zero it is infinite, 0 / 0 is any number from 0 on."""
    if type(a) is float is type(b) and b != 0:
        q = a / b
        return q if q == q else Range(0.0, inf)
    low, high = bounds(b)
    if low < 0 <= high:  # near 0 it runs to either end
        return span(-inf, inf, a, b)
    return _corners(_quotient, a, b)


def minimum(*values: Number) -> Number:
    """Return the least; it hangs on those that can be it."""
    low, high = min(bounds(v)[0] for v in values), min(bounds(v)[1] for v in values)
    return low if low == high else Range(low, high, leaves_of(*(v for v in values if bounds(v)[0] < high)))


def maximum(*values: Number) -> Number:
    """Return the greatest; it hangs on those that can be it."""
    low, high = max(bounds(v)[0] for v in values), max(bounds(v)[1] for v in values)
    return low if low == high else Range(low, high, leaves_of(*(v for v in values if bounds(v)[1] > low)))


def _rising(function: Callable[[float], float]) -> Callable[[Number], Number]:
    def apply(a: Number) -> Number:
        if type(a) is Range:
            return span(function(a.low), function(a.high), a)
        return function(a)  # type: ignore[arg-type]

    return apply


def _exp(x: float) -> float:
    return exp(x) if x < 700 else inf


ceiling = _rising(lambda x: x if x in (inf, -inf) else float(ceil(x - 1e-9)))
flooring = _rising(lambda x: x if x in (inf, -inf) else float(floor(x + 1e-9)))
root = _rising(lambda x: sqrt(x) if x > 0 else 0.0)
power_of_e = _rising(_exp)


def apply_formula(function: Callable[..., float], monotone: bool, *values: Number) -> Number:
    """
    Return *function* of numbers, some of which may be ranges.

    A function that is monotone in each argument takes its extremes at the corners of the box that the ranges
    span. Any other is undecided unless all its arguments are known.
    """
    if not any(type(v) is Range for v in values):
        result = function(*values)
        return result if result == result else Range(-inf, inf)
    if not monotone:
        return span(-inf, inf, *values)
    corners: list[tuple[float, ...]] = [()]
    for value in values:
        low, high = bounds(value)
        corners = [(*c, x) for c in corners for x in ((low,) if low == high else (low, high))]
    results = [function(*corner) for corner in corners]
    if any(r != r for r in results):
        return span(-inf, inf, *values)
    return span(min(results), max(results), *values)


def lt(a: Number, b: Number) -> Truth:
    """Return whether *a* is less than *b*."""
    if type(a) is float is type(b):
        return a < b
    (al, ah), (bl, bh) = bounds(a), bounds(b)
    return True if ah < bl else False if al >= bh else Unknown(leaves_of(a, b))


def le(a: Number, b: Number) -> Truth:
    """Return whether *a* is at most *b*."""
    if type(a) is float is type(b):
        return a <= b
    (al, ah), (bl, bh) = bounds(a), bounds(b)
    return True if ah <= bl else False if al > bh else Unknown(leaves_of(a, b))


def same(a: Any, b: Any) -> Truth:
    """Return whether two values of one kind are equal."""
    if type(a) is Range or type(b) is Range:
        (al, ah), (bl, bh) = bounds(a), bounds(b)
        return False if ah < bl or bh < al else Unknown(leaves_of(a, b))
    if type(a) is Unknown or type(b) is Unknown:
        first = a.options if type(a) is Unknown else frozenset((a,))
        second = b.options if type(b) is Unknown else frozenset((b,))
        if first is not None and second is not None and not first & second:
            return False
        return Unknown(leaves_of(a, b))
    return bool(a == b)


def member(a: Any, b: Any) -> Truth:
    """Return whether the text *a* is in the set *b*."""
    if known(a) and known(b):
        return a in b
    return Unknown(leaves_of(a, b))


def negate(a: Truth) -> Truth:
    """Return the contrary; of what is not known, not known."""
    return Unknown(a.leaves) if type(a) is Unknown else not a


def both(a: Truth, second: Callable[[], Truth]) -> Truth:
    """Return whether both hold; the second is looked at only where it can matter."""
    if a is False:
        return False
    b = second()
    if a is True or b is False:
        return b
    return Unknown(leaves_of(a, b))


def either(a: Truth, second: Callable[[], Truth]) -> Truth:
    """Return whether one of two holds; the second is looked at only where it can matter."""
    if a is True:
        return True
    b = second()
    if a is False or b is True:
        return b
    return Unknown(leaves_of(a, b))


def hull(values: Iterable[Any], *origins: Any) -> Any:
    """Return what is known of a value that is one of *values*: their range, or their set of options."""
    items = list(values)
    if all(i == items[0] for i in items) and known(items[0]):
        return items[0]
    if all(type(i) in (float, Range) for i in items):
        return span(min(bounds(i)[0] for i in items), max(bounds(i)[1] for i in items), *origins, *items)
    options: frozenset[Any] | None = frozenset()
    for item in items:
        mine = item.options if type(item) is Unknown else frozenset((item,))
        options = None if options is None or mine is None else options | mine
    return Unknown(leaves_of(*origins, *items), options)


def choose(condition: Truth, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Return one branch; of an undecided condition the hull of both, so that the branch not taken never spoils."""
    if condition is True:
        return then()
    if condition is False:
        return otherwise()
    a, b = then(), otherwise()
    if known(a) and known(b) and a == b:
        return a
    return hull((a, b), condition)


def first(*values: Callable[[], Any]) -> Any:
    """
    Return the first value that is known, else what is known of the first.

    What is not known for want of a version is not passed over: each version has a value, and the next one is not it.
    """
    seen = [value() for value in values[:1]]
    if known(seen[0]) or by_version(seen[0]):
        return seen[0]
    for value in values[1:]:
        later = value()
        if known(later) or by_version(later):
            return later
    return seen[0]


def by_version(value: Any) -> bool:
    """Return whether a value is not known because a version is not."""
    return any(name in VERSIONS for _, name in leaves_of(value))


def older(version: str | Unknown, than: str | Unknown) -> Truth:
    """
    Return whether *version* comes before *than*, by parts.

    A version with fewer parts stands for all that begin with it: ``20`` may be any of 20.x, so ``20 < 20.18``
    is undecided, ``20 < 21`` is not.
    """
    if type(version) is Unknown or type(than) is Unknown:
        return Unknown(leaves_of(version, than))
    mine, other = _parts(version), version_key(than)  # type: ignore[arg-type]
    if mine >= other:
        return False
    return Unknown() if mine == other[: len(mine)] else True


@lru_cache(4096)
def _parts(version: str) -> tuple[int, ...]:
    """Return the parts of a version with its last zeros, which say that it is meant so exactly."""
    key = version_key(version)
    written = re.match(r"[vV]?[0-9]+(?:[._u][0-9]+)*", version)
    return key + (0,) * (len(re.split("[._u]", written[0])) - len(key) if written else 0)


def earlier(a: str | Unknown, b: str | Unknown) -> Truth:
    """Return whether the ISO date *a* is before *b*."""
    if type(a) is Unknown or type(b) is Unknown:
        return Unknown(leaves_of(a, b))
    return a < b  # type: ignore[operator]


def total(counter: Counter) -> Number:
    """Return a counter's total since boot."""
    return counter.total


def rate(counter: Counter) -> Number:
    """Return a counter's rate."""
    return counter.rate


def grown(counter: Counter) -> Number:
    """Return a counter's growth."""
    return counter.grown


def fold(name: str, items: Iterable[Any] | Unknown, want: Callable[[Any], Any], keep: Callable[[Any], Truth]) -> Any:
    """
    Return the fold *name* of ``want(item)`` over those *items* for which ``keep(item)`` holds.

    An item of which it is not known whether it belongs widens the result by both possibilities.
    """
    if type(items) is Unknown:
        return Unknown(items.leaves) if name in ("any", "all") else Range(0.0, inf, items.leaves)
    pairs = [(keep(item), item) for item in items]  # type: ignore[union-attr]
    if name == "any":
        result: Truth = False
        for kept, item in pairs:
            result = either(result, lambda kept=kept, item=item: both(kept, lambda: want(item)))  # type: ignore[misc]
        return result
    if name == "all":
        result = True
        for kept, item in pairs:
            result = both(result, lambda kept=kept, item=item: either(negate(kept), lambda: want(item)))  # type: ignore[misc]
        return result
    neutral = {"min": inf, "max": 0.0, "sum": 0.0, "prod": 1.0, "count": 0.0}[name]
    steps: dict[str, Callable[..., Number]] = {"min": minimum, "max": maximum, "sum": add, "prod": mul, "count": add}
    step = steps[name]
    folded: Number = neutral
    for kept, item in pairs:
        if kept is False:
            continue
        value = 1.0 if name == "count" else want(item)
        with_item = step(folded, value)
        folded = with_item if kept is True else hull((folded, with_item), kept)
    return folded
