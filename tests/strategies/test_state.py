"""A state that was saved and loaded goes on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tournament.errors import ContractError
from tournament.plugin.api import Context, Labelled
from tournament.record.checkpoint import load_state, save_state
from tournament_strategies.attention_supervised import AttentionOptions, AttentionSupervised

MakeContext = Callable[..., Context]
SMALL = AttentionOptions(width=16, heads=2, feedforward=32, lr=1e-2)


def through_a_file(strategy: AttentionSupervised, folder: Path) -> dict[str, np.ndarray]:
    save_state(folder / "state.safetensors", strategy.state())
    return load_state(folder / "state.safetensors")


def test_predictions_after_loading_are_the_same_to_the_bit(
    context: MakeContext, train: Labelled, validation: Labelled, tmp_path: Path
) -> None:
    saved = AttentionSupervised(SMALL, context(1))
    list(saved.train_epoch(train))
    loaded = AttentionSupervised(SMALL, context(2))
    loaded.load_state(through_a_file(saved, tmp_path))
    for name, array in saved.predict(validation.inputs).items():
        assert np.array_equal(array, loaded.predict(validation.inputs)[name])


def test_training_goes_on_as_it_would_have(
    context: MakeContext, train: Labelled, tmp_path: Path
) -> None:
    saved = AttentionSupervised(SMALL, context(1))
    list(saved.train_epoch(train))
    state = through_a_file(saved, tmp_path)
    expected = [list(saved.train_epoch(train)) for _ in range(2)]
    loaded = AttentionSupervised(SMALL, context(1))
    loaded.load_state(state)
    assert [list(loaded.train_epoch(train)) for _ in range(2)] == expected


def test_a_saved_state_does_not_change_when_training_goes_on(
    context: MakeContext, train: Labelled
) -> None:
    strategy = AttentionSupervised(SMALL, context())
    list(strategy.train_epoch(train))
    state = strategy.state()
    before = {name: array.copy() for name, array in state.items()}
    list(strategy.train_epoch(train))
    assert all(np.array_equal(state[name], array) for name, array in before.items())
    assert any(not np.array_equal(state[name], now) for name, now in strategy.state().items())


def test_the_state_from_before_training_takes_the_optimizer_back_too(
    context: MakeContext, train: Labelled
) -> None:
    strategy = AttentionSupervised(SMALL, context())
    fresh = strategy.state()
    first = list(strategy.train_epoch(train))
    strategy.load_state(fresh)
    assert list(strategy.train_epoch(train)) == first


def test_the_state_of_another_model_is_refused(context: MakeContext) -> None:
    other = AttentionSupervised(SMALL.model_copy(update={"layers": 1}), context())
    with pytest.raises(ContractError, match="another model"):
        AttentionSupervised(SMALL, context()).load_state(other.state())
