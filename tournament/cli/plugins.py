"""`tournament plugins`: what is installed, from where, what is broken and why; and its options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..plugin.registry import Installed, Registry

OK = "ok"


@click.command()
@click.argument("name", required=False)
def plugins(name: str | None) -> None:
    """List strategies, tasks and reporters with the distribution that each comes from.

    Every plugin is imported, to see whether it works. The exit code is 2 when one does not. With a
    NAME: the options of that plugin, and the metrics of a task.
    """
    from ..plugin.discovery import load_registry

    registry = load_registry()
    if name is not None:
        _describe(registry, name)
        return
    broken = [
        ("entry point", b.entry_point, f"{b.distribution} {b.version}") for b in registry.broken
    ]
    heads = [*map(_head, registry.installed), *broken]
    widths = [max(map(len, column)) for column in zip(*heads, strict=True)]
    lines = ["  ".join(map(str.ljust, head, widths)) for head in heads]
    statuses = _statuses(registry.installed)
    for line, found, status in zip(lines, registry.installed, statuses, strict=False):
        click.echo(f"{line}  {click.style(status, fg='green' if status == OK else 'red')}")
        click.echo(f"{' ' * (widths[0] + 2)}{found.plugin.summary}")
    for line, b in zip(lines[len(registry.installed) :], registry.broken, strict=True):
        click.echo(f"{line}  {click.style(f'broken: {b.reason}', fg='red')}")
    if broken or any(status != OK for status in statuses):
        raise click.exceptions.Exit(2)


def _describe(registry: Registry, name: str) -> None:
    """Options, and metrics of a task, of every plugin of that name. Raises PluginError."""
    from ..errors import PluginError, nearest
    from ..plugin.inspection import Inspection, inspect

    named = [found for found in registry.installed if found.plugin.name == name]
    if not named:
        names = [found.plugin.name for found in registry.installed]
        raise PluginError(f"no plugin is called {name!r}. {nearest(name, names)}")
    for found, known in zip(named, inspect([Inspection(each) for each in named]), strict=True):
        if found.lack or known.reason:
            raise PluginError(found.lack or known.reason)
        click.echo(f"{found.plugin.kind} {name}: {found.plugin.summary}")
        for key, default, meaning in known.options:
            has = "required" if default is None else f"default {default}"
            click.echo(f"  option {key} ({has}): {meaning}")
        for metric, meaning in known.metrics:
            click.echo(f"  metric {metric}: {meaning}")


def _head(found: Installed) -> tuple[str, str, str]:
    return found.plugin.kind, found.plugin.name, f"{found.distribution} {found.version}"


def _statuses(installed: Sequence[Installed]) -> list[str]:
    """`ok`, what is missing with the command that installs it, or why it cannot be imported."""
    from ..plugin.inspection import Inspection, inspect

    whole = [found for found in installed if not found.missing]
    reasons = iter([each.reason for each in inspect([Inspection(found) for found in whole])])
    return [
        f"needs {', '.join(found.missing)}: {found.remedy}"
        if found.missing
        else (f"broken: {reason}" if (reason := next(reasons)) else OK)
        for found in installed
    ]
