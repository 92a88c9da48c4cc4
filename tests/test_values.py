"""What is not known is a range: no operation loses a value that its operands allow, and none raises."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import values
from advisor.values import Number, Range, Truth, Unknown, bounds, known, leaves_of, span

GRID = [-inf, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 60.0, inf]
FLOATS = st.sampled_from(GRID) | st.floats(allow_nan=False)
BINARY: dict[str, Callable[..., Number]] = {
    "add": values.add, "sub": values.sub, "mul": values.mul, "div": values.div,
    "minimum": values.minimum, "maximum": values.maximum,
}  # fmt: skip
UNARY: dict[str, Callable[..., Number]] = {
    "neg": values.neg, "ceiling": values.ceiling, "flooring": values.flooring, "root": values.root,
    "power_of_e": values.power_of_e,
}  # fmt: skip
A, B, C = ("a", "x"), ("b", "y"), ("c", "z")


@st.composite
def numbers(draw: st.DrawFn, leaf: values.Leaf = A) -> tuple[Number, float]:
    """A number that is known or not, and a value that it allows."""
    low, high = sorted((draw(FLOATS) + 0.0, draw(FLOATS) + 0.0))  # -0.0 is 0.0
    point = draw(st.sampled_from([low, high, *(g for g in GRID if low <= g <= high)]) | st.floats(low, high, allow_nan=False))
    return (Range(low, high, (leaf,)) if low < high else low), point


def inside(result: Any, wide: Any) -> bool:
    """Tell whether all that *result* may be is what *wide* may be."""
    (low, high), (least, most) = bounds(result), bounds(wide)
    return least <= low and high <= most


@pytest.mark.parametrize("name", BINARY)
@given(numbers(A), numbers(B))
def test_the_result_of_two_numbers_holds_every_result_of_what_they_may_be(
    name: str, first: tuple[Number, float], second: tuple[Number, float]
) -> None:
    """Containment: any points inside the operands give a result inside the range."""
    (a, x), (b, y) = first, second

    assert inside(BINARY[name](x, y), BINARY[name](a, b))


@pytest.mark.parametrize("name", UNARY)
@given(numbers())
def test_the_result_of_one_number_holds_every_result_of_what_it_may_be(name: str, one: tuple[Number, float]) -> None:
    a, x = one

    assert inside(UNARY[name](x), UNARY[name](a))


@given(st.sampled_from([values.lt, values.le, values.same]), numbers(A), numbers(B))
def test_a_decided_comparison_is_decided_so_for_every_value(
    compare: Callable[[Any, Any], Truth], first: tuple[Number, float], second: tuple[Number, float]
) -> None:
    (a, x), (b, y) = first, second
    decided = compare(a, b)

    assert type(decided) is Unknown or decided == compare(x, y)


@given(numbers(A), numbers(B))
def test_an_undecided_comparison_names_what_would_decide(first: tuple[Number, float], second: tuple[Number, float]) -> None:
    """Every undecided result hangs on a leaf of an operand; a decided one on none."""
    a, b = first[0], second[0]
    for compare in (values.lt, values.le):
        decided = compare(a, b)
        assert not isinstance(decided, Unknown) or set(decided.leaves) == set(leaves_of(a, b)) != set()


@pytest.mark.parametrize(
    ("operation", "a", "b", "result"),
    [
        (values.add, inf, 5.0, inf),
        (values.add, inf, inf, inf),
        (values.sub, inf, 5.0, inf),
        (values.sub, inf, inf, Range(-inf, inf)),
        (values.mul, 0.0, inf, Range(0.0, inf)),
        (values.mul, 2.0, inf, inf),
        (values.div, 5.0, inf, 0.0),
        (values.div, inf, 5.0, inf),
        (values.div, inf, inf, Range(0.0, inf)),
        (values.div, 0.0, 0.0, Range(0.0, inf)),
        (values.div, 5.0, 0.0, inf),
        (values.div, -5.0, 0.0, -inf),
        (values.minimum, inf, 5.0, 5.0),
        (values.maximum, inf, 5.0, inf),
        (values.le, inf, inf, True),
        (values.lt, inf, inf, False),
        (values.lt, 5.0, inf, True),
        (values.same, inf, inf, True),
    ],
)
def test_never_and_zero(operation: Callable[[Any, Any], Any], a: float, b: float, result: object) -> None:
    """Never is a number; what has no value of its own is a range, and nothing is an exception."""
    assert operation(a, b) == result


UNDECIDED = Unknown((A,))
TRUTHS: list[Truth] = [True, False, UNDECIDED]
AND: dict[tuple[Truth, Truth], Truth] = {(True, True): True, (True, False): False, (False, True): False, (False, False): False,
       (True, UNDECIDED): UNDECIDED, (False, UNDECIDED): False, (UNDECIDED, True): UNDECIDED,
       (UNDECIDED, False): False, (UNDECIDED, UNDECIDED): UNDECIDED}  # fmt: skip


@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_kleene_tables(a: Truth, b: Truth) -> None:
    """The tables of and; those of or and not follow by De Morgan's laws."""
    assert values.both(a, lambda: b) == AND[a, b]
    assert values.either(a, lambda: b) == values.negate(AND[values.negate(a), values.negate(b)])
    assert values.negate(values.negate(a)) == a


def test_the_side_that_decides_stops_the_other() -> None:
    """What is false in and, or true in or, is not spoilt by what comes after."""

    def never_asked() -> Truth:
        raise AssertionError("evaluated")

    assert values.both(False, never_asked) is False
    assert values.either(True, never_asked) is True


def test_undecided_logic_names_only_what_is_undecided() -> None:
    first, second = Unknown((A,)), Unknown((B,))

    assert leaves_of(values.both(True, lambda: second)) == (B,)
    assert leaves_of(values.both(first, lambda: True)) == (A,)
    assert leaves_of(values.both(first, lambda: second)) == (A, B)
    assert leaves_of(values.either(first, lambda: second)) == (A, B)
    assert leaves_of(values.negate(first)) == (A,)


def test_min_and_max_name_only_what_reaches_the_result() -> None:
    low, high = Range(0, 5, (A,)), Range(10, 20, (B,))

    assert leaves_of(values.minimum(low, high)) == (A,)
    assert leaves_of(values.maximum(low, high)) == (B,)
    assert values.minimum(low, 0.0) == 0.0


def test_a_point_is_no_range() -> None:
    assert span(5.0, 5.0, Range(0, 1, (A,))) == 5.0
    assert bounds(span(math.nan, 1.0)) == (-inf, inf)


def test_an_undecided_choice_is_the_hull_of_both() -> None:
    condition = Unknown((A,))

    assert values.choose(condition, lambda: 5.0, lambda: 6.0) == Range(5.0, 6.0)
    assert values.choose(condition, lambda: 5.0, lambda: 5.0) == 5.0
    assert values.choose(condition, lambda: "fifo", lambda: "lifo") == Unknown((), frozenset(("fifo", "lifo")))
    assert leaves_of(values.choose(condition, lambda: Range(1, 2, (B,)), lambda: 5.0)) == (A, B)
    assert values.choose(True, lambda: 5.0, lambda: 1 / 0) == 5.0


def test_first_takes_what_is_known() -> None:
    unknown, worse = Range(0, 9, (A,)), Range(0, 99, (B,))

    assert values.first(lambda: unknown, lambda: 3.0, lambda: 1 / 0) == 3.0
    assert values.first(lambda: unknown, lambda: worse) is unknown
    assert values.first(lambda: 1.0, lambda: 1 / 0) == 1.0


def test_options_that_do_not_meet_differ() -> None:
    lifo = Unknown((A,), frozenset(("lifo", "random")))

    assert values.same(lifo, "fifo") is False
    assert values.same(lifo, "lifo") == Unknown()
    assert values.same(Unknown((A,)), "fifo") == Unknown()
    assert values.same(lifo, Unknown((B,), frozenset(("fifo",)))) is False
    assert values.member("a", frozenset(("a",))) is True
    assert values.member(lifo, frozenset(("a",))) == Unknown()


@pytest.mark.parametrize(
    ("version", "than", "result"),
    [
        ("1.9", "1.27", True),
        ("1.27", "1.3", False),
        ("20", "20.18", Unknown()),
        ("20", "21", True),
        ("20", "20", False),
        ("20.18", "20", False),
        ("20.0", "20.18", True),
        ("20.18.1", "20.18", False),
        ("20", "19.5", False),
    ],
)
def test_versions_compare_by_parts(version: str, than: str, result: Truth) -> None:
    """A version with fewer parts stands for all that begin with it."""
    assert values.older(version, than) == result


def test_dates_compare() -> None:
    assert values.earlier("2025-04-30", "2026-01-01") is True
    assert values.earlier("2026-01-01", "2026-01-01") is False
    assert values.earlier(Unknown((A,)), "2026-01-01") == Unknown()


@pytest.mark.parametrize(
    ("name", "empty"), [("min", inf), ("max", 0.0), ("sum", 0.0), ("prod", 1.0), ("count", 0.0), ("any", False), ("all", True)]
)  # fmt: skip
def test_folds_over_nothing_and_over_what_is_not_known(name: str, empty: object) -> None:
    """An unknown list is not an empty one."""
    assert values.fold(name, [], lambda _: 1.0, lambda _: True) == empty

    unknown = values.fold(name, Unknown((A,)), lambda _: 1.0, lambda _: True)
    assert not known(unknown)
    assert leaves_of(unknown) == (A,)


@given(st.sampled_from(["min", "max", "sum", "prod", "count"]),
       st.lists(st.tuples(numbers(A), st.booleans(), st.booleans()), max_size=4))  # fmt: skip
def test_a_fold_holds_every_result_of_what_its_items_may_be(
    name: str, items: list[tuple[tuple[Number, float], bool, bool]]
) -> None:
    """Items of which it is not known whether they belong widen the result by both possibilities."""

    def kept(item: Any) -> Truth:
        return Unknown((B,)) if item[1] else bool(item[2])

    wide = values.fold(name, items, lambda i: i[0][0], kept)
    narrow = values.fold(name, items, lambda i: i[0][1], lambda i: i[2])
    assert inside(narrow, wide)


@given(st.sampled_from(["any", "all"]), st.lists(st.tuples(st.sampled_from(TRUTHS), st.booleans()), max_size=4))
def test_any_and_all_decide_only_what_holds_either_way(name: str, items: list[tuple[Truth, bool]]) -> None:
    wide = values.fold(name, items, lambda i: i[0], lambda _: True)
    narrow = values.fold(name, items, lambda i: i[1] if i[0] is UNDECIDED else i[0], lambda _: True)

    assert type(wide) is Unknown or wide == narrow


@given(numbers(A), numbers(B))
def test_a_formula_takes_its_extremes_at_the_corners(first: tuple[Number, float], second: tuple[Number, float]) -> None:
    (a, x), (b, y) = first, second

    def least(p: float, q: float) -> float:
        return min(p, 2 * q)

    assert inside(values.apply_formula(least, True, x, y), values.apply_formula(least, True, a, b))
    assert (known(a) and known(b)) or bounds(values.apply_formula(least, False, a, b)) == (-inf, inf)


def test_counters_have_a_total_and_a_rate() -> None:
    counter = values.counter(7.0, A)

    assert values.total(counter) == 7.0
    assert leaves_of(values.rate(counter)) == (A,)
