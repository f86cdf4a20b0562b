"""Nothing but time may tell the kinds apart, unless colour is asked to."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import ks_2samp

from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.render import film
from tournament_plugins.persistence.scene import WORDS, Scenes, draw_scenes, random_source
from tournament_plugins.persistence.tokenise import Tokenised, tokenise

VIDEOS = 1200


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    words = np.stack([random_source(11, video).random_raw(WORDS) for video in range(VIDEOS)])
    return draw_scenes(words)


def one_of_each_kind(colour: str) -> tuple[Tokenised, np.ndarray, np.ndarray]:
    """Tokens, and the row of one persistent and one transient token of each video: independent."""
    options = PersistenceOptions(seed=11, colour=colour)
    rng = np.random.default_rng(0)
    parts = [tokenise(film(options, range(a, a + 100))) for a in range(0, VIDEOS, 100)]
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Tokenised)
    }
    tokens = Tokenised(**columns)
    rows: tuple[list[int], list[int]] = [], []
    for end, count in zip(np.cumsum(tokens.counts), tokens.counts, strict=True):
        own = np.arange(end - count, end)
        for kind, chosen in enumerate(rows):
            mine = own[tokens.labels[own] == kind]
            if len(mine):
                chosen.append(int(rng.choice(mine)))
    return tokens, np.array(rows[1]), np.array(rows[0])


@pytest.fixture(scope="module")
def white():
    return one_of_each_kind("same")


def shown(scenes: Scenes, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A value per object (V, 7), as those of persistent and of transient objects."""
    exists = scenes.visible.any(axis=2)
    return values[:, 0], values[:, 1:][exists[:, 1:]]


def alike(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(ks_2samp(first, second).pvalue > 0.01)


def test_brightness_and_size_are_drawn_alike(scenes):
    assert alike(*shown(scenes, scenes.brightness))
    assert alike(*shown(scenes, scenes.size))


def test_the_kinds_of_path_are_drawn_alike(scenes):
    persistent, transient = shown(scenes, scenes.path)
    for kind in range(4):
        assert np.mean(persistent == kind) == pytest.approx(0.25, abs=0.04)
        assert np.mean(transient == kind) == pytest.approx(0.25, abs=0.04)


def test_mean_speeds_are_alike(scenes):
    step = np.linalg.norm(np.diff(scenes.position[..., :2], axis=2), axis=-1)
    assert alike(*shown(scenes, step.mean(axis=2)))


def test_speeds_while_visible_are_alike(scenes):
    step = np.linalg.norm(np.diff(scenes.position[..., :2], axis=2), axis=-1)
    moving = (scenes.visible[..., 1:] & scenes.visible[..., :-1])[:, 1:]
    persistent = step[np.arange(VIDEOS), 0, np.random.default_rng(1).integers(0, 15, VIDEOS)]
    video, number = np.nonzero(moving.any(axis=2))
    transient = step[:, 1:][video, number, moving[video, number].argmax(axis=1)]
    assert alike(persistent, transient)


def test_detections_are_equally_bright_and_large(white):
    tokens, persistent, transient = white
    peak = tokens.crops[:, 7:10, 7:10].mean(axis=(1, 2, 3))
    width = tokens.box[:, 2].astype(int) - tokens.box[:, 0]
    single = width <= 13
    for values in (peak, width + np.random.default_rng(2).random(len(width))):
        assert alike(values[persistent][single[persistent]], values[transient][single[transient]])


def test_white_objects_have_no_colour(white):
    tokens, persistent, transient = white
    tint = tokens.crops[..., 0].mean(axis=(1, 2)) - tokens.crops[..., 1].mean(axis=(1, 2))
    assert alike(tint[persistent], tint[transient])


def test_red_transients_can_be_told_by_colour_alone():
    tokens, persistent, transient = one_of_each_kind("red")
    tint = tokens.crops[:, 8, 8, 0].astype(int) - tokens.crops[:, 8, 8, 1]
    assert np.mean(tint[persistent] < 50) > 0.97
    assert np.mean(tint[transient] > 100) > 0.97


@pytest.mark.parametrize("appearance", ["varied", "original"])
@pytest.mark.parametrize("colour", ["same", "red"])
def test_videos_have_as_many_tokens_as_the_original_ones(appearance, colour):
    options = PersistenceOptions(appearance=appearance, colour=colour, seed=2)
    parts = [tokenise(film(options, range(a, a + 100))) for a in range(0, 600, 100)]
    counts = np.concatenate([part.counts for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    assert counts.mean() == pytest.approx(22.5, abs=0.7)
    assert counts.min() >= 14
    assert counts.max() <= 16 + 18
    assert labels.mean() == pytest.approx(0.7, abs=0.015)
