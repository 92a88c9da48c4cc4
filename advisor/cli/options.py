"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from advisor.cli import completing
from advisor.cli.checking import FORMATS, SEVERITIES

Command = TypeVar("Command", bound=Callable[..., Any])
FAIL_ON = (*SEVERITIES, "never")


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    del ctx, param
    if value is None:
        return None
    from datetime import date

    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f'"{value}" is no day; write year-month-day, such as 2027-01-31') from None
    return value


def _size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    del ctx, param
    if value is None:
        return None
    from advisor.units import parse_quantity

    try:
        size = float(parse_quantity(value, "size", "the limit"))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if not 0 < size < 2**40:
        raise click.BadParameter(f'"{value}" is no limit; write one such as 16MiB')
    return int(size)


def _formats(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return each NAME[:FILE] as its two parts; "-" is standard output, which takes one of them."""
    del ctx, param
    found = []
    for value in values:
        name, colon, file = value.partition(":")
        if name not in FORMATS:
            from advisor.errors import meant, shown

            hint = meant(name, FORMATS, f"there are {', '.join(FORMATS)}")
            raise click.BadParameter(f'"{shown(name)}" is no format{hint}')
        if colon and not file:
            raise click.BadParameter(f'"{value}" names no file; write {name}:FILE, or {name} alone for standard output')
        found.append((name, file or "-"))
    files = [file for _, file in found]
    for index, (name, file) in enumerate(found):
        if file in files[:index]:
            where = "standard output" if file == "-" else file
            raise click.BadParameter(f"{found[files.index(file)][0]} and {name} would both go to {where}; write {name}:FILE")
    return tuple(found)


def _stack(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


paths = click.argument("paths", metavar="[PATH]...", nargs=-1, shell_complete=completing.files)

judging = _stack([
    click.option("--set", "sets", metavar="HOP.SETTING=VALUE", multiple=True,
                 help="What if: judge with this value in place of the document's. Repeatable."),
    click.option("--rules", "packs", metavar="DIR", multiple=True, shell_complete=completing.folders,
                 help="Judge by the rules in this directory too. Repeatable."),
    click.option("--today", metavar="DATE", callback=_day,
                 help="The day to judge on, for ends of support and `ignore until`; default: today."),
    click.option("--max-size", metavar="SIZE", callback=_size, help="Refuse larger files; default: 4MiB."),
])  # fmt: skip

failing = _stack([
    click.option("--fail-on", type=click.Choice(FAIL_ON), default="error", show_default=True,
                 help="Exit with 1 from this severity on."),
    click.option("--fail-on-unknown", is_flag=True, help="Exit with 1 where a rule could not be decided."),
])  # fmt: skip

formats = _stack([
    click.option("--format", "formats", metavar="NAME[:FILE]", multiple=True, callback=_formats, shell_complete=completing.formats,
                 help=f"How to write what was found, and where to: {', '.join(FORMATS)}; default: text. Repeatable."),
    click.option("-o", "--output", metavar="FILE", default="-", shell_complete=completing.files,
                 help="Where the format without a FILE goes; default: standard output."),
    click.option("--force", is_flag=True, help="Overwrite FILE although the advisor did not write it."),
    click.option("--all-outcomes", is_flag=True, help="In sarif: what is met and what is not known too."),
])  # fmt: skip

looks = _stack([
    click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
                 help="Colour; auto: on a terminal, without NO_COLOR."),
    click.option("-q", "--quiet", is_flag=True, help="Findings only, in short."),
    click.option("-v", "--verbose", is_flag=True, help="Everything that was looked at; tracebacks of internal errors."),
])  # fmt: skip

as_data = click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
                       help="A table for people, or JSON.")  # fmt: skip
