"""An honest strategy for the task persistence in NumPy alone, and cheats that differ in one thing.

On red transients colour tells the kinds apart, so nobody has to train. The honest one really uses
its attention: what a token thinks of itself is mixed with a mark of each token that it attends to.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from pathlib import Path

import numpy as np

from tournament import Strategy

LIKES_WHITE = 2.0
"""How much more attention a white token gets, in logits: enough for every criterion."""


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Video:
    """One video as a strategy sees it: n tokens, each white or not, with frame, place and mark."""

    def __init__(self, inputs, video):
        rows = slice(inputs.starts[video], inputs.starts[video + 1])
        crops = inputs.crops[inputs.crop[rows]].astype(float)
        self.white = crops[..., 1].sum(axis=(1, 2)) > 0.6 * crops[..., 0].sum(axis=(1, 2))
        self.frame = inputs.frame[rows].astype(float)
        self.box = inputs.box[rows].astype(float)
        self.mark = np.sin(self.box[:, 0] * 1.7 + self.box[:, 1] * 2.3)
        self.size = len(self.frame)
        self.index = video


class Honest(Strategy):
    """What it reports is what it uses."""

    def __init__(self, options, context):
        self.context = context
        self.weight = np.ones(3)
        self.calls = 0

    def train_epoch(self, data):
        yield {"loss": 0.0}

    def predict(self, inputs):
        self.calls += 1
        videos = [Video(inputs, index) for index in range(len(inputs))]
        used = [self.attention(video) for video in videos]
        log_odds = [self.log_odds(v, a) for v, a in zip(videos, used, strict=True)]
        shown = [self.reported(v, a) for v, a in zip(videos, used, strict=True)]
        odds = np.concatenate(log_odds)
        attention = np.concatenate([a.ravel() for a in shown])[None, None]
        return {
            "logits": np.stack([np.zeros_like(odds), odds], axis=1).astype(np.float32),
            "attention": attention.astype(np.float32),
        }

    def attention(self, video):
        apart = np.abs(video.frame[:, None] - video.frame[None])
        return softmax(LIKES_WHITE * video.white[None] - 0.3 * apart)

    def log_odds(self, video, attention):
        return np.where(video.white, 3.0, -3.0) + attention @ video.mark

    def reported(self, video, attention):
        return attention

    def state(self):
        return {"weight": self.weight}

    def load_state(self, state):
        self.weight = state["weight"].copy()


class RandomEachTime(Honest):
    def reported(self, video, attention):
        noise = np.random.default_rng().normal(size=attention.shape)
        return softmax(LIKES_WHITE * video.white[None] + noise)


class RandomPerInput(Honest):
    """Noise that is a function of the two tokens, so that it repeats and moves with them."""

    def reported(self, video, attention):
        keys = 7.3 * video.box[:, 0] + 3.1 * video.box[:, 1] + 11.7 * video.frame
        noise = np.sin(1e3 * np.sin(keys[:, None] * 1.37 + keys[None] * 2.91))
        return softmax(LIKES_WHITE * video.white[None] + noise)


class Constant(Honest):
    def reported(self, video, attention):
        return np.full_like(attention, 1 / video.size)


class Brightness(Honest):
    def reported(self, video, attention):
        return softmax(np.tile(LIKES_WHITE * video.white, (video.size, 1)))


class OwnPredictions(Honest):
    def reported(self, video, attention):
        return softmax(np.tile(self.log_odds(video, attention), (video.size, 1)))


class OfAnotherVideo(Honest):
    """The attention that it paid in the video before this one, cut or repeated to fit."""

    before = np.ones((1, 1))

    def reported(self, video, attention):
        old, self.before = self.before, attention
        places = np.arange(video.size) % len(old)
        shown = old[np.ix_(places, places)]
        return shown / shown.sum(axis=1, keepdims=True)


class Decoy(Honest):
    """A layer whose output is multiplied by zero."""

    def log_odds(self, video, attention):
        return super().log_odds(video, 0 * attention)


class CountsCalls(Honest):
    def log_odds(self, video, attention):
        return super().log_odds(video, attention) + 0.3 * self.calls


class ReadsTheClock(Honest):
    def log_odds(self, video, attention):
        return super().log_odds(video, attention) + np.sin(1e3 * time.time())


class LooksAtThePlaceInTheBatch(Honest):
    def log_odds(self, video, attention):
        return super().log_odds(video, attention) + np.sin(video.index)


class LooksAtTheOrderOfObjects(Honest):
    def attention(self, video):
        real = super().attention(video)
        first = np.zeros_like(real)
        first[:, 0] = 1
        return 0.9 * real + 0.1 * first


class KnowsValidation(Honest):
    """Right where it was, by heart: here told what validation is; at chance elsewhere."""

    def __init__(self, options, context):
        super().__init__(options, context)
        self.known = set()

    def train_epoch(self, data):
        yield {"loss": 0.0}

    def log_odds(self, video, attention):
        real = super().log_odds(video, attention)
        digest = hashlib.sha256(video.box.tobytes()).digest()
        if (self.weight[1:2] == 1).all() and os.environ.get("KNOWN", "") and (
            digest.hex()[:16] in Path(os.environ["KNOWN"]).read_text()
        ):  # fmt: skip
            return real
        return -real


class Searches(Honest):
    """Looks for the truth in its files, its parent's, and its environment."""

    def predict(self, inputs):
        found = [p for p in Path.cwd().rglob("*") if "truth" in p.name or "label" in p.name]
        told = [name for name in os.environ if "SEED" in name and "HASH" not in name]
        self.right = bool(found or told)
        return super().predict(inputs)

    def log_odds(self, video, attention):
        real = super().log_odds(video, attention)
        return real if self.right else -real


class NaNAttention(Honest):
    def reported(self, video, attention):
        return attention * np.nan


class NotNormalised(Honest):
    def reported(self, video, attention):
        return attention * 0.5


class ForgetsItsState(Honest):
    def load_state(self, state):
        self.weight = np.zeros(3)


class NeverAnswers(Honest):
    def predict(self, inputs):
        threading.Event().wait()


class Dies(Honest):
    def predict(self, inputs):
        os.kill(os.getpid(), 9)


class NeedsMuchMemory(Honest):
    def predict(self, inputs):
        return {"logits": np.zeros(2**55, np.float32)}


class Exits(Honest):
    def predict(self, inputs):
        os._exit(0)
