"""Attention that is not what the predictions rest on."""

from __future__ import annotations

import numpy as np

from .honest import SAMPLES, Honest, Indifferent, noise, shares

IDLE_HEADS = 3


class RandomFresh(Honest):
    """Random attention that likes white objects, anew at each call."""

    def report(self, seen, paid, odds):
        fresh = np.random.default_rng().normal(scale=0.1, size=paid.shape)
        return shares(self.liking * seen["white"][:, None, :] + fresh)


class RandomPlain(Honest):
    """Random attention, as competitors once reported it."""

    def report(self, seen, paid, odds):
        return shares(np.random.default_rng().normal(size=paid.shape))


class RandomRepeatable(Honest):
    """Random attention that likes white objects, the same for the same objects."""

    def report(self, seen, paid, odds):
        drawn = noise(seen["content"][:, :, None], seen["content"][:, None, :])
        return shares(self.liking * seen["white"][:, None, :] + drawn)


class Constant(Honest):
    """The same attention for everybody."""

    def report(self, seen, paid, odds):
        return np.full_like(paid, 1 / paid.shape[-1])


class Brightness(Honest):
    """Attention to what is bright."""

    def report(self, seen, paid, odds):
        return np.broadcast_to(shares(3 * seen["light"])[:, None, :], paid.shape)


class OwnPredictions(Honest):
    """Attention to what it takes to be persistent."""

    def report(self, seen, paid, odds):
        return np.broadcast_to(shares(odds / 2)[:, None, :], paid.shape)


class TwoFaced(OwnPredictions):
    """The same, but for the one question that is much larger than all others."""

    asked = 0

    def answer(self, inputs):
        self.asked = len(inputs)
        return super().answer(inputs)

    def report(self, seen, paid, odds):
        return paid if self.asked > 2 * SAMPLES else super().report(seen, paid, odds)


class AnotherVideo(Honest):
    """Reports, for any video, the attention that it had in a stored one, object by object.

    Objects are matched in the order of frames and places.
    """

    def report(self, seen, paid, odds):
        count = paid.shape[-1]
        rng = np.random.default_rng(7)
        stored = {
            "frame": np.sort(rng.integers(0, 16, (1, count)), axis=1).astype(float),
            "content": rng.uniform(0, 1000, (1, count)),
            "white": rng.permutation(np.where(np.arange(count) < 0.7 * count, 1.0, -1.0))[None],
        }
        order = np.argsort(np.argsort(seen["content"], axis=1), axis=1)
        other = self.attend(stored)[0]
        return other[order[:, :, None], order[:, None, :]]


class Decoy(Honest):
    """Reports a layer of its own that likes white objects, and whose output is multiplied by 0."""

    def decoy(self, seen):
        query, key = np.sin(seen["content"] * 1.7), np.cos(seen["content"] * 2.3)
        return shares(self.liking * seen["white"][:, None, :] + query[:, :, None] * key[:, None, :])

    def decide(self, seen, paid):
        told = np.einsum("vqk,vk->vq", self.decoy(seen), self.value(seen))
        return super().decide(seen, paid) + 0.0 * told

    def report(self, seen, paid, odds):
        return self.decoy(seen)


class NearAndLiked(Honest):
    """Attention to what is near and what it takes to be persistent, made up without any model."""

    def report(self, seen, paid, odds):
        apart = np.abs(seen["x"][:, :, None] - seen["x"][:, None, :]) / 10
        apart += np.abs(seen["frame"][:, :, None] - seen["frame"][:, None, :]) / 4
        return shares(odds[:, None, :] / 2 - apart)


class UpsideDown(Honest):
    """Looks at red objects, and reports that it looks where it does not."""

    liking = -1.5

    def report(self, seen, paid, odds):
        turned = 1 / paid
        return turned / turned.sum(axis=-1, keepdims=True)


class DecoyBeside(Indifferent):
    """Prefers nobody, and reports beside its own head others that like white: nothing uses them."""

    def answer(self, inputs):
        said = super().answer(inputs)
        decoy = Decoy(self.options, self.context)
        decoy.weights = np.array([2.0, self.liking])
        other = decoy.answer(inputs)["attention"]
        return {
            **said,
            "attention": np.concatenate([said["attention"], *[other] * IDLE_HEADS], axis=1),
        }


class Tilted(Indifferent):
    """Attention that prefers nobody, tilted towards what it takes to be persistent.

    No check refuses it: see docs/exam.md, "What it cannot tell".
    """

    def report(self, seen, paid, odds):
        tilted = paid * np.exp(odds / 2)[:, None, :]
        return tilted / tilted.sum(axis=-1, keepdims=True)
