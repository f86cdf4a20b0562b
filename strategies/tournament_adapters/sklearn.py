"""scikit-learn's classifiers as strategies: subclass `PartialFit` or `Staged`, and say which.

```python
class Linear(PartialFit):
    def build(self, seed):
        return SGDClassifier(loss="log_loss", random_state=seed)
```

For tasks whose inputs are an array (N, ...), whose truth is the class of each (N,), counted from 0,
and whose predictions are `probabilities` (N, K). For others, say so in `features`, `classes` and
`predictions`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from tournament import AnyOptions, Arrays, Context, Labelled, Options, Strategy

from .sklearn_arrays import estimator_from_arrays, estimator_to_arrays


class Estimator(Strategy):
    """What both ways to train have in common. Before training all `count` classes are as likely."""

    count: ClassVar[int]
    """How many classes there are."""

    def __init__(self, options: Any, context: Context) -> None:
        self.options = options
        self.estimator = self.build(context.seed % 2**32)
        self.trained = False

    @abstractmethod
    def build(self, seed: int) -> Any:
        """The estimator as it is before it is fitted; `seed` is for its `random_state`."""

    def features(self, inputs: Any) -> Any:
        """Inputs (N, ...) as rows (N, F)."""
        return np.asarray(inputs).reshape(len(inputs), -1)

    def classes(self, truth: Any) -> Any:
        """The class (N,) of each input."""
        return np.asarray(truth)

    def predictions(self, probabilities: Any) -> Arrays:
        """What the task wants to be told, from the probabilities (N, K)."""
        return {"probabilities": probabilities}

    def predict(self, inputs: Any) -> Arrays:
        rows = self.features(inputs)
        if not self.trained:
            return self.predictions(np.full((len(rows), self.count), 1 / self.count))
        return self.predictions(self.estimator.predict_proba(rows))

    def state(self) -> Arrays:
        return {"trained": np.array([self.trained]), **estimator_to_arrays(self.estimator)}

    def load_state(self, state: Arrays) -> None:
        parts = dict(state)
        self.trained = bool(parts.pop("trained")[0])
        self.estimator = estimator_from_arrays(parts)


class BatchOptions(Options):
    """What every `PartialFit` can be told; subclass it for more."""

    batch: int = Field(32, ge=1, description="Samples in a batch.")


class PartialFit(Estimator):
    """Trains by `partial_fit`, batch by batch, in a new order each epoch."""

    Options: ClassVar[AnyOptions] = BatchOptions

    def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
        rows, classes = self.features(data.inputs), self.classes(data.truth)
        order = np.random.permutation(len(rows))
        for first in range(0, len(order), self.options.batch):
            batch = order[first : first + self.options.batch]
            self.estimator.partial_fit(rows[batch], classes[batch], classes=range(self.count))
            self.trained = True
            yield {"batch_accuracy": float(self.estimator.score(rows[batch], classes[batch]))}


class StageOptions(Options):
    """What every `Staged` can be told; subclass it for more."""

    stages: int = Field(1, ge=1, description="Stages (trees, iterations) that an epoch adds.")


class Staged(Estimator):
    """Trains by `warm_start`: an epoch adds `stages` to what is there, one after the other.

    `parameter` names the estimator's parameter for how many there are. It is fitted on all data
    each time, as a warm start has to be.
    """

    Options: ClassVar[AnyOptions] = StageOptions
    parameter: ClassVar[str] = "n_estimators"

    def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
        rows, classes = self.features(data.inputs), self.classes(data.truth)
        for _ in range(self.options.stages):
            stages = self.estimator.get_params()[self.parameter] + 1 if self.trained else 1
            self.estimator.set_params(**{self.parameter: stages}, warm_start=True)
            self.estimator.fit(rows, classes)
            self.trained = True
            yield {"stages": float(stages)}
