"""The task's own integrity checks: that attention is attention, and the model's own.

All questions go to the examinee as one batch of videos in an order that it cannot foresee: whole
videos, the same with their objects reordered, and the same with one object deleted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tournament import Arrays, ContractError, Finding

from .ablation import Ablation, ablated, effects
from .estimators import OF_ATTENTION
from .faithfulness import LEAST_TOKENS, LEAST_VIDEOS, Faithfulness, Video, faithfulness
from .objects import objects_of
from .packed import Tokens
from .predictions import TOLERANCE, Predictions, check_shapes, row_sums
from .sealed import selected_predictions

VIDEOS = 200
"""Videos that the questions are about."""

MOVED = 0.01
"""Attention, a number between 0 and 1, may move by so much by reordering: rounding."""

FAITHFUL = 0.03
"""Least gain in correlation (docs/exam.md)."""

TURNED = 1.5
"""Attention whose opposite gains so many times as much, beyond doubt, is turned upside down."""

UNLIKELY = 0.01
"""Largest p-value."""

IDLE = 0.1
"""A head that carries less than this part of an even share is not used."""

INFLATED = 1.15
"""So many times as strong may the preference be with the heads that are not used."""

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
    turned = _of(answers, asked, range(first, second))
    without = _of(answers, asked, range(second, len(asked)))
    return (
        _distribution(answers, asked),
        _reordering(plain, turned, whole, order),
        *_use_of_attention(_videos(whole, plain, ablation, without)),
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
    checked = check_shapes(answers, mixed.starts)
    if not (np.isfinite(checked.logits).all() and np.isfinite(checked.attention).all()):
        # A video that is left out for it might be a telling one.
        raise ContractError("answers about reordered or missing objects are not finite numbers")
    back = selected_predictions(answers, mixed, np.argsort(order).tolist())
    return Predictions(back["logits"], back["attention"])


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
    before = attention_squares(plain.attention, tokens)
    after = attention_squares(turned.attention, tokens)
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


def attention_squares(attention: NDArray[np.float32], tokens: Tokens) -> list[NDArray[np.float32]]:
    """For each video its attention (L, H, n, n)."""
    ends = np.cumsum(tokens.counts**2)
    return [
        attention[:, :, end - n * n : end].reshape(*attention.shape[:2], n, n)
        for n, end in zip(tokens.counts, ends, strict=True)
    ]


def _videos(
    tokens: Tokens, plain: Predictions, ablation: Ablation, without: Predictions
) -> list[Video]:
    moved = effects(tokens, plain.logits, ablation, without.logits)
    paid = attention_squares(plain.attention, tokens)
    seen = objects_of(tokens, plain.logits)
    return [
        Video(attention.reshape(-1, *effect.shape).astype(np.float64), effect, objects)
        for attention, effect, objects in zip(paid, moved, seen, strict=True)
    ]


def _use_of_attention(videos: list[Video]) -> tuple[Finding, Finding]:
    found = faithfulness(videos)
    return _faithful(found), _heads(videos, found)


def _faithful(found: Faithfulness) -> Finding:
    """The reported attention must foretell what deletions do, and better than its opposite."""
    turned = found.opposite > TURNED * found.gain and found.p_opposite < UNLIKELY
    text = (
        f"how deleting objects moves predictions is foretold with a correlation of "
        f"{found.made_up:.3f} without the reported attention; with it that changes by "
        f"{found.gain:+.3f}, and has to by {FAITHFUL:+.2f} with p < {UNLIKELY} "
        f"(p = {found.p_value:.2g}, {found.videos} videos)"
    )
    if turned:
        text += f"; its opposite changes it by {found.opposite:+.3f}: it is turned upside down"
    if found.videos < LEAST_VIDEOS:
        text = f"only {found.videos} videos have {LEAST_TOKENS} objects or more: too few to tell"
    return Finding(
        name="faithful",
        passed=found.gain >= FAITHFUL and found.p_value < UNLIKELY and not turned,
        value=found.gain,
        threshold=FAITHFUL,
        text=text,
        bears_on=OF_ATTENTION,
    )


def _heads(videos: list[Video], found: Faithfulness) -> Finding:
    """What attention prefers must not come from heads that predictions do not rest on.

    Where they rest on none, `faithful` fails.
    """
    used = np.array([use >= IDLE for use in found.use], dtype=bool)
    if not used.any():
        used[:] = True
    everything = preference(videos, np.ones_like(used))
    real = preference(videos, used)
    return Finding.at_most(
        "heads-used",
        everything / real,
        INFLATED,
        f"attention to objects that are predicted persistent is {everything:.3g} times that to "
        f"others, and {real:.3g} times without the {int((~used).sum())} heads of {len(used)} that "
        "predictions do not rest on",
        OF_ATTENTION,
    )


def preference(videos: list[Video], heads: NDArray[np.bool_]) -> float:
    """How much more attention objects receive that are predicted persistent than the others.

    The ratio of the means over videos with both kinds, of the mean over these heads; NaN where no
    head or no such video is left.
    """
    persistent, others = [], []
    for video in videos:
        kind = video.objects.odds > 0
        if heads.any() and kind.any() and not kind.all():
            received = video.attention[heads].mean(axis=0).sum(axis=0)
            persistent.append(received[kind].mean())
            others.append(received[~kind].mean())
    return float(np.mean(persistent) / np.mean(others)) if persistent else float("nan")
