"""The referee: a state machine, events in, decisions out.

Its phases: gathering (until everybody is ready or out), racing, decided. A claim is first logged as
a decision of its own; what happens to it next is decided when it comes back from the log. Between
the two is the place of an exam.
"""

from __future__ import annotations

from ..record.events import AnyEvent
from ..record.fields import Payload
from ..record.payloads import (
    Accepted,
    Check,
    Claim,
    Ended,
    Interrupted,
    Problems,
    Ready,
    Start,
    Stop,
    Verdict,
)
from .standings import TERMINAL, Standing, Standings


class Referee:
    """Applies the race's rules to the log. `standings` is the fold that it decides from."""

    def __init__(self) -> None:
        self.standings = Standings()
        self._decided = False
        self._open_claims: set[int] = set()

    def apply(self, event: AnyEvent) -> list[Payload]:
        """Take in the next event; give the decisions that follow from it, to be logged in order."""
        self.standings.apply(event)
        because = event.offset or 0
        if self._decided:
            return []
        match event.data:
            case Interrupted(signal=signal):
                return self._verdict(because, "interrupted", f"interrupted by {signal}")
            case Accepted() | Ready() | Problems() if not self._started:
                return self._gather(because)
            case Ended():
                return self._after_end(because)
            case Check() as check if event.trial is not None:
                return self._after_check(because, self.standings.trials[event.trial], check)
            case Claim():
                return self._after_claim(because, event.data)
            case _:
                return []

    @property
    def _started(self) -> bool:
        return self.standings.started is not None

    def _gather(self, because: int) -> list[Payload]:
        """Start once everybody is ready; refuse the tournament if anybody has a complaint.

        All complaints are told together. Those about options are there before anybody prepares.
        """
        trials = self.standings.trials.values()
        if any(s.problems and not s.accepted for s in trials) and all(
            s.accepted or s.problems or s.state in TERMINAL for s in trials
        ):
            return self._refused(because)
        if not all(s.ready or s.problems or s.state in TERMINAL for s in trials):
            return []
        if any(s.problems for s in trials):
            return self._refused(because)
        ready = tuple(s.name for s in trials if s.ready and s.state not in TERMINAL)
        if not ready:
            return self._nobody_left(because)
        return [Start(because=because, trials=ready)]

    def _refused(self, because: int) -> list[Payload]:
        return self._verdict(because, "refused", "the config asks for what cannot be had")

    def _after_end(self, because: int) -> list[Payload]:
        if not self._started:
            return self._gather(because)
        return self._nobody_left(because)

    def _nobody_left(self, because: int) -> list[Payload]:
        trials = self.standings.trials.values()
        if self._open_claims or not all(s.state in TERMINAL for s in trials):
            return []
        if all(s.state == "FAILED" for s in trials):
            return self._verdict(because, "all-failed", "every trial failed")
        return self._verdict(because, "no-winner", "every trial ended without meeting the criteria")

    def _after_check(self, because: int, trial: Standing, check: Check) -> list[Payload]:
        judgement = trial.judgements[-1]
        if not judgement.met or trial.overdue is not None:
            return []
        self._open_claims.add(because)
        return [
            Claim(
                because=because,
                trial=trial.name,
                check=check.index,
                epoch=check.epoch,
                metrics=check.metrics,
                leaves=judgement.leaves,
            )
        ]

    def _after_claim(self, because: int, claim: Claim) -> list[Payload]:
        """Decide on the first claim. An exam of the claim belongs here; so far nobody gives one."""
        self._open_claims.discard(claim.because)
        reason = f"the first claim: all criteria met at epoch {claim.epoch}"
        return self._verdict(because, "winner", reason, claim)

    def _verdict(
        self, because: int, outcome: str, reason: str, claim: Claim | None = None
    ) -> list[Payload]:
        self._decided = True
        verdict = Verdict.model_validate(
            {
                "because": because,
                "outcome": outcome,
                "trial": claim.trial if claim else None,
                "epoch": claim.epoch if claim else None,
                "claimed": claim.metrics if claim else None,
                "examined": None,
                "reason": reason,
            }
        )
        return [verdict, *self._stops(because, reason, claim)]

    def _stops(self, because: int, reason: str, claim: Claim | None) -> list[Payload]:
        why = f"{claim.trial} won at epoch {claim.epoch}" if claim else reason
        return [
            Stop(because=because, trial=s.name, reason=why)
            for s in self.standings.trials.values()
            if s.state not in TERMINAL
        ]
