"""A strategy that only looks like one, on which tests have to fail."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..plugin.api import Strategy
from ..plugin.examinable import Arrays, Labelled


def stand_in(cls: type[Strategy]) -> type[Strategy]:
    """Makes a class that is made, predicts and is asked like `cls`, but learns nothing."""

    class StandIn(cls):  # type: ignore[valid-type,misc]
        """Reports random numbers as its figures, and keeps nothing of itself."""

        def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
            del data
            for _ in range(3):
                yield {"loss": random.random()}

        def state(self) -> Arrays:
            return {"nothing": np.zeros(1)}

        def load_state(self, state: Any) -> None:
            del state

    return StandIn
