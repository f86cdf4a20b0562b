"""What a worker is told: the contract between the match that starts it and the worker itself.

It is a JSON file in the trial's folder, so that a worker can be run again by hand; only the secret
of the attempt is not in it: that comes through an inherited file descriptor.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue


class CriterionKey(BaseModel):
    """Where a metric is used: `key` in the config (`criteria.all.0`), and the metric's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    metric: str


class WorkerSpec(BaseModel):
    """Everything that a worker needs to know about its trial."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    trial: str
    attempt: int
    endpoint: str
    folder: str
    base: str
    entrant: str
    strategy: str
    strategy_options: dict[str, JsonValue]
    task: str
    task_options: dict[str, JsonValue]
    criteria: tuple[CriterionKey, ...]
    seed: int
    every: int
    max_epochs: int
    device: str
    threads: int
    cores: int
