"""The language is small and total: what it takes is checked, what it refuses is explained, any text is one of the two."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.errors import Place, Problem, shown
from advisor.expressions import Expression, Kind, kind_of, link
from advisor.parsing import FOLDS, FUNCTIONS, parse
from advisor.values import Counter, Range, Unknown, bounds, counter, leaves_of

AT = Place("f.yaml", 3, 11)
KINDS = {
    "d": kind_of("duration"), "e": kind_of("duration"), "n": kind_of("count"), "m": kind_of("count"), "q": kind_of("share"),
    "r": kind_of("rate"), "s": kind_of("size"), "w": kind_of("bandwidth"), "f": kind_of("flag"), "g": kind_of("flag"),
    "t": kind_of("text", ("lifo", "fifo")), "free": kind_of("text"), "v": kind_of("version"), "day": kind_of("date"),
    "c": kind_of("counter"), "names": kind_of("set"), "hop.legs": kind_of("list", of="leg"),
}  # fmt: skip
OF_A_LEG = {"n": kind_of("count"), "d": kind_of("duration"), "f": kind_of("flag")}


class Names:
    """A scope of a few names of each kind; *legs* are the names of elements of a list."""

    def __init__(self, kinds: Mapping[str, Kind] = KINDS, *, formulas: bool = False) -> None:
        self.kinds, self.formulas = kinds, formulas

    def lookup(self, name: str) -> Kind | None:
        return self.kinds.get(name)

    def element(self, name: str, item: str) -> Names:  # noqa: ARG002
        return Names({**self.kinds, **{f"{item}.{k}": v for k, v in OF_A_LEG.items()}}, formulas=self.formulas)

    def names(self) -> Iterable[str]:
        return self.kinds


class Env(dict[str, Any]):
    """Values by name; an element of a list is a mapping."""

    def child(self, item: str, element: Mapping[str, Any]) -> Env:
        return Env({**self, **{f"{item}.{k}": v for k, v in element.items()}})


def compiled(text: str, scope: Names | None = None) -> Expression:
    found = parse(text, scope or Names(), AT)
    assert isinstance(found, Expression), found
    link([found])
    return found


def run(text: str, scope: Names | None = None, given_: Mapping[str, Any] | None = None, **given: Any) -> Any:
    return compiled(text, scope).run(Env({**given, **(given_ or {})}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("-2 + 1", -1.0),
        ("(1 + 2) * 3", 9.0),
        ("6 / 4", 1.5),
        ("90s + 1m", 150.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        ("250us + 1ms", 0.00125),
        ("64KiB", 65536.0),
        ("1B + 1MiB", 1048577.0),
        ("8Gbit/s", 1e9),
        ("120/min", 2.0),
        ("10/s * 3s", 30.0),
        ("never", inf),
        ("1s / never", 0.0),
        ("min(3, 1, 2)", 1.0),
        ("max(1s, never)", inf),
        ("ceil(1.2)", 2.0),
        ("floor(1.8)", 1.0),
        ("sqrt(9)", 3.0),
        ("exp(0)", 1.0),
        ("exp(1000)", inf),
        ("sqrt(0 - 1)", 0.0),
        ("sqrt(never)", inf),
        ("1 < 2 and not 2 < 1", True),
        ("1 >= 1 or 1 / 0 > 1", True),
        ("2 != 2", False),
        ("never <= never", True),
        ("5 if true else 6", 5.0),
        ("'a' == 'b'", False),
        ("  1 + 1  ", 2.0),
        ("1 +\n1", 2.0),
        ("1s   <   2s", True),
    ],
)
def test_what_it_computes(text: str, value: object) -> None:
    assert run(text) == value


def test_values_of_names() -> None:
    legs = [{"n": 2.0, "d": 5.0, "f": True}, {"n": 3.0, "d": 1.0, "f": False}]

    assert run("t == 'lifo' and free != 'x'", t="lifo", free="y") is True
    assert run("v < '1.27' and v >= '1.3'", v="1.9") is True
    assert run("day < '2026-01-01'", day="2025-12-31") is True
    assert run("'GET' in names and 'PUT' not in names", names=frozenset(("GET",))) is True
    c = Counter(7.0, 2.0, 4.0)
    assert (run("total(c)", c=c), run("rate(c) * 1s", c=c), run("grown(c)", c=c)) == (7.0, 2.0, 4.0)
    assert run("sum(l.n for l in hop.legs if l.f) + n", given_={"hop.legs": legs, "n": 10.0}) == 12.0
    assert run("prod(1 + l.n for l in hop.legs)", given_={"hop.legs": legs}) == 12.0
    assert run("max(l.d for l in hop.legs if l.d > e)", given_={"hop.legs": legs, "e": 2.0}) == 5.0
    assert run("count(l for l in hop.legs if not l.f)", given_={"hop.legs": legs}) == 1.0
    assert run("any(l.f for l in hop.legs) and not all(l.f for l in hop.legs)", given_={"hop.legs": legs}) is True


def test_known_and_first() -> None:
    unknown = Range(0.0, 9.0, (("x", "d"),))

    assert run("known(d)", d=unknown) is False
    assert run("known(d)", d=inf) is True
    assert run("first(d, e, 1s)", d=unknown, e=2.0) == 2.0
    assert run("first(d, 1s)", d=unknown) == 1.0
    assert run("first(d, e)", d=unknown, e=Range(0.0, 1.0)) == unknown


def test_what_is_not_known_is_named() -> None:
    """The result hangs on the leaves that are not decided, whatever they went through."""
    d = Range(0.0, inf, (("caller", "d"),))

    found = run("min(d, e) < 5s", d=d, e=60.0)
    assert isinstance(found, Unknown)
    assert leaves_of(found) == (("caller", "d"),)
    assert run("min(d, e) < 5s", d=d, e=4.0) is True
    assert run("d <= never", d=d) is True


def test_the_names_it_reads_are_told_in_order() -> None:
    assert compiled("n + m * n if f else q").names == ("f", "n", "m", "q")
    assert compiled("sum(l.n for l in hop.legs if l.d < d)").names == ("hop.legs", "d")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("d + 1s", "duration"),
        ("r * d", "ratio"),
        ("n * r", "rate"),
        ("n / d", "rate"),
        ("s / d", "bandwidth"),
        ("w * d", "size"),
        ("d / e", "ratio"),
        ("n * n", "count"),
        ("ceil(d / e)", "count"),
        ("min(d, never)", "duration"),
        ("never if f else d", "duration"),
        ("d < e", "flag"),
        ("t", "text"),
        ("rate(c)", "rate"),
        ("total(c)", "count"),
        ("grown(c)", "count"),
    ],
)
def test_kinds_follow_the_units(text: str, kind: str) -> None:
    from advisor.expressions import unit_kind

    assert unit_kind(compiled(text).kind) == kind


REFUSED = [
    ("d + s", 0, "duration and size do not go together"),
    ("n < d", 0, "count cannot be compared with duration"),
    ("1 if f else 2s", 0, "ratio and duration do not go together"),
    ("n and f", 0, "count where a condition is wanted"),
    ("f and n", 6, "count where a condition is wanted"),
    ("f + 1", 0, "flag where a number is wanted"),
    ("1 + t", 4, "text where a number is wanted"),
    ("-f", 1, "flag where a number is wanted"),
    ("sqrt(d)", 0, "sqrt takes a plain number, not a duration"),
    ("min(f, g)", 0, "min takes numbers"),
    ("rate(n)", 0, "rate takes a counter"),
    ("c > 1", 0, "counter cannot be compared with ratio"),
    ("t < 'fifo'", 0, "text has no order"),
    ("t == 'filo'", 5, "'filo' is none of: lifo, fifo"),
    ("v < 'new'", 4, 'version "new" has no number to compare by; write one such as 1.24'),
    ("day < 'x'", 6, 'date "x" is not a date; write year-month-day, such as 2027-01-31'),
    ("n in names", 0, "in takes a text and a set"),
    ("t in t", 0, "in takes a text and a set"),
    ("1 < n < 3", 0, "a chain of comparisons; write two joined by and"),
    ("1 + dd.x", 4, "no property dd.x"),
    ("1 + hop.leg", 4, "no property hop.leg; did you mean hop.legs?"),
    ("mim(1, 2)", 0, "no function mim"),
    ("print(1)", 0, "no function print"),
    ("min(1)", 0, "min takes several arguments"),
    ("ceil(1, 2)", 0, "ceil takes one argument"),
    ("min()", 0, "min takes several arguments"),
    ("1 ** 2", 0, "this operator is not part of the language"),
    ("1 % 2", 0, "this operator is not part of the language"),
    ("+1", 0, "this operator is not part of the language"),
    ("n is m", 0, "this comparison is not part of the language"),
    ("names[0]", 0, "an index is not part of the language"),
    ("lambda: 1", 0, "a function is not part of the language"),
    ("[n]", 0, "a list is not part of the language"),
    ("{n: 1}", 0, "a mapping is not part of the language"),
    ("1, 2", 0, "a tuple is not part of the language"),
    ("f'{n}'", 0, "an f-string is not part of the language"),
    ("(n := 1)", 1, "an assignment is not part of the language"),
    ("n.__class__", 0, "no property n.__class__"),
    ("hop.legs.append(1)", 0, "this call is not part of the language"),
    ("min(a=1)", 0, "this call is not part of the language"),
    ("None", 0, "None is not part of the language"),
    ("True", 0, "True is not part of the language"),
    ("1j", 0, "1j is not part of the language"),
    ("b'x'", 0, "b'x' is not part of the language"),
    ("...", 0, "Ellipsis is not part of the language"),
    ("sum(l.n for l in n)", 17, "n is no list"),
    ("sum(l.n for l in hop.leg)", 17, "no property hop.leg; did you mean hop.legs?"),
    ("sum(l.f for l in hop.legs)", 0, "sum takes numbers"),
    ("any(l.n for l in hop.legs)", 0, "any takes conditions"),
    ("sum(l.x for l in hop.legs)", 4, "no property l.x"),
    ("l.n", 0, "no property l.n"),
    ("celi(1)", 0, "no function celi; did you mean ceil?"),
    ("sqrt(l.n for l in hop.legs)", 0, "no fold sqrt; there are min, max, sum, prod, any, all, count, of one list"),
    ("sum(l.n for l in hop.legs if l.f if l.f)", 0,
     "no fold sum; there are min, max, sum, prod, any, all, count, of one list"),
    ("sum(sum(k.n for k in hop.legs) for l in hop.legs)", 4, "a fold inside a fold"),
    ("sum(a for a, b in hop.legs)", 0, "a fold takes one name in one list"),
    ("1 + né", 5, "the expression has characters outside ASCII"),
    ("1 + " + "9" * 390, 4, "the number is too large"),
    ("1" + "+1" * 200, 0, "the expression has 401 characters; at most 400 are read"),
    ("(" * 13 + "n" + ")" * 13 + " + " + "-" * 13 + "n", 41, "the expression is nested more than 12 deep"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "message"), REFUSED, ids=[t[0][:40] for t in REFUSED])
def test_what_it_refuses(text: str, column: int, message: str) -> None:
    """One sentence, at the column of the part that is wrong."""
    found = parse(text, Names(), AT)

    assert isinstance(found, Problem)
    assert (found.message, found.place) == (message, Place("f.yaml", 3, 11 + column))


@pytest.mark.parametrize("text", ["1 +", "1 2", "", " ", "x = 1", "(1", "1)", "1 if f", "for", "1; 2", "\0", "'a"])
def test_what_is_no_expression(text: str) -> None:
    """Where Python's own parser gives up, the column is its own; the sentence is ours."""
    found = parse(text, Names(), AT)

    assert isinstance(found, Problem)
    assert found.message == f'"{shown(text)}" is no expression'
    assert found.place.column >= AT.column


def test_columns_stay_true_behind_quantities_and_spaces() -> None:
    """A quantity takes as much room as it is written with, whatever it is read as."""
    for text in ("  1500ms + zz", "64KiB < s or zz", "10/s*1s<zz", "never < d and zz"):
        found = parse(text, Names(), AT)
        assert isinstance(found, Problem)
        assert found.place.column == 11 + text.index("zz")


def test_a_file_without_columns_gets_none() -> None:
    found = parse("1 + zz", Names(), Place("f.yaml"))

    assert isinstance(found, Problem)
    assert found.place == Place("f.yaml")


def test_formulas_stand_only_where_they_are_allowed() -> None:
    text = "lognormal_mean(d, e)"

    assert isinstance(parse(text, Names(), AT), Problem)
    assert run(text, Names(formulas=True), d=0.1, e=0.1) == pytest.approx(0.1)
    assert isinstance(parse("lognormal_mean(d)", Names(formulas=True), AT), Problem)
    assert isinstance(parse("lognormal_mean(d, s)", Names(formulas=True), AT), Problem)


UNKNOWN = Env({
    **{name: Range(-inf, inf, ((name, name),)) for name, kind in KINDS.items() if kind.base == "number"},
    **{name: Unknown(((name, name),)) for name, kind in KINDS.items() if kind.base != "number"},
    "c": counter(Range(0.0, inf), ("c", "c")),
})  # fmt: skip
WORDS = st.sampled_from([
    *KINDS, *FUNCTIONS, *FOLDS, "l.n", "l.f", "for l in hop.legs", "if", "else", "and", "or", "not", "in", "(", ")", ",", "+", "-",
    "*", "/", "<", "<=", "==", "!=", ">", "1", "0", "2.5", "1s", "64KiB", "10/s", "1Gbit/s", "never", "unlimited", "true", "'lifo'",
    "'", '"', "\\", "**", "//", ":", ":=", ".", "[", "]", "{", "}", "lambda", "@", "#", "\n", "\t", "\f", "9" * 200, "1e999",
    "0x", "1_0", "yield", "await", "*", "is", "f'", "\0", "\r", "%", "~", "...", "None", "__import__('os')",
])  # fmt: skip
TEXTS = st.text(max_size=500) | st.lists(WORDS, max_size=60).map(" ".join) | st.lists(WORDS, max_size=60).map("".join)


@given(TEXTS)
@example("9" * 400)
@example("9" * 398 + "s")
@example("1e999 - 1e999")
@example("(" * 400)
@example("-" * 399 + "1")
@example("not " * 99 + "f")
@example("f or " * 79 + "f")
@example("'\\x'")
@example("\ud800")
@example("1s.x")
@example("1s(2)")
@example("sum(1 for 1s in hop.legs)")
@example("0if f else 1")
def test_any_text_parses_or_gives_a_problem(text: str) -> None:
    """Whatever the text, it is quickly an expression that runs on what is not known, or one printable sentence."""
    before = time.thread_time()
    found = parse(text, Names(), AT)

    assert time.thread_time() - before < 0.5
    if isinstance(found, Problem):
        assert found.place.line == AT.line
        assert "\n" not in found.message
        return
    link([found])
    found.run(UNKNOWN)


# Expressions of one kind, to compare what they give for ranges with what they give for points in them.
def _numbers(of: st.SearchStrategy[str], flags: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(of, st.sampled_from("+-*/"), of).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | st.tuples(st.sampled_from(["min", "max"]), of, of).map(lambda p: f"{p[0]}({p[1]}, {p[2]})")
        | st.tuples(st.sampled_from(["ceil", "floor", "sqrt", "exp"]), of).map(lambda p: f"{p[0]}({p[1]})")
        | st.tuples(of, flags, of).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})")
        | st.tuples(st.sampled_from(["min", "max", "sum"]), of).map(lambda p: f"{p[0]}(l.n + {p[1]} for l in hop.legs if l.f)")
    )


def _flags(of: st.SearchStrategy[str], numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join).map("({})".format)
        | st.tuples(of, st.sampled_from(["and", "or"]), of).map(" ".join).map("({})".format)
        | of.map("(not {})".format)
    )


ATOM_NUMBERS = st.sampled_from(["n", "m", "q", "0", "1", "2.5", "never", "n / m"])
ATOM_FLAGS = st.sampled_from(["f", "g", "true", "false", "n < m"])
SIMPLE_NUMBERS = ATOM_NUMBERS | _numbers(ATOM_NUMBERS, ATOM_FLAGS)
SIMPLE_FLAGS = ATOM_FLAGS | _flags(ATOM_FLAGS, SIMPLE_NUMBERS)
CONDITIONS = _flags(SIMPLE_FLAGS, _numbers(SIMPLE_NUMBERS, SIMPLE_FLAGS))
POINTS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 60.0, inf])


@st.composite
def _known_and_not(draw: st.DrawFn) -> tuple[Env, Env]:
    """Return an environment in which things are not known, and one that it allows in which all is."""
    wide, narrow = Env(), Env()

    def number(env: dict[str, Any], point: dict[str, Any], name: str) -> None:
        low, value, high = sorted((draw(POINTS), draw(POINTS), draw(POINTS)))
        env[name], point[name] = (Range(low, high, ((name, name),)) if low < high else low), value

    def flag(env: dict[str, Any], point: dict[str, Any], name: str) -> None:
        point[name] = draw(st.booleans())
        env[name] = Unknown(((name, name),)) if draw(st.booleans()) else point[name]

    for name in "nmq":
        number(wide, narrow, name)
    for name in "fg":
        flag(wide, narrow, name)
    wide["hop.legs"], narrow["hop.legs"] = [], []
    for _ in range(draw(st.integers(0, 2))):
        element: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        number(*element, "n")
        flag(*element, "f")
        wide["hop.legs"].append(element[0])
        narrow["hop.legs"].append(element[1])
    return wide, narrow


@given(CONDITIONS, _known_and_not())
def test_what_is_decided_stays_so_when_more_is_known(text: str, environments: tuple[Env, Env]) -> None:
    """The theorem under invariant 3: a condition decided on ranges is decided the same for every value in them."""
    found = parse(text, Names(), AT)
    if isinstance(found, Problem):  # nested too deep, or a fold inside a fold
        return
    link([found])
    wide, narrow = (found.run(env) for env in environments)

    assert type(wide) is Unknown or wide == narrow


@given(_numbers(SIMPLE_NUMBERS, SIMPLE_FLAGS), _known_and_not())
def test_a_range_holds_every_value_its_inputs_allow(text: str, environments: tuple[Env, Env]) -> None:
    found = parse(text, Names(), AT)
    if isinstance(found, Problem):  # a fold inside a fold
        return
    link([found])
    (least, most), (low, high) = (bounds(found.run(env)) for env in environments)

    assert least <= low or least == pytest.approx(low)
    assert high <= most or high == pytest.approx(most)


with open(os.path.join(os.path.dirname(__file__), "data", "formula_vectors.yaml"), encoding="utf-8") as file:
    VECTORS = yaml.safe_load(file)
FLAGS = ("scaling",)  # written as 0 or 1 there
PLAIN = [
    (entry, example_)
    for entry in VECTORS["computed"] + VECTORS["measured"]
    if not set(re.findall(r"([a-z_]\w*)\(", entry["expression"])) - set(FUNCTIONS)
    for example_ in entry["examples"]
    if not any(isinstance(value, list) for value in example_["in"].values())
]


@pytest.mark.parametrize(("entry", "figures"), PLAIN, ids=[f"{e['id']} {x['in']}" for e, x in PLAIN])
def test_the_worked_figures_in_the_language(entry: dict[str, Any], figures: dict[str, Any]) -> None:
    """What is plain arithmetic among the worked figures comes out in the language too."""
    given_ = {
        name: bool(value) if name in FLAGS else math.inf if value == "never" else float(value)
        for name, value in figures["in"].items()
    }
    scope = Names({name: kind_of("flag" if name in FLAGS else "ratio") for name in given_})

    assert run(entry["expression"], scope, given_) == pytest.approx(figures["out"], rel=entry.get("tolerance", 2e-5))
