"""How an output is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from advisor.report.parts import Report, Run


class Options(NamedTuple):
    """
    How an output is wanted; a renderer for programs heeds none of it but the last.

    Attributes:
        color: Whether the terminal takes colours.

        width: Columns of the terminal; more than 100 are not used.

        verbose: Every fact, every missing one and what is met too.

        quiet: The headlines of the findings and the summary alone.

        ascii: Only characters of ASCII.

        all_outcomes: Of the formats for programs that list findings: what is met and what is not known too.
    """

    color: bool = False
    width: int = 100
    verbose: bool = False
    quiet: bool = False
    ascii: bool = False
    all_outcomes: bool = False


Renderer = Callable[[Run, Options], str]
Streamer = Callable[[Iterable[Report], Options], Iterator[str]]
