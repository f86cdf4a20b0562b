"""`tournament conform NAME`: does a plugin keep its contract?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..testing.attempt import Result
    from ..testing.conform import Case

NONCONFORMING = 1


@click.command(epilog="Exit codes: 0 it conforms, 1 it does not, 2 bad usage.")
@click.argument("name")
@click.option("--kind", type=click.Choice(["strategy", "task", "reporter"]), help="Of what kind.")
@click.option("--task", default="", help="At which task a strategy is tried.")
@click.option("--strategy", default="", help="With which strategy a task is tried.")
@click.option(
    "--options", type=click.Path(path_type=Path), help="A YAML file with options of a strategy."
)
@click.option(
    "--patience",
    type=click.FloatRange(min=1),
    default=60.0,
    help="Seconds that each point may take.",
)
@click.option("--quick", is_flag=True, help="Without the two races, which take longest.")
@click.option("--debug", is_flag=True, help="Try it in this process, up to the first exception.")
def conform(
    name: str,
    kind: str | None,
    task: str,
    strategy: str,
    options: Path | None,
    patience: float,
    quick: bool,
    debug: bool,
) -> None:
    """Try the installed plugin NAME at everything that its contract asks, on small data.

    Each result is a sentence; what is not true is told with what was found, and how to mend it.
    With --debug everything happens in this process, as in `python -m pdb -m tournament conform`.
    """
    from ..plugin.discovery import load_registry
    from ..testing.conform import Case

    registry = load_registry()
    found = kind or _kind(registry.kinds(name), name, [i.plugin.name for i in registry.installed])
    case = Case(found, name, task, strategy, _read(options), patience, quick)  # type: ignore[arg-type]
    if debug:
        _debug(registry, case)
        return
    sys.exit(0 if _tell(registry, case) else NONCONFORMING)


def _tell(registry: Any, case: Case) -> bool:
    from ..testing.conform import conform as results

    good = count = 0
    for result in results(registry, case):
        count += 1
        good += result.passed
        for line in _lines(result):
            click.echo(line)
    verdict = "conforms" if good == count else "does not conform"
    click.echo(f"\n{case.kind} {case.name} {verdict}: {good} of {count} points")
    return good == count


def _lines(result: Result) -> list[str]:
    if result.passed:
        return [click.style("✓ ", fg="green") + result.asks]
    if not result.tried:
        return [click.style(f"– {result.asks} (not tried)", dim=True)]
    found = result.found.replace("\n", "\n    ")
    lines = [click.style("✗ ", fg="red") + result.asks, click.style(f"    {found}", fg="red")]
    return [*lines, f"    {result.mend}"] if result.mend else lines


def _debug(registry: Any, case: Case) -> None:
    """In this process; an exception is the debugger's, or ends it with its traceback."""
    from ..testing.conform import plan_attempt
    from ..testing.trying import POINTS, prepared

    attempt, _ = plan_attempt(registry, case)
    with prepared(attempt) as bench:
        for point in POINTS[attempt.kind]:
            click.echo(f"{point.name}: {point.asks}")
            point.check(bench)


def _kind(kinds: tuple[str, ...], name: str, names: list[str]) -> str:
    from ..errors import PluginError, nearest

    if not kinds:
        raise PluginError(f"no plugin is called {name!r}. {nearest(name, names)}")
    if len(kinds) > 1:
        raise PluginError(f"{name!r} is a {' and a '.join(kinds)}; say which with --kind")
    return kinds[0]


def _read(path: Path | None) -> Mapping[str, Any] | None:
    from ..config.extends import read_tree
    from ..config.tree import plain
    from ..errors import ConfigError

    if path is None:
        return None
    tree, problems = read_tree(path)
    if problems:
        raise ConfigError(problems)
    found: Mapping[str, Any] = plain(tree)
    return found
