"""The proxy task teaches a network something, and nothing about persistence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tournament.plugin.api import Context
from tournament_strategies.probe import Answered, accuracy, probe_accuracy
from tournament_strategies.proxy import RECIPE, Recipe
from tournament_strategies.proxy_pictures import CLASSES, draw
from tournament_strategies.weights import frozen_weights

MakeContext = Callable[..., Context]
SHORT = Recipe(steps=40, batch=16, side=32, judged=192)
TINY = Recipe(steps=2, batch=4, side=32, judged=16)


def test_proxy_weights_beat_untrained_ones_under_a_linear_probe(context: MakeContext) -> None:
    facts = frozen_weights("proxy", context(), SHORT).facts
    chance = float(np.mean([1 / n for n in CLASSES]))
    assert facts["probe_accuracy"] > facts["probe_accuracy_untrained"] + 0.05
    assert facts["accuracy"] > chance + 0.1
    assert facts["pictures"] == 640


def test_proxy_weights_are_made_once_and_their_facts_told_every_time(context: MakeContext) -> None:
    made = context()
    first, second = (frozen_weights("proxy", made, TINY) for _ in range(2))
    assert [built.cached for built in made.cache.history] == [False, True]
    assert first == second
    assert "probe_accuracy_untrained" in second.facts


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others(
    context: MakeContext, tmp_path: object
) -> None:
    hashes = []
    for seed in (0, 0, 1):
        fresh = context(cache=type(context().cache)(tmp_path / f"cache-{len(hashes)}"))
        torch.rand(3)
        hashes.append(frozen_weights("proxy", fresh, Recipe(**{**TINY.key(), "seed": seed})).sha256)
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


def test_pretraining_leaves_random_states_and_threads_alone(context: MakeContext) -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    frozen_weights("proxy", context(cores=2), TINY)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads


def test_pretraining_tells_its_progress(context: MakeContext) -> None:
    seen: list[tuple[str, int, int]] = []
    frozen_weights("proxy", context(progress=lambda *step: seen.append(step)), TINY)
    assert seen == [("proxy weights", 1, 2), ("proxy weights", 2, 2)]


def test_no_step_of_a_recipe_sees_pictures_of_another() -> None:
    parts = [draw(RECIPE.batch, np.random.default_rng([RECIPE.seed, 3 + n])) for n in range(90)]
    seen = {crop.tobytes() for part in parts for crop in part.crops}
    assert len(seen) == RECIPE.steps * RECIPE.batch


@given(st.integers(1, 20), st.integers(0, 99))
def test_pictures_are_crops_with_an_answer_to_each_question(count: int, seed: int) -> None:
    pictures = draw(count, np.random.default_rng(seed))
    assert pictures.crops.shape == (count, 16, 16, 3)
    assert pictures.crops.dtype == np.uint8
    assert (pictures.answers >= 0).all()
    assert (pictures.answers < CLASSES).all()
    assert np.array_equal(pictures.crops, draw(count, np.random.default_rng(seed)).crops)


def test_larger_shapes_cover_more_and_blurred_ones_have_softer_edges() -> None:
    pictures = draw(4000, np.random.default_rng(0))
    grey = pictures.crops.astype(float).mean(-1)
    low, high = grey.min((1, 2)), grey.max((1, 2))
    share = ((grey - low[:, None, None]) / (high - low)[:, None, None] > 0.5).mean((1, 2))
    steepest = np.abs(np.diff(grey, axis=2)).max((1, 2)) / (high - low)
    by_size = [share[pictures.answers[:, 1] == size].mean() for size in range(CLASSES[1])]
    by_blur = [steepest[pictures.answers[:, 2] == blur].mean() for blur in range(CLASSES[2])]
    assert by_size == sorted(by_size)
    assert by_blur == sorted(by_blur, reverse=True)


def test_a_probe_reads_answers_that_lie_linearly_in_features_and_no_others() -> None:
    rng = np.random.default_rng(0)
    answers = torch.from_numpy(rng.integers(0, CLASSES, (600, 3)))
    columns = [torch.nn.functional.one_hot(a, n) for a, n in zip(answers.T, CLASSES, strict=True)]
    telling = torch.cat(columns, dim=1).float() @ torch.randn(sum(CLASSES), 40)
    silent = torch.randn(600, 40)
    for features, low, high in ((telling, 0.99, 1.0), (silent, 0.15, 0.4)):
        fit, test = Answered(features[:300], answers[:300]), Answered(features[300:], answers[300:])
        assert low <= probe_accuracy(fit, test) <= high


def test_accuracy_is_the_mean_over_the_three_questions() -> None:
    scores = torch.zeros(2, sum(CLASSES))
    scores[:, 0] = scores[:, CLASSES[0]] = scores[:, CLASSES[0] + CLASSES[1]] = 1
    answers = torch.tensor([[0, 0, 0], [0, 1, 1]])
    assert accuracy(scores, answers) == pytest.approx((1 + 0.5 + 0.5) / 3)
