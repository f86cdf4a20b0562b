"""Checks of a config against what is installed. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import Problem, nearest
from .load import Loaded


def check_names(
    loaded: Loaded, strategies: Collection[str], tasks: Collection[str]
) -> list[Problem]:
    """A problem for each name of a strategy or task that is not among the installed ones."""
    config = loaded.config
    problems = []
    if config.task.use not in tasks:
        message = (
            f"no task is called {config.task.use!r}. {nearest(config.task.use, sorted(tasks))}"
        )
        problems.append(loaded.problem("task.use", message))
    for name, entrant in config.entrants.items():
        if entrant.use not in strategies:
            message = f"no strategy is called {entrant.use!r}. "
            message += nearest(entrant.use, sorted(strategies))
            if entrant.use == name:
                message += " An entrant with a name of its own says `use: STRATEGY`."
            problems.append(loaded.problem(f"entrants.{name}.use", message))
    return problems
