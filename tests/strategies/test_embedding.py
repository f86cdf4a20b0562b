"""What a token is to the transformer: where, when, and what its crop shows."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tournament_strategies.embedding import PlaceEmbedding
from tournament_strategies.precision import chosen_precision, cpu_has_bfloat16
from tournament_strategies.small_cnn import SmallCnn


@pytest.fixture
def place() -> PlaceEmbedding:
    torch.manual_seed(0)
    return PlaceEmbedding(64)


def at(place: PlaceEmbedding, frame: int, x: float, y: float, width: float = 6) -> Tensor:
    box = torch.tensor([[x - width / 2, y - 3, x + width / 2, y + 3]])
    with torch.no_grad():
        return place(torch.tensor([frame]), box)[0]


@pytest.mark.parametrize("farther", [(3, 30, 20), (3, 20, 30), (9, 20, 20)])
def test_near_tokens_are_more_alike_than_far_ones(
    place: PlaceEmbedding, farther: tuple[int, float, float]
) -> None:
    here, near = at(place, 3, 20, 20), at(place, 3, 21, 21)
    assert torch.dist(here, near) < torch.dist(here, at(place, *farther))


def test_frame_centre_and_size_each_tell_tokens_apart(place: PlaceEmbedding) -> None:
    here = at(place, 3, 20, 20)
    others = [at(place, 4, 20, 20), at(place, 3, 21, 20), at(place, 3, 20, 21)]
    for other in [*others, at(place, 3, 20, 20, width=8)]:
        assert torch.dist(here, other) > 0.05


def test_a_move_of_the_centre_is_not_a_change_of_size(place: PlaceEmbedding) -> None:
    """Column 1 of the linear map takes the horizontal centre in half frames, and nothing else."""
    with torch.no_grad():
        place.linear.weight.zero_()
        place.linear.weight[:, 1] = 1
    moved = at(place, 3, 36, 20) - at(place, 3, 20, 20)
    assert torch.allclose(moved, torch.full((64,), 16 / 32))
    assert torch.equal(at(place, 3, 20, 20, width=4), at(place, 3, 20, 20, width=12))


def test_crops_come_to_the_small_network_as_shares_of_white() -> None:
    torch.manual_seed(0)
    network = SmallCnn(24)
    crops = torch.randint(0, 256, (5, 16, 16, 3), dtype=torch.uint8)
    with torch.no_grad():
        assert network(crops).shape == (5, 24)
        expected = network.layers((crops / 255).permute(0, 3, 1, 2))
        assert torch.allclose(network(crops), expected, atol=1e-6)


def test_a_precision_that_is_asked_for_is_taken() -> None:
    assert chosen_precision("float32", "cpu") == "float32"
    assert chosen_precision("bfloat16", "cpu") == "bfloat16"


def test_auto_takes_bfloat16_just_where_the_cpu_has_it() -> None:
    assert chosen_precision("auto", "cpu") == ("bfloat16" if cpu_has_bfloat16() else "float32")
