"""What a shell offers after the words so far: given to the commands' parameters, called when a key asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from advisor.knowledge import Knowledge


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
    """Return the names of stacks; once there is an @, those of the stack's versions."""
    known = _known()
    # bash ends words at an @ too: "go@1.2" comes as the words go, @ and 1.2, and only the last one is replaced.
    given = ctx.params.get(param.name or "") or ()
    before = [given] if isinstance(given, str) else list(given)
    if incomplete == "@" and before:
        return _versions(before[-1], known)
    if before[-1:] == ["@"] and len(before) > 1:
        return _starting(incomplete, _versions(before[-2], known))
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
