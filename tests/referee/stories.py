"""Whole races with exams, in real logs with real files beside them; and how to forge them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tournament.errors import LogError
from tournament.match.verdict_file import verdict_object
from tournament.record.atomic import write_json
from tournament.record.checkpoint import fingerprint, save_state, save_table
from tournament.record.events import AnyEvent
from tournament.record.folder import RunFolder
from tournament.record.log import LogWriter, log_hash
from tournament.record.payloads import (
    Accepted,
    Closed,
    Complaint,
    Exam,
    Failed,
    Interrupted,
    Note,
    Notice,
    Overdue,
    Preparing,
    Problems,
    Progress,
    Resumed,
    Sealed,
    Spawned,
    Stopped,
)
from tournament.referee.standings import standings_of

from .race import CONFIG, Race, check, ended, examined, finished, ready

COMMITMENT = hashlib.sha256(b"1").hexdigest()
"""Of the seed that `examined` gives."""

BYSTANDERS = ("y", "z", "v")
CLOSED = Closed(exit_code=0, seconds=9.0)


class Held(Race):
    """A race whose match seals each exam before it is held, and whose files are real."""

    def __init__(
        self, folder: RunFolder, *, verdicts=(0.5, 2.0), trials=("x", *BYSTANDERS), **more
    ):
        self.folder = folder
        self.values = iter(verdicts)
        self.because: dict[tuple[str, int], int] = {}
        super().__init__(trials=trials, **more)
        for trial in trials:
            folder.trial(trial).create()
            self.say_all(Spawned(trial=trial, attempt=1, pid=7, check=None))
        self.say_all(Notice(text="four entrants share two cores"))

    def results_of(self, payload):
        if not isinstance(payload, Exam):
            return
        because = self.story.events[-1].offset
        yield from self.held(payload, because)

    def hold_again(self):
        """The exam whose first examiner died with its match."""
        exam = next(d for d in self.decisions if isinstance(d, Exam))
        because = self.referee.standings.trials[exam.trial].ordered_at[exam.number]
        for payload in self.held(exam, because):
            self.say_all(payload)

    def held(self, payload: Exam, because: int):
        """What the match says of an exam; no result where it died meanwhile."""
        yield Sealed(
            because=because,
            trial=payload.trial,
            number=payload.number,
            commitment=COMMITMENT,
            told="",
        )
        value = next(self.values)
        if value is None:
            return
        exam = self.folder.trial(payload.trial).exam(payload.number)
        exam.path.mkdir(parents=True)
        save_table(exam.samples, {"hit": np.ones(3)})
        result = examined(payload, because, value)
        yield result.model_copy(update={"table": fingerprint(exam.samples, exam.path)})

    def check(self, trial: str, index: int, value: float) -> None:
        """A check with the files that it names."""
        home = self.folder.trial(trial)
        save_state(home.checkpoint(index), {"value": np.array([value])})
        save_table(home.samples(index), {"value": np.array([value])})
        files = {
            "checkpoint": fingerprint(home.checkpoint(index), home.path),
            "samples": fingerprint(home.samples(index), home.path),
        }
        self.say_all(check(index, a=value).model_copy(update=files), trial)

    def write(self) -> RunFolder:
        write_log(self.folder, self.story.events)
        return self.folder


def write_log(folder: RunFolder, events: list[AnyEvent], verdict: bool = True) -> None:
    """The log, chained anew, and if asked the verdict.json that belongs to it."""
    folder.log.unlink(missing_ok=True)
    folder.config.write_bytes(CONFIG)
    with LogWriter(folder.log) as log:
        log.append(events)
    if verdict:
        found = verdict_object(standings_of(events), log_hash(folder.log))
        write_json(folder.verdict, found)


def a_race(folder: RunFolder) -> Held:
    """A rejected claim, a claim that may not be examined, a winner, and three other ends."""
    race = Held(folder)
    for trial in race.referee.standings.trials:
        race.say_all(Accepted(device="cpu"), trial)
        race.say_all(Preparing(what="videos", done=1, total=2), trial)
    race.start()
    for trial in race.referee.standings.trials:
        race.check(trial, 0, 0.0)
    race.say_all(Progress(epoch=1, batch=1, batches=3, seconds=1.0, figures={"loss": 1.0}), "x")
    race.say_all(Note(text="loss is nan"), "y")
    race.check("v", 1, 0.7)
    race.check("x", 1, 1.2)
    race.check("x", 2, 1.3)
    race.say_all(Failed(reason="broke"), "y")
    race.say_all(ended("y", 1))
    race.say_all(Overdue(trial="z", kind="stall", reason="no progress"))
    race.say_all(ended("z", None, "SIGKILL"))
    race.check("x", 3, 1.4)
    race.say_all(finished(), "x")
    race.say_all(Stopped(epoch=1, checkpoint=None), "v")
    race.say_all(ended("x"))
    race.say_all(ended("v"))
    race.say_all(CLOSED)
    return race


def a_refusal(folder: RunFolder) -> Held:
    race = Held(folder, trials=("x", "y"))
    for trial in ("x", "y"):
        race.say_all(Accepted(device="cpu"), trial)
    complaint = Complaint(key="k", message="no")
    race.say_all(Problems(problems=(complaint,)), "x")
    race.say_all(ready(), "y")
    return race_ended(race)


def an_interruption(folder: RunFolder) -> Held:
    race = Held(folder, trials=("x", "y")).start()
    race.say_all(Interrupted(signal="SIGINT"))
    return race_ended(race)


def race_ended(race: Held, *attempts: int) -> Held:
    for trial, attempt in zip(("x", "y"), attempts or (1, 1), strict=True):
        race.say_all(ended(trial, attempt=attempt))
    race.say_all(CLOSED)
    return race


def a_resumption(folder: RunFolder) -> Held:
    """A killed worker, a killed match with an exam going on, and an interruption."""
    race = Held(folder, verdicts=(None, 2.0), trials=("x", "y"), retries=2).start()
    for trial in ("x", "y"):
        race.check(trial, 0, 0.0)
    race.say_all(ended("y", None, "SIGKILL"))
    race.say_all(Spawned(trial="y", attempt=2, pid=8, check=0))
    race.say_all(ready(), "y")
    race.check("y", 1, 0.1)
    race.check("x", 1, 1.2)
    race.say_all(Resumed(version="1"))
    for trial, attempt, at in (("x", 2, 1), ("y", 3, 0)):
        race.say_all(ended(trial, None, attempt=attempt - 1))
        race.say_all(Spawned(trial=trial, attempt=attempt, pid=9, check=at))
        race.say_all(ready(), trial)
    race.check("y", 2, 0.2)
    race.say_all(Interrupted(signal="SIGINT"))
    for trial in ("x", "y"):
        race.say_all(Stopped(epoch=1, checkpoint=None), trial)
    race_ended(race, 2, 3)
    race.say_all(Resumed(version="1"))
    for trial, attempt in (("x", 3), ("y", 4)):
        race.say_all(Spawned(trial=trial, attempt=attempt, pid=9, check=None))
        race.say_all(ready(), trial)
    race.hold_again()
    return race_ended(race, 3, 4)


STORIES = {
    "race": a_race,
    "resumption": a_resumption,
    "refusal": a_refusal,
    "interruption": an_interruption,
}


def renumbered(events: list[AnyEvent]) -> list[AnyEvent]:
    """With the offsets of the places where they now stand."""
    return [event.model_copy(update={"offset": place}) for place, event in enumerate(events)]


def changed(event: AnyEvent, **fields: object) -> AnyEvent:
    return event.model_copy(update={"data": event.data.model_copy(update=fields)})


def line_at(error: pytest.ExceptionInfo[LogError], folder: RunFolder) -> int:
    """The line that an error names."""
    text = str(error.value)
    assert text.startswith(f"{folder.log}:"), text
    return int(text.removeprefix(f"{folder.log}:").partition(":")[0])
