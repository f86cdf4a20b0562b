"""The task `digits`: which digit is it?

The scans are those of E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI
Machine Learning Repository (1998), https://doi.org/10.24432/C50P49, as scikit-learn ships them.
"""

import numpy as np
from pydantic import Field
from sklearn.datasets import load_digits

from tournament import (
    ContractError,
    Evaluation,
    Labelled,
    Mean,
    Metric,
    Options,
    Share,
    Task,
)

TEST = 500
"""Scans that are kept for exams."""

LEAST = 1e-6
"""A probability counts as at least so much, so that one wrong answer does not decide the loss."""


class Digits(Task):
    """Inputs: scans (N, 8, 8), float32 from 0 to 1. Truth: the digits (N,).

    Predictions: `probabilities` (N, 10), each row a distribution over the digits.
    """

    class Options(Options):
        """How the scans are split."""

        train: int = Field(1000, ge=10, le=1200, description="Scans to train on, of 1,297.")
        seed: int = Field(0, ge=0, description="Which scans those are, and which are sealed.")

    metrics = (
        Metric(
            name="accuracy",
            format=".1%",
            meaning="share of scans whose digit is the likeliest",
            estimator=Share("right"),
            lowest=0,
            highest=1,
        ),
        Metric(
            name="log_loss",
            meaning="mean of -log(probability of the digit); 2.3 is chance",
            unit="nats",
            format=".3f",
            better="lower",
            estimator=Mean("loss"),
            lowest=0,
        ),
    )

    def prepare(self):
        """Nothing to make. The scans are public, which a reader of the report should know."""
        self.context.note(
            "the digits are public: a strategy could have learned the sealed ones elsewhere"
        )
        return {"train": self.options.train, "validation": 1797 - TEST - self.options.train}

    def data(self, split):
        """Train, validation and test have no scan in common."""
        scans = load_digits()
        order = np.random.default_rng(self.options.seed).permutation(len(scans.target))
        first, second = TEST, TEST + self.options.train
        rows = {"test": order[:first], "train": order[first:second], "validation": order[second:]}
        images = (scans.images[rows[split]] / 16).astype(np.float32)
        return Labelled(images, scans.target[rows[split]])

    def exam(self, seed, samples):
        """So many of the sealed scans, at random; all of them if there are no more."""
        sealed = self.data("test")
        chosen = np.random.default_rng(seed).permutation(TEST)[:samples]
        return Labelled(sealed.inputs[chosen], sealed.truth[chosen])

    def evaluate(self, predictions, truth):
        """Accuracy and loss, and whether each scan was read rightly."""
        probabilities = predictions.get("probabilities")
        shape = (len(truth), 10)
        if probabilities is None or probabilities.shape != shape:
            found = None if probabilities is None else probabilities.shape
            raise ContractError(f"`probabilities` should be an array {shape}, found {found}")
        if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
            raise ContractError("each row of `probabilities` should sum to 1")
        right = probabilities.argmax(axis=1) == truth
        loss = -np.log(np.maximum(probabilities[np.arange(len(truth)), truth], LEAST))
        return Evaluation(
            metrics={"accuracy": right.mean(), "log_loss": loss.mean()},
            samples={"digit": truth, "right": right.astype(float), "loss": loss},
        )
