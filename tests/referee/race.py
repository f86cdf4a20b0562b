"""Logs written by hand: a race in a few lines, with a real referee."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tournament.record.events import AnyEvent, make_event
from tournament.record.fields import Payload
from tournament.record.payloads import (
    Bound,
    Check,
    Ended,
    Entry,
    Exam,
    Examined,
    File,
    Finding,
    Finished,
    Look,
    Opened,
    Ready,
    Retry,
)
from tournament.referee.referee import Referee

CONFIG = b"name: race\n"
"""What lies beside the log as its config."""
CONFIG_SHA256 = hashlib.sha256(CONFIG).hexdigest()
CRITERIA = {"all": ["a >= 1"]}
FILE = File(name="x", sha256="0" * 64, bytes=1)


class Story:
    """Builds events with the right offsets and numbers."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self._seq: dict[tuple[str | None, int], int] = {}
        self._attempts: dict[str, int] = {}

    def add(self, payload: Payload, trial: str | None = None) -> AnyEvent:
        if isinstance(payload, Retry):
            self._attempts[payload.trial] = payload.attempt
        attempt = 0 if trial is None else self._attempts.get(trial, 1)
        self._seq[trial, attempt] = self._seq.get((trial, attempt), 0) + 1
        event = make_event(
            payload, run="r", trial=trial, attempt=attempt, seq=self._seq[trial, attempt],
            offset=len(self.events), t=1000.0 + len(self.events),
        )  # fmt: skip
        self.events.append(event)
        return event


RULES = {"samples": 500, "attempts": 3, "confidence": 0.95, "backoff": 1, "timeout": 60.0}


def opened(
    criteria: Mapping[str, object],
    *trials: str,
    max_epochs: int = 10,
    rules: Mapping[str, object] = RULES,
    retries: int = 0,
) -> Opened:
    return Opened.model_validate(
        {
            "name": "race", "version": "1", "config_sha256": CONFIG_SHA256, "seed": 0, "threads": 1,
            "every": 1, "criteria": {"every": 1, **criteria}, "exam": rules, "keep": 99,
            "retries": retries, "plugins": {},
            "trials": [
                Entry(trial=t, entrant=t, strategy=t, seed=1, max_epochs=max_epochs) for t in trials
            ],
        }
    )  # fmt: skip


LOOKS = {
    "attention_ratio": Look(title="Ratio", format=".2f", unit="x"),
    "val_accuracy": Look(title="Val Acc", format=".1%"),
    "consistency": Look(title="Consistency", format=".1%"),
}


def ready() -> Ready:
    return Ready(
        metrics=("a", "b"), looks=LOOKS, device="cpu", threads=1, seconds=1.0, steps=(), report={},
        versions={},
    )  # fmt: skip


def check(index: int, epoch: int | None = None, **metrics: float) -> Check:
    return Check(
        index=index, epoch=index if epoch is None else epoch, metrics=metrics, checkpoint=FILE,
        samples=FILE, seconds=10.0 * index, evaluation_seconds=0.1, cpu_seconds=9.0 * index,
    )  # fmt: skip


def ended(trial: str, code: int | None = 0, signal: str | None = None, attempt: int = 1) -> Ended:
    return Ended(
        trial=trial, attempt=attempt, exit_code=code, signal=signal, out_of_memory=False,
        stderr=(), cpu_seconds=1.0, peak_memory=1,
    )  # fmt: skip


def examined(
    exam: Exam,
    because: int,
    *values: float,
    problem: str = "",
    faithful: bool = True,
    bears_on: tuple[str, ...] = (),
) -> Examined:
    """What an exam measured: for each criterion a value that is its own bound."""
    bounds = tuple(
        Bound(criterion="c", metric="m", value=v, bound=v, level=exam.level, method="exact")
        for v in values
    )
    finding = Finding(
        name="faithful", passed=faithful, value=0.0, threshold=0.1, text="not faithful at all",
        bears_on=bears_on,
    )  # fmt: skip
    return Examined(
        because=because, trial=exam.trial, number=exam.number, seed=1, problem=problem,
        samples=500, metrics={"a": values[0]} if values else {}, bounds=bounds,
        findings=(finding,), table=None, seconds=1.0,
    )  # fmt: skip


def finished(epochs: int = 10) -> Finished:
    return Finished(epochs=epochs, seconds=1.0)


class Race:
    """A referee on a log that its decisions are written back to, as the hub does."""

    def __init__(
        self, criteria=CRITERIA, trials=("x", "y"), judge=None, retries=0, **rules
    ) -> None:
        """`judge` gives what an exam measures, and None for one that is still going on."""
        self.story, self.referee = Story(), Referee()
        self.decisions = []
        self.judge = judge or (lambda exam: (9.0,))
        self.say(opened(criteria, *trials, rules={**RULES, **rules}, retries=retries))

    def say(self, payload, trial=None):
        """An event reaches the log; what the referee decides from it comes back."""
        decided = self.referee.apply(self.story.add(payload, trial))
        self.decisions += decided
        return decided

    def say_all(self, payload, trial=None):
        queue = [(payload, trial)]
        while queue:
            payload, trial = queue.pop(0)
            queue += [(decision, None) for decision in self.say(payload, trial)]
            queue += [(result, None) for result in self.results_of(payload)]

    def results_of(self, payload):
        """What the match says when an exam is in the log: at once what it measured."""
        if isinstance(payload, Exam) and (values := self.judge(payload)) is not None:
            yield examined(payload, self.story.events[-1].offset, *values)

    def finish_exam(self, *values, **more):
        """The exam that is going on ends."""
        exam = next(d for d in reversed(self.decisions) if isinstance(d, Exam))
        self.say_all(examined(exam, exam.because + 1, *values, **more))

    def of(self, kind):
        return [decision for decision in self.decisions if isinstance(decision, kind)]

    def start(self):
        for trial in self.referee.standings.trials:
            self.say_all(ready(), trial)
        return self

    @property
    def verdict(self):
        return self.referee.standings.verdict

    def state(self, trial):
        return self.referee.standings.trials[trial].state
