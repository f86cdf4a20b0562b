"""One trial of a race so far: its state, its checks and claims, its pace. Filled by `Standings`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..record.payloads import (
    Accepted,
    Check,
    Claim,
    Ended,
    Entry,
    Exam,
    Examined,
    Failed,
    Finished,
    Overdue,
    Preparing,
    Problems,
    Progress,
    Ready,
    Rejected,
    Sealed,
    Stop,
    Stopped,
)
from .judge import Judgement

TERMINAL = ("COMPLETED", "STOPPED", "FAILED")


@dataclass
class Standing:
    """One trial so far: what was said by it and about it."""

    entry: Entry
    started: bool = False
    decided: bool = False
    won: bool = False
    accepted: Accepted | None = None
    ready: Ready | None = None
    preparing: Preparing | None = None
    problems: Problems | None = None
    progress: Progress | None = None
    checks: list[Check] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    seals: list[Sealed] = field(default_factory=list)
    examined: list[Examined] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ordered_to_stop: Stop | None = None
    spoke_after_order: bool = False
    last_word: Finished | Stopped | Failed | None = None
    overdue: Overdue | None = None
    ended: Ended | None = None
    window: int = 1

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
        if self.ended is not None:
            return _final_state(self, self.ended)
        return ("RUNNING" if self.started else "PENDING"), ""

    @property
    def name(self) -> str:
        return self.entry.trial

    @property
    def epoch(self) -> int:
        """Whole epochs trained, as far as is known."""
        done = self.checks[-1].epoch if self.checks else 0
        if self.progress is None:
            return done
        whole = 0 < self.progress.batches <= self.progress.batch
        return max(done, self.progress.epoch - (0 if whole else 1))

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
        """The check with this index. Raises KeyError."""
        return {check.index: check for check in self.checks}[index]

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
        """The index in `checks` of the one that came closest to a claim, the earliest of equals."""
        trained = [i for i, check in enumerate(self.checks) if check.index > 0]
        return min(trained, key=lambda i: (self.judgements[i].shortfall, i), default=None)

    @property
    def shortfall(self) -> float:
        """The best check's distance from meeting the criteria; infinite without a check."""
        return math.inf if self.best is None else self.judgements[self.best].shortfall

    @property
    def epochs_trained(self) -> float:
        """Epochs trained, with the part of the current one where its length is known."""
        if self.progress is None or self.progress.batches == 0:
            return float(self.epoch)
        return self.progress.epoch - 1 + self.progress.batch / self.progress.batches

    @property
    def seconds(self) -> float:
        """How long the trial has raced, by its own last report."""
        last = [self.progress.seconds] if self.progress else []
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


def _final_state(trial: Standing, ended: Ended) -> tuple[str, str]:
    """The state that a gone worker leaves, and one sentence why."""
    if trial.won:
        return "COMPLETED", "won"
    if trial.ordered_to_stop is not None and trial.spoke_after_order:
        return "STOPPED", trial.ordered_to_stop.reason  # Whatever went wrong after that.
    if isinstance(trial.last_word, Failed):
        return "FAILED", trial.last_word.reason
    if isinstance(trial.last_word, Finished):
        return "COMPLETED", f"trained all {trial.last_word.epochs} epochs"
    if trial.overdue is not None:
        return "FAILED", trial.overdue.reason
    if trial.problems is not None:
        return "FAILED", trial.problems.problems[0].message
    if trial.ordered_to_stop is not None:
        return "STOPPED", trial.ordered_to_stop.reason
    return "FAILED", _unexpected_end(ended)


def _unexpected_end(ended: Ended) -> str:
    if ended.signal is not None:
        return f"the worker was killed by {ended.signal}"
    early = " before it had trained all its epochs" if ended.exit_code == 0 else ""
    return f"the worker exited with code {ended.exit_code}{early}"
