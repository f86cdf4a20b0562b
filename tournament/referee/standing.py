"""One trial of a race so far: its attempts, its checks and claims, its pace. `Standings` fills it.

A trial is trained by one worker after the other where attempts fail. Its checks are those of one
line of training: when an attempt goes on from an earlier checkpoint, the checks behind that one are
superseded. They stay in `history`, with the claims that were made of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..record.payloads import (
    Check,
    Claim,
    Entry,
    Exam,
    Examined,
    Ready,
    Rejected,
    Retry,
    Sealed,
)
from .attempt import Attempt
from .judge import Judgement
from .retries import another_attempt
from .words import Words

TERMINAL = ("COMPLETED", "STOPPED", "FAILED")


@dataclass
class Standing:
    """One trial so far: what was said by it and about it.

    `checks`, in order, are those that count; `history` has all. `judged`: what the criteria said of
    each when it came, by index; `exam_shortfalls`: how far those that were examined were from them.
    `ready` is the last that was said, of whichever attempt. `allowed`: how many retries it may get.
    `barred`: why it does not start, where that is so.
    `ordered_at`: the offset of each exam's order, by its number.
    """

    entry: Entry
    allowed: int = 0
    barred: str = ""
    started: bool = False
    decided: bool = False
    won: bool = False
    attempts: list[Attempt] = field(default_factory=lambda: [Attempt(1)])
    retries: list[Retry] = field(default_factory=list)
    ready: Ready | None = None
    checks: list[Check] = field(default_factory=list)
    history: list[Check] = field(default_factory=list)
    judged: dict[int, Judgement] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    ordered_at: dict[int, int] = field(default_factory=dict)
    seals: list[Sealed] = field(default_factory=list)
    examined: list[Examined] = field(default_factory=list)
    exam_shortfalls: dict[int, float] = field(default_factory=dict)
    rejections: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    window: int = 1

    @property
    def attempt(self) -> Attempt:
        """The last attempt, which is the current one while the trial runs."""
        return self.attempts[-1]

    @property
    def words(self) -> Words:
        """How the metrics of its task are written, as far as it has said."""
        return Words(self.ready.looks if self.ready else {})

    @property
    def judgements(self) -> list[Judgement]:
        """What the criteria said of each of `checks`."""
        return [self.judged[check.index] for check in self.checks]

    @property
    def retry_due(self) -> bool:
        """Is the last attempt over, and not to be the last one?"""
        return not self.decided and another_attempt(self.attempts, self.allowed)

    def begin_attempt(self, retry: Retry) -> None:
        """The last attempt was not the last."""
        self.retries.append(retry)
        self.attempts.append(Attempt(retry.attempt))

    def go_back_to(self, index: int | None) -> None:
        """Training goes on behind the check with this index, or anew; later checks are void."""
        kept = -1 if index is None else index
        self.checks = [check for check in self.checks if check.index <= kept]

    @property
    def state(self) -> str:
        """One of PENDING, RUNNING, COMPLETED, STOPPED, FAILED."""
        return self._outcome[0]

    @property
    def reason(self) -> str:
        """Why a trial is in its last state, in one sentence; empty before."""
        return self._outcome[1]

    @property
    def _outcome(self) -> tuple[str, str]:
        ended = self.attempt.ended
        if self.barred:
            return "FAILED", self.barred
        if ended is not None and self.won:
            return "COMPLETED", "won"
        if ended is not None and not self.retry_due:
            state, reason = self.attempt.outcome(ended)
            tried = f" (attempt {self.attempt.number})" if self.retries else ""
            return state, f"{reason}{tried}" if state == "FAILED" else reason
        return ("RUNNING" if self.started else "PENDING"), ""

    @property
    def name(self) -> str:
        return self.entry.trial

    @property
    def epoch(self) -> int:
        """Whole epochs trained, as far as is known."""
        done = self.checks[-1].epoch if self.checks else 0
        progress = self.attempt.progress
        if progress is None:
            return done
        whole = 0 < progress.batches <= progress.batch
        return max(done, progress.epoch - (0 if whole else 1))

    @property
    def last_check(self) -> Check | None:
        return self.checks[-1] if self.checks else None

    @property
    def in_exam(self) -> Exam | None:
        """The exam that is going on; none any more once there is a verdict."""
        if self.decided:
            return None
        done = {result.number for result in self.examined}
        return next((exam for exam in self.exams if exam.number not in done), None)

    def recent(self, position: int) -> list[Check]:
        """The check at this position of `checks`, and those before it that matter to judging it."""
        end = position % len(self.checks) + 1
        return self.checks[max(0, end - self.window) : end]

    def check_at(self, index: int) -> Check:
        """The check with this index, superseded or not. Raises KeyError."""
        return {check.index: check for check in self.history}[index]

    def claim_at(self, index: int) -> Claim | None:
        """The claim of the check with this index, if it was one."""
        return next((claim for claim in self.claims if claim.check == index), None)

    def exam_of(self, index: int) -> Examined | None:
        """What the exam of the claim at this check measured, if one was held."""
        number = next((exam.number for exam in self.exams if exam.check == index), None)
        return next((result for result in self.examined if result.number == number), None)

    def reasons_against(self, index: int) -> tuple[str, ...]:
        """Why the claim of the check with this index was rejected; empty if it was not."""
        return next((r.reasons for r in self.rejections if r.check == index), ())

    @property
    def best(self) -> int | None:
        """The index in `checks` of the one that came closest to a win, the earliest of equals.

        Where claims were examined it is one of them: an exam knows better than the trial.
        """
        trained = [i for i, check in enumerate(self.checks) if check.epoch > 0]
        examined = [i for i in trained if self.checks[i].index in self.exam_shortfalls]
        return min(examined or trained, key=lambda i: (self._shortfall(i), i), default=None)

    @property
    def shortfall(self) -> float:
        """The best check's distance from meeting the criteria; infinite without a check."""
        return math.inf if self.best is None else self._shortfall(self.best)

    def _shortfall(self, position: int) -> float:
        claimed = self.judgements[position].shortfall
        return self.exam_shortfalls.get(self.checks[position].index, claimed)

    @property
    def epochs_trained(self) -> float:
        """Epochs trained, with the part of the current one where its length is known."""
        progress = self.attempt.progress
        if progress is None or progress.batches == 0:
            return float(self.epoch)
        return progress.epoch - 1 + progress.batch / progress.batches

    @property
    def seconds(self) -> float:
        """How long the trial has raced, by its own last report."""
        last = [self.attempt.progress.seconds] if self.attempt.progress else []
        last += [self.checks[-1].seconds] if self.checks else []
        return max(last, default=0.0)

    @property
    def seconds_per_epoch(self) -> float | None:
        """Mean time of an epoch so far, checks included; None before there is one."""
        if self.epochs_trained <= 0 or self.seconds <= 0:
            return None
        return self.seconds / self.epochs_trained

    @property
    def eta(self) -> float | None:
        """Seconds until the last epoch at this speed; None while unknown."""
        pace = self.seconds_per_epoch
        if pace is None or self.state != "RUNNING":
            return None
        return max(0.0, self.entry.max_epochs - self.epochs_trained) * pace

    @property
    def eta_to_success(self) -> float | None:
        """Seconds until the shortfall is gone at the last two checks' trend; None if never."""
        if len(self.checks) < 2 or self.seconds_per_epoch is None or self.state != "RUNNING":
            return None
        before, now = (judgement.shortfall for judgement in self.judgements[-2:])
        gain = (before - now) / max(1, self.checks[-1].epoch - self.checks[-2].epoch)
        if not (math.isfinite(gain) and gain > 0):
            return None
        return now / gain * self.seconds_per_epoch
