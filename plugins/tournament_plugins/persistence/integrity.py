"""The task's own integrity checks: that attention is attention, and the model's own.

All questions go to the examinee as one batch of videos in an order that it cannot foresee: whole
videos, the same with their objects reordered, and the same with one object deleted. The whole ones
are asked for by themselves, too, since that batch can be recognised.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tournament import Arrays, ContractError, Finding, deviation

from .ablation import ablated
from .attention_use import use_findings
from .estimators import OF_ATTENTION
from .packed import Tokens
from .predictions import TOLERANCE, Predictions, attention_squares, check_shapes, row_sums
from .sealed import selected_predictions

VIDEOS = 200
"""Videos that the questions are about."""

MOVED = 0.01
"""Attention, a number between 0 and 1, may move by so much by reordering: rounding."""

SAME = 0.01
"""Answers that deviate by less count as the same."""

Predict = Callable[[Tokens], Arrays]
Ints = NDArray[np.int64]


def integrity_findings(
    predict: Predict, inputs: Tokens, rng: np.random.Generator
) -> tuple[Finding, ...]:
    """Ask, and judge the answers. Raises ContractError when they are malformed."""
    whole = inputs.videos(np.sort(rng.permutation(len(inputs))[:VIDEOS]))
    order = _shuffled_tokens(whole, rng)
    ablation = ablated(whole)
    asked = joined(whole, reordered(whole, order), ablation.tokens)
    answers = _ask(predict, asked, rng)
    first, second = len(whole), 2 * len(whole)
    plain = _of(answers, asked, range(first))
    alone = _checked(predict(whole), whole)
    turned = _of(answers, asked, range(first, second))
    without = _of(answers, asked, range(second, len(asked)))
    return (
        _same_face(alone, plain),
        _distribution(answers, asked),
        _reordering(plain, turned, whole, order),
        *use_findings(whole, plain, ablation, without),
    )


def joined(*parts: Tokens) -> Tokens:
    """Videos that share a table of crops, one part after the other."""
    return Tokens(
        parts[0].crops,
        np.concatenate([part.crop for part in parts]),
        np.concatenate([part.frame for part in parts]),
        np.concatenate([part.box for part in parts]),
        np.concatenate([[0], np.cumsum(np.concatenate([part.counts for part in parts]))]),
        parts[0].key,
    )


def reordered(tokens: Tokens, order: Ints) -> Tokens:
    """The tokens in another order; `order` (N,) keeps each within its video."""
    return Tokens(
        tokens.crops,
        tokens.crop[order],
        tokens.frame[order],
        tokens.box[order],
        tokens.starts,
        tokens.key,
    )


def _shuffled_tokens(tokens: Tokens, rng: np.random.Generator) -> Ints:
    """(N,): a random order of the tokens within each video."""
    video = np.repeat(np.arange(len(tokens)), tokens.counts)
    return np.lexsort((rng.random(len(video)), video)).astype(np.int64)


def _ask(predict: Predict, asked: Tokens, rng: np.random.Generator) -> Predictions:
    """The answers in the order of `asked`, got in another."""
    order = rng.permutation(len(asked))
    mixed = asked.videos(order)
    answers = predict(mixed)
    _checked(answers, mixed)
    back = selected_predictions(answers, mixed, np.argsort(order).tolist())
    return Predictions(back["logits"], back["attention"])


def _checked(answers: Arrays, asked: Tokens) -> Predictions:
    checked = check_shapes(answers, asked.starts)
    if not (np.isfinite(checked.logits).all() and np.isfinite(checked.attention).all()):
        # A video that is left out for it might be a telling one.
        raise ContractError("answers about reordered or missing objects are not finite numbers")
    return checked


def _same_face(alone: Predictions, plain: Predictions) -> Finding:
    """Who answers otherwise where variants are asked for, too, has recognised the question."""
    pairs = ((alone.logits, plain.logits), (alone.attention, plain.attention))
    found = max(deviation({"a": one}, {"a": other}) for one, other in pairs)
    return Finding.at_most(
        "same-among-variants",
        found,
        SAME,
        f"answers about videos change by {found:.2g} when variants of them are asked for, too",
    )


def _of(answers: Predictions, asked: Tokens, videos: range) -> Predictions:
    arrays = {"logits": answers.logits, "attention": answers.attention}
    part = selected_predictions(arrays, asked, list(videos))
    return Predictions(part["logits"], part["attention"])


def _distribution(answers: Predictions, tokens: Tokens) -> Finding:
    """Also where objects were reordered or are missing: there a made-up attention shows."""
    sums = row_sums(answers.attention, tokens.counts)
    below = -answers.attention.min(initial=0)
    off = max(float(np.abs(sums - 1).max(initial=0)), float(below))
    return Finding.at_most(
        "attention-distribution",
        off,
        TOLERANCE,
        f"a query's attention is a distribution over the real tokens of its video within {off:.2g}",
        OF_ATTENTION,
    )


def _reordering(plain: Predictions, turned: Predictions, tokens: Tokens, order: Ints) -> Finding:
    """Attention must move with the objects that it is paid to."""
    before = attention_squares(plain.attention, tokens.counts)
    after = attention_squares(turned.attention, tokens.counts)
    starts = tokens.starts
    moved = 0.0
    for video, (one, other) in enumerate(zip(before, after, strict=True)):
        local = order[starts[video] : starts[video + 1]] - starts[video]
        moved = max(moved, float(np.abs(one[:, :, local][:, :, :, local] - other).max(initial=0)))
    return Finding.at_most(
        "reordering",
        moved,
        MOVED,
        f"reordering the objects of a video changes the attention between them by {moved:.2g}",
        OF_ATTENTION,
    )
