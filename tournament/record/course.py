"""The course of a trial: what its worker may say, and when. Pure, a fold of the log.

It prepares (`accepted`, `preparing`, `ready`, or `problems`), is told to start, checks and trains
(`check` 0, 1, ..., `progress`), and says a last word. Another attempt does the same again, but for
the checks: it goes on behind the one whose checkpoint it was given, and none has a number twice.
The hub refuses whatever is out of turn, and `verify` finds it in a log that somebody else wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

from .events import AnyEvent
from .payloads import (
    Accepted,
    Check,
    Failed,
    Finished,
    Note,
    Opened,
    Preparing,
    Problems,
    Progress,
    Ready,
    Spawned,
    Start,
    Stopped,
)

PREPARATION = (Accepted, Preparing, Ready, Problems)
RACE = (Progress, Check, Finished)
LAST_WORDS = (Finished, Stopped, Failed, Problems)


BEFORE_TRAINING = -1


@dataclass
class _Course:
    """How far one attempt of a trial has come; `epoch` is that of its last check."""

    ready: bool = False
    over: bool = False
    epoch: int = BEFORE_TRAINING


class Courses:
    """The courses of all attempts. Give it each event that is in the log, in order."""

    def __init__(self) -> None:
        self._courses: dict[tuple[str, int], _Course] = {}
        self._started: set[str] = set()
        self._most: dict[str, int] = {}
        """How many epochs each trial may train."""
        self._checked: dict[str, list[int]] = {}
        """The epochs of each trial's checks, of all attempts."""

    def objection(self, event: AnyEvent) -> str:
        """Why a worker may not say this now; empty if it may."""
        if event.trial is None:
            return ""
        course = self._of(event.trial, event.attempt)
        name, data = event.trial, event.data
        if isinstance(data, Note):
            return ""
        if course.over:
            return f"{event.type} after the last word of {name}"
        if isinstance(data, PREPARATION) and course.ready:
            return f"{event.type} after {name} was ready"
        # Who was told to start was ready with the first attempt; another one has to say so itself.
        if isinstance(data, RACE) and not (
            name in self._started and (course.ready or event.attempt <= 1)
        ):
            return f"{event.type} before {name} was told to start"
        return self._check_objection(name, course, data) if isinstance(data, Check) else ""

    def _check_objection(self, name: str, course: _Course, check: Check) -> str:
        due = len(self._checked.get(name, ()))
        if check.index != due:
            return f"check {check.index} of {name}; {due} was due"
        if course.epoch == BEFORE_TRAINING and check.epoch > 0:
            return f"the first check of {name} is after {check.epoch} epochs, not before training"
        most = self._most.get(name, check.epoch)
        if not course.epoch < check.epoch <= most:
            return f"check {check.index} of {name} after {check.epoch} epochs, of {most} in all"
        return ""

    def spawned(self, data: Spawned) -> str:
        """Why an attempt cannot begin at its check; empty if it can."""
        if data.check is not None and data.check >= len(self._checked.get(data.trial, ())):
            return f"goes on from check {data.check} of {data.trial}, which there is not"
        return ""

    def take(self, event: AnyEvent) -> None:
        """An event is in the log."""
        if isinstance(event.data, Start):
            self._started |= set(event.data.trials)
        if isinstance(event.data, Opened):
            self._most = {entry.trial: entry.max_epochs for entry in event.data.trials}
        if isinstance(event.data, Spawned) and event.data.check is not None:
            course = self._of(event.data.trial, event.data.attempt)
            course.epoch = self._checked[event.data.trial][event.data.check]
        if event.trial is not None:
            self._take_of_worker(self._of(event.trial, event.attempt), event)

    def _take_of_worker(self, course: _Course, event: AnyEvent) -> None:
        course.ready |= isinstance(event.data, Ready)
        course.over |= isinstance(event.data, LAST_WORDS)
        if isinstance(event.data, Check):
            course.epoch = event.data.epoch
            self._checked.setdefault(event.trial or "", []).append(event.data.epoch)

    def _of(self, trial: str, attempt: int) -> _Course:
        return self._courses.setdefault((trial, attempt), _Course())
