"""`tournament plugins`: what is installed, from where, and what is broken and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..plugin.registry import Installed

OK = "ok"


@click.command()
def plugins() -> None:
    """List strategies, tasks and reporters with the distribution that each comes from.

    Every plugin is imported, to see whether it works. The exit code is 2 when one does not.
    """
    from ..plugin.registry import load_registry

    registry = load_registry()
    broken = [
        ("entry point", b.entry_point, f"{b.distribution} {b.version}") for b in registry.broken
    ]
    heads = [*map(_head, registry.installed), *broken]
    widths = [max(map(len, column)) for column in zip(*heads, strict=True)]
    lines = ["  ".join(map(str.ljust, head, widths)) for head in heads]
    well = not broken
    for line, found in zip(lines, registry.installed, strict=False):
        click.echo(line, nl=False)  # Before the import: one that hangs can be seen.
        status = _status(found)
        click.secho(f"  {status}", fg="green" if status == OK else "red")
        click.echo(f"{' ' * (widths[0] + 2)}{found.plugin.summary}")
        well = well and status == OK
    for line, b in zip(lines[len(registry.installed) :], registry.broken, strict=True):
        click.echo(f"{line}  {click.style(f'broken: {b.reason}', fg='red')}")
    if not well:
        raise click.exceptions.Exit(2)


def _head(found: Installed) -> tuple[str, str, str]:
    return found.plugin.kind, found.plugin.name, f"{found.distribution} {found.version}"


def _status(found: Installed) -> str:
    """`ok`, what is missing with the command that installs it, or why it cannot be imported."""
    from ..errors import PluginError
    from ..plugin.registry import import_target

    if found.missing:
        return f"needs {', '.join(found.missing)}: {found.remedy}"
    try:
        import_target(found)
    except PluginError as error:
        cause = error.__cause__
        return f"broken: {type(cause).__name__}: {cause}"
    return OK
