"""The group of all commands: loads the one that is called, and turns what goes wrong into sentences and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from advisor import __version__
from advisor.cli.terminal import flush, forgive, print_problems
from advisor.errors import AdvisorError, InputError, KnowledgeError, nearest, shown

COMMANDS = ("check", "report", "explain", "rules", "stacks", "init", "schema")
_INTERRUPTED = 130  # as a shell counts SIGINT


class Lazy(click.Group):
    """A group whose commands are modules of this package; importing them all would double the start."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order to show."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"advisor.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return name, command and its arguments; what is no command is told the nearest one."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        meant = nearest(name, COMMANDS)
        if os.path.exists(name):
            hint = f"; to judge that path: advisor check {name}"
        else:
            hint = f"; did you mean {meant}?" if meant else f"; commands are {', '.join(COMMANDS)}"
        raise click.UsageError(f'no command "{shown(name)}"{hint}', ctx)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run, and exit with the code that the product promises."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        forgive()
        try:
            done = super().main(words, prog_name or "advisor", **extra)
            code = done if isinstance(done, int) else 0
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last one to see it says it in a sentence
            code = _told(error, words)
        sys.exit(flush(code))


def _told(error: BaseException, words: list[str]) -> int:
    """Say on stderr what *error* means, and return the exit code for it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 2
    if isinstance(error, click.ClickException):
        return _told_of_call(error)
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        click.echo("advisor: interrupted", err=True)
        return _INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, InputError) or (isinstance(error, KnowledgeError) and _in_pack(error, words)):
        print_problems(error.problems)
        return InputError.exit_code
    if isinstance(error, KnowledgeError):
        print_problems(error.problems)
        click.echo("advisor: the advisor's own knowledge is wrong, see above; nothing was checked", err=True)
        return error.exit_code
    return _told_of_fault(error, words)


def _told_of_call(error: click.ClickException) -> int:
    # Usage goes along only where the call's shape is at fault; a lone sentence is easier to find.
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else "advisor"
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.BadParameter) and error.param is not None:
        message = f"{error.param.opts[-1]}: {' '.join(error.message.split()).rstrip('.')}"
    click.echo(f"{command}: {message}\nHelp: {command} --help", err=True)
    return 2


def _told_of_fault(error: BaseException, words: list[str]) -> int:
    where = next((w for w in words if w in COMMANDS), "")
    what = str(error) if isinstance(error, AdvisorError) else f"{type(error).__name__}: {error}"
    line = f"advisor: internal error in advisor {where}".rstrip() + f": {shown(' '.join(what.split()), 300)}"
    if {"--verbose", "-v"} & set(words) or os.environ.get("ADVISOR_DEBUG"):
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        click.echo(line, err=True)
    else:
        click.echo(f"{line}; the same call with ADVISOR_DEBUG=1 shows where", err=True)
    return AdvisorError.exit_code


def _in_pack(error: KnowledgeError, words: list[str]) -> bool:
    """Return whether all of the problems lie in a rule pack of the reader's, and not in our own knowledge."""
    return bool(words) and all(not p.place.file.startswith("rules/") or p.place.file in words for p in error.problems)


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="advisor", message="%(prog)s %(version)s")
def advisor() -> None:
    r"""
    Find the causes of connection errors in the path of an HTTP service, and what to set against them.

    \b
    Examples:
      advisor init go@1.22 aws-alb nginx@1.24 node@18 > path.yaml
      advisor check path.yaml
      advisor report path.yaml --out review/
      advisor explain "connection reset by peer"

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the input or the call is wrong, 3 a
    fault of the advisor.
    """
