"""Predictions and truth to an `Evaluation`: calls each figure of `metrics` once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tournament import Evaluation

from . import metrics as measure
from .packed import Truth
from .predictions import Predictions


def evaluate(predictions: Predictions, truth: Truth, threshold: float) -> Evaluation:
    """All metrics, and a row a video.

    Columns: `video`, its number in the data set; `tokens`; `accuracy`, NaN if any logit of it is
    not finite; `persistent` and `transient`, attention received by its tokens of that kind, NaN
    without any; `ratio` of the two, NaN where not scored; `scored`; `consistent`, at `threshold`;
    `persistent_tokens` and `transient_tokens`, and how many of each, and of all, are `right`.
    """
    starts, labels = truth.starts, truth.labels
    correct = measure.correctness(predictions.logits, labels)
    received = measure.attention_received(predictions.attention, starts)
    persistent = measure.mean_by_video(received, labels == 1, starts)
    transient = measure.mean_by_video(received, labels == 0, starts)
    scored = has_both_kinds(truth)
    pairs = measure.Pairs(persistent[scored], transient[scored])
    persistent_right = measure.sum_by_video(correct, labels == 1, starts)
    transient_right = measure.sum_by_video(correct, labels == 0, starts)
    samples = {
        "video": truth.video,
        "tokens": np.diff(starts),
        "accuracy": measure.mean_by_video(correct, np.ones(len(labels), bool), starts),
        "persistent": persistent,
        "transient": transient,
        "ratio": _ratios(persistent, transient),
        "scored": scored,
        "consistent": measure.consistent(persistent, transient, threshold),
        "persistent_tokens": measure.sum_by_video(np.ones(len(labels)), labels == 1, starts),
        "transient_tokens": measure.sum_by_video(np.ones(len(labels)), labels == 0, starts),
        "persistent_right": persistent_right,
        "transient_right": transient_right,
        "right": persistent_right + transient_right,
    }
    metrics = {
        "attention_ratio": measure.attention_ratio(pairs),
        "consistency": measure.consistency(pairs, threshold),
        "val_accuracy": measure.accuracy(correct),
        "balanced_accuracy": measure.balanced_accuracy(correct, labels),
        "majority_baseline": measure.majority_baseline(labels),
        "p_value": measure.p_value(pairs),
        "cohens_d": measure.cohens_d(pairs),
        "unscored_videos": float(np.sum(~scored)),
    }
    return Evaluation(metrics, samples)


def has_both_kinds(truth: Truth) -> NDArray[np.bool_]:
    """(V,): whether a video has persistent and transient tokens, so that it can be scored."""
    counts = np.diff(truth.starts)
    video = np.repeat(np.arange(len(counts)), counts)
    persistent = np.bincount(video, weights=truth.labels, minlength=len(counts))
    return (persistent > 0) & (persistent < counts)


def _ratios(persistent: measure.Floats, transient: measure.Floats) -> measure.Floats:
    """NaN where either is NaN or both are 0; infinite where only the transient figure is 0."""
    extreme = np.where(persistent > 0, np.inf, np.nan)
    return np.divide(persistent, transient, out=extreme, where=transient != 0)
