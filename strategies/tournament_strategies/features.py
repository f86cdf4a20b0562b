"""Features of distinct crops by a frozen network: computed once, kept in the cache, mapped."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tournament import Context, OptionError

from .backbone import FEATURES, frozen_resnet, write_features
from .cores import all_cores
from .precision import Precision
from .tokens import Tokens
from .weights import Weights

VERSION = 1
"""Part of the cache's key: raise it when the same weights and crops would give other features."""

FILE = "features.npy"


class FeatureTables:
    """The features of any table of crops. A table is known by its key, so each is computed once.

    What is not in the cache is computed when it is asked for, in the same way.
    """

    def __init__(
        self, weights: Weights, crop_size: int, precision: Precision, context: Context
    ) -> None:
        self.weights = weights
        self.crop_size = crop_size
        self.precision = precision
        self.context = context
        self._known: dict[str, NDArray[np.float16]] = {}

    def of(self, inputs: Tokens) -> NDArray[np.float16]:
        """(U, 512): a row for each of the U distinct crops of `inputs`, mapped from the cache.

        Raises OptionError when the weights make features that float16 does not hold.
        """
        if inputs.key not in self._known:
            key = {
                "version": VERSION,
                "weights": self.weights.sha256,
                "crops": inputs.key,
                "crop_size": self.crop_size,
                "precision": self.precision,
                "device": self.context.device.partition(":")[0],
            }
            folder = self.context.cache.entry("features", key, lambda at: self._build(at, inputs))
            self._known[inputs.key] = np.load(folder / FILE, mmap_mode="r")
        return self._known[inputs.key]

    def _build(self, folder: Path, inputs: Tokens) -> None:
        count = len(inputs.crops)
        table = np.lib.format.open_memmap(
            folder / FILE, mode="w+", dtype=np.float16, shape=(count, FEATURES)
        )
        _claim_disk(folder / FILE)
        model = frozen_resnet(self.weights.tensors(), self.precision, self.context.device)
        try:
            with all_cores(self.context.cores):
                write_features(
                    model,
                    inputs.crops,
                    table,
                    self.crop_size,
                    lambda done: self.context.progress("features", done, count),
                )
        except OverflowError as error:
            raise OptionError(f"The weights cannot be used: {error}.", key="weights") from error
        table.flush()


def _claim_disk(path: Path) -> None:
    """Give a sparse file its blocks now: a full disk is an OSError here, later it would be a kill.

    Where the system cannot do that, the file stays sparse.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
