"""`tournament run CONFIG`: run a tournament to its verdict."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(
    epilog="Exit codes: 0 a winner, 1 internal error, 2 bad config or usage, 3 ended without a "
    "winner, 4 every trial failed, 130 interrupted."
)
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--runs", type=click.Path(path_type=Path), help="Where run folders go.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="The run folder itself; it must be new."
)
@click.option("--seed", type=click.IntRange(min=0), help="Use this seed instead of the config's.")
@click.option("--quiet", "-q", is_flag=True, help="Show the outcome alone.")
@click.option("--verbose", "-v", is_flag=True, help="Lines with the figures of training, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict, and nothing else.")
def run(
    config: Path,
    runs: Path | None,
    folder: Path | None,
    seed: int | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Run the tournament that CONFIG describes; `-` reads it from standard input."""
    from ..match.tournament import run_tournament
    from .terminal import Terminal

    given = {"runs": str(runs) if runs else None, "seed": seed}
    overrides = {key: value for key, value in given.items() if value is not None}
    with Terminal(aside=as_json, quiet=quiet, verbose=verbose) as terminal:
        outcome = run_tournament(config, overrides, sys.argv, terminal.look, folder)
    if as_json:
        terminal.hand_over(outcome.folder.verdict.read_text())
    terminal.conclude(outcome)
    sys.exit(outcome.exit_code)
