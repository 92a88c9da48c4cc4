"""``advisor check``: judge documents and show what was found."""

from __future__ import annotations

from typing import Any

import click

from advisor.cli import checking, completing, options


@click.command()
@options.paths
@options.formats
@options.failing
@click.option("--baseline", metavar="FILE", shell_complete=completing.files,
              help="Count the findings that FILE knows, and do not show them or fail for them.")
@click.option("--write-baseline", metavar="FILE", shell_complete=completing.files,
              help="Write down all findings as known; what is mended is taken out.")
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
      advisor check deploy/ --write-baseline known.json
    """  # noqa: D301
    call = checking.Call(**given)
    if call.output != "-" and all(file != "-" for _, file in call.formats) and call.formats:
        raise click.UsageError("--output is for a format without a FILE, and each has one", click.get_current_context())
    return checking.check(call)
