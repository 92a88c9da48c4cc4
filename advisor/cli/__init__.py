"""The ``advisor`` command: a module a subcommand, loaded when it is called. Only here is anything printed or exited."""

from __future__ import annotations


def main() -> None:
    """Run the command that ``sys.argv`` asks for; exit with 0, 1 findings, 2 input or call wrong, 3 our own fault."""
    from advisor.cli.group import advisor

    advisor()
