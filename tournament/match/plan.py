"""What is to be run: trials, seeds and threads, derived from the config. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config.criteria import Criteria, Leaf, criteria_to_json
from ..config.models import Config, Options
from ..plugin.hookspecs import Kind
from ..plugin.registry import Registry
from ..record.folder import RunFolder
from ..record.payloads import Check, Entry, Opened
from ..record.spec import Continuation, PluginAt, Wanted, WorkerSpec
from ..referee.standing import Standing

DISTRIBUTION = "strategy-tournament"
"""What this project is called where it is installed."""


@dataclass(frozen=True)
class Plan:
    """The trials of a tournament, and what each may use of the machine.

    `base` is the folder of the config file: relative paths among plugins' options begin there.
    """

    config: Config
    base: Path
    entries: tuple[Entry, ...]
    threads: int
    cores: int

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader should know about the plan."""
        if len(self.entries) <= self.cores:
            return ()
        return (
            f"{len(self.entries)} entrants share {self.cores} cores: all start, "
            f"{self.threads} thread each, and slow each other down",
        )


def make_plan(config: Config, base: Path, cores: int) -> Plan:
    """One trial an entrant; threads per trial = cores / concurrent trials, at least one."""
    entries = tuple(
        Entry(
            trial=name,
            entrant=name,
            strategy=entrant.use,
            seed=derive_seed(config.seed, name) if entrant.seed is None else entrant.seed,
            max_epochs=entrant.max_epochs,
        )
        for name, entrant in config.entrants.items()
    )
    threads = config.threads or max(1, cores // len(entries))
    return Plan(config, base, entries, threads, cores)


def derive_seed(seed: int, trial: str) -> int:
    """The seed of a trial: a hash of the tournament's seed and the trial's name, below 2^48.

    So adding an entrant changes nobody else's seed, and neighbouring seeds are unrelated.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{trial}".encode()).digest()[:6], "big")


def opening(
    plan: Plan, registry: Registry, version: str, config_sha256: str, barred: Mapping[str, str]
) -> Opened:
    """The first event of the run; `barred` do not start, each with a sentence why."""
    criteria = plan.config.criteria
    return Opened.model_validate(
        {
            "name": plan.config.name,
            "version": version,
            "config_sha256": config_sha256,
            "seed": plan.config.seed,
            "threads": plan.threads,
            "every": criteria.every,
            "criteria": criteria_to_json(criteria),
            "exam": plan.config.exam.model_dump(),
            "keep": plan.config.keep,
            "retries": plan.config.retries,
            "plugins": distributions(plan.config, registry),
            "trials": plan.entries,
            "barred": dict(barred),
        }
    )


def distributions(config: Config, registry: Registry) -> dict[str, str]:
    """The distributions that task and strategies come from, with their versions."""
    found = [registry.find("task", config.task.use)]
    found += [registry.find("strategy", entrant.use) for entrant in config.entrants.values()]
    return {each.distribution: each.version for each in found}


def plugin_at(registry: Registry, kind: Kind, name: str, options: Options) -> PluginAt:
    """Where a plugin is found, and with which options. Raises PluginError for an unknown one."""
    found = registry.find(kind, name)
    return PluginAt(
        name=name,
        target=found.plugin.target,
        options=dict(options),
        distribution=found.distribution,
        version=found.version,
        needs=tuple(found.plugin.needs),
    )


def worker_spec(
    plan: Plan,
    registry: Registry,
    trial: Standing,
    folder: RunFolder,
    endpoint: str,
    attempt: int,
    check: Check | None,
) -> WorkerSpec:
    """What the worker of an attempt is told; it goes on behind `check`, or begins anew."""
    config, entry = plan.config, trial.entry
    entrant = config.entrants[entry.entrant]
    return WorkerSpec.model_validate(
        {
            "run": folder.name,
            "trial": entry.trial,
            "attempt": attempt,
            "endpoint": endpoint,
            "folder": str(folder.trial(entry.trial).path.absolute()),
            "base": str(plan.base.absolute()),
            "entrant": entry.entrant,
            "strategy": plugin_at(registry, "strategy", entry.strategy, entrant.options),
            "task": plugin_at(registry, "task", config.task.use, config.task.options),
            "criteria": all_wanted(config.criteria),
            "seed": entry.seed,
            "every": config.criteria.every,
            "max_epochs": entry.max_epochs,
            "checks": len(trial.history),
            "behind": None if check is None else continuation(check),
            "device": config.device,
            "threads": plan.threads,
            "cores": plan.cores,
        }
    )


def continuation(check: Check) -> Continuation:
    """Where an attempt goes on behind this check."""
    return Continuation(
        index=check.index,
        epoch=check.epoch,
        checkpoint=check.checkpoint,
        seconds=check.seconds,
        cpu_seconds=check.cpu_seconds,
    )


def all_wanted(criteria: Criteria) -> tuple[Wanted, ...]:
    """Each criterion with its key in the config, in written order."""
    return tuple(wanted(key, leaf) for key, leaf in criteria.group.leaves("criteria"))


def wanted(key: str, leaf: Leaf) -> Wanted:
    """What a criterion asks for, as plugins are asked whether it can be."""
    return Wanted(key=key, metric=leaf.metric, op=leaf.op, threshold=leaf.threshold)
