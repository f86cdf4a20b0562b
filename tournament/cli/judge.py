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
    trial without a claim here might have made one.
    """
    from ..config.criteria_file import load_criteria
    from ..record.folder import RunFolder
    from ..record.log import read_log
    from ..referee.rejudge import claims_under, unknown_metrics
    from ..referee.wording import metric_text

    criteria = load_criteria(file)
    events = list(read_log(RunFolder(run).log))
    if unknown := unknown_metrics(criteria, events):
        raise click.UsageError(f"{file}: the log has no metric {', '.join(unknown)}")
    click.echo(f"criteria   {criteria.group}")
    claims, silent = claims_under(criteria, events)
    for place, found in enumerate(claims, 1):
        figures = ", ".join(f"{n} {metric_text(n, found.metrics[n])}" for n in criteria.metrics())
        click.echo(f"claim {place:<4} {found.trial} at epoch {found.epoch}: {figures}")
    for name, change in silent:
        close = f"; it would have claimed {change}" if change else ""
        click.echo(f"no claim   {name}{close}")
