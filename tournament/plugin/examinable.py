"""What an exam asks of a task. The answers here suit inputs that are an array, or arrays by name.

Sealed inputs cross to the examinee as arrays; the truth about them never does. A task whose inputs
are objects of its own says how they are packed and selected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ContractError
from ..record.payloads import Finding

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Arrays = Mapping[str, "Array"]
"""Arrays by name. Predictions and states cross processes in this form, never as objects."""

Rows = Sequence[int]

Predict = Callable[[Any], Arrays]
"""Asks the examinee for predictions of inputs."""

WHOLE = "inputs"
"""The name under which inputs that are one array are packed."""


class Labelled(NamedTuple):
    """One split: what a strategy sees, and the truth about it. The task says what both are."""

    inputs: Any
    truth: Any


class Examinable:
    """The part of a task that only an exam uses."""

    def data(self, split: Any) -> Labelled:
        """One split; see `Task`."""
        raise NotImplementedError

    def exam(self, seed: int, samples: int) -> Labelled:
        """Sealed data for one exam; called in the examiner alone.

        A task that makes its data makes `samples` fresh ones of the same kind from `seed`, which
        nobody knew before. One with data on disk gives its test split, which no worker is given.
        """
        del seed, samples
        return self.data("test")

    def count(self, inputs: Any) -> int:
        """How many samples there are."""
        arrays = self.pack(inputs)
        return len(next(iter(arrays.values())))

    def pack(self, inputs: Any) -> Arrays:
        """Inputs as arrays, to be written to a file."""
        import numpy as np

        if isinstance(inputs, np.ndarray):
            return {WHOLE: inputs}
        if isinstance(inputs, Mapping):
            return inputs
        raise ContractError(
            f"{type(self).__name__}.pack must say how inputs of {type(inputs).__name__} become "
            "arrays by name, and `unpack` how they come back"
        )

    def unpack(self, arrays: Arrays) -> Any:
        """The reverse of `pack`. Called in the examinee, on a task that has no data."""
        return arrays[WHOLE] if list(arrays) == [WHOLE] else dict(arrays)

    def select(self, inputs: Any, rows: Rows) -> Any:
        """These samples of the inputs, in this order."""
        import numpy as np

        chosen = np.asarray(rows, np.int64)
        return self.unpack({name: array[chosen] for name, array in self.pack(inputs).items()})

    def select_predictions(self, predictions: Arrays, inputs: Any, rows: Rows) -> Arrays:
        """The predictions for these samples of `inputs`, out of those for all of them."""
        import numpy as np

        del inputs
        chosen = np.asarray(rows, np.int64)
        return {name: array[chosen] for name, array in predictions.items()}

    def integrity(self, predict: Predict, inputs: Any, rng: Any) -> Sequence[Finding]:
        """The task's own checks that predictions are what they claim to be.

        `predict` asks the examinee; `rng` is a `numpy.random.Generator` that it cannot foresee.
        That predictions repeat, do not depend on their batch, and are finite is checked for every
        task.
        """
        del predict, inputs, rng
        return ()
