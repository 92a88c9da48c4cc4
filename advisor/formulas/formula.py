"""
The registry's entry: what the engine has to know about a formula besides its arithmetic.

All formulas take and return floats in base units, accept zero and infinity, and raise nothing; nan stands for "any
value", where physics gives no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar


class Formula(NamedTuple):
    """
    One formula as the engine meets it.

    Attributes:
        name: Name of the function, and of the formula everywhere else.

        function: The arithmetic.

        arguments: Kind of each argument, in order: duration, size, rate, bandwidth, number.

        result: Kind of the result.

        monotone: Whether the result only rises or only falls with each argument while the others stand still, so that
            evaluating the corners of ranges gives the exact range of the result.

        title: Short words for the arithmetic in a report.
    """

    name: str
    function: Callable[..., float]
    arguments: tuple[str, ...]
    result: str
    monotone: bool
    title: str


F = TypeVar("F", bound=Callable[..., float])

REGISTERED: dict[str, Formula] = {}


def formula(signature: str, title: str, *, monotone: bool = True) -> Callable[[F], F]:
    """Register a function under its own name; *signature* is like ``duration, rate -> number``."""

    def register(function: F) -> F:
        arguments, result = signature.split(" -> ")
        name = function.__name__
        REGISTERED[name] = Formula(name, function, tuple(arguments.split(", ")), result, monotone, title)
        return function

    return register
