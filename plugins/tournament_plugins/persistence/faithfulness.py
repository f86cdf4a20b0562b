"""Is the attention that a strategy reports the attention that its predictions rest on? Pure.

An attention head sends query q the mean of values, weighted by a_qj. Delete object k: the softmax
over the others is a_qj / (1 - a_qk), so that the mean of any property s of the objects moves by

    a_qk / (1 - a_qk) (m_q - s_k),    m_q = sum_j a_qj s_j.

To first order q's log-odds move by a weighted sum of that, over heads and properties, with weights
that only the model knows but that are the same for all videos. So real attention foretells how
deletions move predictions, in videos that the weights were not fitted on (ridge regression, five
folds over videos). The properties are rough: time, place, size, colour, log-odds.

What q or k does to all its pairs proves nothing, since a cheat knows its own predictions: that is
taken out first, with smooth functions of the two predictions. What can be foretold
without any model, from attention to what is near, alike or predicted so, proves nothing either: the
same regression is done with attention that the examiner makes up, and only the gain counts. Since
the weights may have any sign, attention turned upside down would foretell, too, but less well than
what it was made from: so it is also compared with its opposite.

Heads that are reported beside the real ones gain nothing and cost nothing. So the regression also
tells how much of what is foretold beyond made-up attention each head carries (its `use`).

The ablation follows attention studies in language models (Serrano and Smith 2019; Jain and Wallace
2019), which found that attention need not explain a prediction: hence a test, and no assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orth
from scipy.stats import ttest_1samp

from .objects import Objects

Floats = NDArray[np.float64]

LEAST_TOKENS = 8
"""A video with fewer tokens has too few pairs."""

FOLDS = 5
LEAST_VIDEOS = 2 * FOLDS
RIDGE = 0.03
"""Penalty, as a part of each column's own sum of squares."""

NOTHING = 1e-6
"""Effects smaller than this, in log-odds, are rounding."""

LEAST_ATTENTION = 1e-9
NEARLY_ALL = 0.999
"""What is left after deleting an object that has all attention is undefined, so 1 - attention is
taken as at least 1 minus this."""


@dataclass(frozen=True)
class Video:
    """What is needed of one video: attention of H heads (H, n, n), effects (n, n), its objects."""

    attention: Floats
    effects: Floats
    objects: Objects


@dataclass(frozen=True)
class Faithfulness:
    """How well deletions were foretold, as mean correlations over videos.

    `made_up`: by made-up attention alone; `gain`: by how much more with the reported one; `p_value`
    of the gain's being 0 or less. `opposite`: by how much more with the opposite of the reported
    one, and `p_opposite` of that being no better. (One-sided t-tests over the videos.) `use` (H,):
    each head's part of the variance that the reported attention explains beyond the made-up one, in
    units of an even part; 0 for all where it explains nothing.
    """

    made_up: float
    gain: float
    p_value: float
    opposite: float
    p_opposite: float
    use: tuple[float, ...]
    videos: int


@dataclass(frozen=True)
class _Pairs:
    """One video, ready for regression: its pairs (q, k), and what is left of their effects (P,).

    The columns are made when they are needed: those of all videos would take some 400 MB.
    """

    video: Video
    properties: Floats
    basis: Floats
    target: Floats

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """(M, P) each: of made-up attention, with the reported one, with its opposite."""
        attention = self.video.attention
        made_up, reported, turned = (
            _left(moved(each, self.properties), self.basis)
            for each in (self.video.objects.made_up(), attention, opposite(attention))
        )
        return made_up, np.concatenate([made_up, reported]), np.concatenate([made_up, turned])


def faithfulness(videos: Sequence[Video]) -> Faithfulness:
    """Foretell the deletions of each video with weights that were fitted on the others."""
    usable = [video for video in videos if len(video.effects) >= LEAST_TOKENS]
    if len(usable) < LEAST_VIDEOS:
        return Faithfulness(0.0, 0.0, 1.0, 0.0, 1.0, (), len(usable))
    units = _units(usable)
    pairs = [_pairs(video, *units) for video in usable]
    equations = _equations(pairs)
    alone, reported, turned = _foretold(pairs, equations)
    return Faithfulness(
        made_up=float(alone.mean()),
        gain=float((reported - alone).mean()),
        p_value=_p_value(reported - alone),
        opposite=float((turned - alone).mean()),
        p_opposite=_p_value(turned - reported),
        use=_use(equations, len(usable[0].attention)),
        videos=len(usable),
    )


def opposite(attention: Floats) -> Floats:
    """Attention (H, n, n) that prefers what this one neglects: in inverse proportion."""
    turned = 1 / np.maximum(attention, LEAST_ATTENTION)
    return np.asarray(turned / turned.sum(axis=-1, keepdims=True))


def moved(attention: Floats, properties: Floats) -> Floats:
    """(H * S, n, n): how the mean of each property that q attends to moves when k is deleted.

    `attention` (H, n, n), `properties` (S, n).
    """
    means = np.einsum("hqk,sk->hsq", attention, properties)
    share = attention / (1 - np.minimum(attention, NEARLY_ALL))
    found = share[:, None] * (means[..., None] - properties[None, :, None, :])
    return np.asarray(found.reshape(-1, *attention.shape[1:]))


def idle(objects: Objects) -> Floats:
    """(P, B): an orthonormal basis of what proves nothing, over the P = n (n - 1) pairs.

    That is what a query or a key does to all its pairs, and what the two predictions say.
    """
    count = len(objects.odds)
    query, key = np.nonzero(~np.eye(count, dtype=bool))
    rows = query[:, None] == np.arange(count)
    columns = key[:, None] == np.arange(count)
    smooth = objects.of_predictions()[:, query, key].T
    together = np.concatenate([rows, columns, smooth], axis=1).astype(np.float64)
    return np.asarray(orth(together))  # Some follow from others: their sum is the same.


def _units(videos: Sequence[Video]) -> tuple[Floats, Floats]:
    """Mean and deviation of each property over all objects, (S, 1) each."""
    every = np.concatenate([video.objects.properties() for video in videos], axis=1)
    return every.mean(axis=1, keepdims=True), every.std(axis=1, keepdims=True) + 1e-9


def _pairs(video: Video, centre: Floats, scale: Floats) -> _Pairs:
    basis = idle(video.objects)
    properties = (video.objects.properties() - centre) / scale
    return _Pairs(video, properties, basis, _left(video.effects[None], basis)[0])


def _left(matrices: Floats, basis: Floats) -> Floats:
    """(M, P): of matrices (M, n, n), the pairs of two objects, without what proves nothing."""
    pairs = matrices[:, ~np.eye(matrices.shape[-1], dtype=bool)]
    return np.asarray(pairs - (pairs @ basis) @ basis.T)


@dataclass(frozen=True)
class _Equations:
    """The normal equations of one regression, summed over the videos of each fold."""

    grams: Floats
    sides: Floats

    def all_but(self, fold: int) -> Floats:
        """The weights that the videos of the other folds give."""
        gram, side = self.grams.sum(axis=0), self.sides.sum(axis=0)
        return _ridge(gram - self.grams[fold], side - self.sides[fold])


def _equations(videos: Sequence[_Pairs]) -> tuple[_Equations, ...]:
    """Those of `_Pairs.columns`: made-up attention, with the reported one, with its opposite.

    No video weighs more than one whose effects are of the usual size.
    """
    sizes = [float(np.linalg.norm(video.target)) for video in videos]
    usual = max(float(np.median(sizes)), NOTHING)
    found = [
        _Equations(np.zeros((FOLDS, len(x), len(x))), np.zeros((FOLDS, len(x))))
        for x in videos[0].columns()
    ]
    for index, (video, size) in enumerate(zip(videos, sizes, strict=True)):
        weight, fold = 1 / max(size, usual) ** 2, index % FOLDS
        for each, x in zip(found, video.columns(), strict=True):
            each.grams[fold] += weight * (x @ x.T)
            each.sides[fold] += weight * (x @ video.target)
    return tuple(found)


def _foretold(videos: Sequence[_Pairs], equations: Sequence[_Equations]) -> Floats:
    """(3, V): the correlation of each video's effects with what the other folds foretell."""
    fitted = [[each.all_but(fold) for fold in range(FOLDS)] for each in equations]
    found = np.empty((len(equations), len(videos)))
    for index, video in enumerate(videos):
        for kind, x in enumerate(video.columns()):
            found[kind, index] = _correlation(fitted[kind][index % FOLDS] @ x, video.target)
    return found


def _use(equations: Sequence[_Equations], heads: int) -> tuple[float, ...]:
    """Each head's `use`: its part of the variance explained, made-up attention being known."""
    gram, side = equations[1].grams.sum(axis=0), equations[1].sides.sum(axis=0)
    own = equations[0].sides.shape[1]
    across = gram[:own, own:]
    rest = gram[own:, own:] - across.T @ _ridge(gram[:own, :own], across)
    left = side[own:] - across.T @ _ridge(gram[:own, :own], side[:own])
    weights = _ridge(rest, left, np.diag(gram[own:, own:])).reshape(heads, -1)
    blocks = rest.reshape(heads, weights.shape[1], heads, weights.shape[1])
    carried = [float(w @ blocks[h, :, h] @ w) for h, w in enumerate(weights)]
    total = sum(carried)
    return tuple(heads * part / total if total > 0 else 0.0 for part in carried)


def _ridge(gram: Floats, side: Floats, sizes: Floats | None = None) -> Floats:
    """The weights, with a penalty in proportion to each column's sum of squares (`sizes`)."""
    penalty = RIDGE * (np.diag(gram) if sizes is None else sizes)
    least = 1e-9 * max(float(np.trace(gram)), 1e-12) / len(gram)  # Columns may be all 0.
    return np.asarray(np.linalg.solve(gram + np.diag(penalty + least), side))


def _correlation(one: Floats, other: Floats) -> float:
    """Of residuals, whose means are 0 already; 0 where one of them is nothing."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other / size) if size > NOTHING**2 else 0.0


def _p_value(differences: Floats) -> float:
    """Of a mean of 0 or less."""
    if not differences.std():
        return 1.0
    return float(ttest_1samp(differences, 0.0, alternative="greater").pvalue)
