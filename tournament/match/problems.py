"""Everything that is wrong with a config, as far as it can be told without preparing anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..config.check import check_names
from ..config.criteria import readable_leaves
from ..config.load import Draft, Loaded, in_order
from ..config.uses import Use, uses
from ..errors import ConfigError, PluginError, Problem
from ..plugin.fit import read_options, unknown_metrics
from ..plugin.registry import Registry
from ..record.folder import RunFolder


def sound(draft: Draft, registry: Registry, *, options: bool) -> Loaded:
    """The config, if nothing is wrong with it. Raises ConfigError with all problems at once.

    With `options`, also options and metrics are looked at, for which the plugins are imported into
    this process. Without, that is left to the workers; but if something else is wrong, none starts,
    and so it is done here.
    """
    found = [*draft.problems, *_name_problems(draft, registry), *_folder_problems(draft)]
    if options or found:
        found += _option_problems(draft, registry)
    if found:
        raise ConfigError(in_order(found))
    return draft.loaded()


def _name_problems(draft: Draft, registry: Registry) -> Iterator[Problem]:
    """What is wrong with names, and with plugins that are known by their name."""
    problems = check_names(draft, registry.names("strategy"), registry.names("task"))
    hint = registry.broken_hint
    for problem in problems:
        yield draft.problem(problem.key, problem.message + hint)
    for use in _known(draft, registry):
        if lack := registry.find(use.kind, use.name).lack:
            yield draft.problem(f"{use.key}.use", lack)
    for name in _entrants(draft):
        if name in RunFolder.RESERVED:
            message = f"{name!r} is a file of the run folder; rename it"
            yield draft.problem(f"entrants.{name}", message)


def _folder_problems(draft: Draft) -> Iterator[Problem]:
    """That no run folder could be made, without making one."""
    runs = draft.values["runs"]
    if isinstance(runs, str) and runs and (reason := _unwritable(Path(runs))):
        yield draft.problem(
            "runs", f"no run folder can be made in {runs}: {reason}. Use --runs DIR"
        )


def _unwritable(folder: Path) -> str:
    """Why nothing can be made in a folder that may not be there yet; empty if it seems to go."""
    try:
        nearest = next(part for part in (folder, *folder.parents) if part.exists())
    except OSError as error:
        return str(error.strerror)
    if not nearest.is_dir():
        return f"{nearest} is no folder"
    return "" if os.access(nearest, os.W_OK | os.X_OK) else f"{nearest} is not writable"


def _option_problems(draft: Draft, registry: Registry) -> Iterator[Problem]:
    """Problems with options and metrics. Imports the strategies and the task into this process."""
    for use in _known(draft, registry):
        if registry.find(use.kind, use.name).lack:
            continue  # Told by its name already.
        try:
            cls = registry.load(use.kind, use.name)
        except PluginError as error:
            yield draft.problem(f"{use.key}.use", str(error))
            continue
        complaints = read_options(cls.Options, use.options, f"{use.key}.options")[1]
        if use.kind == "task":
            leaves = readable_leaves(draft.values.get("criteria"))
            criteria = [(key, leaf.metric) for key, leaf in leaves]
            complaints += unknown_metrics(criteria, cls.metrics, use.name)
        for complaint in complaints:
            yield draft.problem(complaint.key, complaint.message)


def _known(draft: Draft, registry: Registry) -> Iterator[Use]:
    return (use for use in uses(draft.values) if use.name in registry.names(use.kind))


def _entrants(draft: Draft) -> list[str]:
    return [use.key.removeprefix("entrants.") for use in uses(draft.values) if use.kind != "task"]
