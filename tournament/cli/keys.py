"""`tournament keys`: who may watch over the network."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of those who may watch over the network.

    They are kept in your configuration folder, or where TOURNAMENT_KEYS says.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--to",
    "place",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder for the key file; by default this one.",
)
def new(name: str, place: Path) -> None:
    """List a new key for NAME and write its file, to be carried to where it is used.

    Whoever holds that file is NAME: send it as you would a password. It is written once.
    """
    from ..bus.keyring import Keyring

    click.echo(f"{Keyring().new(name, place)}: the key of {name}, for them alone")


@keys.command("list")
def list_keys() -> None:
    """Show who is listed."""
    from ..bus.keyring import Keyring

    entries = Keyring().entries()
    for entry in entries:
        click.echo(f"{entry.name:<20} {entry.public}  {entry.made:%Y-%m-%d %H:%M}")
    if not entries:
        click.echo("no key is listed")


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Take NAME off the list. Running matches close its connections within two seconds."""
    from ..bus.keyring import Keyring

    Keyring().revoke(name)
    click.echo(f"{name} is not listed any more")
