"""A world whose time, chance and trace belong to the simulation: same seed, same story."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

MOST_STEPS = 30_000
"""A story that takes more steps has no end."""


class Death(BaseException):
    """The process that runs this code dies at this very moment."""


class PromiseError(Exception):
    """A promise was broken. Says which."""


class World:
    """Things happen one after the other, at their time; after each, `look` is called."""

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.wall = 1e9
        """Seconds that clocks on the wall are ahead; they may jump."""
        self.rng = random.Random(seed)
        self.trace: list[str] = []
        self.look: Callable[[], None] = lambda: None
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def later(self, delay: float, act: Callable[[], None]) -> None:
        """Do this after so many seconds."""
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay, self._count, act))

    def tell(self, text: str) -> None:
        """Note it in the trace."""
        self.trace.append(f"{self.now:8.2f}  {text}")

    def run(self, done: Callable[[], bool]) -> None:
        """Go on until it is done. Raises PromiseError when it never is."""
        for _ in range(MOST_STEPS):
            if done():
                return
            if not self._queue:
                raise PromiseError("nothing happens any more, and the tournament has not ended")
            self.now, _, act = heapq.heappop(self._queue)
            act()
            self.look()
        raise PromiseError("the tournament does not come to its end")
