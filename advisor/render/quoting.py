"""Text of the reader's made harmless: what is in it is shown, and does nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

T = TypeVar("T")

_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")

# What our own texts use outside ASCII, as one would type it.
_TYPED = str.maketrans({
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{LEFTWARDS ARROW}": "<-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{DIVISION SIGN}": "/",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MIDDLE DOT}": "|",
    "\N{SQUARE ROOT}": "sqrt ",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{ALMOST EQUAL TO}": "~",
    "\N{MICRO SIGN}": "u",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
})  # fmt: skip


def visible(text: str) -> str:
    """
    Return *text* as one line in which every character can be seen.

    Line breaks become a space; control characters, marks of direction, invisible ones and halves of a pair become their
    escape. So no text moves a cursor, sets a colour, or reads in another order than it stands.
    """
    line = _BREAK.sub(" ", text.strip(" \t\r\n"))
    return line if line.isprintable() else "".join(map(_seen, line))


def _seen(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char == "\t" else char.encode("unicode_escape").decode()


def typed(text: str) -> str:
    """Return *text* in ASCII: arrows and signs as one would type them, the rest escaped."""
    if text.isascii():
        return text
    return text.translate(_TYPED).encode("ascii", "backslashreplace").decode()


def every(value: T, change: Callable[[str], str]) -> T:
    """Return *value*, a tree of named tuples, sequences and mappings, with *change* made to every text in it."""
    return cast(T, _every(value, change))


def _every(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return type(value)._make(_every(part, change) for part in value)
    if isinstance(value, Mapping):
        return {change(str(key)): _every(part, change) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_every(part, change) for part in value)
    return value
