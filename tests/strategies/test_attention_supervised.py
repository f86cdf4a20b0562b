"""The strategy `attention-supervised` learns, and what it says of its attention is true."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from tournament.plugin.api import Context, Labelled
from tournament_strategies.attention_supervised import AttentionOptions, AttentionSupervised

MakeContext = Callable[..., Context]
SMALL = {"width": 32, "heads": 4, "feedforward": 64, "lr": 1e-3}


def trained(context: Context, data: Labelled, epochs: int, **options: object) -> list[list[dict]]:
    return run(AttentionSupervised(AttentionOptions(**SMALL, **options), context), data, epochs)


def run(strategy: AttentionSupervised, data: Labelled, epochs: int) -> list[list[dict]]:
    return [list(strategy.train_epoch(data)) for _ in range(epochs)]


def test_the_defaults_are_the_originals() -> None:
    options = AttentionOptions()
    assert (options.alpha, options.scale, options.batch) == (0.2, "original", 16)
    assert (options.lr, options.weight_decay, options.dropout) == (1e-4, 0.01, 0.1)
    assert (options.layers, options.heads, options.width, options.feedforward) == (2, 8, 256, 512)


@pytest.mark.parametrize(
    "wrong", [{"alpha": -1}, {"heads": 7}, {"batch": 0}, {"dropout": 1}, {"learning_rate": 1}]
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AttentionOptions(**wrong)


def test_every_option_is_described() -> None:
    assert all(field.description for field in AttentionOptions.model_fields.values())


def test_training_lowers_the_loss(context: MakeContext, train: Labelled) -> None:
    epochs = trained(context(), train, 6)
    assert len(epochs[0]) == 4, "64 videos in batches of 16"
    first, last = (np.mean([f["loss"] for f in epoch]) for epoch in (epochs[0], epochs[-1]))
    assert last < 0.95 * first
    assert set(epochs[0][0]) == {"loss", "cross_entropy", "attention_term"}
    assert all(type(value) is float for value in epochs[0][0].values())


def test_supervision_moves_attention_to_what_persists(
    context: MakeContext, train: Labelled
) -> None:
    terms = []
    for alpha in (0, 3):
        options = {**SMALL, "lr": 3e-3, "dropout": 0, "scale": "tokens", "alpha": alpha}
        epochs = run(AttentionSupervised(AttentionOptions(**options), context()), train, 8)
        terms.append(np.mean([figures["attention_term"] for figures in epochs[-1]]))
    control, supervised = terms
    assert abs(control) < 0.1
    assert supervised < control - 0.3


def test_the_loss_is_cross_entropy_plus_alpha_times_the_attention_term(
    context: MakeContext, train: Labelled
) -> None:
    for figures in trained(context(), train, 1, alpha=0.5)[0]:
        expected = figures["cross_entropy"] + 0.5 * figures["attention_term"]
        assert figures["loss"] == pytest.approx(expected, abs=1e-6)
    assert all(f["loss"] == f["cross_entropy"] for f in trained(context(), train, 1, alpha=0)[0])


def test_the_same_seed_gives_the_same_result_and_another_seed_another(
    context: MakeContext, train: Labelled, validation: Labelled
) -> None:
    results = []
    for seed in (3, 3, 4):
        strategy = AttentionSupervised(AttentionOptions(**SMALL), context(seed))
        figures = run(strategy, train, 2)
        results.append((figures, strategy.predict(validation.inputs)["logits"].tobytes()))
        torch.rand(seed)  # what others draw must not matter
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_every_epoch_shuffles_and_drops_anew(context: MakeContext, train: Labelled) -> None:
    still = {**SMALL, "lr": 1e-12}
    for dropout in (0, 0.5):
        strategy = AttentionSupervised(AttentionOptions(**still, dropout=dropout), context())
        first, second = run(strategy, train, 2)
        assert first != second


def test_predictions_have_the_shapes_of_the_contract(
    context: MakeContext, validation: Labelled
) -> None:
    strategy = AttentionSupervised(AttentionOptions(**SMALL), context())
    predictions = strategy.predict(validation.inputs)
    counts = np.diff(validation.inputs.starts)
    assert predictions["logits"].shape == (counts.sum(), 2)
    assert predictions["attention"].shape == (2, 4, (counts**2).sum())
    assert {array.dtype for array in predictions.values()} == {np.dtype(np.float32)}


def test_attention_lies_query_by_key_video_after_video(
    context: MakeContext, validation: Labelled
) -> None:
    strategy = AttentionSupervised(AttentionOptions(**SMALL), context())
    attention = strategy.predict(validation.inputs)["attention"]
    first = 0
    for n in np.diff(validation.inputs.starts):
        video = attention[:, :, first : first + n * n].reshape(2, 4, n, n)
        assert np.allclose(video.sum(-1), 1, atol=1e-5)
        assert not np.allclose(video.sum(-2), 1, atol=1e-5)
        first += n * n


def test_a_video_is_predicted_alike_alone_and_among_others(
    context: MakeContext, validation: Labelled
) -> None:
    strategy = AttentionSupervised(AttentionOptions(**SMALL), context())
    inputs = validation.inputs
    together = strategy.predict(inputs)
    alone = strategy.predict(inputs.videos(np.array([5])))
    tokens = slice(inputs.starts[5], inputs.starts[6])
    pairs = np.concatenate([[0], np.cumsum(np.diff(inputs.starts) ** 2)])
    assert np.allclose(alone["logits"], together["logits"][tokens], atol=1e-5)
    expected = together["attention"][:, :, pairs[5] : pairs[6]]
    assert np.allclose(alone["attention"], expected, atol=1e-6)


def test_a_video_without_tokens_has_no_predictions_and_harms_no_other(
    context: MakeContext, validation: Labelled
) -> None:
    strategy = AttentionSupervised(AttentionOptions(**SMALL), context())
    some = validation.inputs.videos(np.array([0, 1]))
    gap = type(some)(
        some.crops, some.crop, some.frame, some.box,
        np.array([0, some.starts[1], some.starts[1], some.starts[2]]), some.key,
    )  # fmt: skip
    for name, array in strategy.predict(gap).items():
        assert np.array_equal(array, strategy.predict(some)[name])


def test_asking_between_batches_changes_nothing_in_training(
    context: MakeContext, train: Labelled, validation: Labelled
) -> None:
    plain = trained(context(), train, 1)[0]
    strategy = AttentionSupervised(AttentionOptions(**SMALL), context())
    asked = []
    for figures in strategy.train_epoch(train):
        strategy.predict(validation.inputs)
        asked.append(figures)
    assert asked == plain
