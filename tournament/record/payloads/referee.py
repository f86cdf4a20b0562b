"""What the referee decides; `because` is the offset of the event that a decision rests on."""

from __future__ import annotations

from typing import Literal

from ..fields import Count, Figure, Name, Payload, Text
from .worker import File


class Start(Payload):
    """Everybody who could get ready is ready: all start together."""

    because: Count
    trials: tuple[Name, ...]


class Leaf(Payload):
    """One criterion on one check. `margin` is positive when met, in the metric's own unit."""

    criterion: str
    metric: str
    value: Figure
    threshold: float
    margin: Figure
    met: bool


class Claim(Payload):
    """A check meets all criteria: the trial's word, not yet a win."""

    because: Count
    trial: Name
    check: Count
    epoch: Count
    metrics: dict[str, Figure]
    leaves: tuple[Leaf, ...]


class Exam(Payload):
    """A claim is to be examined: the `number`-th exam (from 1) of this entrant.

    `level`: the chance of a false pass that is allowed to this exam. `checkpoint` is the file that
    was written with the claimed check.
    """

    because: Count
    trial: Name
    check: Count
    epoch: Count
    number: Count
    level: float
    samples: Count
    checkpoint: File


class Rejected(Payload):
    """A claim is no win, for these reasons: its exam failed, or it may not be examined."""

    because: Count
    trial: Name
    check: Count
    epoch: Count
    reasons: tuple[Text, ...]


class Retry(Payload):
    """A trial gets another attempt; `reason` says how the one before ended."""

    because: Count
    trial: Name
    attempt: Count
    reason: Text


class Stop(Payload):
    """A trial is told to stop."""

    because: Count
    trial: Name
    reason: Text


class Verdict(Payload):
    """What the tournament found. `outcome` decides the exit code of `tournament run`.

    A winner has its claim (`check`, after `epoch` epochs, with the metrics `claimed`) and the
    metrics that its exam measured; both are None without a winner.
    """

    because: Count
    outcome: Literal["winner", "no-winner", "all-failed", "refused", "interrupted"]
    trial: Name | None
    check: Count | None
    epoch: Count | None
    claimed: dict[str, Figure] | None
    examined: dict[str, Figure] | None
    reason: Text
