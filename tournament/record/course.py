"""The course of a trial: what its worker may say, and when. Pure, a fold of the log.

It prepares (`accepted`, `preparing`, `ready`, or `problems`), is told to start, checks and trains
(`check` 0, 1, ..., `progress`), and says a last word. The hub refuses whatever is out of turn, and
`verify` finds it in a log that somebody else wrote.
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
    Start,
    Stopped,
)

PREPARATION = (Accepted, Preparing, Ready, Problems)
RACE = (Progress, Check, Finished)
LAST_WORDS = (Finished, Stopped, Failed, Problems)


@dataclass
class _Course:
    """How far one attempt of a trial has come."""

    ready: bool = False
    started: bool = False
    over: bool = False
    checks: int = 0


class Courses:
    """The courses of all attempts. Give it each event that is in the log, in order."""

    def __init__(self) -> None:
        self._courses: dict[tuple[str, int], _Course] = {}
        self._started: set[str] = set()
        self._epochs: dict[str, int] = {}

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
        if isinstance(data, PREPARATION) and (course.started or course.ready):
            return f"{event.type} after {name} was ready"
        if isinstance(data, RACE) and not course.started:
            return f"{event.type} before {name} was told to start"
        return self._check_objection(name, course, data) if isinstance(data, Check) else ""

    def _check_objection(self, name: str, course: _Course, check: Check) -> str:
        if check.index != course.checks:
            return f"check {check.index} of {name}; {course.checks} was due"
        most = self._epochs.get(name, check.epoch)
        if not check.index <= check.epoch <= most:
            return f"check {check.index} of {name} after {check.epoch} epochs, of {most} in all"
        return ""

    def take(self, event: AnyEvent) -> None:
        """An event is in the log."""
        if isinstance(event.data, Start):
            self._started |= set(event.data.trials)
        if isinstance(event.data, Opened):
            self._epochs = {entry.trial: entry.max_epochs for entry in event.data.trials}
        if event.trial is None:
            return
        course = self._of(event.trial, event.attempt)
        course.ready |= isinstance(event.data, Ready)
        course.checks += isinstance(event.data, Check)
        course.over |= isinstance(event.data, LAST_WORDS)

    def _of(self, trial: str, attempt: int) -> _Course:
        course = self._courses.setdefault((trial, attempt), _Course())
        course.started = trial in self._started
        return course
