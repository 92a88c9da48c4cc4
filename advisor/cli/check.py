"""``advisor check``: judge documents and show what was found."""

from __future__ import annotations

from typing import Any

import click

from advisor.cli import checking, options

FORMATS = ("text", "brief", "json", "markdown")


@click.command()
@options.paths
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to write what was found.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write it; default: standard output.")
@click.option("--force", is_flag=True, help="Overwrite FILE although the advisor did not write it.")
@options.failing
@options.judging
@options.looks
def check(**given: Any) -> int:
    r"""
    Judge the paths that documents describe, and say what breaks connections, what it costs and what to set.

    PATH is a YAML document, a directory of them, or - for standard input; without it advisor.yaml or
    path.yaml here.

    \b
    Examples:
      advisor check path.yaml
      advisor check deploy/ --format json --output findings.json
      advisor check path.yaml --set edge.keepalive_timeout=55s
      advisor check path.yaml --fail-on warning --fail-on-unknown
    """
    return checking.check(checking.Call(**given))
