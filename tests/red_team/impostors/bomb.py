"""A checkpoint that is a pickle, and acts when somebody opens it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np


class Bomb:
    """Unpickled, it makes a file, and becomes a state."""

    def __init__(self, path, state):
        self.path, self.state = path, state

    def __reduce__(self):
        return explode, (self.path, {name: a.tolist() for name, a in self.state.items()})


def explode(path, state):
    Path(path).touch()
    return {name: np.array(values) for name, values in state.items()}


def pickled(path, state):
    """A state as a pickle that makes the file `path` when somebody reads it."""
    return pickle.dumps(Bomb(str(path), state))
