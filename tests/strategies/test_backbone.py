"""The frozen network is a ResNet-18, and what is stored of it is near enough to exact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18
from torchvision.transforms import functional as transforms

from tournament.plugin.api import Labelled
from tournament_strategies.backbone import (
    DEVIATION,
    MEAN,
    frozen_resnet,
    normalised,
    trunk_shapes,
    write_features,
)

from .conftest import random_trunk


@pytest.fixture(scope="module")
def weights() -> Mapping[str, Tensor]:
    return random_trunk()


@pytest.fixture
def crops(train: Labelled) -> np.ndarray:
    return train.inputs.crops[:40]


def features(weights: Mapping[str, Tensor], crops: np.ndarray, precision: str) -> np.ndarray:
    table = np.zeros((len(crops), 512), np.float16)
    write_features(frozen_resnet(weights, precision, "cpu"), crops, table, 32, lambda done: None)
    return table.astype(np.float32)


def plain_features(weights: Mapping[str, Tensor], crops: np.ndarray) -> np.ndarray:
    """torchvision's own network in float32, nothing folded."""
    network = resnet18(weights=None)
    network.fc = nn.Identity()
    missing = network.load_state_dict(dict(weights), strict=False).missing_keys
    assert all(name.endswith("num_batches_tracked") for name in missing)
    with torch.no_grad():
        return network.eval()(normalised(torch.from_numpy(crops), 32)).numpy()


def relative_error(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.linalg.norm(found - exact) / np.linalg.norm(exact))


def test_features_are_torchvisions_to_the_precision_of_float16(
    weights: Mapping[str, Tensor], crops: np.ndarray
) -> None:
    exact = plain_features(weights, crops)
    assert exact.std(axis=0).mean() > 0, "the crops differ, and so must their features"
    assert relative_error(features(weights, crops, "float32"), exact) < 2**-11


def test_bfloat16_changes_features_by_about_a_hundredth(
    weights: Mapping[str, Tensor], crops: np.ndarray
) -> None:
    error = relative_error(features(weights, crops, "bfloat16"), plain_features(weights, crops))
    assert 1e-4 < error < 0.03


def test_crops_are_resized_and_normalised_as_torchvision_does(crops: np.ndarray) -> None:
    pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
    resized = transforms.resize(pixels, [40, 40], antialias=False)
    expected = transforms.normalize(resized, MEAN, DEVIATION)
    assert torch.allclose(normalised(torch.from_numpy(crops), 40), expected, atol=1e-5)


def test_progress_ends_at_the_number_of_crops(
    weights: Mapping[str, Tensor], crops: np.ndarray
) -> None:
    seen: list[int] = []
    network = frozen_resnet(weights, "float32", "cpu")
    write_features(network, crops, np.zeros((40, 512), np.float16), 128, seen.append)
    assert seen == [16, 32, 40]


def test_the_network_cannot_be_trained(weights: Mapping[str, Tensor]) -> None:
    network = frozen_resnet(weights, "float32", "cpu")
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_building_it_draws_no_random_numbers(weights: Mapping[str, Tensor]) -> None:
    before = torch.get_rng_state()
    frozen_resnet(weights, "float32", "cpu")
    trunk_shapes()
    assert torch.equal(before, torch.get_rng_state())


def test_features_too_large_to_store_are_an_error(
    weights: Mapping[str, Tensor], crops: np.ndarray
) -> None:
    loud = {name: x * 1e6 if name == "bn1.weight" else x for name, x in weights.items()}
    with pytest.raises(OverflowError, match="float16"):
        features(loud, crops, "float32")
