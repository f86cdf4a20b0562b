"""What the match asks of the hub's thread. Each job is carried out there, and answers by a future.

A job yields outputs for the hub to carry out, and is settled only when all its events are durable.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ..record.events import AnyEvent
from .admission import Attempt
from .intake import Append, Intake, Output, Reject
from .outbox import Kept


@dataclass(frozen=True)
class Drained:
    """What a dead worker's outbox gave: `taken` events were new, up to seq `last` are held.

    `torn`: bytes of a last event that the worker died in. `problem` says what stopped the draining
    before the outbox's end, and is empty otherwise.
    """

    taken: int
    last: int
    torn: int
    problem: str


class Job(ABC):
    """One request of the match."""

    def __init__(self) -> None:
        self.future: Future[Any] = Future()
        # From here on nobody can cancel it: the hub's thread must be able to answer.
        self.future.set_running_or_notify_cancel()

    @abstractmethod
    def outputs(self, intake: Intake) -> Iterator[Output]:
        """What the hub has to carry out, in order."""

    def settle(self) -> None:
        """Everything has been carried out, and is durable."""
        self.future.set_result(None)


class Statement(Job):
    """Take in an event of the match; the future gives it with its numbers."""

    def __init__(self, event: AnyEvent) -> None:
        super().__init__()
        self._event = event

    def outputs(self, intake: Intake) -> Iterator[Output]:
        append = intake.stated(self._event)
        self._event = append.event
        yield append

    def settle(self) -> None:
        self.future.set_result(self._event)


class Errand(Job):
    """Tell the intake something, such as whom to admit."""

    def __init__(self, action: Callable[[Intake], None]) -> None:
        super().__init__()
        self._action = action

    def outputs(self, intake: Intake) -> Iterator[Output]:
        self._action(intake)
        yield from ()


class Drain(Job):
    """Take in what an outbox holds beyond what was received; the future gives a `Drained`."""

    def __init__(self, attempt: Attempt, kept: Kept) -> None:
        super().__init__()
        self._attempt = attempt
        self._kept = kept
        self._taken = 0
        self._last = 0
        self._problem = ""

    def outputs(self, intake: Intake) -> Iterator[Output]:
        begin = intake.held(self._attempt)
        for line, body in enumerate(self._kept.bodies[begin:], begin + 1):
            for output in intake.drained(self._attempt, body):
                self._taken += isinstance(output, Append)
                if isinstance(output, Reject):
                    self._problem = f"line {line} of the outbox: {output.reason}"
                yield output
            if self._problem:
                break
        self._last = intake.held(self._attempt)

    def settle(self) -> None:
        drained = Drained(self._taken, self._last, self._kept.torn, self._problem)
        self.future.set_result(drained)
