"""`tournament validate CONFIG`: everything that can be checked without training."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
def validate(config: Path) -> None:
    """Check CONFIG, its plugins, their options and the criteria, and train nothing."""
    from ..config.load import read_config
    from ..match.plan import criterion_keys
    from ..match.problems import checked_with_plugins
    from ..plugin.discovery import load_registry

    loaded = checked_with_plugins(read_config(config), load_registry())
    count = len(loaded.config.entrants)
    criteria = len(criterion_keys(loaded.config.criteria))
    click.echo(f"{config}: fine. {count} entrants, {criteria} criteria.")
