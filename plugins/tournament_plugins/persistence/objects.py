"""The objects of a video as anybody sees them who has its inputs and its predictions. Pure.

From this an examiner makes up attention of its own: what a strategy reports has to tell more than
that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ablation import log_odds
from .packed import Tokens

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Objects:
    """The n objects of one video: frame (n,), box (n, 4), mean colour (n, 3), log-odds (n,)."""

    frame: Floats
    box: Floats
    colour: Floats
    odds: Floats

    def properties(self) -> Floats:
        """(11, n): what an object's value could depend on, roughly."""
        x, y, width, height = self._place()
        shade = self.colour.mean(axis=1)
        tint = np.abs(self.colour - shade[:, None]).sum(axis=1)
        size = np.sqrt(width * height)
        bent = [(each - each.mean()) ** 2 for each in (self.frame, x, y)]
        return np.stack(
            [self.odds, np.tanh(self._own()), self.frame, x, y, size, shade, tint, *bent]
        )

    def made_up(self) -> Floats:
        """(B, n, n): attention without a model: to what is near, alike, or predicted so."""
        gaps = [_gaps(*self._place()[:2]), _gaps(self.frame), _gaps(*self.colour.T)]
        gaps.append(_gaps(self.odds))
        place, time, _, belief = gaps
        own = self._own()
        tilt = np.tile(own, (len(own), 1))
        logits = [-strength * gap for gap in gaps for strength in (1.0, 3.0)]
        logits += [-2 * place - 2 * time, -2 * place - belief, -2 * time - belief]
        logits += [np.outer(own, own), tilt, -tilt, tilt - 2 * place, tilt - 2 * place - 2 * time]
        return np.stack([_softmax(each) for each in logits])

    def of_predictions(self) -> Floats:
        """(6, n, n): smooth functions of the predictions of a pair."""
        squashed, own = np.tanh(self._own()), self._own()
        pairs = [np.outer(one, other) for one in (squashed, own) for other in (squashed, own)]
        pairs += [np.abs(np.subtract.outer(one, one)) for one in (squashed, own)]
        return np.stack(pairs)

    def _place(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Centre, width and height."""
        x0, y0, x1, y1 = self.box.T
        return (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0

    def _own(self) -> Floats:
        """The log-odds in units of their mean size."""
        return self.odds / max(float(np.abs(self.odds).mean()), 1e-12)


def objects_of(tokens: Tokens, logits: NDArray[np.float32]) -> list[Objects]:
    """The objects of each video; `logits` (N, 2) are the predictions for them."""
    odds = log_odds(logits)
    colours = tokens.crops.reshape(len(tokens.crops), -1, 3).mean(axis=1)[tokens.crop]
    return [
        Objects(
            tokens.frame[first:end].astype(np.float64),
            tokens.box[first:end].astype(np.float64),
            colours[first:end].astype(np.float64),
            odds[first:end],
        )
        for first, end in zip(tokens.starts[:-1], tokens.starts[1:], strict=True)
    ]


def _gaps(*coordinates: Floats) -> Floats:
    """(n, n): the distance of each pair, in units of the mean distance."""
    squares = [np.subtract.outer(one, one) ** 2 for one in coordinates]
    distance = np.sqrt(np.sum(squares, axis=0))
    return np.asarray(distance / max(float(distance.mean()), 1e-12))


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
