"""What is wrong with a config in the eyes of its plugins, found without preparing anything."""

from __future__ import annotations

from ..config.load import Loaded
from ..errors import PluginError, Problem
from ..plugin.fit import read_options, unknown_metrics
from ..plugin.registry import Registry
from .plan import criterion_keys


def option_problems(loaded: Loaded, registry: Registry) -> list[Problem]:
    """Problems with options and metrics. Imports the strategies and the task into this process."""
    config = loaded.config
    problems: list[Problem] = []
    uses = [("task", config.task.use, "task", config.task.options)] + [
        ("strategy", entrant.use, f"entrants.{name}", entrant.options)
        for name, entrant in config.entrants.items()
    ]
    for kind, name, key, options in uses:
        if name not in registry.names(kind):  # type: ignore[arg-type]
            continue  # Told by its name already.
        try:
            cls = registry.load(kind, name)  # type: ignore[arg-type]
        except PluginError as error:
            problems.append(loaded.problem(f"{key}.use", str(error)))
            continue
        complaints = read_options(cls.Options, options, f"{key}.options")[1]
        if kind == "task":
            criteria = [(c.key, c.metric) for c in criterion_keys(config.criteria)]
            complaints += unknown_metrics(criteria, cls.metrics, name)
        problems += [loaded.problem(c.key, c.message) for c in complaints]
    return problems
