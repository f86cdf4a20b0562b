"""An honest model passes every check; each way of cheating fails the check that is meant for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tournament.errors import ContractError
from tournament_plugins.persistence.attention_use import FAITHFUL
from tournament_plugins.persistence.estimators import OF_ATTENTION
from tournament_plugins.persistence.faithfulness import opposite
from tournament_plugins.persistence.integrity import (
    VIDEOS,
    integrity_findings,
    joined,
    reordered,
)
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.packed import Tokens
from tournament_plugins.persistence.predictions import attention_squares
from tournament_plugins.persistence.sealed import sealed_videos
from tournament_plugins.persistence.task import Persistence

NAMES = ["same-among-variants", "attention-distribution", "reordering", "faithful", "heads-used"]
Arrays = dict[str, np.ndarray]
Pay = Callable[["Video"], np.ndarray]


@pytest.fixture(scope="module")
def inputs() -> Tokens:
    options = PersistenceOptions(appearance="original", videos=10)
    return sealed_videos(options, 11, VIDEOS + 20).inputs


class Video:
    """A video as a hand-made model sees it: for each token its frame, place, size and brightness.

    The model: one layer of attention; its log-odds are a direction of what is attended to.
    """

    def __init__(self, seen: np.ndarray) -> None:
        rng = np.random.default_rng(5)
        self.seen = seen
        width = seen.shape[1]
        self.turn = 2 * rng.normal(size=(width, width)) / math.sqrt(width)
        self.read = rng.normal(size=width)

    @property
    def size(self) -> int:
        return len(self.seen)

    @property
    def real_attention(self) -> np.ndarray:
        return softmax(self.seen @ self.turn @ self.seen.T)

    @property
    def log_odds(self) -> np.ndarray:
        return self.real_attention @ self.seen @ self.read


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-math.inf))
    return weights / weights.sum(axis=1, keepdims=True)


def videos(tokens: Tokens) -> Iterator[Video]:
    brightness = tokens.crops.mean(axis=(1, 2, 3))[tokens.crop]
    box = tokens.box.astype(float)
    seen = np.stack(
        [
            tokens.frame / 8 - 1,
            (box[:, 0] + box[:, 2]) / 64 - 1,
            (box[:, 1] + box[:, 3]) / 64 - 1,
            (box[:, 2] - box[:, 0]) / 4 - 1,
            brightness / 64 - 1,
        ],
        axis=1,
    )
    for first, end in zip(tokens.starts[:-1], tokens.starts[1:], strict=True):
        yield Video(seen[first:end])


def model(pay: Pay) -> Callable[[Tokens], Arrays]:
    """Predicts honestly, and reports the attention that `pay` gives of a video."""

    def predict(tokens: Tokens) -> Arrays:
        seen = list(videos(tokens))
        odds = np.concatenate([video.log_odds for video in seen])
        paid = np.concatenate([pay(video).ravel() for video in seen])
        return {
            "logits": np.stack([-odds, odds], axis=1).astype(np.float32),
            "attention": np.stack([paid, paid])[None].astype(np.float32),
        }

    return predict


def honest(video: Video) -> np.ndarray:
    return video.real_attention


def asked(predict: Callable[[Tokens], Arrays], inputs: Tokens, seed: int = 0):
    return integrity_findings(predict, inputs, np.random.default_rng(seed))


def failed(pay: Pay, inputs: Tokens) -> list[str]:
    return [finding.name for finding in asked(model(pay), inputs) if not finding.passed]


def test_an_honest_model_passes_every_check(inputs):
    for seed in range(3):
        findings = asked(model(honest), inputs, seed)
        assert [finding.name for finding in findings] == NAMES
        assert all(finding.passed for finding in findings)
        assert findings[3].value > 3 * FAITHFUL


def test_checks_of_attention_refuse_only_what_rests_on_attention(inputs):
    findings = asked(model(uniform), inputs)
    assert any(finding.refuses(["consistency"]) for finding in findings)
    accuracies = ["val_accuracy", "balanced_accuracy", "majority_baseline", "unscored_videos"]
    assert not any(finding.refuses(accuracies) for finding in findings)
    assert {*OF_ATTENTION, *accuracies} == {metric.name for metric in Persistence.metrics}


def by_content(video: Video) -> np.ndarray:
    """Random, but the same whenever the same two tokens meet."""
    mixed = np.sin(1e4 * (video.seen @ np.arange(1, 6)))
    return softmax(3 * np.sin(1e5 * np.add.outer(mixed, 2 * mixed)))


def uniform(video: Video) -> np.ndarray:
    return np.full((video.size, video.size), 1 / max(video.size, 1))


def by_brightness(video: Video) -> np.ndarray:
    return softmax(np.tile(3 * video.seen[:, 4], (video.size, 1)))


def by_its_predictions(video: Video) -> np.ndarray:
    return softmax(np.tile(2 * video.log_odds, (video.size, 1)))


def itself(video: Video) -> np.ndarray:
    return np.eye(video.size)


def the_other_way(video: Video) -> np.ndarray:
    """Pays least where the model looks most."""
    return opposite(video.real_attention[None])[0]


@pytest.mark.parametrize(
    "pay", [by_content, uniform, by_brightness, by_its_predictions, itself, the_other_way]
)
def test_attention_that_predictions_do_not_rest_on_is_unfaithful_and_nothing_else(inputs, pay):
    assert failed(pay, inputs) == ["faithful"]


def partly_by_place(video: Video) -> np.ndarray:
    """Honest, but for a tenth that goes to whichever token comes first."""
    first = np.zeros((video.size, video.size))
    first[:, :1] = 1
    return 0.9 * video.real_attention + 0.1 * first


def test_attention_that_stays_where_it_was_when_the_objects_move_fails_reordering_alone(inputs):
    assert failed(partly_by_place, inputs) == ["reordering"]


@pytest.mark.parametrize("share", [0.1, 1.0])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_attention_that_is_nan_in_some_or_all_videos_breaks_the_contract(inputs, share):
    long = np.quantile(inputs.counts, 1 - share)

    def nan_in_long_videos(video: Video) -> np.ndarray:
        return video.real_attention * (math.nan if video.size >= long else 1)

    with pytest.raises(ContractError, match="not finite"):
        asked(model(nan_in_long_videos), inputs)


@pytest.mark.parametrize(
    "pay",
    [
        lambda video: 1.02 * video.real_attention,
        lambda video: 0.5 * video.real_attention,
        lambda video: video.real_attention - 0.1,
        lambda video: np.ones((video.size, video.size)),
    ],
)
def test_attention_that_no_softmax_gives_is_no_distribution(inputs, pay):
    assert "attention-distribution" in failed(pay, inputs)


def test_attention_that_is_a_distribution_only_in_whole_videos_is_none(inputs):
    whole = {tuple(video.seen[:, 1].tolist()) for video in videos(inputs)}

    def pay(video: Video) -> np.ndarray:
        return video.real_attention * (1 if tuple(video.seen[:, 1].tolist()) in whole else 0.5)

    assert "attention-distribution" in failed(pay, inputs)


def test_attention_of_another_shape_breaks_the_contract(inputs):
    with pytest.raises(ContractError, match="attention"):
        asked(model(lambda video: video.real_attention[:, :-1]), inputs)


def test_rounding_to_half_precision_passes(inputs):
    def rounded(video: Video) -> np.ndarray:
        return video.real_attention.astype(np.float16).astype(np.float32)

    assert failed(rounded, inputs) == []


# --- how it asks ----------------------------------------------------------------------------------


def test_all_questions_are_one_batch_in_an_order_that_cannot_be_foreseen(inputs):
    batches = []
    whole = inputs.videos(range(VIDEOS))

    def predict(tokens: Tokens) -> Arrays:
        batches.append(tokens)
        return model(honest)(tokens)

    for seed in (1, 2, 1):
        asked(predict, whole, seed)
    one, other, again = (batch.counts.tolist() for batch in batches[::2])
    assert all(batch.counts.tolist() == whole.counts.tolist() for batch in batches[1::2])
    # Each video as it is, reordered, and once without each of its tokens.
    assert len(one) == len(other) == 2 * VIDEOS + len(whole.frame)
    assert sorted(one) == sorted(other)
    assert one == again
    assert one[:VIDEOS] != whole.counts.tolist()
    assert one[:VIDEOS] != other[:VIDEOS]


def test_a_few_videos_are_asked_about_if_there_are_no_more(inputs):
    findings = asked(model(honest), inputs.videos(range(30)))
    assert all(finding.passed for finding in findings)
    assert "30 videos" in findings[3].text


def test_who_shows_another_face_where_variants_are_asked_for_is_found(inputs):
    """It pays its real attention there, and what it likes everywhere else."""

    def predict(tokens: Tokens) -> Arrays:
        return model(honest if len(tokens) > 2 * VIDEOS else uniform)(tokens)

    found = asked(predict, inputs)
    assert [finding.name for finding in found if not finding.passed] == ["same-among-variants"]


def test_joined_videos_come_one_part_after_the_other(inputs):
    one, other = inputs.videos([3, 1]), inputs.videos([2])
    both = joined(one, other)
    assert len(both) == 3
    for video, (part, index) in enumerate([(one, 0), (one, 1), (other, 0)]):
        assert np.array_equal(both.videos([video]).box, part.videos([index]).box)


def test_reordered_tokens_keep_to_their_video(inputs):
    some = inputs.videos([0, 1])
    order = np.concatenate(
        [np.arange(first, end)[::-1] for first, end in zip(some.starts[:-1], some.starts[1:],
                                                          strict=True)]
    )  # fmt: skip
    turned = reordered(some, order)
    assert np.array_equal(turned.starts, some.starts)
    assert np.array_equal(turned.frame, some.frame[order])
    assert np.array_equal(turned.videos([1]).box, some.videos([1]).box[::-1])


def test_attention_is_cut_into_a_square_a_video(inputs):
    some = inputs.videos([0, 1])
    pairs = int((some.counts**2).sum())
    attention = np.arange(2 * 3 * pairs, dtype=np.float32).reshape(2, 3, pairs)
    squares = attention_squares(attention, some.counts)
    assert [square.shape for square in squares] == [(2, 3, n, n) for n in some.counts]
    assert np.array_equal(
        np.concatenate([square.reshape(2, 3, -1) for square in squares], axis=2), attention
    )
