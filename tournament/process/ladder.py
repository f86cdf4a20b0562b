"""The stop ladder: order, SIGTERM, SIGKILL, each after a wait. Sans-IO: time is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Rung = Literal["order", "terminate", "kill"]


@dataclass
class StopLadder:
    """Climbed by a worker that must end.

    The order to stop is on its way when the ladder is made. After `grace` seconds comes SIGTERM,
    `terminate` seconds later SIGKILL. `now` is monotonic time in seconds.
    """

    now: float
    grace: float
    terminate: float
    rung: Rung = field(default="order", init=False)

    def tick(self, now: float) -> Literal["terminate", "kill"] | None:
        """The signal that is due now, if any; each is given once."""
        if self.rung == "order" and now >= self.now + self.grace:
            self.rung = "terminate"
            return "terminate"
        if self.rung == "terminate" and now >= self.now + self.grace + self.terminate:
            self.rung = "kill"
            return "kill"
        return None

    def hurry(self, now: float) -> None:
        """Skip what is left of the waits: the next tick gives SIGTERM, the one after it SIGKILL."""
        self.now = now - self.grace - self.terminate
