"""Options that a configuration sets: gathered from the commands, and handed to click as defaults."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import click

from advisor import configuration
from advisor.cli import terminal
from advisor.configuration import Option, Setting

COMMANDS = ("check", "diff", "report")
SHARED = ("rules",)  # what the other commands take from the file too: a pack that judges is one to explain
_NEVER = ("write-baseline",)  # an act, not a way of working: written down, it would hide each new finding at once


def options() -> dict[str, dict[str, Option]]:
    """Return what can be configured for each command: its long options."""
    found: dict[str, dict[str, Option]] = {}
    for name in COMMANDS:
        command: click.Command = getattr(importlib.import_module(f"advisor.cli.{name}"), name)
        found[name] = dict(pair for p in command.params if isinstance(p, click.Option) for pair in _option(p))
    return found


def settings(words: Sequence[str]) -> dict[str, Setting]:
    """
    Return what the configuration sets for the call *words*, by the command's parameter; with -v, say where.

    Raises:
        InputError: With all that is wrong with the configuration.
    """
    if not words or {"-h", "--help"} & set(words) or not configuration.present():
        return {}
    file = configuration.find()
    found = configuration.read(options(), file, words[0], SHARED)
    verbose = found.get("verbose")
    if found and ({"-v", "--verbose"} & set(words) or (verbose is not None and verbose.value)):
        sources: dict[str, list[str]] = {}
        for setting in found.values():
            sources.setdefault(setting.place.file, []).append(setting.key)
        for source, keys in sources.items():
            terminal.tell(f"advisor: {source} sets {', '.join(keys)}")
    return found


def default_map(words: Sequence[str], found: dict[str, Setting]) -> dict[str, Any]:
    """Return *found* as click takes defaults: below the names of the command and of its subcommand."""
    values: dict[str, Any] = {name: setting.value for name, setting in found.items()}
    below = () if words[:1] and words[0] in COMMANDS else words[1:2]
    return {words[0]: values | dict.fromkeys(below, values)} if found else {}


def told(error: click.BadParameter) -> str | None:
    """Return where a wrong value stands and what is wrong, if it is one of the configuration's."""
    from click.core import ParameterSource

    ctx, param = error.ctx, error.param
    if ctx is None or param is None or param.name is None:
        return None
    setting = (ctx.find_root().obj or {}).get(param.name)
    if setting is None or ctx.get_parameter_source(param.name) is not ParameterSource.DEFAULT_MAP:
        return None
    return f"{setting.place}: {setting.key}: {error.message}"


def _option(param: click.Option) -> list[tuple[str, Option]]:
    kind = "flag" if param.is_flag else "list" if param.multiple else "text"
    choices = tuple(map(str, param.type.choices)) if isinstance(param.type, click.Choice) else ()
    keys = [name.removeprefix("--") for name in param.opts if name.startswith("--")]
    assert param.name is not None
    return [(key, Option(param.name, kind, choices, param.metavar or "")) for key in keys if key not in _NEVER]
