"""The standings: the one view of a race that the terminal, the page and the reports show.

A fold of the event log: `apply` each event in order, and look. Nothing here reads a clock; speeds
and times come from what the workers measured.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..config.criteria import Criteria, criteria_from_json
from ..record.events import AnyEvent
from ..record.fields import Payload
from ..record.payloads import (
    Accepted,
    Check,
    Claim,
    Closed,
    Ended,
    Exam,
    Examined,
    Failed,
    Finished,
    Note,
    Notice,
    Opened,
    Overdue,
    Preparing,
    Problems,
    Progress,
    Ready,
    Rejected,
    Resumed,
    Retry,
    Sealed,
    Spawned,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from .judge import exam_shortfall, judge
from .standing import Standing
from .words import Words


class Standings:
    """All trials so far, and the verdict once there is one."""

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.criteria: Criteria | None = None
        self.trials: dict[str, Standing] = {}
        self.started: Start | None = None
        self.verdict: Verdict | None = None
        self.closed: Closed | None = None
        self.notices: list[str] = []
        self.run = ""
        self.offset = -1
        self.first_t = 0.0
        self.last_t = 0.0

    def apply(self, event: AnyEvent) -> None:
        """Take in the next event of the log."""
        if event.offset is not None:
            self.offset = event.offset
        self.run = event.run
        self.first_t = self.first_t or event.t
        self.last_t = event.t
        if event.trial is None:
            self._apply_match(event.data)
        elif event.trial in self.trials:
            self._apply_worker(self.trials[event.trial], event.data)

    @property
    def words(self) -> Words:
        """How the task's metrics are written, as far as any trial has said."""
        said = (trial.words for trial in self.trials.values() if trial.ready is not None)
        return next(said, Words())

    @property
    def winner(self) -> Standing | None:
        if self.verdict is None or self.verdict.trial is None:
            return None
        return self.trials[self.verdict.trial]

    @property
    def winning_claim(self) -> Claim | None:
        """The claim that won."""
        if self.winner is None or self.verdict is None or self.verdict.check is None:
            return None
        return self.winner.claim_at(self.verdict.check)

    @property
    def winning_exam(self) -> Examined | None:
        """The exam that made the winner."""
        claim = self.winning_claim
        return None if claim is None or self.winner is None else self.winner.exam_of(claim.check)

    @property
    def runner_up(self) -> Standing | None:
        """Of all but the winner, the trial that came closest to a claim; None without a check."""
        others = [s for s in self.trials.values() if s is not self.winner and s.best is not None]
        return min(others, key=lambda s: s.shortfall, default=None)

    def _apply_match(self, data: Payload) -> None:
        match data:
            case Notice():
                self.notices.append(data.text)
            case Claim() | Exam() | Sealed() | Examined() | Rejected():
                self._apply_examination(self.trials[data.trial], data, self.offset)
            case Spawned() | Retry() | Stop() | Overdue() | Ended():
                self._apply_to_trial(self.trials[data.trial], data)
            case _:
                self._apply_to_run(data)

    def _apply_to_run(self, data: Payload) -> None:
        """What begins and ends the race."""
        match data:
            case Opened():
                self.opened = data
                self.criteria = criteria_from_json({"every": data.every, **_mapping(data)})
                self.trials = {
                    entry.trial: Standing(
                        entry, data.retries, barred=data.barred.get(entry.trial, "")
                    )
                    for entry in data.trials
                }
            case Start():
                self.started = data
                for name in data.trials:
                    self.trials[name].started = True
            case Verdict():
                self.verdict = data
                for trial in self.trials.values():
                    trial.decided = True
                if self.winner is not None:
                    self.winner.won = True
            case Closed():
                self.closed = data
            case Resumed():
                self._reopen()
            case _:
                pass

    def _reopen(self) -> None:
        """A run that was interrupted goes on; any other verdict stands."""
        self.closed = None
        if self.verdict is not None and self.verdict.outcome == "interrupted":
            self.verdict = None
            for trial in self.trials.values():
                trial.decided = False

    def _apply_examination(self, trial: Standing, data: Payload, offset: int) -> None:
        """What match and referee say about a trial's claims."""
        match data:
            case Claim():
                trial.claims.append(data)
            case Exam():
                trial.exams.append(data)
                trial.ordered_at[data.number] = offset
            case Sealed():
                trial.seals.append(data)
            case Examined():
                trial.examined.append(data)
                exam = next((e for e in trial.exams if e.number == data.number), None)
                if self.criteria is not None and exam is not None and not data.problem:
                    short = exam_shortfall(self.criteria, data.bounds)
                    trial.exam_shortfalls[exam.check] = short
            case Rejected():
                trial.rejections.append(data)
            case _:
                pass

    def _apply_to_trial(self, trial: Standing, data: Payload) -> None:
        """What match and referee say about a trial's worker."""
        match data:
            case Spawned():
                trial.attempt.begun = True
                trial.go_back_to(data.check)
            case Retry():
                trial.begin_attempt(data)
            case Stop():
                trial.attempt.ordered_to_stop = data
            case Overdue():
                trial.attempt.overdue = data
            case Ended():
                trial.attempt.ended = data
            case _:
                pass

    def _apply_worker(self, trial: Standing, data: Payload) -> None:
        attempt = trial.attempt
        attempt.begun = True
        match data:
            case Accepted():
                attempt.accepted = data
            case Preparing():
                attempt.preparing = data
            case Ready():
                trial.ready, attempt.said_ready = data, True
            case Problems():
                attempt.problems = data
            case Progress():
                attempt.progress = data
            case Note():
                if data.text not in trial.notes:  # Another attempt says it again.
                    trial.notes.append(data.text)
            case Check():
                self._apply_check(trial, data)
            case Finished() | Stopped() | Failed():
                attempt.last_word = data
                attempt.spoke_after_order = attempt.ordered_to_stop is not None
            case _:
                pass

    def _apply_check(self, trial: Standing, check: Check) -> None:
        trial.attempt.checks += 1
        trial.history.append(check)
        trial.checks.append(check)
        if self.criteria is not None:
            trial.window = self.criteria.window
            trial.judged[check.index] = judge(self.criteria, trial.recent(-1))


def standings_of(events: Iterable[AnyEvent]) -> Standings:
    """The standings after the last of these events."""
    standings = Standings()
    for event in events:
        standings.apply(event)
    return standings


def _mapping(opened: Opened) -> dict[str, object]:
    return dict(opened.criteria) if isinstance(opened.criteria, dict) else {}
