"""`tournament validate CONFIG`: everything that can be checked without training."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
def validate(config: Path) -> None:
    """Check CONFIG, its plugins, their options and the criteria, and train nothing."""
    from ..config.load import load_config
    from ..errors import ConfigError
    from ..match.plan import criterion_keys
    from ..match.tournament import name_problems
    from ..match.validate import option_problems
    from ..plugin.registry import load_registry

    loaded, registry = load_config(config), load_registry()
    problems = name_problems(loaded, registry) + option_problems(loaded, registry)
    if problems:
        raise ConfigError(problems)
    count = len(loaded.config.entrants)
    criteria = len(criterion_keys(loaded.config.criteria))
    click.echo(f"{config}: fine. {count} entrants, {criteria} criteria.")
