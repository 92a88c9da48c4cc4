"""The group of all commands: loads the one that is called, and turns what goes wrong into sentences and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from advisor import __version__
from advisor.cli import terminal
from advisor.cli.guard import guarded
from advisor.errors import nearest, shown

COMMANDS = ("check", "diff", "report", "explain", "rules", "stacks", "init", "schema", "completion", "man")


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
        if name in COMMANDS or ctx.resilient_parsing or name.startswith("-"):
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
        heard = list(words)
        if "_ADVISOR_COMPLETE" in os.environ:
            from advisor.cli import completing

            completing.register()

        def work() -> int:
            from advisor.cli import configured

            found = configured.settings(words)
            if "packs" in found and isinstance(packs := found["packs"].value, list):
                heard.extend(packs)  # as if the call had named them: what is wrong in them is no fault of ours
            extra.update(obj=found, default_map=configured.default_map(words, found))
            try:
                done = super(Lazy, self).main(words, prog_name or "advisor", **extra)
            except click.Abort:
                raise KeyboardInterrupt from None
            except click.ClickException as error:
                return _told(error)
            return done if isinstance(done, int) else 0

        guarded(work, heard)


def _told(error: click.ClickException) -> int:
    """Say in a sentence what is wrong with the call; usage goes along only where there is nothing else to say."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 2
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else "advisor"
    message = error.format_message()
    if isinstance(error, click.BadParameter) and error.param is not None:
        from advisor.cli import configured

        if placed := configured.told(error):
            terminal.tell(placed.rstrip("."))
            return 2
        message = f"{error.param.opts[-1]}: {error.message}"
    terminal.tell(f"{command}: {' '.join(message.split()).rstrip('.')}\nHelp: {command} --help")
    return 2


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="advisor", message="%(prog)s %(version)s")
def advisor() -> None:
    """
    Find the causes of connection errors in the path of an HTTP service, and what to set against them.

    \b
    Examples:
      advisor init go@1.22 aws-alb nginx@1.24 node@18 > path.yaml
      advisor check path.yaml
      advisor report path.yaml --out review/
      advisor explain "connection reset by peer"

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the input or the call is wrong, 3 a
    fault of the advisor.
    """  # noqa: D301
