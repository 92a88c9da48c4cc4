"""``advisor stacks``: the stacks that are known, and where their defaults disagree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from advisor.cli import completing, options, terminal

if TYPE_CHECKING:
    from advisor.knowledge import Knowledge
    from advisor.stacks import Profile


@click.group()
def stacks() -> None:
    """
    List the stacks, show one, or compare the defaults of all.

    \b
    Examples:
      advisor stacks list
      advisor stacks show nginx@1.24
      advisor stacks conflicts
    """  # noqa: D301


@stacks.command("list")
@options.as_data
def list_(format_: str) -> int:
    """
    List all stacks, with the versions that are known.

    \b
    Example:
      advisor stacks list --format json
    """  # noqa: D301
    from advisor.knowledge import load_knowledge

    known = load_knowledge()
    found = sorted(known.profiles.values(), key=lambda p: (p.generic, p.name))
    if format_ == "json":
        rows = [{"stack": p.name, "title": p.title, "also": list(p.also), "ends": list(p.ends), "owner": p.owner,
                 "generic": p.generic, "versions": [v._asdict() for v in p.versions]} for p in found]  # fmt: skip
        terminal.say(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        terminal.table([(p.name, _versions(p), ", ".join(p.ends), "; also: ".join(filter(None, (p.title, ", ".join(p.also)))))
                        for p in found])  # fmt: skip
    return 0


@stacks.command()
@click.argument("name", shell_complete=completing.stacks)
@options.as_data
def show(name: str, format_: str) -> int:
    """
    Show one stack: what it does with nothing set, its settings and defaults, its traps.

    \b
    Examples:
      advisor stacks show node@18
      advisor stacks show aws-alb --format json
    """  # noqa: D301
    from advisor.explain import text
    from advisor.explain.stacks import stack_page
    from advisor.knowledge import load_knowledge

    known = load_knowledge()
    profile, version = _profile(name, known)
    if format_ == "json":
        terminal.say(json.dumps(_data(profile, version, known), indent=2, ensure_ascii=False))
    else:
        page = stack_page(profile, version, known)
        terminal.say(text([page], terminal.width(), ascii_only=terminal.ascii_only()))
    return 0


@stacks.command()
@click.option("--all", "every", is_flag=True, help="The pairs that fit, or that cannot be told, as well.")
@options.as_data
def conflicts(every: bool, format_: str) -> int:
    """
    Show the pairs of stacks whose defaults are at odds, and the rules that say so.

    Each stack is at its newest version. docs/default-conflicts.md has all versions, and the devices between.

    \b
    Example:
      advisor stacks conflicts --all --format json
    """  # noqa: D301
    from advisor.explain.pairs import pairs
    from advisor.knowledge import load_knowledge

    found = [p for p in pairs(load_knowledge()) if every or p.verdict == "conflict"]
    if format_ == "json":
        terminal.say(json.dumps([p._asdict() for p in found], indent=2, ensure_ascii=False))
    else:
        said = (", ".join(filter(None, (p.verdict if every else "", p.why))) for p in found)
        rows = [(p.caller, p.callee, f"{p.keeps}, {p.closes}: {why}") for p, why in zip(found, said, strict=True)]
        terminal.table([("caller", "callee", "keeps idle, closes at: rules"), *rows])
    return 0


def _versions(profile: Profile) -> str:
    lines = [v.line for v in profile.versions]
    return f"{lines[0]} to {lines[-1]}" if len(lines) > 1 else "".join(lines)


def _profile(name: str, known: Knowledge) -> tuple[Profile, str | None]:
    from advisor.api import check_stack
    from advisor.document import StackRef
    from advisor.errors import InputError, Place

    stack, _, version = name.partition("@")
    profile = known.profile(stack)
    problem = check_stack(StackRef(stack, version or None, Place("advisor")), known)
    if problem is not None or profile is None:
        raise InputError([problem] if problem else [])
    return profile, version or None


def _data(profile: Profile, version: str | None, known: Knowledge) -> dict[str, object]:
    from advisor.explain.values import Alone, default_text, newest

    at = version or newest(profile)
    alone = Alone(profile, known, at)
    return {
        "stack": profile.name, "title": profile.title, "also": list(profile.also), "ends": list(profile.ends),
        "owner": profile.owner, "version": at, "versions": [v._asdict() for v in profile.versions],
        "properties": {name: alone.text(name) for name in profile.gives},
        "settings": {
            s.name: {"default": default_text(s), "kind": s.kind.name, "unit": s.unit, "is": list(s.properties), "effect": s.effect,
                     "means": s.means, "trap": s.trap, "source": s.source, "verified": s.verified}
            for s in profile.settings.values()
        },
        "errors": [e._asdict() for e in profile.errors],
        "faults": [f._asdict() for f in profile.faults],
    }  # fmt: skip
