"""``advisor rules``: the rules that are known, and the cases of a rule pack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from advisor.cli import completing, options, terminal

if TYPE_CHECKING:
    from advisor.knowledge import Knowledge
    from advisor.rules import Rule

packs_option = click.option("--rules", "packs", metavar="DIR", multiple=True, shell_complete=completing.folders,
                            help="Know the rules in this directory too. Repeatable.")  # fmt: skip


@click.group()
def rules() -> None:
    """
    List the rules, show one, or test the cases of your own.

    \b
    Examples:
      advisor rules list
      advisor rules show idle-pool-too-small
      advisor rules test our-rules/
    """  # noqa: D301


@rules.command("list")
@packs_option
@options.as_data
def list_(packs: tuple[str, ...], format_: str) -> int:
    """
    List all rules by area.

    \b
    Example:
      advisor rules list --format json
    """  # noqa: D301
    from advisor.knowledge import load_knowledge

    known = load_knowledge(packs)
    found = sorted(known.rules.values(), key=lambda r: (r.area, r.slug))
    if format_ == "json":
        terminal.say(json.dumps([_data(rule, known) for rule in found], indent=2, ensure_ascii=False))
    else:
        terminal.table([(r.area, r.slug, r.severity, r.title) for r in found])
    return 0


@rules.command()
@click.argument("slug", shell_complete=completing.rules)
@packs_option
@options.as_data
def show(slug: str, packs: tuple[str, ...], format_: str) -> int:
    """
    Show one rule: what `advisor explain` says of it, or its file as JSON.

    \b
    Example:
      advisor rules show idle-timeout-ordering --format json
    """  # noqa: D301
    from advisor.errors import InputError, Place, Problem, meant, shown
    from advisor.explain import text
    from advisor.explain.rules import rule_page
    from advisor.knowledge import load_knowledge

    known = load_knowledge(packs)
    if slug not in known.rules:
        hint = meant(slug, known.rules, "advisor rules list shows all")
        raise InputError([Problem(Place("advisor"), f'no rule "{shown(slug)}"{hint}')])
    if format_ == "json":
        terminal.say(json.dumps(known.rules[slug].plain, indent=2, ensure_ascii=False, default=str))
    else:
        page = rule_page(known.rules[slug], known)
        terminal.say(text([page], terminal.width(), ascii_only=terminal.ascii_only()))
    return 0


@rules.command()
@click.argument("directory", metavar="DIR", shell_complete=completing.folders)
@options.as_data
def test(directory: str, format_: str) -> int:
    """
    Run the cases of the rules and stacks in DIR.

    Its error texts and snippets are tried too. Exit code 1 if one fails, 2 if a file is wrong.

    \b
    Example:
      advisor rules test our-rules/
    """  # noqa: D301
    from advisor.cli.pack_cases import pack_results
    from advisor.errors import InputError, Place, Problem

    results = list(pack_results(directory))
    if not results:
        raise InputError([Problem(Place(directory), "no case below it; see docs/formats.md for how to write a rule")])
    failed = [r for r in results if r.faults]
    if format_ == "json":
        rows = [{"owner": r.owner, "case": r.case, "place": str(r.place), "faults": list(r.faults)} for r in results]
        terminal.say(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        terminal.say("".join(f"{r.place}: {r.owner}: {r.case}: {'; '.join(r.faults)}\n" for r in failed))
        owners = len({r.owner for r in results})
        terminal.say(f"{len(results)} cases of {owners} rules and stacks: {len(results) - len(failed)} pass, {len(failed)} fail")
    return int(bool(failed))


def _data(rule: Rule, known: Knowledge) -> dict[str, object]:
    cause = known.causes.get(rule.cause)
    return {
        "rule": rule.slug, "title": rule.title, "area": rule.area, "severity": rule.severity, "confidence": rule.confidence,
        "scope": rule.scope, "cause": rule.cause, "group": cause.group if cause else "", "explains": list(rule.explains),
        "after": list(rule.after), "proof": rule.proof, "references": list(rule.references),
    }  # fmt: skip
