"""``advisor completion``: what a shell needs to complete commands, options and the names that the advisor knows."""

from __future__ import annotations

import click

from advisor.cli import terminal


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> int:
    """
    Print the script that lets SHELL complete commands, options, stacks and rules.

    \b
    Examples:
      eval "$(advisor completion bash)"     in ~/.bashrc
      eval "$(advisor completion zsh)"      in ~/.zshrc, after compinit
      advisor completion fish | source      in ~/.config/fish/config.fish
    """  # noqa: D301
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root().command
    # Not source(): for bash that starts the first bash of PATH, which need not be the one that reads the script.
    maker = kind(root, {}, "advisor", "_ADVISOR_COMPLETE")
    terminal.say(maker.source_template % maker.source_vars())
    return 0
