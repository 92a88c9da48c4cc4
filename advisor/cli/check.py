"""``advisor check``: judge documents and show what was found."""

from __future__ import annotations

import os
from typing import Any

import click

from advisor.cli import options, terminal

FORMATS = ("text", "brief", "json", "markdown")
_HERE = ("advisor.yaml", "path.yaml")
_WAYS_IN = """\
advisor: no PATH, and neither advisor.yaml nor path.yaml here; ways in:
  advisor check path.yaml                                a document, a directory of them, or - for standard input
  advisor init go@1.22 aws-alb node@18 > path.yaml       a document to start from
  advisor explain "connection reset by peer"             what an error line says
  advisor check --help                                   all options"""


@click.command()
@options.paths
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to write what was found.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", default="-", help="Where to write it; default: standard output.")
@click.option("--force", is_flag=True, help="Overwrite FILE although the advisor did not write it.")
@options.failing
@options.judging
@options.looks
def check(paths: tuple[str, ...], format_: str, output: str, force: bool, **given: Any) -> int:
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
    found = paths or tuple(name for name in _HERE if os.path.isfile(name))[:1]
    if not found:
        terminal.tell(_WAYS_IN)
        return 2
    if output != "-":
        from advisor import outputs

        outputs.check_target(output, inputs=found, force=force)
    run = options.judge(found, given)
    judged = {file for report in run.reports for file in report.files}
    terminal.print_problems(run.problems, judged, summary=True)
    if run.reports or format_ == "json":
        from advisor.render import RENDERERS, Options

        to_file = output != "-"
        look = Options(
            color=not to_file and terminal.colour(given["color"]),
            width=terminal.MOST_COLUMNS if to_file else terminal.width(),
            verbose=given["verbose"], quiet=given["quiet"], ascii=not to_file and terminal.ascii_only(),
        )  # fmt: skip
        _deliver(RENDERERS[format_](run, look), output, force=force, bad=not run.reports)
    return options.exit_code(run, given["fail_on"], fail_on_unknown=given["fail_on_unknown"])


def _deliver(text: str, output: str, *, force: bool, bad: bool) -> None:
    if output == "-":
        terminal.say(text)
    elif not bad:  # what could not be judged leaves an older result as it is
        from advisor import outputs

        outputs.write_file(output, text, force=force)
        terminal.tell(f"wrote {output}")
