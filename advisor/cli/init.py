"""``advisor init``: a document to start from."""

from __future__ import annotations

import click

from advisor.cli import completing, terminal


@click.command()
@click.argument("stacks", metavar="[STACK]...", nargs=-1, shell_complete=completing.stacks)
def init(stacks: tuple[str, ...]) -> int:
    """
    Print a commented document with a hop for each STACK, from the caller to the last server. It can be checked at once.

    \b
    Examples:
      advisor init > path.yaml
      advisor init go@1.22 aws-alb nginx@1.24 node@18 > path.yaml
    """  # noqa: D301
    from advisor.init_document import starter
    from advisor.knowledge import load_knowledge

    terminal.say(starter(stacks, load_knowledge()))
    return 0
