"""provenance.json: what a run was made from and ran on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

import psutil
from pydantic import JsonValue

from ..referee.standing import Standing
from ..referee.standings import Standings
from .plan import Plan


def provenance_object(plan: Plan, source: Path, command: list[str]) -> dict[str, JsonValue]:
    """What is known before the start."""
    return {
        "command": list(command),
        "config_file": str(source),
        "base": str(plan.base.absolute()),
        "config": plan.config.model_dump(mode="json"),
        "seeds": {entry.trial: entry.seed for entry in plan.entries},
        "threads_per_trial": plan.threads,
        "hardware": hardware(plan.cores),
        "git": git_state(source.absolute().parent),
        "versions": versions(),
    }


def resumption_object(
    before: Mapping[str, JsonValue], plan: Plan, command: list[str]
) -> dict[str, JsonValue]:
    """The same of a run that is resumed, which may have been moved to another machine."""
    earlier = before.get("resumed")
    again: dict[str, JsonValue] = {
        "command": list(command),
        "hardware": hardware(plan.cores),
        "versions": versions(),
    }
    return {**before, "resumed": [*(earlier if isinstance(earlier, list) else []), again]}


def preparation_object(standings: Standings) -> dict[str, JsonValue]:
    """What the trials said about themselves when they were ready: devices, weights, costs."""
    return {name: _ready(trial) for name, trial in standings.trials.items()}


def _ready(trial: Standing) -> JsonValue:
    if trial.ready is None:
        return None
    return trial.ready.model_dump(mode="json", exclude={"metrics"})


def available_cores() -> int:
    """How many cores this process may use: its affinity, cut by a cgroup's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.exists():
        limit, _, period = quota.read_text().partition(" ")
        if limit != "max":
            return max(1, min(cores or 1, int(limit) // int(period)))
    return cores or 1


def hardware(cores: int) -> dict[str, JsonValue]:
    """The machine, in words and numbers."""
    return {
        "cpu": _cpu_model(),
        "cores": cores,
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.platform(),
        "python": sys.version.split()[0],
    }


def versions() -> dict[str, JsonValue]:
    """Every distribution that is installed in this environment, as far as it has a name."""
    named = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    return {name: named[name] for name in sorted(named, key=str.lower)}


def git_state(folder: Path) -> JsonValue:
    """Commit and uncommitted files of the repository around `folder`; None outside of one.

    `uncommitted` is None where git could not tell.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _git(folder, "status", "--porcelain")
    uncommitted: list[JsonValue] | None = None if changed is None else [*changed.splitlines()]
    return {"commit": commit.strip(), "uncommitted": uncommitted}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    facts = dict(_fact(line) for line in lines if ":" in line)
    return facts.get("model name") or platform.processor() or platform.machine()


def _fact(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
