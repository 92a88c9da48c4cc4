"""``advisor check``: judge documents and show what was found."""

from __future__ import annotations

from typing import Any

import click

from advisor.cli import checking, options


@click.command()
@options.paths
@options.formats
@options.failing
@options.judging
@options.looks
def check(**given: Any) -> int:
    """
    Judge the paths that documents describe, and say what breaks connections, what it costs and what to set.

    PATH is a YAML document, a directory of them, or - for standard input; without it advisor.yaml or
    path.yaml here.

    \b
    Examples:
      advisor check path.yaml
      advisor check deploy/ --format json --output findings.json
      advisor check path.yaml --set edge.keepalive_timeout=55s
      advisor check path.yaml --fail-on warning --fail-on-unknown
      advisor check deploy/ --format github --format sarif:advisor.sarif
    """  # noqa: D301
    call = checking.Call(**given)
    if call.output != "-" and all(file != "-" for _, file in call.formats) and call.formats:
        raise click.UsageError("--output is for a format without a FILE, and each has one", click.get_current_context())
    return checking.check(call)
