"""``advisor explain``: what is known of one thing."""

from __future__ import annotations

import click

from advisor.cli import completing, terminal


@click.command()
@click.argument("what", nargs=-1, required=True, shell_complete=completing.topics)
@click.option("--rules", "packs", metavar="DIR", multiple=True, shell_complete=completing.folders,
              help="Know the rules in this directory too. Repeatable.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(("text", "markdown")), default="text", show_default=True,
              help="Pages for the terminal, or Markdown.")  # fmt: skip
def explain(what: tuple[str, ...], packs: tuple[str, ...], format_: str) -> int:
    """
    Explain a rule, stack, setting, property, kernel setting, symptom, or a pasted error line.

    \b
    Examples:
      advisor explain idle-timeout-ordering
      advisor explain nginx@1.24
      advisor explain nginx@1.24 --format markdown
      advisor explain MaxIdleConnsPerHost
      advisor explain net.ipv4.tcp_fin_timeout
      advisor explain "read tcp 10.0.4.7:51514->10.0.9.3:443: use of closed network connection"
    """  # noqa: D301
    from advisor.explain import explain as pages_on
    from advisor.explain import markdown, text
    from advisor.knowledge import load_knowledge

    pages = pages_on(" ".join(what), load_knowledge(packs))
    if format_ == "markdown":
        terminal.say(markdown(pages))
    else:
        terminal.say(text(pages, terminal.width(), ascii_only=terminal.ascii_only()))
    return 0
