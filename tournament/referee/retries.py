"""Which end of an attempt is worth another one. Pure.

Another attempt helps against what comes from outside: a killed worker, one that hangs, a full disk,
a GPU that fails. An error of the strategy itself is not tried again: the same seed meets it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..record.payloads import Failed
from .attempt import Attempt

LOST = "lost"
"""The end of an attempt whose match was killed: no fault of the trial, and so never counted."""


def another_attempt(attempts: Sequence[Attempt], allowed: int) -> bool:
    """Is the last of a trial's attempts over, and worth another one, while nobody has won?

    `allowed`: how many retries a trial may get. Where the same thing happens twice and no check was
    made in between, a third time would be like it: then there is none (a circuit breaker, Nygard,
    "Release It!", 2007). An attempt that was told to stop was so by an interruption.
    """
    *before, last = attempts
    if last.ended is None:
        return False
    state, _ = last.outcome(last.ended)
    if state != "FAILED":
        return state == "STOPPED"
    kind = failure_kind(last)
    if kind == LOST:
        return True
    repeated = bool(before) and last.checks == 0 and failure_kind(before[-1]) == kind
    used = [a for a in before if a.ordered_to_stop is None and failure_kind(a) != LOST]
    return bool(kind) and not repeated and len(used) < allowed


def failure_kind(attempt: Attempt) -> str:
    """In a word or two, how a failed attempt ended; empty where another one makes no sense."""
    ended = attempt.ended
    if isinstance(attempt.last_word, Failed):
        return f"error {attempt.last_word.kind}" if attempt.last_word.transient else ""
    if attempt.is_lost and attempt.problems is None:
        return LOST
    if attempt.overdue is not None:
        return "" if attempt.overdue.kind == "output" else attempt.overdue.kind
    if ended is None or attempt.problems is not None:
        return ""
    if ended.out_of_memory:
        return "memory"
    return f"signal {ended.signal}" if ended.signal else f"exit {ended.exit_code}"
