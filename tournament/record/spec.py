"""What workers, examiners and examinees are told: the contracts with those who start them.

Each is a JSON file, so that a process can be run again by hand; only what is secret (the secret of
an attempt, the seed of an exam) is not in it: that comes through an inherited file descriptor.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

from .fields import Figure
from .payloads import File


class Wanted(BaseModel):
    """One criterion: its `key` in the config (`criteria.all.0`), and what it asks of a metric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    metric: str
    op: str
    threshold: float


class PluginAt(BaseModel):
    """A class of a plugin ("module:Class"), by its name, with the options that the config gives.

    `distribution` and `version` say what brought it, `needs` the packages that it wants.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    target: str
    options: dict[str, JsonValue]
    distribution: str = ""
    version: str = ""
    needs: tuple[str, ...] = ()


class Continuation(BaseModel):
    """Where another attempt goes on: behind a check, with its checkpoint and its clocks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int
    epoch: int
    checkpoint: File
    seconds: float
    cpu_seconds: float


class WorkerSpec(BaseModel):
    """Everything that a worker needs to know about its trial.

    `checks`: how many were made before; `behind`: where to go on, None to begin anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    trial: str
    attempt: int
    endpoint: str
    folder: str
    base: str
    entrant: str
    strategy: PluginAt
    task: PluginAt
    criteria: tuple[Wanted, ...]
    seed: int
    every: int
    max_epochs: int
    checks: int
    behind: Continuation | None
    device: str
    threads: int
    cores: int


class ExamCriterion(BaseModel):
    """One criterion, and the level at which an exam has to be sure of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: str
    metric: str
    op: str
    threshold: float
    level: float


class Surroundings(BaseModel):
    """What a trial was given besides its options; an exam gives the same to the examinee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    device: str
    threads: int
    cores: int
    base: str


class ExamSpec(BaseModel):
    """Everything that an examiner is told, except for the seed of the sealed data.

    `checkpoint` is the file, `sha256` and `bytes` its hash and size that were logged with the
    claim. `folder` is where the result goes, `scratch` a new folder for arrays, which is gone
    afterwards. `claimed` are the metrics of the claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    because: int
    trial: str
    number: int
    task: PluginAt
    strategy: PluginAt
    surroundings: Surroundings
    criteria: tuple[ExamCriterion, ...]
    checkpoint: str
    sha256: str
    bytes: int
    claimed: dict[str, Figure]
    samples: int
    timeout: float
    folder: str
    scratch: str


class ExamineeSpec(BaseModel):
    """Everything that an examinee is told: how to build the strategy, and where its state lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: PluginAt
    strategy: PluginAt
    surroundings: Surroundings
    checkpoint: str
    folder: str
