"""Dropout drops the share it should, and keeps the mean."""

from __future__ import annotations

import pytest
import torch

from tournament_strategies.dropout import Dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_asked_share_is_dropped_and_the_mean_stays(p: float) -> None:
    torch.manual_seed(0)
    out = Dropout(p)(torch.ones(1000, 999))
    assert abs(float((out == 0).float().mean()) - p) < 0.002
    assert abs(float(out.mean()) - 1) < 0.01
    assert len(out.unique()) == 2


def test_each_element_is_dropped_on_its_own() -> None:
    torch.manual_seed(0)
    dropped = (Dropout(0.5)(torch.ones(40_000)) == 0).float()
    for lag in (1, 2, 3, 4, 8):
        both = float((dropped[lag:] * dropped[:-lag]).mean())
        assert abs(both - 0.25) < 0.01


def test_outside_training_nothing_is_dropped() -> None:
    x = torch.randn(3, 5)
    assert Dropout(0.5).eval()(x) is x


def test_no_dropout_draws_no_random_numbers() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    Dropout(0.0)(torch.ones(10))
    assert torch.equal(before, torch.get_rng_state())


def test_gradients_pass_where_elements_passed() -> None:
    x = torch.ones(1000, requires_grad=True)
    out = Dropout(0.3)(x)
    out.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, out.detach())
