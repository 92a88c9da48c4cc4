"""What a shell offers after the words so far: given to the commands' parameters, called when a key asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

if TYPE_CHECKING:
    from advisor.knowledge import Knowledge


class Bash(BashComplete):
    """
    Completion for bash, which ends words at @, : and = too: "go@1.2" comes as the words go, @ and 1.2.

    Here they are one again; of what is offered, bash is given the part that it replaces: from the @ on, after : and =.
    """

    name = "bash"
    _kept = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one."""
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        joins = False
        for word in (*args, incomplete):
            is_break = bool(word) and not word.strip("@:=")
            if words and word and (is_break or joins):
                words[-1] += word
                self._kept = words[-1][: max(words[-1].rfind("@"), words[-1].rfind(":") + 1)]
            else:
                words.append(word)
                self._kept = ""
            joins = is_break
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return the line that the script reads of *item*."""
        return f"{item.type},{str(item.value).removeprefix(self._kept)}"


def register() -> None:
    """Let click complete for bash by `Bash`."""
    add_completion_class(Bash)


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer its files."""
    del ctx, param
    return [CompletionItem(incomplete, type="file")]


def folders(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell offer its directories."""
    del ctx, param
    return [CompletionItem(incomplete, type="dir")]


def formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of formats for check."""
    del ctx, param
    from advisor.cli.checking import FORMATS

    return _starting(incomplete, FORMATS)


def stacks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of stacks; once there is an @, the stack with each of its versions."""
    del ctx, param
    known = _known()
    name, at, _ = incomplete.partition("@")
    return _starting(incomplete, (f"{name}@{v}" for v in _versions(name, known)) if at else sorted(known.profiles))


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the slugs of rules."""
    del ctx, param
    return _starting(incomplete, sorted(_known().rules))


def topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return what can be explained: rules, properties and stacks."""
    known = _known()
    return _starting(incomplete, sorted({*known.rules, *(p.name for p in known.properties)})) + stacks(ctx, param, incomplete)


def _known() -> Knowledge:
    from advisor.knowledge import load_knowledge

    return load_knowledge()


def _versions(name: str, known: Knowledge) -> list[str]:
    profile = known.profile(name)
    return [version.line for version in profile.versions] if profile else []


def _starting(text: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(text)]
