"""``advisor schema``: the JSON Schema of what goes in and of what comes out."""

from __future__ import annotations

import click

from advisor.cli import terminal


@click.command()
@click.option("--output-report", is_flag=True, help="Of `advisor check --format json` in place of the document.")
def schema(output_report: bool) -> int:
    """
    Print the JSON Schema of a document, for editors that complete and check YAML.

    \b
    Examples:
      advisor schema > advisor.schema.json
      advisor schema --output-report > report.schema.json
    """  # noqa: D301
    import json

    if output_report:
        from advisor.render.json_v1 import json_schema
    else:
        from advisor.schema import json_schema
    terminal.say(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0
