"""A network that loses, doubles, delays and reorders what is sent over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .scenario import Scenario
from .world import World

T = TypeVar("T")


class Network:
    """Delivers messages, or not. `silent`: who is cut off."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self._world = world
        self._scenario = scenario
        self.silent: set[str] = set()

    def send(self, who: str, message: T, deliver: Callable[[T], None]) -> None:
        """Send a message to or from somebody."""
        rng, scenario = self._world.rng, self._scenario
        copies = 2 if rng.random() < scenario.doubling else 1
        for _ in range(copies):
            if rng.random() >= scenario.loss and who not in self.silent:
                delay = rng.uniform(0.001, scenario.slowness)
                self._world.later(delay, lambda: deliver(message))
