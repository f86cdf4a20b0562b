"""The referee: a state machine, events in, decisions out.

Its phases: gathering (until everybody is ready or out), racing, decided. A check that meets the
criteria is a claim, which is a decision of its own. Each claim gets an answer: an exam, whose
result makes a winner or a rejected claim, or a rejection at once. Everybody trains on meanwhile.
A failed attempt may be followed by another one. Only one verdict can be taken back: that of a run
that was interrupted, when it is resumed.
"""

from __future__ import annotations

from ..record.events import AnyEvent
from ..record.fields import Payload
from ..record.payloads import (
    Accepted,
    Check,
    Claim,
    Ended,
    Exam,
    Examined,
    Interrupted,
    Problems,
    Ready,
    Rejected,
    Resumed,
    Retry,
    Start,
    Stop,
    Verdict,
)
from .desk import Desk
from .levels import exam_held, exam_level
from .standing import TERMINAL, Standing
from .standings import Standings
from .wording import exam_failures


class Referee:
    """Applies the race's rules to the log. `standings` is the fold that it decides from."""

    def __init__(self) -> None:
        self.standings = Standings()
        self._start_decided = False
        self._decided = False
        self._unheard: list[AnyEvent] = []
        """Checks, claims and results of exams that came after an interruption."""
        self._open_claims: set[int] = set()
        """Offsets of checks whose claims are on their way to the log."""
        self._desk: Desk | None = None

    def apply(self, event: AnyEvent) -> list[Payload]:
        """Take in the next event; give the decisions that follow from it, to be logged in order."""
        self.standings.apply(event)
        if isinstance(event.data, Resumed):
            return self._after_resumed(event.offset or 0)
        if self._decided:
            if isinstance(event.data, Check | Claim | Examined):
                self._unheard.append(event)
            return []
        return self._decisions(event)

    def _decisions(self, event: AnyEvent) -> list[Payload]:
        because = event.offset or 0
        match event.data:
            case Interrupted(signal=signal):
                return self._verdict(because, "interrupted", f"interrupted by {signal}")
            case Accepted() | Ready() | Problems():
                return self._gather(because)
            case Ended(trial=trial):
                return self._after_end(because, self.standings.trials[trial])
            case Check() as check if event.trial is not None:
                return self._after_check(because, self.standings.trials[event.trial], check)
            case Claim() as claim:
                return self._after_claim(because, claim)
            case Examined() as result:
                return self._after_exam(because, result)
            case _:
                return []

    def _gather(self, because: int) -> list[Payload]:
        """Start once everybody is ready; refuse the tournament if anybody has a complaint.

        All complaints are told together. Those about options are there before anybody prepares.
        """
        if self._start_decided:
            return []
        trials = self.standings.trials.values()
        if any(s.attempt.problems and not s.attempt.accepted for s in trials) and all(
            s.attempt.accepted or s.attempt.problems or s.state in TERMINAL for s in trials
        ):
            return self._refused(because)
        if not all(s.attempt.is_ready or s.attempt.problems or s.state in TERMINAL for s in trials):
            return []
        if any(s.attempt.problems for s in trials):
            return self._refused(because)
        ready = tuple(s.name for s in trials if s.attempt.is_ready and s.state not in TERMINAL)
        if not ready:
            return self._nobody_left(because)
        self._start_decided = True
        return [Start(because=because, trials=ready)]

    def _refused(self, because: int) -> list[Payload]:
        return self._verdict(because, "refused", "the config asks for what cannot be had")

    def _after_end(self, because: int, trial: Standing) -> list[Payload]:
        if trial.retry_due:
            assert trial.attempt.ended is not None
            return [_retry(because, trial, trial.attempt.outcome(trial.attempt.ended)[1])]
        return self._gather(because) or self._nobody_left(because)

    def _after_resumed(self, because: int) -> list[Payload]:
        """Go on after an interruption; what was said after it is heard now."""
        if self.standings.verdict is not None or not self._decided:
            return []
        self._decided = False
        trials = self.standings.trials.values()
        decisions: list[Payload] = [
            _retry(because, trial, "the run was interrupted") for trial in trials if trial.retry_due
        ]
        unheard, self._unheard = self._unheard, []
        for event in unheard:
            decisions += [] if self._decided else self._decisions(event)
        return decisions or self._nobody_left(because)

    def _nobody_left(self, because: int) -> list[Payload]:
        trials = self.standings.trials.values()
        if self._open_claims or (self._desk is not None and self._desk.busy):
            return []
        if not all(s.state in TERMINAL for s in trials):
            return []
        if all(s.state == "FAILED" for s in trials):
            return self._verdict(because, "all-failed", "every trial failed")
        if claims := sum(len(s.claims) for s in trials):
            held = sum(len(s.examined) for s in trials)
            reason = f"every trial ended; of {claims} claims {held} were examined, and none held"
            return self._verdict(because, "no-winner", reason)
        return self._verdict(because, "no-winner", "every trial ended without meeting the criteria")

    def _after_check(self, because: int, trial: Standing, check: Check) -> list[Payload]:
        judgement = trial.judged[check.index]
        if not judgement.met or trial.attempt.overdue is not None:
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
        self._open_claims.discard(claim.because)
        self._at_desk.file(because, claim)
        return [*self._go_on(), *self._nobody_left(because)]

    def _after_exam(self, because: int, result: Examined) -> list[Payload]:
        """Crown the claim that was examined, or reject it and turn to the next."""
        desk = self._at_desk
        claim = desk.sitting
        if claim is None or (claim.trial, result.number) != (result.trial, desk.exams(claim.trial)):
            return []  # Nobody ordered this exam.
        reasons = self._failures(result)
        desk.release(rejected=bool(reasons))
        if not reasons:
            reason = f"the claim at epoch {claim.epoch} was examined, and holds"
            return self._verdict(because, "winner", reason, claim, result)
        rejected = _rejected(because, claim, reasons)
        return [rejected, *self._go_on(), *self._nobody_left(because)]

    def _failures(self, result: Examined) -> tuple[str, ...]:
        """Every reason for which an exam rejects its claim; none if it holds."""
        criteria = self.standings.criteria
        assert criteria is not None
        if result.problem:
            return (result.problem,)
        metrics = criteria.metrics()
        words = self.standings.trials[result.trial].words
        reasons = tuple(each.text for each in result.findings if each.refuses(metrics))
        if not exam_held(criteria, result.bounds):
            reasons = (*exam_failures(criteria, result.bounds, words), *reasons)
        return reasons

    def _go_on(self) -> list[Payload]:
        """Answer the claims that wait, until one is to be examined."""
        decisions: list[Payload] = []
        desk = self._at_desk
        while (found := desk.next_claim()) is not None:
            offset, claim = found
            if refusal := desk.refusal(claim):
                decisions.append(_rejected(offset, claim, (refusal,)))
                continue
            decisions.append(self._exam(offset, claim))
        return decisions

    def _exam(self, offset: int, claim: Claim) -> Exam:
        rules = self._at_desk.rules
        return Exam(
            because=offset,
            trial=claim.trial,
            check=claim.check,
            epoch=claim.epoch,
            number=self._at_desk.seat(claim),
            level=exam_level(rules, len(self.standings.trials)),
            samples=rules.samples,
            checkpoint=self.standings.trials[claim.trial].check_at(claim.check).checkpoint,
        )

    @property
    def _at_desk(self) -> Desk:
        if self._desk is None:
            assert self.standings.opened is not None
            self._desk = Desk(self.standings.opened.exam)
        return self._desk

    def _verdict(
        self,
        because: int,
        outcome: str,
        reason: str,
        claim: Claim | None = None,
        result: Examined | None = None,
    ) -> list[Payload]:
        self._decided = True
        verdict = Verdict.model_validate(
            {
                "because": because,
                "outcome": outcome,
                "trial": claim.trial if claim else None,
                "check": claim.check if claim else None,
                "epoch": claim.epoch if claim else None,
                "claimed": claim.metrics if claim else None,
                "examined": result.metrics if result else None,
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


def _retry(because: int, trial: Standing, reason: str) -> Retry:
    return Retry(because=because, trial=trial.name, attempt=trial.attempt.number + 1, reason=reason)


def _rejected(because: int, claim: Claim, reasons: tuple[str, ...]) -> Rejected:
    return Rejected(
        because=because,
        trial=claim.trial,
        check=claim.check,
        epoch=claim.epoch,
        reasons=reasons,
    )
