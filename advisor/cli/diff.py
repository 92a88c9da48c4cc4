"""``advisor diff``: what a change of documents makes better or worse."""

from __future__ import annotations

from typing import Any

import click

from advisor.cli import checking, completing, options, terminal

FORMATS = {"text": "text", "markdown": "markdown", "json": "json_v1"}  # and the module that writes it


@click.command()
@click.argument("old", shell_complete=completing.files)
@click.argument("new", required=False, shell_complete=completing.files)
@click.option("--format", "format_", type=click.Choice(tuple(FORMATS)), default="text", show_default=True,
              help="How to write what changed; markdown is a comment for a pull request.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", default="-", shell_complete=completing.files,
              help="Where to write it; default: standard output.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite FILE although the advisor did not write it.")
@click.option("--fail-on-new", type=click.Choice(options.FAIL_ON), default="error", show_default=True,
              is_flag=False, flag_value="error", help="Exit with 1 where a finding of this severity or above is new.")  # fmt: skip
@options.judging
@options.looks
def diff(old: str, new: str | None, **given: Any) -> int:
    """
    Compare two states of documents: what got worse, better, newly unknown, and which value moved it.

    OLD and NEW are two documents, two directories, or git revisions: REV:PATH, a revision alone (the other
    side's path at it), or a range in place of both (main..HEAD). Captures are read from the same revision.
    --set acts on the new side only; with it NEW may be left out.

    \b
    Examples:
      advisor diff main:path.yaml path.yaml
      advisor diff main...HEAD --format markdown
      advisor diff before/ after/ --fail-on-new warning
      advisor diff path.yaml --set pricing.version=20
    """  # noqa: D301
    from advisor.diff import compare

    if new is None and not given["sets"] and ".." not in old:
        raise click.UsageError("no NEW; write advisor diff main:path.yaml path.yaml, a range (main..HEAD), or --set",
                               click.get_current_context())  # fmt: skip
    if given["output"] != "-":
        from advisor import outputs

        outputs.check_target(given["output"], inputs=[old, new or old], force=given["force"])
    limit = {} if given["max_size"] is None else {"max_size": given["max_size"]}
    found = compare(old, new, today=given["today"], sets=given["sets"], packs=given["packs"], **limit)
    terminal.print_problems(found.problems)
    for fault in found.faults:
        terminal.tell(f"advisor: {fault}")
    _deliver(found, given)
    if found.problems:
        return 2
    if found.faults:
        return 3
    return int(given["fail_on_new"] in checking.SEVERITIES and found.reaches(given["fail_on_new"]))


def _deliver(found: Any, given: dict[str, Any]) -> None:
    from importlib import import_module

    from advisor.render.options import Options

    to_file = given["output"] != "-"
    look = Options(
        color=not to_file and terminal.colour(given["color"]),
        width=terminal.MOST_COLUMNS if to_file else terminal.width(),
        verbose=given["verbose"], quiet=given["quiet"], ascii=not to_file and terminal.ascii_only(),
    )  # fmt: skip
    text = import_module(f"advisor.diff.{FORMATS[given['format_']]}").render(found, look)
    if not to_file:
        terminal.say(text)
        return
    from advisor import outputs

    outputs.write_file(given["output"], text, force=given["force"])
    terminal.tell(f"wrote {given['output']}")
