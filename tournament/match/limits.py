"""When the match gives a worker up. Pure: times are monotonic seconds, passed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..config.models import Limits
from ..record.fields import Payload
from ..record.payloads import Check, Preparing, Progress, Ready, Start


@dataclass(frozen=True)
class Late:
    """Why a worker is given up, in one sentence, and what kind of reason that is."""

    kind: Literal["start", "stall", "output"]
    reason: str


@dataclass
class Patience:
    """How long one worker has been silent, against what the config allows.

    Waiting at the barrier is not silence. Life is not enough while racing: only progress counts.
    `racing`: the others race already, so that it waits for nobody.
    """

    limits: Limits
    since: float
    phase: str = "start"
    racing: bool = False

    def heard(self, payload: Payload, now: float) -> None:
        """The worker, or the match about all workers, said something."""
        match payload:
            case Preparing():
                self.since = now
            case Ready():
                self.phase, self.since = ("race" if self.racing else "barrier"), now
            case Start():
                self.phase, self.since, self.racing = "race", now, True
            case Progress() | Check():
                self.since = now
            case _:
                pass

    def forgive(self, seconds: float) -> None:
        """Nobody was listening for so long, so nothing could be heard."""
        self.since += seconds

    def overdue(self, now: float, output: int) -> Late | None:
        """Why the worker is given up; None while it is not.

        `output` is what it wrote to stdout and stderr so far, in bytes.
        """
        if output > self.limits.output:
            return Late(
                "output",
                f"wrote {output / 1e6:.0f} MB to stdout and stderr; "
                f"limits.output is {self.limits.output / 1e6:.0f} MB",
            )
        silence = now - self.since
        if self.phase == "start" and silence > self.limits.start:
            return Late(
                "start",
                f"showed no sign of getting ready for {silence:.0f} s, in import or preparation; "
                f"limits.start is {self.limits.start:.0f} s",
            )
        if self.phase == "race" and silence > self.limits.stall:
            stall = f"limits.stall is {self.limits.stall:.0f} s"
            return Late("stall", f"made no progress for {silence:.0f} s; {stall}")
        return None
