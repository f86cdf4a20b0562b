"""The referee's desk: which claim is examined next. A state machine, pure.

Claims are examined one after the other, in the order of the log. An entrant whose claim was
rejected sits out some checks, twice as many each time, and may sit a limited number of exams: so a
cheat that claims at every check costs others little, and cannot use up what is theirs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..record.payloads import Claim, ExamRules


@dataclass
class _Record:
    """One entrant's exams so far."""

    exams: int = 0
    rejected: int = 0
    next_check: int = 0


@dataclass
class Desk:
    """Claims that wait, by the offsets of their events, and the one that is being examined."""

    rules: ExamRules
    waiting: deque[tuple[int, Claim]] = field(default_factory=deque)
    sitting: Claim | None = None
    _records: dict[str, _Record] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Is there a claim without an answer?"""
        return self.sitting is not None or bool(self.waiting)

    def file(self, offset: int, claim: Claim) -> None:
        """A claim has come back from the log."""
        self.waiting.append((offset, claim))

    def next_claim(self) -> tuple[int, Claim] | None:
        """Take the claim that is to be answered now: the first that waits, if nobody sits."""
        if self.sitting is not None or not self.waiting:
            return None
        return self.waiting.popleft()

    def refusal(self, claim: Claim) -> str:
        """Why this claim may not be examined; empty when it may."""
        record = self._record(claim.trial)
        if record.exams >= self.rules.attempts:
            return f"not examined: all {self.rules.attempts} exams of this entrant are used up"
        if claim.check < record.next_check:
            return (
                f"not examined: after a rejected claim its next exam can be at check "
                f"{record.next_check}, this is check {claim.check}"
            )
        return ""

    def seat(self, claim: Claim) -> int:
        """The claim is being examined from now on; gives the number of this entrant's exam."""
        record = self._record(claim.trial)
        record.exams += 1
        self.sitting = claim
        return record.exams

    def exams(self, trial: str) -> int:
        """How many exams this entrant has sat, the one that is going on included."""
        return self._record(trial).exams

    def release(self, *, rejected: bool) -> None:
        """The exam is over."""
        claim = self.sitting
        assert claim is not None
        self.sitting = None
        if rejected:
            record = self._record(claim.trial)
            record.next_check = claim.check + 1 + self.rules.backoff * 2**record.rejected
            record.rejected += 1

    def _record(self, trial: str) -> _Record:
        return self._records.setdefault(trial, _Record())
