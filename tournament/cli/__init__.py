"""The command line: one file a verb; the only place that prints or exits.

A verb imports what it needs when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import sys

import click

from ..errors import TournamentError
from .plugins import plugins
from .run import run
from .validate import validate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strategy-tournament", prog_name="tournament")
def tournament() -> None:
    """Let training strategies compete on one task, and believe only what the log shows."""


for verb in (run, validate, plugins):
    tournament.add_command(verb)


def main() -> None:
    """The command `tournament`. Everything that a user can mend is told here, once."""
    try:
        tournament.main(standalone_mode=True)
    except TournamentError as error:
        click.echo(f"error: {error}" if "\n" not in str(error) else f"errors:\n{error}", err=True)
        sys.exit(error.exit_code)


__all__ = ["main", "tournament"]
