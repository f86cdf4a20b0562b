"""Does a log prove its verdict? Every decision is derived again from the events before it. Pure.

The chain of hashes is checked by whoever reads the log. Here: that the story holds together. Events
of one speaker are numbered without a gap; every decision of the referee is the one that follows, in
its order; every exam was ordered, sealed before it was held, and held on the seed that was sealed.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ConfigError
from ..record.course import Courses
from ..record.events import DECISIONS, SPEAKERS, AnyEvent
from ..record.fields import Payload
from ..record.payloads import Closed, Ended, Exam, Examined, Opened, Resumed, Sealed, Spawned
from .referee import Referee


@dataclass(frozen=True)
class Flaw:
    """The first event that does not fit: its offset, its type, and what is wrong with it."""

    offset: int
    type: str
    text: str

    def __str__(self) -> str:
        return f"event {self.offset} ({self.type}): {self.text}"


def first_flaw(events: Iterable[AnyEvent]) -> Flaw | None:
    """What is wrong with the log, None if it proves what it says."""
    story = Story()
    offset = -1
    for event in events:
        offset = event.offset or 0
        if problem := story.problem(event):
            return Flaw(offset, event.type, problem)
    return Flaw(offset + 1, "end", story.missing) if story.missing else None


class Story:
    """Follows a log and says what cannot be true of the next event."""

    def __init__(self) -> None:
        self._referee = Referee()
        self._courses = Courses()
        self._due: deque[Payload] = deque()
        self._run = ""
        self._numbers: dict[tuple[str | None, int], int] = {}
        self._spawned: dict[str, int] = {}
        self._ended: dict[str, int] = {}
        """The last attempt of each trial that was started, and that ended."""
        self._sealed: dict[tuple[str, int], str] = {}
        self._held: set[tuple[str, int]] = set()
        self._exam_offsets: dict[tuple[str, int], int] = {}
        self._closed = False

    @property
    def missing(self) -> str:
        """What is still to come after the last event; empty if the log is whole."""
        if self._due:
            return f"the decision that follows is missing: {_told(self._due[0])}"
        return "" if self._closed else "the log ends before the run was closed"

    def problem(self, event: AnyEvent) -> str:
        """Take in the next event; empty if it fits."""
        found = self._envelope(event) or self._courses.objection(event) or self._content(event)
        if not found:
            self._courses.take(event)
            try:
                self._due += self._referee.apply(event)
            except ConfigError as error:
                return f"its criteria cannot be read: {error}"
        return found

    def _envelope(self, event: AnyEvent) -> str:
        if self._closed and not isinstance(event.data, Resumed):
            return "comes after the run was closed"
        if not self._run:
            if not isinstance(event.data, Opened):
                return "the first event must be `opened`"
            self._run = event.run
        elif isinstance(event.data, Opened):
            return "the run was opened before"
        if event.run != self._run:
            return f"belongs to run {event.run!r}, not to {self._run!r}"
        if (event.trial is None) != (SPEAKERS[event.type] == "match"):
            return "is said by somebody who may not say it"
        return self._number(event)

    def _number(self, event: AnyEvent) -> str:
        speaker = (event.trial, event.attempt)
        if event.trial is not None and not isinstance(event.data, Opened):
            if event.trial not in self._referee.standings.trials:
                return f"there is no trial {event.trial!r}"
            if event.attempt <= self._ended.get(event.trial, 0):
                return f"{event.trial} speaks after its process had ended"
            if event.attempt != self._current(event.trial):
                return f"attempt {event.attempt} of {event.trial} was never begun"
        due = self._numbers.get(speaker, 0) + 1
        if event.seq != due:
            return f"is number {event.seq} of {event.trial or 'the match'}; {due} was due"
        self._numbers[speaker] = due
        return ""

    def _content(self, event: AnyEvent) -> str:
        data = event.data
        if isinstance(data, DECISIONS):
            return self._decision(data, event.offset or 0)
        about = getattr(data, "trial", None)
        if about is not None and about not in self._referee.standings.trials:
            return f"there is no trial {about!r}"
        match data:
            case Sealed():
                return self._sealing(data)
            case Examined():
                return self._examination(data)
            case Spawned():
                return self._spawning(data)
            case Ended():
                return self._ending(data)
            case Resumed():
                return self._resuming()
            case Closed():
                return self._closing()
            case _:
                pass
        return ""

    def _current(self, trial: str) -> int:
        """The number of the attempt that is going on, or may begin."""
        return self._referee.standings.trials[trial].attempt.number

    def _spawning(self, data: Spawned) -> str:
        if (
            data.attempt != self._current(data.trial)
            or self._spawned.get(data.trial) == data.attempt
        ):
            return f"attempt {data.attempt} of {data.trial} was not to begin"
        self._spawned[data.trial] = data.attempt
        return self._courses.spawned(data)

    def _ending(self, data: Ended) -> str:
        if data.attempt <= self._ended.get(data.trial, 0):
            return f"{data.trial} had ended before"
        if data.attempt != self._current(data.trial):
            return f"attempt {data.attempt} of {data.trial} was never begun"
        self._ended[data.trial] = data.attempt
        return ""

    def _resuming(self) -> str:
        """A run goes on that was not closed, or was interrupted; its open seals are void."""
        verdict = self._referee.standings.verdict
        if self._closed and (verdict is None or verdict.outcome != "interrupted"):
            return "goes on with a run that was closed"
        self._closed = False
        self._sealed = {key: seal for key, seal in self._sealed.items() if key in self._held}
        return ""

    def _decision(self, data: Payload, offset: int) -> str:
        if not self._due:
            return f"no decision was due; found {_told(data)}"
        due = self._due.popleft()
        if data != due:
            return f"the decision that follows is {_told(due)}; found {_told(data)}"
        if isinstance(data, Exam):
            self._exam_offsets[data.trial, data.number] = offset
        return ""

    def _sealing(self, data: Sealed) -> str:
        key = (data.trial, data.number)
        if self._exam_offsets.get(key) != data.because or key in self._sealed:
            return f"seals an exam that was not ordered: {data.trial}, number {data.number}"
        self._sealed[key] = data.commitment
        return ""

    def _examination(self, data: Examined) -> str:
        key = (data.trial, data.number)
        if key not in self._sealed or key in self._held:
            return f"tells of an exam that was not sealed: {data.trial}, number {data.number}"
        if self._exam_offsets[key] != data.because:
            return "tells of another exam than the one that was ordered"
        if hashlib.sha256(str(data.seed).encode()).hexdigest() != self._sealed[key]:
            return "the exam was held on another seed than the one that was sealed"
        self._held.add(key)
        return ""

    def _closing(self) -> str:
        if self._due:
            return f"the run is closed before this decision: {_told(self._due[0])}"
        if self._referee.standings.verdict is None:
            return "the run is closed without a verdict"
        living = {
            name
            for name, trial in self._referee.standings.trials.items()
            if not trial.barred and self._ended.get(name) != self._current(name)
        }
        if living:
            return f"the run is closed before these processes ended: {', '.join(sorted(living))}"
        self._closed = True
        return ""


def _told(data: Payload) -> str:
    """A decision in a few words."""
    fields = ("trial", "outcome", "check", "number", "reason")
    said = [f"{name} {getattr(data, name)!r}" for name in fields if hasattr(data, name)]
    return f"{type(data).__name__.lower()} ({', '.join(said)})" if said else type(data).__name__
