"""One attempt of a trial: one life of its worker, from its first word to its end."""

from __future__ import annotations

from dataclasses import dataclass

from ..record.payloads import (
    UNSTARTED,
    Accepted,
    Ended,
    Failed,
    Finished,
    Overdue,
    Preparing,
    Problems,
    Progress,
    Stop,
    Stopped,
)


@dataclass
class Attempt:
    """What one worker said, and what was said about it. `number` counts from 1.

    `begun`: its worker was started. `said_ready`: it has prepared. `checks`: how many it made.
    """

    number: int
    begun: bool = False
    accepted: Accepted | None = None
    preparing: Preparing | None = None
    problems: Problems | None = None
    said_ready: bool = False
    progress: Progress | None = None
    checks: int = 0
    ordered_to_stop: Stop | None = None
    spoke_after_order: bool = False
    last_word: Finished | Stopped | Failed | None = None
    overdue: Overdue | None = None
    ended: Ended | None = None

    @property
    def is_ready(self) -> bool:
        """Does it wait to be told to start, or has it been told?"""
        return self.said_ready and self.ended is None

    @property
    def is_lost(self) -> bool:
        """Did it end together with its match, in the middle of its work?"""
        return (
            self.ended is not None
            and self.ended.exit_code is None
            and self.ended.signal is None
            and self.last_word is None
        )

    def outcome(self, ended: Ended) -> tuple[str, str]:
        """The state that the gone worker leaves if it did not win, and one sentence why."""
        if self.ordered_to_stop is not None and self.spoke_after_order:
            return "STOPPED", self.ordered_to_stop.reason  # Whatever went wrong after that.
        if isinstance(self.last_word, Failed):
            return "FAILED", self.last_word.reason
        if isinstance(self.last_word, Finished):
            return "COMPLETED", f"trained all {self.last_word.epochs} epochs"
        if self.overdue is not None:
            return "FAILED", self.overdue.reason
        if self.problems is not None:
            return "FAILED", self.problems.problems[0].message
        if self.ordered_to_stop is not None:
            return "STOPPED", self.ordered_to_stop.reason
        return "FAILED", _unexpected_end(ended)


def _unexpected_end(ended: Ended) -> str:
    if ended.signal is not None:
        memory = ", since the machine's memory had run out" if ended.out_of_memory else ""
        return f"the worker was killed by {ended.signal}{memory}"
    if ended.exit_code is None:
        return "the worker ended together with its match"
    if ended.exit_code == UNSTARTED:
        return "the worker could not be started"
    early = " before it had trained all its epochs" if ended.exit_code == 0 else ""
    return f"the worker exited with code {ended.exit_code}{early}"
