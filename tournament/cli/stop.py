"""`tournament stop RUN`: end a match that runs elsewhere on this machine, as Ctrl-C would."""

from __future__ import annotations

from pathlib import Path

import click

from .run_argument import run_argument


@click.command()
@run_argument
@click.option("--now", is_flag=True, help="Skip the waits, as a second Ctrl-C does.")
def stop(run: Path, now: bool) -> None:
    """Stop the match of RUN and wait until it is closed."""
    from ..bus.operator import ask_to_stop
    from ..bus.watch import subscribe
    from ..record.folder import RunFolder
    from ..record.payloads import Verdict

    with subscribe(run) as events:
        ask_to_stop(RunFolder(run).door, now=now)
        click.echo("stopping ...")
        for event in events:
            if isinstance(event.data, Verdict):
                click.echo(f"{event.data.outcome}: {event.data.reason}")
    click.echo("closed")
