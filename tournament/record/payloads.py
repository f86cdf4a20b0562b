"""What events say. Each class is one kind of event; its docstring says who sends it and when.

Workers report; the match states facts that only it can see; the referee decides. `SPEAKERS` in
`events` is the table of who may say what.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from .fields import Count, Figure, Name, Payload, Text

# --- a worker reports -----------------------------------------------------------------------------


class File(Payload):
    """A file in the trial's folder: its name there, its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    bytes: Count


class Step(Payload):
    """One piece of preparation: built or found in the cache; `seconds` include waiting."""

    what: str
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


class Ready(Payload):
    """A worker has prepared and waits at the barrier."""

    metrics: tuple[str, ...]
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
    """A worker cannot go on. `reason` is one sentence; `traceback` may be empty."""

    reason: Text
    traceback: Text = ""


# --- the match states a fact ----------------------------------------------------------------------


class Entry(Payload):
    """One trial of the tournament: an entrant with one seed."""

    trial: Name
    entrant: Name
    strategy: str
    seed: Count
    max_epochs: Count


class ExamRules(Payload):
    """How claims are examined: on how many fresh samples, how often an entrant may sit, how sure.

    `confidence` (0.5 to 1) is the chance that no false winner is crowned, over all exams of the
    tournament. `backoff`: checks that a rejected entrant sits out, doubled each time. `timeout` in
    seconds.
    """

    samples: Count
    attempts: Count
    confidence: float
    backoff: Count
    timeout: float


class Opened(Payload):
    """The first event: what this tournament is. `criteria` as in the resolved config."""

    name: Name
    version: str
    config_sha256: str
    seed: Count
    threads: Count
    every: Count
    criteria: JsonValue
    exam: ExamRules
    trials: tuple[Entry, ...]


class Notice(Payload):
    """The match says what a reader of the report should know, such as more entrants than cores."""

    text: Text


class Spawned(Payload):
    """A worker process was started for a trial."""

    trial: Name
    attempt: Count
    pid: Count


class Overdue(Payload):
    """The match gives a worker up: no sign of life for too long, or too much output."""

    trial: Name
    reason: Text


class Interrupted(Payload):
    """Somebody asked the match to stop: by Ctrl-C, SIGTERM or a lost terminal (SIGHUP)."""

    signal: str


class Ended(Payload):
    """A worker process is gone. Sent after everything that it had published was taken in.

    `exit_code` is None when a signal ended it; `stderr` holds its last lines. `cpu_seconds` and
    `peak_memory` (bytes) are what the kernel counted, of the worker and the children it waited for.
    """

    trial: Name
    attempt: Count
    exit_code: int | None
    signal: str | None
    stderr: tuple[str, ...]
    cpu_seconds: float
    peak_memory: Count


class Sealed(Payload):
    """An exam begins on data that nobody has seen; `commitment` is the SHA-256 of its seed.

    The seed itself is told with the result: until then it is in no file.
    """

    because: Count
    trial: Name
    number: Count
    commitment: str


class Finding(Payload):
    """One integrity check: what was measured, against which threshold, and what that means."""

    name: str
    passed: bool
    value: Figure
    threshold: Figure
    text: Text


class Bound(Payload):
    """A criterion in an exam: the metric's value, and how unfavourable its true value may be.

    The true value is beyond `bound` with a chance of at most `level`. `method` says how that was
    found: exact, BCa, p-value, or point (then the bound is the value).
    """

    criterion: str
    metric: str
    value: Figure
    bound: Figure
    level: float
    method: Literal["exact", "BCa", "p-value", "point"]


class Examined(Payload):
    """What an exam measured. `problem` says why it could not be held to its end, else it is empty.

    `bounds`: the criteria in their written order. `table` (a row a sample) lies in the trial's
    folder. `seed` is the one that `Sealed` was committed to.
    """

    because: Count
    trial: Name
    number: Count
    seed: Count
    problem: Text
    samples: Count
    metrics: dict[str, Figure]
    bounds: tuple[Bound, ...]
    findings: tuple[Finding, ...]
    table: File | None
    seconds: float


class Closed(Payload):
    """The last event: nothing more comes. `exit_code` is that of `tournament run`."""

    exit_code: Count
    seconds: float


# --- the referee decides; `because` is the offset of the event that a decision rests on -----------


class Start(Payload):
    """Everybody who could get ready is ready: all start together."""

    because: Count
    trials: tuple[Name, ...]


class Leaf(Payload):
    """One criterion on one check. `margin` is positive when met, in the metric's own unit."""

    criterion: str
    metric: str
    value: Figure
    threshold: float
    margin: Figure
    met: bool


class Claim(Payload):
    """A check meets all criteria: the trial's word, not yet a win."""

    because: Count
    trial: Name
    check: Count
    epoch: Count
    metrics: dict[str, Figure]
    leaves: tuple[Leaf, ...]


class Exam(Payload):
    """A claim is to be examined: the `number`-th exam (from 1) of this entrant.

    `level`: the chance of a false pass that is allowed to this exam. `checkpoint` is the file that
    was written with the claimed check.
    """

    because: Count
    trial: Name
    check: Count
    epoch: Count
    number: Count
    level: float
    samples: Count
    checkpoint: File


class Rejected(Payload):
    """A claim is no win, for these reasons: its exam failed, or it may not be examined."""

    because: Count
    trial: Name
    check: Count
    epoch: Count
    reasons: tuple[Text, ...]


class Stop(Payload):
    """A trial is told to stop."""

    because: Count
    trial: Name
    reason: Text


class Verdict(Payload):
    """What the tournament found. `outcome` decides the exit code of `tournament run`.

    A winner has its claim (`check`, after `epoch` epochs, with the metrics `claimed`) and the
    metrics that its exam measured; both are None without a winner.
    """

    because: Count
    outcome: Literal["winner", "no-winner", "all-failed", "refused", "interrupted"]
    trial: Name | None
    check: Count | None
    epoch: Count | None
    claimed: dict[str, Figure] | None
    examined: dict[str, Figure] | None
    reason: Text
