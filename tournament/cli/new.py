"""`tournament new KIND NAME`: a distribution to begin with, which competes at once."""

from __future__ import annotations

from pathlib import Path

import click

AFTER = "\nGo on:\n  cd {folder}\n  pip install -e '.[test]'\n  pytest\n  tournament conform {name}"
RACE = "  tournament run race.yaml"


@click.group()
def new() -> None:
    """Make a distribution of your own: one file of code, tests, and a README."""


_to = click.option(
    "--to", type=click.Path(path_type=Path), help="The folder to make; by default ./NAME."
)


@new.command()
@click.argument("name")
@click.option("--task", default="", help="The task that it competes at.")
@_to
def strategy(name: str, task: str, to: Path | None) -> None:
    """A strategy called NAME, with the task's own starter as its code."""
    from ..errors import PluginError
    from ..plugin.discovery import load_registry
    from ..plugin.inspection import Inspection, inspect
    from ..scaffold.making import strategy_texts

    registry = load_registry()
    _refuse("strategy", name, to, registry)
    known = registry.names("task")
    if not task and len(known) != 1:
        raise PluginError(f"say with --task at which task it competes. Known: {', '.join(known)}.")
    found = registry.find("task", task or known[0])
    (facts,) = inspect([Inspection(found)])
    if facts.reason or facts.starter is None:
        raise PluginError(facts.reason or f"task {found.plugin.name!r} has no `starter` to copy")
    files = strategy_texts(name, found.plugin.name, facts.starter, found.distribution)
    _make(name, to, files, race=True)


@new.command()
@click.argument("name")
@_to
def task(name: str, to: Path | None) -> None:
    """A task called NAME, with a starter for its competitors."""
    _from_templates("task", name, to)


@new.command()
@click.argument("name")
@_to
def reporter(name: str, to: Path | None) -> None:
    """A reporter called NAME, which makes a table of every run."""
    _from_templates("reporter", name, to)


def _from_templates(kind: str, name: str, to: Path | None) -> None:
    from ..plugin.discovery import load_registry
    from ..scaffold.making import names_of, texts

    _refuse(kind, name, to, load_registry())
    _make(name, to, texts(kind, names_of(name)), race=kind == "task")  # type: ignore[arg-type]


def _refuse(kind: str, name: str, to: Path | None, registry: object) -> None:
    from ..errors import ConfigError, Problem
    from ..scaffold.making import problems_with

    found = problems_with(kind, name, to or Path(name), registry)  # type: ignore[arg-type]
    if found:
        raise ConfigError([Problem(text) for text in found])


def _make(name: str, to: Path | None, files: dict[str, str], *, race: bool) -> None:
    from ..scaffold.making import write_all

    folder = to or Path(name)
    for path in write_all(folder, files):
        click.echo(path)
    click.echo(AFTER.format(folder=folder, name=name))
    if race:
        click.echo(RACE)
