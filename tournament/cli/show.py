"""`tournament show RUN`: what happened, and why."""

from __future__ import annotations

from pathlib import Path

import click

from .run_argument import run_argument

PAGE = 140
"""Columns where there is no terminal to tell: files and pipes are as wide as need be."""


@click.command()
@run_argument
def show(run: Path) -> None:
    """Show the verdict of RUN, what was claimed and examined, and what others lacked.

    For each trial and check: the margin to each criterion, the first that failed, and the smallest
    change of the criteria that would have made it a claim.
    """
    from rich.console import Console
    from rich.text import Text

    from ..record.folder import RunFolder
    from ..record.log import read_log
    from ..referee.standings import standings_of
    from .show_view import show_parts

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PAGE
    for part in show_parts(standings_of(read_log(RunFolder(run).log))):
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)
