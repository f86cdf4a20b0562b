"""A linear probe: how much a linear reader finds in frozen features (Alain and Bengio 2016)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from .proxy_pictures import CLASSES

RIDGE = 0.01
"""The ridge's weight beside the features' variance, which is 1."""


class Answered(NamedTuple):
    """`features` (N, F) of pictures and the `answers` (N, 3) int64 to the three questions."""

    features: Tensor
    answers: Tensor


def accuracy(scores: Tensor, answers: Tensor) -> float:
    """The mean over the questions of how often the highest of the `scores` (N, 13) is right."""
    parts = zip(torch.split(scores, list(CLASSES), dim=1), answers.unbind(1), strict=True)
    return float(torch.stack([(x.argmax(1) == y).float().mean() for x, y in parts]).mean())


def probe_accuracy(fit: Answered, test: Answered) -> float:
    """Accuracy on `test` of ridge regression from features to one-hot answers, solved on `fit`."""
    mean, deviation = fit.features.mean(0), fit.features.std(0).clamp(min=1e-6)
    x = _standardised(fit.features, mean, deviation)
    columns = zip(fit.answers.unbind(1), CLASSES, strict=True)
    wanted = torch.cat([functional.one_hot(y, n) for y, n in columns], dim=1).double()
    ridge = torch.eye(x.shape[1], dtype=x.dtype) * len(x) * RIDGE
    solution = torch.linalg.solve(x.T @ x + ridge, x.T @ wanted)
    return accuracy(_standardised(test.features, mean, deviation) @ solution, test.answers)


def _standardised(features: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """With a column of ones, in the double precision that solving needs."""
    x = ((features - mean) / deviation).double()
    return torch.cat([x, x.new_ones(len(x), 1)], dim=1)
