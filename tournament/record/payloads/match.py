"""What the match states: facts that only it can see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Self

from pydantic import Field, JsonValue

from ..fields import Count, Figure, Name, Payload, Text
from .worker import File


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
    """The first event: what this tournament is. `criteria` as in the resolved config.

    `keep`: of how many checks of a trial the checkpoints are kept, beside those that are claimed.
    `retries`: how often the worker of a trial is started again. `plugins`: the distributions that
    task and strategies come from, with their versions. `barred`: trials that do not start, since
    they failed their preflight, each with a sentence why.
    """

    name: Name
    version: str
    config_sha256: str
    seed: Count
    threads: Count
    every: Count
    criteria: JsonValue
    exam: ExamRules
    keep: Count
    retries: Count
    plugins: dict[str, str]
    trials: tuple[Entry, ...]
    barred: dict[Name, Text] = Field(default_factory=dict)


class Notice(Payload):
    """The match says what a reader of the report should know, such as more entrants than cores."""

    text: Text


class Spawned(Payload):
    """A worker process was started for a trial: its `attempt`-th, from 1.

    It goes on from the checkpoint of `check`, or begins anew where that is None; checks after that
    one do not count any more. `pid` is 0 where the match died before it could tell.
    """

    trial: Name
    attempt: Count
    pid: Count
    check: Count | None


class Overdue(Payload):
    """The match gives a worker up.

    `kind`: no sign of getting ready (start), no progress (stall), or too much output.
    """

    trial: Name
    kind: Literal["start", "stall", "output"]
    reason: Text


class Interrupted(Payload):
    """Somebody asked the match to stop: by Ctrl-C, SIGTERM or a lost terminal (SIGHUP)."""

    signal: str


class Resumed(Payload):
    """Another match process goes on with the run; what came to nothing with the one before is over.

    `version` is that of the program. An exam that was going on is sealed and held anew.
    """

    version: str


UNSTARTED = 126
"""The exit code of a worker that could not be started, as a shell gives it."""


class Ended(Payload):
    """A worker process is gone. Sent after everything that it had published was taken in.

    `exit_code` is None when a signal ended it, and 126 where it could not be started; both are None
    when it ended together with its match, and nobody saw how. `out_of_memory`: the kernel killed
    for want of memory while it lived, as far as that can be read. `stderr` holds its last lines.
    `cpu_seconds` and `peak_memory` (bytes) are what the kernel counted, of the worker and the
    children it waited for.
    """

    trial: Name
    attempt: Count
    exit_code: int | None
    signal: str | None
    out_of_memory: bool
    stderr: tuple[Text, ...]
    cpu_seconds: float
    peak_memory: Count


class Sealed(Payload):
    """An exam begins on data that nobody has seen; `commitment` is the SHA-256 of its seed.

    The seed itself is told with the result: until then it is in no file, so that an exam that ends
    with its match has to be sealed again. `told`: the SHA-256 of what the examiner is told
    (exam.json in its folder), empty where that could not be written.
    """

    because: Count
    trial: Name
    number: Count
    commitment: str
    told: str


class Finding(Payload):
    """One integrity check: what was measured, against which threshold, and what that means.

    `bears_on` names the metrics that mean nothing where the check fails; empty: all of them.
    """

    name: str
    passed: bool
    value: Figure
    threshold: Figure
    text: Text
    bears_on: tuple[Name, ...] = ()

    @classmethod
    def at_most(
        cls,
        name: str,
        value: float,
        threshold: float,
        text: str,
        bears_on: tuple[str, ...] = (),
    ) -> Self:
        """Passed where `value` is not above `threshold`; NaN never passes."""
        passed = value <= threshold
        return cls(
            name=name,
            passed=passed,
            value=value,
            threshold=threshold,
            text=text,
            bears_on=bears_on,
        )

    def refuses(self, metrics: Collection[str]) -> bool:
        """Has it failed, and does a claim that rests on these metrics fail with it?"""
        bears = not self.bears_on or not set(self.bears_on).isdisjoint(metrics)
        return bears and not self.passed


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
    """The last event: nothing more comes. `exit_code` is that of `tournament run`.

    Only a run that was interrupted can go on, by `resumed`. `seconds`: since this match began.
    """

    exit_code: Count
    seconds: float
