from __future__ import annotations

import numpy as np
import pytest

from tournament.errors import ContractError
from tournament_plugins.persistence.predictions import check_predictions

COUNTS = np.array([2, 0, 3])
STARTS = np.array([0, 2, 2, 5])


@pytest.fixture
def good() -> dict[str, np.ndarray]:
    """Of 2 layers and 4 heads in which each query pays every token the same."""
    row = np.concatenate([np.full(n * n, 1 / max(n, 1)) for n in COUNTS]).astype(np.float32)
    return {"logits": np.zeros((5, 2), np.float32), "attention": np.tile(row, (2, 4, 1))}


def test_well_formed_predictions_pass(good):
    checked = check_predictions(good, STARTS)
    assert checked.logits is good["logits"]
    assert checked.attention is good["attention"]


def test_nan_passes_since_it_tells_of_divergence(good):
    good["logits"][0] = np.nan
    good["attention"][:] = np.nan
    check_predictions(good, STARTS)


def test_rounding_of_half_precision_passes(good):
    good["attention"] = (good["attention"].astype(np.float16) * np.float16(1.002)).astype(
        np.float32
    )
    check_predictions(good, STARTS)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("logits", lambda a: a[:4], r"logits must have shape \(5, 2\).*has \(4, 2\)"),
        ("logits", lambda a: a[:, :1], r"logits must have shape \(5, 2\)"),
        ("logits", lambda a: a.astype(np.float64), "float32; it is float64"),
        ("logits", lambda a: a.tolist(), "NumPy array of float32; it is list"),
        ("attention", lambda a: a[..., :12], r"shape \(any, any, 13\).*has \(2, 4, 12\)"),
        ("attention", lambda a: a[0], r"shape \(any, any, 13\)"),
        ("attention", lambda a: a[:, :0], r"shape \(any, any, 13\)"),
        ("attention", lambda a: a.astype(np.float16), "float32; it is float16"),
        ("attention", lambda a: a * 2, "sum to 1 .* layer 0, head 0, query 0 sums to 2"),
        ("attention", lambda a: a - 0.5, "between 0 and 1"),
        ("attention", lambda a: np.full_like(a, np.inf), "between 0 and 1"),
    ],
)
def test_malformed_predictions_are_refused(good, name, change, sentence):
    with pytest.raises(ContractError, match=sentence):
        check_predictions({**good, name: change(good[name])}, STARTS)


def test_one_row_that_is_no_softmax_is_refused_and_named(good):
    attention = good["attention"].copy()
    attention[1, 2, 7:10] = [0.1, 0.1, 0.1]
    with pytest.raises(ContractError, match=r"layer 1, head 2, query 3 sums to 0\.3"):
        check_predictions({**good, "attention": attention}, STARTS)


@pytest.mark.parametrize("names", [(), ("logits",), ("attention", "logits", "extra")])
def test_missing_and_unknown_arrays_are_refused(good, names):
    given = {name: good.get(name, good["logits"]) for name in names}
    with pytest.raises(ContractError, match="exactly logits and attention"):
        check_predictions(given, STARTS)
