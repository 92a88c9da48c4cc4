"""
Expressions of rules and profiles as they run: kinds, and compiled functions.

``parsing`` makes an expression the source of one Python lambda over an environment ``v``; all lambdas of a knowledge base are
compiled together (:func:`link`), so that a start of the program unmarshals one code object and parses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, NamedTuple

from advisor import values
from advisor.errors import Place
from advisor.formulas import FORMULAS


class Kind(NamedTuple):
    """What a value is: its *base*, and for a number its exponents of seconds and bytes (None: fits any)."""

    base: str
    dims: tuple[int, int] | None = (0, 0)
    options: tuple[str, ...] = ()
    of: str = ""
    name: str = ""

    def fits(self, other: Kind) -> bool:
        """Return whether the two can be compared or added."""
        if "literal" in (self.base, other.base):
            return {self.base, other.base} <= {"literal", "text", "version", "date"}
        return self.base == other.base and (self.dims is None or other.dims is None or self.dims == other.dims)


NUMBERS = {"duration": (1, 0), "size": (0, 1), "rate": (-1, 0), "bandwidth": (-1, 1),
           "count": (0, 0), "share": (0, 0), "ratio": (0, 0), "number": (0, 0)}  # fmt: skip
FLAG = Kind("flag")
COUNT = Kind("number", (0, 0), name="count")


def kind_of(name: str, options: Iterable[str] = (), of: str = "") -> Kind:
    """Return the kind that a properties file calls *name*; KeyError if there is none."""
    if name in NUMBERS:
        return Kind("number", NUMBERS[name], name=name)
    if name not in ("flag", "text", "version", "date", "set", "list", "counter"):
        raise KeyError(name)
    return Kind(name, None, tuple(options), of, name)


def unit_kind(kind: Kind) -> str:
    """Return the name of the unit family in which a number of *kind* is shown."""
    if kind.base != "number":
        return kind.base
    if kind.name:
        return kind.name
    by_dims = {(1, 0): "duration", (0, 1): "size", (-1, 0): "rate", (-1, 1): "bandwidth", (0, 0): "ratio"}
    return by_dims.get(kind.dims or (0, 0), "ratio")


class Expression:
    """One compiled expression: *run* takes an environment and returns a value."""

    __slots__ = ("kind", "names", "place", "run", "source", "text")

    def __init__(self, text: str, source: str, kind: Kind, names: tuple[str, ...], place: Place) -> None:
        self.text, self.source, self.kind, self.names, self.place = text, source, kind, names, place
        self.run: Callable[[Any], Any] = _not_linked

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text, self.source, self.kind, self.names, self.place)


def _not_linked(_: Any) -> Any:
    raise RuntimeError("the expression was not linked")


def link(expressions: Iterable[Expression]) -> None:
    """Compile the *expressions*, all in one go."""
    todo = list(expressions)
    code = compile_sources([e.source for e in todo])
    for expression, run in zip(todo, load_code(code), strict=True):
        expression.run = run


def compile_sources(sources: list[str]) -> Any:
    """Return one code object for all *sources*; it can be marshalled, and :func:`load_code` takes it."""
    body = ",\n".join(f"lambda v: {source}" for source in sources)
    return compile(f"[{body}]", "<rules>", "eval")


def load_code(code: Any) -> list[Callable[[Any], Any]]:
    """Return the functions of a code object made by :func:`compile_sources`."""
    # The code is ours: made by the compiler below from checked syntax, or kept by us. No builtins are in reach.
    found: list[Callable[[Any], Any]] = eval(code, dict(_NAMESPACE))  # noqa: S307
    return found


def _formula(name: str, *arguments: Any) -> Any:
    formula = FORMULAS[name]
    return values.apply_formula(formula.function, formula.monotone, *arguments)


_NAMESPACE: Mapping[str, Any] = {
    "__builtins__": {}, "inf": inf, "add": values.add, "sub": values.sub, "neg": values.neg,
    "mul": values.mul, "div": values.div, "lt": values.lt, "le": values.le, "same": values.same,
    "member": values.member, "negate": values.negate, "both": values.both, "either": values.either,
    "choose": values.choose, "first": values.first, "older": values.older, "earlier": values.earlier,
    "fold": values.fold, "minimum": values.minimum, "maximum": values.maximum, "ceiling": values.ceiling,
    "flooring": values.flooring, "root": values.root, "power_of_e": values.power_of_e,
    "known": values.known, "rate": values.rate, "total": values.total, "grown": values.grown, "formula": _formula,
}  # fmt: skip
