"""`tournament schema config|events`: JSON Schema, for editors and for monitors."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("what", type=click.Choice(["config", "events"]))
def schema(what: str) -> None:
    """Print the JSON Schema (2020-12) of a config file, or of an event as the log has it.

    An editor that knows YAML completes config files with it: save it, and begin a config with
    `# yaml-language-server: $schema=FILE`.
    """
    from ..config.schema import config_schema
    from ..record.schema import event_schema

    made = config_schema() if what == "config" else event_schema()
    click.echo(json.dumps(made, indent=2))
