"""The command line: one file a verb; the only place that prints or exits.

A verb imports what it needs when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import sys

import click

from ..errors import TournamentError
from .completion import completion
from .conform import conform
from .judge import judge
from .keys import keys
from .new import new
from .plugins import plugins
from .resume import resume
from .run import run
from .schema import schema
from .show import show
from .stop import stop
from .validate import validate
from .verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strategy-tournament", prog_name="tournament")
def tournament() -> None:
    """Let training strategies compete on one task, and believe only what the log shows."""


INTERRUPTED = 130
"""The exit code of a shell's command that Ctrl-C ended: 128 + SIGINT."""

VERBS = (
    run, resume, stop, validate, judge, show, verify,
    plugins, new, conform, schema, keys, completion,
)  # fmt: skip

for verb in VERBS:
    tournament.add_command(verb)


def main() -> None:
    """The command `tournament`. Everything that a user can mend is told here, once."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # What a terminal cannot show must end no race.
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(tournament.main(prog_name="tournament", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:  # Ctrl-C where no match runs that could be stopped.
        sys.exit(INTERRUPTED)
    except OSError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except TournamentError as error:
        click.echo(f"error: {error}" if "\n" not in str(error) else f"errors:\n{error}", err=True)
        sys.exit(error.exit_code)


__all__ = ["main", "tournament"]
