"""Numbers from plugins are plain numbers, complete, or an error that says what was given."""

from __future__ import annotations

import numpy as np
import pytest

from tournament.errors import ContractError
from tournament.plugin.figures import checked_figures, checked_metrics


def test_python_and_numpy_scalars_become_floats():
    given = {"a": 1, "b": 2.5, "c": np.float32(0.5), "d": np.int64(3), "e": float("nan")}
    figures = checked_figures(given, "train_epoch")
    assert all(type(value) is float for value in figures.values())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": "1"}, r"train_epoch gave a = '1' \(str\); expected a Python float"),
        ({"a": True}, r"a = True \(bool\)"),
        ({"a": None}, r"a = None \(NoneType\)"),
        ({"a": np.zeros(2)}, r"\(ndarray\); expected a Python float \(use .item\(\)\)"),
        ({1: 1.0}, r"the key 1 \(int\); expected a string"),
        (3.0, r"gave 3.0 \(float\); expected a dict"),
    ],
)
def test_anything_else_is_refused_with_what_was_given(given, message):
    with pytest.raises(ContractError, match=message):
        checked_figures(given, "train_epoch")


def test_metrics_are_exactly_the_announced_ones():
    assert checked_metrics({"a": 1, "b": 2}, ["a", "b"], "evaluate") == {"a": 1.0, "b": 2.0}
    with pytest.raises(ContractError, match="gave no 'b'"):
        checked_metrics({"a": 1}, ["a", "b"], "evaluate")
    with pytest.raises(ContractError, match="'c', which the task does not announce"):
        checked_metrics({"a": 1, "c": 1}, ["a"], "evaluate")
