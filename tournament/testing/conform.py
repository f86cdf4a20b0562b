"""Does a plugin keep its contract? All that can be tried of one, from its entry point on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PluginError
from ..plugin.hookspecs import Kind
from ..plugin.inspection import Inspected, Inspection, inspect
from ..plugin.registry import Installed, Registry
from .attempt import Attempt, Result, Target
from .races import race_results, raced_folders
from .reports import report_results
from .tried import try_plugin

PATIENCE = 60.0
"""Seconds that each point may take."""

_FOUND = "Its entry point works, and the class can be imported."
_RACE = "It competes, is examined, and obeys in a real race."


@dataclass(frozen=True)
class Case:
    """What is to be tried: a plugin, with a task or a strategy of one's choice beside it.

    `quick`: without races in processes of their own.
    """

    kind: Kind
    name: str
    task: str = ""
    strategy: str = ""
    options: Mapping[str, Any] | None = None
    patience: float = PATIENCE
    quick: bool = False


def conform(registry: Registry, case: Case) -> Iterator[Result]:
    """Each result as soon as it is known. Raises PluginError where there is nothing to try."""
    found = registry.find(case.kind, case.name)
    (seen,) = inspect([Inspection(found)])
    trouble = found.lack or seen.reason
    yield Result(
        name="found", asks=_FOUND, found=trouble, mend="See the message." if trouble else ""
    )
    if trouble:
        return
    if case.kind == "reporter":
        yield from _reporter(registry, case)
    else:
        attempt, metric = plan_attempt(registry, case)
        yield from try_plugin(attempt, case.patience)
        if not case.quick:
            yield from _races(registry, attempt, metric, case.patience)


def plan_attempt(registry: Registry, case: Case) -> tuple[Attempt, str]:
    """The strategy and the task that are tried together, and the metric that is judged.

    Raises PluginError when nobody can say which.
    """
    if case.kind == "strategy":
        strategy = registry.find("strategy", case.name)
        task = _task_for(registry, strategy, case.task)
    else:
        task = registry.find("task", case.name)
    (facts,) = inspect([Inspection(task)])
    if facts.reason:
        raise PluginError(facts.reason)
    beside = _target(strategy, case.options) if case.kind == "strategy" else None
    if beside is None:
        beside = _competitor(registry, task, facts, case.strategy)
    return (
        Attempt(
            kind="task" if case.kind == "task" else "strategy",
            strategy=beside,
            task=_target(task),
            task_options=facts.starter.options if facts.starter else None,
        ),
        _metric(facts),
    )


def _metric(facts: Inspected) -> str:
    """The metric that a race is about: that of the starter's first criterion, or the first one."""
    criteria = facts.starter.criteria if facts.starter else ()
    names = [criterion.split()[0] for criterion in criteria] + [name for name, _ in facts.metrics]
    if not names:
        raise PluginError("the task has no metric, so nobody can compete at it")
    return names[0]


def _task_for(registry: Registry, strategy: Installed, wanted: str) -> Installed:
    if wanted:
        return registry.find("task", wanted)
    names = strategy.plugin.tasks or registry.names("task")
    if len(names) == 1:
        return registry.find("task", names[0])
    raise PluginError(
        f"nobody says at which task {strategy.plugin.name!r} competes: give `tasks=(...)` in its "
        f"Plugin(...), or use --task with one of {', '.join(names)}"
    )


def _competitor(registry: Registry, task: Installed, facts: Inspected, wanted: str) -> Target:
    """A strategy for the task: the one that is wanted, an installed one, or its starter."""
    if wanted:
        return _target(registry.find("strategy", wanted))
    for found in registry.installed:
        if found.plugin.kind == "strategy" and task.plugin.name in found.plugin.tasks:
            return _target(found)
    if facts.starter:
        return Target(name=facts.starter.name, target=facts.starter.target)
    raise PluginError(
        f"no strategy that is installed says `tasks=({task.plugin.name!r},)`, and the task has no "
        "`starter`: nobody can try it. Use --strategy NAME"
    )


def _target(found: Installed, options: Mapping[str, Any] | None = None) -> Target:
    return Target(name=found.plugin.name, target=found.plugin.target, options=options or {})


def _races(registry: Registry, attempt: Attempt, metric: str, patience: float) -> Iterator[Result]:
    if attempt.strategy.name in registry.names("strategy"):
        yield from race_results(attempt, metric, patience)
    else:  # A task whose only strategy is its starter, which is not installed.
        yield Result(name="races", asks=_RACE, tried=False)


def _reporter(registry: Registry, case: Case) -> Iterator[Result]:
    task = registry.find("task", case.task or _first(registry))
    attempt, metric = plan_attempt(registry, Case("task", task.plugin.name, strategy=case.strategy))
    with tempfile.TemporaryDirectory(prefix="tournament-conform-") as place:
        won, stopped = raced_folders(attempt, metric, case.patience, Path(place))
        yield from report_results(case.name, won, stopped, case.patience)


def _first(registry: Registry) -> str:
    """A task at which an installed strategy competes."""
    for found in registry.installed:
        if found.plugin.kind == "strategy" and found.plugin.tasks:
            return found.plugin.tasks[0]
    raise PluginError("no strategy is installed that says at which task it competes; use --task")
