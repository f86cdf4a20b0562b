"""The attention that a transformer returns is the attention that it used."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tournament_strategies.places import Places
from tournament_strategies.transformer import Encoded, Transformer

WIDTH, HEADS, LAYERS = 16, 4, 2


@pytest.fixture(scope="module")
def transformer() -> Transformer:
    torch.manual_seed(0)
    return Transformer(layers=LAYERS, heads=HEADS, width=WIDTH, feedforward=32, dropout=0.5).eval()


def tokens_of(lengths: list[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random tokens of videos of these lengths, packed, and where they lie."""
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    x = torch.randn(sum(lengths), WIDTH, generator=torch.Generator().manual_seed(seed))
    return x, mask


def encode(transformer: Transformer, x: Tensor, mask: Tensor) -> Encoded:
    with torch.no_grad():
        return transformer(x, mask)


lengths = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@given(lengths, st.integers(0, 99))
def test_each_real_query_spreads_1_over_the_real_tokens_and_0_over_padding(
    transformer: Transformer, lengths: list[int], seed: int
) -> None:
    x, mask = tokens_of(lengths, seed)
    attention = encode(transformer, x, mask).attention
    assert attention.shape == (len(lengths), LAYERS, HEADS, max(lengths), max(lengths))
    for video, n in enumerate(lengths):
        rows = attention[video, :, :, :n]
        assert torch.allclose(rows[..., :n].sum(-1), torch.ones(LAYERS, HEADS, n), atol=1e-6)
        assert (rows[..., n:] == 0).all()


@given(lengths, st.integers(0, 99))
def test_a_video_gives_the_same_alone_as_beside_longer_ones(
    transformer: Transformer, lengths: list[int], seed: int
) -> None:
    x, mask = tokens_of([*lengths, 12], seed)
    together = encode(transformer, x, mask)
    parts = zip(x.split([*lengths, 12]), together.tokens.split([*lengths, 12]), strict=True)
    for video, (n, (part, tokens)) in enumerate(zip(lengths, parts, strict=False)):
        alone = encode(transformer, part, mask[video : video + 1, :n])
        assert torch.allclose(tokens, alone.tokens, atol=1e-5)
        beside = together.attention[video, :, :, :n, :n]
        assert torch.allclose(beside, alone.attention[0], atol=1e-5)


@given(lengths)
def test_padding_and_packing_take_each_other_back(lengths: list[int]) -> None:
    x, mask = tokens_of(lengths)
    places = Places(mask)
    padded = places.pad(x)
    assert torch.equal(padded[mask], x)
    assert (padded[~mask] == 0).all()
    assert torch.equal(places.pack(padded), x)


@given(st.permutations(range(7)))
def test_permuted_tokens_permute_the_attention(transformer: Transformer, order: list[int]) -> None:
    x, mask = tokens_of([7])
    plain, permuted = encode(transformer, x, mask), encode(transformer, x[order], mask)
    assert torch.allclose(permuted.tokens, plain.tokens[order], atol=1e-5)
    expected = plain.attention[..., order, :][..., order]
    assert torch.allclose(permuted.attention, expected, atol=1e-6)


@given(
    layer=st.integers(0, LAYERS - 1),
    head=st.integers(0, HEADS - 1),
    query=st.integers(0, 4),
    key=st.integers(0, 4),
    change=st.floats(0.1, 2),
)
def test_any_changed_weight_moves_its_query_by_just_that_much_of_the_value(
    transformer: Transformer, layer: int, head: int, query: int, key: int, change: float
) -> None:
    """W_out (A + dA) V: the mix moves by change x the key's value in that head, through W_out."""
    x, mask = tokens_of([5])
    before, after = Seen(transformer, layer), Seen(transformer, layer, (head, query, key, change))
    plain, changed = before.encode(x, mask), after.encode(x, mask)

    expected = plain.attention.clone()
    expected[0, layer, head, query, key] += change
    assert torch.equal(changed.attention[:, : layer + 1], expected[:, : layer + 1])

    mix = transformer.layers[layer].mix
    part = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
    with torch.no_grad():
        value = mix.value(before.read)[key, part]
        moved = torch.zeros_like(x)
        moved[query] = change * mix.out.weight[:, part] @ value
    assert torch.allclose(after.mixed - before.mixed, moved, atol=1e-5)
    assert not torch.equal(changed.tokens[query], plain.tokens[query])


class Seen:
    """A pass through the network that looks into one layer, and may add to one of its weights."""

    def __init__(
        self, transformer: Transformer, layer: int, add: tuple[int, int, int, float] | None = None
    ) -> None:
        self.transformer, self.layer, self.add = transformer, transformer.layers[layer], add

    def encode(self, x: Tensor, mask: Tensor) -> Encoded:
        hooks = [
            self.layer.weights.register_forward_hook(self._replace),
            self.layer.mix.register_forward_hook(self._look),
        ]
        try:
            return encode(self.transformer, x, mask)
        finally:
            for hook in hooks:
                hook.remove()

    def _replace(self, module: Any, args: Any, weights: Tensor) -> Tensor:
        weights = weights.clone()
        if self.add:
            head, query, key, change = self.add
            weights[0, head, query, key] += change
        return weights

    def _look(self, module: Any, args: tuple[Tensor, Tensor, Places], mixed: Tensor) -> None:
        self.read, self.mixed = args[1], mixed


def test_while_training_the_returned_attention_is_before_dropout(transformer: Transformer) -> None:
    x, mask = tokens_of([6])
    transformer.train()
    try:
        attention = encode(transformer, x, mask).attention
    finally:
        transformer.eval()
    sums = attention.sum(-1)
    assert torch.allclose(sums, torch.ones_like(sums), atol=1e-6)
    assert (attention > 0).all()
