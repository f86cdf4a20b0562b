"""What the match does about what is in the log. Pure: events in, actions out, in order.

All of it follows from logged events: workers are started when the run is opened and when a retry is
decided, an exam is held when it is ordered, a worker is sent on its way to the end when it is told
to stop. So a match that takes over a log of another one needs to know nothing but the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..errors import LogError
from ..record.events import DECISIONS, AnyEvent
from ..record.fields import Payload
from ..record.payloads import (
    Claim,
    Exam,
    Failed,
    Finished,
    Opened,
    Overdue,
    Problems,
    Resumed,
    Retry,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from ..referee.referee import Referee
from ..referee.standing import TERMINAL, Standing
from ..referee.standings import Standings

Life = tuple[str, int]
"""A trial and the number of an attempt."""


@dataclass(frozen=True)
class Say:
    """Log and publish this."""

    payload: Payload


@dataclass(frozen=True)
class Spawn:
    """Start a worker."""

    trial: str
    attempt: int


@dataclass(frozen=True)
class Bury:
    """Nobody knows how this attempt ended: take in what it left, and say that it ended."""

    trial: str
    attempt: int


@dataclass(frozen=True)
class Hold:
    """Hold the exam that was ordered at offset `because`."""

    exam: Exam
    because: int
    claim: Claim


@dataclass(frozen=True)
class EndExams:
    """Nobody waits for an exam any more."""


@dataclass(frozen=True)
class Dismiss:
    """Set a worker on the stop ladder; `hurry` skips the waits."""

    trial: str
    hurry: bool = False


@dataclass(frozen=True)
class Heard:
    """Something was said by or about a trial: a sign of life."""

    trial: str
    payload: Payload


Action = Say | Spawn | Bury | Hold | EndExams | Dismiss | Heard


class Steward:
    """Carries the referee's decisions out. `standings` is the fold of what it was given."""

    def __init__(self) -> None:
        self._referee = Referee()
        self._left: Collection[Life] = ()
        self._taking_over = False

    @property
    def standings(self) -> Standings:
        return self._referee.standings

    @property
    def over(self) -> bool:
        """Is there a verdict, and every worker gone?"""
        if self._taking_over:
            return False
        trials = self.standings.trials.values()
        return self.standings.verdict is not None and all(s.state in TERMINAL for s in trials)

    def take(self, event: AnyEvent) -> list[Action]:
        """The next event of the log; gives what follows from it.

        Who takes a log over does nothing but say what is owed, until its `Resumed` is in the log.
        """
        said: list[Action] = [Say(decision) for decision in self._referee.apply(event)]
        if self._taking_over and not isinstance(event.data, Resumed):
            return said
        return said + self._consequences(event)

    def take_over(self, events: Iterable[AnyEvent], left: Collection[Life]) -> list[Payload]:
        """Learn what another match had logged; gives the decisions that it owed.

        Nothing is decided anew: what is logged stands. `left`: attempts of which there are traces.
        Raises LogError where other decisions follow from the events than those in the log.
        """
        due: deque[Payload] = deque()
        for event in events:
            if isinstance(event.data, DECISIONS) and (not due or due.popleft() != event.data):
                raise LogError(
                    f"event {event.offset} ({event.type}) is not the decision that follows from "
                    "the events before it: another version decided it, or somebody changed the log"
                )
            due += self._referee.apply(event)
        self._left, self._taking_over = left, True
        return list(due)

    def _consequences(self, event: AnyEvent) -> list[Action]:
        match event.data:
            case Opened(trials=trials, barred=barred):
                return [Spawn(entry.trial, 1) for entry in trials if entry.trial not in barred]
            case Resumed():
                return self._pick_up()
            case Retry(trial=trial, attempt=attempt):
                return [Spawn(trial, attempt)]
            case Exam() as exam:
                return self._hold(exam, event.offset or 0)
            case Verdict():
                return [EndExams()]
            case _:
                return self._of_workers(event)

    def _of_workers(self, event: AnyEvent) -> list[Action]:
        """What follows for workers that run."""
        match event.data:
            case Start(trials=trials):
                return [Heard(trial, event.data) for trial in trials]
            case Stop(trial=trial):
                return [Dismiss(trial)]
            case Overdue(trial=trial):
                return [Dismiss(trial, hurry=True)]
            case Finished() | Failed() | Stopped() | Problems() if event.trial is not None:
                return [Dismiss(event.trial)]  # Its last word: now it has to go.
            case Payload() if event.trial is not None:
                return [Heard(event.trial, event.data)]
            case _:
                return []

    def _hold(self, exam: Exam, because: int) -> list[Action]:
        claim = self.standings.trials[exam.trial].claim_at(exam.check)
        return [] if claim is None else [Hold(exam, because, claim)]

    def _pick_up(self) -> list[Action]:
        """What was going on when the match before ended goes on now."""
        self._taking_over = False
        actions: list[Action] = []
        for trial in self.standings.trials.values():
            actions += self._pick_up_worker(trial)
            if trial.in_exam is not None:
                actions += self._hold(trial.in_exam, trial.ordered_at[trial.in_exam.number])
        return actions

    def _pick_up_worker(self, trial: Standing) -> list[Action]:
        number, attempt = trial.attempt.number, trial.attempt
        if attempt.ended is not None or trial.barred:
            return []
        begun = attempt.begun or (trial.name, number) in self._left
        if begun or self.standings.verdict is not None:
            return [Bury(trial.name, number)]
        return [Spawn(trial.name, number)]
