"""Looking changes nothing: a check leaves every random state as it was."""

from __future__ import annotations

import random

import numpy as np
import torch

from tournament.process.randomness import seed_everything, untouched_randomness


def draws():
    return random.random(), float(np.random.random()), float(torch.rand(()))


def test_the_same_seed_gives_the_same_draws_everywhere():
    seed_everything(2**40 + 1)
    first = draws()
    seed_everything(2**40 + 1)
    assert draws() == first
    seed_everything(2)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


def test_draws_within_do_not_move_the_draws_after():
    seed_everything(1)
    expected = draws()
    seed_everything(1)
    with untouched_randomness():
        draws()
    assert draws() == expected
