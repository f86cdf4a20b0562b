"""What a worker reports."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from ..fields import Count, Figure, Inside, Payload, Text


class File(Payload):
    """A file in the trial's folder: its name there, its SHA-256 and its size in bytes."""

    name: Inside
    sha256: str
    bytes: Count


class Step(Payload):
    """One piece of preparation: built or found in the cache; `seconds` include waiting."""

    what: Text
    seconds: float
    cached: bool


class Accepted(Payload):
    """A worker can honour its part of the config, as far as its options tell. Now it prepares."""

    device: str


class Preparing(Payload):
    """A worker prepares: `done` of `total` of `what`."""

    what: Text
    done: Count
    total: Count


FORMAT = r"^(\.[0-9]{1,2})?[efg%]$"
"""What a metric's format may be: one of Python's for numbers."""


class Look(Payload):
    """How a metric is written: its heading, the format of its value, and what follows that."""

    title: Text = ""
    format: Annotated[str, Field(pattern=FORMAT)] = ".4g"
    unit: Text = ""


class Ready(Payload):
    """A worker has prepared and waits at the barrier. `looks`: how the metrics are written."""

    metrics: tuple[str, ...]
    looks: dict[str, Look] = Field(default_factory=dict)
    device: str
    threads: Count
    seconds: float
    steps: tuple[Step, ...]
    report: dict[str, JsonValue]
    versions: dict[str, str]


class Complaint(Payload):
    """A part of the config that a worker cannot honour; `key` is dotted from the config's top."""

    key: str
    message: Text


class Problems(Payload):
    """A worker cannot honour its part of the config, so the tournament must not start."""

    problems: tuple[Complaint, ...] = Field(min_length=1)


class Note(Payload):
    """Something that a reader of the report should know: a fallback, a skipped sample."""

    text: Text


class Progress(Payload):
    """A worker trains: `batch` batches into epoch `epoch` (from 1), `seconds` after the start.

    `batches` is how many an epoch has, 0 while unknown (during the first).
    """

    epoch: Count
    batch: Count
    batches: Count
    seconds: float
    figures: dict[str, Figure]


class Check(Payload):
    """One evaluation on validation data, after `epoch` epochs; index 0 is before training.

    `seconds`: since the start of the race; `evaluation_seconds` of them for this check.
    `cpu_seconds`: processor time of the worker's threads since the start of the race.
    """

    index: Count
    epoch: Count
    metrics: dict[str, Figure]
    checkpoint: File
    samples: File
    seconds: float
    evaluation_seconds: float
    cpu_seconds: float


class Finished(Payload):
    """A worker has trained all its epochs."""

    epochs: Count
    seconds: float


class Stopped(Payload):
    """A worker obeyed the order to stop, after `epoch` whole epochs.

    `checkpoint` is that of its last check, which may be of an earlier epoch.
    """

    epoch: Count
    checkpoint: File | None


class Failed(Payload):
    """A worker cannot go on. `reason` is one sentence; `traceback` may be empty.

    `kind` names the type of the error. `transient`: it came from the machine (the file system,
    memory, a GPU) rather than from the strategy, so that another attempt may go well.
    """

    reason: Text
    kind: str = ""
    transient: bool = False
    traceback: Text = ""
