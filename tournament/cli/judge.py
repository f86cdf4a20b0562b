"""`tournament judge RUN --criteria FILE`: who would have claimed under other criteria?"""

from __future__ import annotations

from pathlib import Path

import click

from .run_argument import run_argument


@click.command()
@run_argument
@click.option(
    "--criteria",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="A YAML file with criteria, by themselves or in a config.",
)
def judge(run: Path, file: Path) -> None:
    """Judge the logged checks of RUN by the criteria in FILE.

    Claims, not wins: nobody examines them. A race that was stopped early has no later checks, so a
    trial without a claim here might have made one. With `every` in FILE only the checks that it
    asks for count, as far as the run had them; without it each check does.
    """
    from ..config.criteria_file import load_criteria
    from ..record.folder import RunFolder
    from ..record.log import read_log
    from ..referee.rejudge import claims_under, metrics_of

    events = list(read_log(RunFolder(run).log))
    criteria = load_criteria(file, metrics_of(events))
    when = "each check" if criteria.every == 1 else f"checks every {criteria.every} epochs"
    click.echo(f"criteria   {criteria.group}, {when}")
    claims, silent = claims_under(criteria, events)
    for place, found in enumerate(claims, 1):
        figures = ", ".join(
            f"{n} {found.words.value(n, found.metrics[n])}" for n in criteria.metrics()
        )
        click.echo(f"claim {place:<4} {found.trial} at epoch {found.epoch}: {figures}")
    for name, change in silent:
        close = f"; it would have claimed {change}" if change else ""
        click.echo(f"no claim   {name}{close}")
