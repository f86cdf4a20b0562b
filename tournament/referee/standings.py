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
    Sealed,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from .judge import judge
from .standing import Standing


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
            case Opened():
                self.opened = data
                self.criteria = criteria_from_json({"every": data.every, **_mapping(data)})
                self.trials = {entry.trial: Standing(entry) for entry in data.trials}
            case Start():
                self.started = data
                for name in data.trials:
                    self.trials[name].started = True
            case Notice():
                self.notices.append(data.text)
            case Closed():
                self.closed = data
            case Verdict():
                self.verdict = data
                for trial in self.trials.values():
                    trial.decided = True
                if self.winner is not None:
                    self.winner.won = True
            case (
                Claim() | Exam() | Sealed() | Examined() | Rejected() | Stop() | Overdue() | Ended()
            ):
                self._apply_to_trial(self.trials[data.trial], data)
            case _:
                pass

    def _apply_to_trial(self, trial: Standing, data: Payload) -> None:
        """What match and referee say about one trial."""
        match data:
            case Claim():
                trial.claims.append(data)
            case Exam():
                trial.exams.append(data)
            case Sealed():
                trial.seals.append(data)
            case Examined():
                trial.examined.append(data)
            case Rejected():
                trial.rejections.append(data)
            case Stop():
                trial.ordered_to_stop = data
            case Overdue():
                trial.overdue = data
            case Ended():
                trial.ended = data
            case _:
                pass

    def _apply_worker(self, trial: Standing, data: Payload) -> None:
        match data:
            case Accepted():
                trial.accepted = data
            case Preparing():
                trial.preparing = data
            case Ready():
                trial.ready = data
            case Problems():
                trial.problems = data
            case Progress():
                trial.progress = data
            case Note():
                trial.notes.append(data.text)
            case Check():
                trial.checks.append(data)
                if self.criteria is not None:
                    trial.window = self.criteria.window
                    trial.judgements.append(judge(self.criteria, trial.recent(-1)))
            case Finished() | Stopped() | Failed():
                trial.last_word = data
                trial.spoke_after_order = trial.ordered_to_stop is not None
            case _:
                pass


def standings_of(events: Iterable[AnyEvent]) -> Standings:
    """The standings after the last of these events."""
    standings = Standings()
    for event in events:
        standings.apply(event)
    return standings


def _mapping(opened: Opened) -> dict[str, object]:
    return dict(opened.criteria) if isinstance(opened.criteria, dict) else {}
