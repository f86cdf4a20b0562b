"""`tournament completion SHELL`: what makes a shell complete verbs and options."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes SHELL complete this command.

    For bash: `eval "$(tournament completion bash)"` in ~/.bashrc; for zsh the same in ~/.zshrc; for
    fish: `tournament completion fish > ~/.config/fish/completions/tournament.fish`.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    root = context.find_root().command
    click.echo(made(root, {}, "tournament", "_TOURNAMENT_COMPLETE").source())
