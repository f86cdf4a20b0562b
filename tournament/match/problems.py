"""Everything that is wrong with a config, as far as it can be told without preparing anything.

No plugin is imported into this process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..bus.endpoints import refusal
from ..bus.keyring import Keyring
from ..config.check import check_names
from ..config.criteria import readable_leaves
from ..config.load import Draft, Loaded, in_order
from ..config.uses import Use, entrant_names, uses
from ..errors import BusError, ConfigError, Problem
from ..plugin.inspection import Inspection, inspect
from ..plugin.registry import Installed, Registry
from ..record.folder import RunFolder
from .plan import wanted


def checked_by_name(draft: Draft, registry: Registry) -> Loaded:
    """The config, if nothing is wrong with it but what the workers will say of options and metrics.

    Raises ConfigError with all problems at once: if there is one, no worker starts, and so options
    and metrics are looked at here.
    """
    if _problems(draft, registry):
        return checked_with_plugins(draft, registry)
    return draft.loaded()


def checked_with_plugins(draft: Draft, registry: Registry) -> Loaded:
    """The config, if nothing is wrong with it, options and metrics included.

    Raises ConfigError with all problems at once.
    """
    looked = _option_problems(draft, registry)
    if found := [*_problems(draft, registry), *draft.new(looked)]:
        raise ConfigError(in_order(found))
    return draft.loaded()


def _problems(draft: Draft, registry: Registry) -> list[Problem]:
    looked = [
        *_name_problems(draft, registry),
        *_folder_problems(draft),
        *_monitor_problems(draft),
    ]
    return [*draft.problems, *draft.new(looked)]


def _name_problems(draft: Draft, registry: Registry) -> Iterator[Problem]:
    """What is wrong with names, and with plugins that are known by their name."""
    problems = check_names(draft, registry.names("strategy"), registry.names("task"))
    hint = registry.broken_hint
    for problem in problems:
        yield draft.problem(problem.key, problem.message + hint)
    for use, found in _known(draft, registry):
        if found.lack:
            yield draft.problem(f"{use.key}.use", found.lack)
        if use.kind == "strategy" and (misfit := _misfit(draft, registry, found)):
            yield draft.problem(f"{use.key}.use", misfit)
    for name in entrant_names(draft.values):
        if name in RunFolder.RESERVED:
            message = f"{name!r} is a file of the run folder; rename it"
            yield draft.problem(f"entrants.{name}", message)


def _misfit(draft: Draft, registry: Registry, found: Installed) -> str:
    """That a strategy is not made for the task; empty if it is, or if that is not known."""
    task = next((use.name for use in uses(draft.values) if use.kind == "task"), "")
    made_for = found.plugin.tasks
    if task not in registry.names("task") or not made_for or task in made_for:
        return ""
    name, tasks = found.plugin.name, ", ".join(made_for)
    return f"strategy {name!r} is made for {tasks}, and cannot compete at {task!r}"


def _folder_problems(draft: Draft) -> Iterator[Problem]:
    """That no run folder could be made, without making one."""
    runs = draft.values["runs"]
    if isinstance(runs, str) and runs and (reason := _unwritable(Path(runs))):
        yield draft.problem("runs", no_run_folder(runs, reason))


def _monitor_problems(draft: Draft) -> Iterator[Problem]:
    """That nobody could watch over the network: without keys, or at a place that is taken."""
    address = draft.values.get("monitor")
    if draft.config is None or not isinstance(address, str):
        return
    try:
        listed = Keyring().public()
    except BusError as error:
        yield draft.problem("monitor", str(error))
        return
    if not listed:
        yield draft.problem("monitor", _NO_KEYS)
    if reason := refusal(address):
        yield draft.problem("monitor", reason)


_NO_KEYS = (
    "no key is listed, so nobody could watch; make one with `tournament keys new NAME`, or leave "
    "`monitor` out"
)


def no_run_folder(runs: object, reason: object) -> str:
    """The sentence that says so."""
    return f"no run folder can be made in {runs}: {reason}. Change `runs`, or use `run --runs DIR`"


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
    """Problems with options and metrics, of which nothing is known to be wrong yet."""
    spoilt = {problem.key for problem in draft.problems}
    leaves = readable_leaves(draft.values.get("criteria"))
    criteria = [wanted(key, leaf) for key, leaf in leaves]
    asked = [
        (use.key, Inspection(found, use.options, f"{use.key}.options", criteria))
        for use, found in _known(draft, registry)
        if not found.lack and f"{use.key}.options" not in spoilt  # These are told already.
    ]
    answers = inspect([inspection for _, inspection in asked])
    for (key, inspection), answer in zip(asked, answers, strict=True):
        if answer.reason:
            origin = f"{inspection.found.distribution} {inspection.found.version}"
            yield draft.problem(f"{key}.use", f"{answer.reason} (of {origin})")
        yield from (draft.problem(option, message) for option, message in answer.complaints)


def _known(draft: Draft, registry: Registry) -> Iterator[tuple[Use, Installed]]:
    """Every use of a plugin that is installed."""
    for use in uses(draft.values):
        if use.name in registry.names(use.kind):
            yield use, registry.find(use.kind, use.name)
