"""scikit-learn's estimators as strategies: as arrays and back, and trained on from there."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tournament import Cache, Context, ContractError, Labelled
from tournament.process.randomness import seed_everything
from tournament.record.checkpoint import load_state, save_state
from tournament_adapters.sklearn import PartialFit, Staged
from tournament_adapters.sklearn_arrays import estimator_from_arrays, estimator_to_arrays

ROWS = np.random.default_rng(0).random((120, 6))
CLASSES = (ROWS[:, 0] * 3).astype(int)
DATA = Labelled(ROWS, CLASSES)

ESTIMATORS = [
    GradientBoostingClassifier(n_estimators=3, random_state=1),
    HistGradientBoostingClassifier(max_iter=3, random_state=1),
    RandomForestClassifier(n_estimators=3, random_state=1),
    SGDClassifier(loss="log_loss", random_state=1),
    MLPClassifier(max_iter=3, random_state=1),
    GaussianNB(),
    make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=1)),
]


class Mine(ClassifierMixin, BaseEstimator):
    """Not one of scikit-learn's."""


class Linear(PartialFit):
    count = 3

    def build(self, seed):
        return SGDClassifier(loss="log_loss", random_state=seed)


class Boosting(Staged):
    count = 3

    def build(self, seed):
        return GradientBoostingClassifier(random_state=seed, subsample=0.5)


class Histograms(Staged):
    count = 3
    parameter = "max_iter"

    def build(self, seed):
        return HistGradientBoostingClassifier(random_state=seed, early_stopping=False)


@pytest.fixture
def make(tmp_path: Path):
    def make(cls):
        context = Context(5, "cpu", 1, 1, Cache(scratch=tmp_path), tmp_path)
        return cls(cls.Options(), context)

    return make


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_an_estimator_comes_back_from_its_arrays_and_gives_the_same_arrays(estimator, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Three iterations do not converge.
        estimator.fit(ROWS, CLASSES)
    arrays = estimator_to_arrays(estimator)
    save_state(tmp_path / "state.safetensors", arrays)
    again = estimator_from_arrays(load_state(tmp_path / "state.safetensors"))
    np.testing.assert_array_equal(again.predict_proba(ROWS), estimator.predict_proba(ROWS))
    second = estimator_to_arrays(again)
    assert list(second) == list(arrays)
    assert all(np.array_equal(second[name], arrays[name]) for name in arrays)


def test_what_is_not_scikit_learns_is_refused():
    with pytest.raises(ContractError, match=r"not scikit-learn's: \['.*Mine'\]"):
        estimator_from_arrays(estimator_to_arrays(Mine()))


@pytest.mark.parametrize("cls", [Linear, Boosting, Histograms])
def test_before_training_all_classes_are_as_likely_and_then_it_learns(make, cls):
    strategy = make(cls)
    np.testing.assert_array_equal(strategy.predict(ROWS)["probabilities"], np.full((120, 3), 1 / 3))
    seed_everything(1)
    for _ in range(10):
        assert all(
            isinstance(x, float) for said in strategy.train_epoch(DATA) for x in said.values()
        )
    right = strategy.predict(ROWS)["probabilities"].argmax(axis=1) == CLASSES
    assert right.mean() > 0.8


@pytest.mark.parametrize("cls", [Linear, Boosting, Histograms])
def test_training_goes_on_from_a_state_as_if_it_had_never_stopped(make, cls, tmp_path):
    whole, first, second = make(cls), make(cls), make(cls)
    train(whole, 1), train(whole, 2)
    train(first, 1)
    save_state(tmp_path / "state.safetensors", first.state())
    second.load_state(load_state(tmp_path / "state.safetensors"))
    train(second, 2)
    expected, found = (each.predict(ROWS)["probabilities"] for each in (whole, second))
    np.testing.assert_array_equal(found, expected)


def train(strategy, seed):
    """An epoch, from the random state that the framework would restore."""
    seed_everything(seed)
    list(strategy.train_epoch(DATA))
