"""Two findings: do predictions rest on the reported attention, and on every head that matters?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tournament import Finding

from .ablation import Ablation, effects
from .estimators import OF_ATTENTION
from .faithfulness import LEAST_TOKENS, LEAST_VIDEOS, Faithfulness, Video, faithfulness
from .objects import objects_of
from .packed import Tokens
from .predictions import Predictions, attention_squares

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


def use_findings(
    tokens: Tokens, plain: Predictions, ablation: Ablation, without: Predictions
) -> tuple[Finding, Finding]:
    """Of predictions for whole videos (`plain`), and for the same without each of their objects."""
    videos = _videos(tokens, plain, ablation, without)
    found = faithfulness(videos)
    return faithful_finding(found), heads_finding(videos, found.use)


def _videos(
    tokens: Tokens, plain: Predictions, ablation: Ablation, without: Predictions
) -> list[Video]:
    moved = effects(tokens, plain.logits, ablation, without.logits)
    paid = attention_squares(plain.attention, tokens.counts)
    seen = objects_of(tokens, plain.logits)
    return [
        Video(attention.reshape(-1, *effect.shape).astype(np.float64), effect, objects)
        for attention, effect, objects in zip(paid, moved, seen, strict=True)
    ]


def faithful_finding(found: Faithfulness) -> Finding:
    """The reported attention must foretell what deletions do, and better than its opposite."""
    rests = found.gain >= FAITHFUL and found.p_value < UNLIKELY
    turned = (
        found.opposite >= FAITHFUL
        and found.opposite > TURNED * found.gain
        and found.p_opposite < UNLIKELY
    )
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
        passed=rests and not turned,
        value=found.gain,
        threshold=FAITHFUL,
        text=text,
        bears_on=OF_ATTENTION,
    )


def heads_finding(videos: list[Video], use: Sequence[float]) -> Finding:
    """What attention prefers must not come from heads that predictions do not rest on.

    `use`: how much each head carries, 1 for an even share. Where none does, `faithful` fails.
    """
    used = np.array([each >= IDLE for each in use], dtype=bool)
    if not used.any():
        used[:] = True
    everything = preference(videos, np.ones_like(used))
    real = preference(videos, used)
    idle = int((~used).sum())
    text = (
        f"attention to objects that are predicted persistent is {everything:.3g} times that to "
        "others; "
    ) + (
        f"without the {idle} heads of {len(used)} that predictions do not rest on {real:.3g} times"
        if idle
        else f"predictions rest on all {len(used)} heads"
    )
    if np.isnan(everything):
        text = "no video has objects of both predicted kinds and enough of them to tell"
    return Finding.at_most("heads-used", _inflation(everything, real), INFLATED, text, OF_ATTENTION)


def _inflation(everything: float, real: float) -> float:
    """How many times as strong the preference is with idle heads; 1 where both are 0 or infinite.

    The preference is infinite where nothing at all is paid to the others.
    """
    if everything == real:
        return 1.0
    return everything / real if real > 0 else math.inf


def preference(videos: list[Video], heads: NDArray[np.bool_]) -> float:
    """How much more attention objects receive that are predicted persistent than the others.

    The ratio of the means over videos with both kinds, of the mean over these heads; NaN where no
    head or no such video is left, or nothing is paid to either.
    """
    persistent, others = [], []
    for video in videos:
        kind = video.objects.odds > 0
        if heads.any() and kind.any() and not kind.all():
            received = video.attention[heads].mean(axis=0).sum(axis=0)
            persistent.append(received[kind].mean())
            others.append(received[~kind].mean())
    if not persistent:
        return math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(persistent) / np.mean(others))
