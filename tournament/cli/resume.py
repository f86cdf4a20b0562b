"""`tournament resume RUN`: go on with a run that was killed or interrupted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .run_argument import run_argument


@click.command()
@run_argument
@click.option("--quiet", "-q", is_flag=True, help="Show the outcome alone.")
@click.option("--verbose", "-v", is_flag=True, help="Lines with the figures of training, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict, and nothing else.")
def resume(run: Path, quiet: bool, verbose: bool, as_json: bool) -> None:
    """Go on with RUN after anything: Ctrl-C, a killed match, a machine that went down.

    Decisions and seeds stay as they were logged; workers go on from their last checkpoints. The
    exit codes are those of `run`.
    """
    from ..match.resume import resume_tournament
    from ..record.folder import RunFolder
    from .terminal import Terminal

    with Terminal(aside=as_json, quiet=quiet, verbose=verbose) as terminal:
        outcome = resume_tournament(RunFolder(run), sys.argv, terminal.look)
    if as_json:
        terminal.hand_over(outcome.folder.verdict.read_text())
    terminal.conclude(outcome)
    sys.exit(outcome.exit_code)
