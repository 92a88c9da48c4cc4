"""The ``advisor`` command: a module a subcommand, loaded when it is called. Only here is anything printed or exited."""

from __future__ import annotations


def main() -> None:
    """Run the command that ``sys.argv`` asks for; exit with 0, 1 findings, 2 input or call wrong, 3 our own fault."""
    import sys

    words = sys.argv[1:]
    if len(words) > 1 and words[0] == "check" and not any(w.startswith("-") and w != "-" for w in words):
        # The call of every day has no option, and reading it takes no parser: click is a third of a start from cold.
        from advisor import configuration
        from advisor.cli import checking
        from advisor.cli.guard import guarded

        if not configuration.present():
            guarded(lambda: checking.check(checking.Call(tuple(words[1:]))), words)
    from advisor.cli.group import advisor

    advisor()
