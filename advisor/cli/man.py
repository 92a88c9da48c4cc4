"""``advisor man``: the manual page, made from the commands' own help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from advisor import __version__
from advisor.cli import terminal

_FILES = {
    ".advisor.yaml": """Options by their long names, for all commands, or below check, diff or report for one. The nearest counts,
        from the working directory up to the root of the repository.""",
    "pyproject.toml": "Its table [tool.advisor] is read in place of .advisor.yaml.",
}
_ENVIRONMENT = {
    "ADVISOR_<OPTION>": """The value of an option: ADVISOR_FAIL_ON=warning; ADVISOR_CHECK_FAIL_ON is for check alone. Stronger than
        a file, weaker than the option.""",
    "ADVISOR_CACHE_DIR": "Where compiled knowledge is kept; empty: nowhere.",
    "ADVISOR_DEBUG": "With any value, an internal error shows where it happened.",
    "GITHUB_STEP_SUMMARY": "The file to which --format github adds its table.",
    "NO_COLOR": "With any value, no colour.",
}


@click.command()
def man() -> int:
    """
    Print the manual page.

    \b
    Examples:
      advisor man | man -l -
      advisor man > ~/.local/share/man/man1/advisor.1
    """  # noqa: D301
    root = click.get_current_context().find_root().command
    assert isinstance(root, click.Group)
    terminal.say(page(root))
    return 0


def page(root: click.Group) -> str:
    """Return the manual page of all commands below *root*, as roff for the man macros."""
    lines = [f'.TH ADVISOR 1 "" "advisor {__version__}" "User Commands"']
    lines += [".SH NAME", "advisor \\- judge the path of a service's connections"]
    lines += [".SH SYNOPSIS", ".B advisor", ".I COMMAND", "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...", ".SH DESCRIPTION"]
    lines += _help(root)
    lines.append(".SH COMMANDS")
    lines += _commands(root, click.Context(root, info_name="advisor", **root.context_settings))
    for title, entries in (("FILES", _FILES), ("ENVIRONMENT", _ENVIRONMENT)):
        lines.append(f".SH {title}")
        for name, text in entries.items():
            lines += [".TP", f".B {_roff(name)}", _roff(" ".join(text.split()))]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, above: click.Context) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        ctx = click.Context(command, parent=above, info_name=name)
        usage = [piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]"]
        options = [p for p in command.params if isinstance(p, click.Option)]
        arguments = " ".join([*(["[OPTION]..."] if options else []), *usage])
        yield f".SS {_roff(f'{ctx.command_path} {arguments}'.rstrip())}"
        yield from _help(command)
        for option in options:
            names, text = option.get_help_record(ctx) or ("", "")
            yield from (".TP", f".B {_roff(names)}", _roff(" ".join(text.split())))
        if isinstance(command, click.Group):
            yield from _commands(command, ctx)


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a command's help; one that begins with a backspace keeps its lines."""
    for number, paragraph in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b"):
            yield from (".nf", *map(_roff, paragraph.split("\n")[1:]), ".fi")
        else:
            yield _roff(" ".join(paragraph.split()))


def _roff(text: str) -> str:
    """Return *text* so that roff prints each of its characters: hyphens as such, and no line is a request."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    safe = re.sub(r"[^\x00-\x7f]", lambda m: f"\\[u{ord(m[0]):04X}]", safe)
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
