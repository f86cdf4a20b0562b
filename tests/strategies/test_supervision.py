"""The loss is the one that the original wrote down."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tournament_strategies.classifier import Output
from tournament_strategies.supervision import attention_term, loss, received

MASK = torch.tensor([[True, True, False], [True, True, True]])
LABELS = torch.tensor([1, 0, 1, 1, 0])
"""Video 0: persistent, transient. Video 1: persistent, persistent, transient."""


def hand_worked() -> torch.Tensor:
    """(2, 1, 2, 3, 3): one layer, two heads. Padding holds numbers that must not count."""
    attention = torch.full((2, 1, 2, 3, 3), 7.0)
    attention[0, 0, 0, :2, :2] = torch.tensor([[0.9, 0.1], [0.7, 0.3]])
    attention[0, 0, 1, :2, :2] = torch.tensor([[0.5, 0.5], [0.5, 0.5]])
    attention[1, 0, 0] = torch.tensor([[0.2, 0.2, 0.6], [0.1, 0.3, 0.6], [0.3, 0.1, 0.6]])
    attention[1, 0, 1] = torch.tensor([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.4, 0.4, 0.2]])
    return attention


# Head means: video 0 [[.7, .3], [.6, .4]]; video 1 [[.3, .3, .4], [.25, .35, .4], [.35, .25, .4]].
ORIGINAL = torch.tensor([[0.65, 0.35, 0.0], [0.3, 0.3, 0.4]])
TOKENS = torch.tensor([[1.3, 0.7, 0.0], [0.9, 0.9, 1.2]])


@pytest.mark.parametrize(("scale", "expected"), [("original", ORIGINAL), ("tokens", TOKENS)])
def test_received_is_the_mean_over_layers_heads_and_real_queries(
    scale: str, expected: torch.Tensor
) -> None:
    assert torch.allclose(received(hand_worked(), MASK, scale), expected)


@pytest.mark.parametrize(
    ("scale", "gaps"), [("original", (0.35 - 0.65, 0.4 - 0.3)), ("tokens", (0.7 - 1.3, 1.2 - 0.9))]
)
def test_the_loss_of_a_case_worked_by_hand(scale: str, gaps: tuple[float, float]) -> None:
    logits = torch.zeros(5, 2)
    logits[0, 1] = math.log(3)  # a chance of 3/4 for the right class
    parts = loss(Output(logits, hand_worked()), MASK, LABELS, alpha=0.5, scale=scale)
    cross_entropy = (math.log(4 / 3) + 4 * math.log(2)) / 5
    assert float(parts.cross_entropy) == pytest.approx(cross_entropy)
    assert float(parts.attention_term) == pytest.approx(sum(gaps) / 2)
    assert float(parts.total) == pytest.approx(cross_entropy + 0.5 * sum(gaps) / 2)


def test_a_video_of_one_kind_is_not_scored() -> None:
    labels = torch.tensor([1, 1, 1, 1, 0])
    assert float(attention_term(ORIGINAL, MASK, labels)) == pytest.approx(0.4 - 0.3)


def test_a_batch_without_a_scored_video_has_no_attention_term() -> None:
    attention = hand_worked().requires_grad_()
    parts = loss(
        Output(torch.zeros(5, 2), attention), MASK, torch.ones(5, dtype=torch.long),
        alpha=1, scale="original",
    )  # fmt: skip
    assert float(parts.attention_term.detach()) == 0
    assert torch.equal(parts.total, parts.cross_entropy)


def test_the_gradient_pushes_attention_to_persistent_tokens() -> None:
    attention = hand_worked().requires_grad_()
    output = Output(torch.zeros(5, 2), attention)
    loss(output, MASK, LABELS, alpha=1, scale="original").total.backward()
    assert attention.grad is not None
    assert (attention.grad[0, ..., :2, 0] < 0).all(), "more on the persistent token is better"
    assert (attention.grad[0, ..., :2, 1] > 0).all(), "more on the transient token is worse"
    assert (attention.grad[0, ..., 2] == 0).all(), "padding receives nothing"
    assert (attention.grad[0, ..., 2, :] == 0).all(), "padding asks for nothing"


def test_with_alpha_0_the_loss_and_its_gradient_are_cross_entropy_alone() -> None:
    attention = hand_worked().requires_grad_()
    logits = torch.randn(5, 2, requires_grad=True)
    parts = loss(Output(logits, attention), MASK, LABELS, alpha=0, scale="original")
    assert torch.equal(parts.total, torch.nn.functional.cross_entropy(logits, LABELS))
    parts.total.backward()
    assert attention.grad is None


@given(st.lists(st.integers(1, 8), min_size=1, max_size=5), st.integers(0, 99))
def test_uniform_attention_is_1_for_every_token_on_the_tokens_scale(
    lengths: list[int], seed: int
) -> None:
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    n = torch.tensor(lengths)[:, None, None, None, None]
    attention = (mask[:, None, None, None, :] / n).expand(-1, 2, 3, mask.shape[1], -1)
    assert torch.allclose(received(attention, mask, "tokens"), mask.float())
    labels = torch.randint(0, 2, (sum(lengths),), generator=torch.Generator().manual_seed(seed))
    term = attention_term(received(attention, mask, "original"), mask, labels)
    assert float(term) == pytest.approx(0, abs=1e-6)
