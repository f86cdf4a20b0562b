"""`tournament validate CONFIG`: everything that can be checked without training."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
def validate(config: Path) -> None:
    """Check CONFIG, its plugins, their options and the criteria, and train nothing."""
    from ..config.load import read_config
    from ..match.plan import all_wanted
    from ..match.problems import checked_with_plugins
    from ..plugin.discovery import load_registry

    loaded = checked_with_plugins(read_config(config), load_registry())
    count = len(loaded.config.entrants)
    criteria = len(all_wanted(loaded.config.criteria))
    told = f"{counted(count, 'entrant', 'entrants')}, {counted(criteria, 'criterion', 'criteria')}"
    click.echo(
        f"{config}: fine. {told}. Files and devices that plugins need are looked at by `run`."
    )


def counted(count: int, one: str, many: str) -> str:
    """`1 entrant`, `2 entrants`."""
    return f"{count} {one if count == 1 else many}"
