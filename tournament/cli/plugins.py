"""`tournament plugins`: what is installed, from where, and what is broken and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..plugin.registry import Installed


@click.command()
def plugins() -> None:
    """List strategies, tasks and reporters with the distribution that each comes from.

    Every plugin is imported, to see whether it works. The exit code is 2 when one does not.
    """
    from rich.console import Console
    from rich.table import Table

    from ..plugin.registry import load_registry

    registry = load_registry()
    table = Table(box=None, pad_edge=False)
    for title in ("kind", "name", "from", "status", "what it is"):
        table.add_column(title, overflow="fold")
    statuses = [_status(found) for found in registry.installed]
    for found, status in zip(registry.installed, statuses, strict=True):
        plugin = found.plugin
        origin = f"{found.distribution} {found.version}"
        table.add_row(plugin.kind, plugin.name, origin, status, plugin.summary)
    for broken in registry.broken:
        origin = f"{broken.distribution} {broken.version}"
        table.add_row("?", broken.entry_point, origin, f"broken: {broken.reason}", "")
    Console().print(table, markup=False)
    if registry.broken or any(status != "ok" for status in statuses):
        raise click.exceptions.Exit(2)


def _status(found: Installed) -> str:
    """`ok`, what is missing with the command that installs it, or why it cannot be imported."""
    from ..errors import PluginError
    from ..plugin.registry import import_target

    if found.missing:
        return f"needs {', '.join(found.missing)}: {found.remedy}"
    try:
        import_target(found)
    except PluginError as error:
        return f"broken: {error.__cause__!r}"
    return "ok"
