"""ResNet-18 without its final layer (He et al. 2016): crops in, 512 features out.

It is frozen: always in eval mode, never trained here. Crops are resized to `crop_size` and normalised
as ImageNet's pictures are, since that is what published weights expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

FEATURES = 512
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""ImageNet's statistics a channel, for pixels in 0..1 (torchvision's documentation)."""

PIXELS_TOGETHER = 64 * 64 * 256
"""Pixels in a batch of crops: a bound on the memory that activations take."""

Progress = Callable[[int, int], None]


def empty_resnet() -> nn.Module:
    """A ResNet-18 of untrained weights whose output is the 512 features."""
    model = torchvision.models.resnet18(weights=None)
    model.fc = nn.Identity()
    return model  # type: ignore[no-any-return]


def frozen_resnet(weights: Mapping[str, Tensor], device: str) -> nn.Module:
    """The network with these weights, frozen. Raises RuntimeError when they are of another shape."""
    model = empty_resnet()
    model.load_state_dict(dict(weights))
    return model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)


def normalised(crops: Tensor, crop_size: int) -> Tensor:
    """(B, 3, crop_size, crop_size) float32 from crops (B, 16, 16, 3) uint8."""
    pixels = crops.permute(0, 3, 1, 2).to(torch.float32) / 255
    resized = functional.interpolate(
        pixels, size=(crop_size, crop_size), mode="bilinear", align_corners=False, antialias=True
    )
    mean = torch.tensor(MEAN, device=crops.device)[:, None, None]
    deviation = torch.tensor(DEVIATION, device=crops.device)[:, None, None]
    return ((resized - mean) / deviation).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def write_features(
    model: nn.Module,
    crops: NDArray[np.uint8],
    into: NDArray[np.float16],
    *,
    crop_size: int,
    precision: torch.dtype,
    progress: Progress,
) -> None:
    """Fill `into` (U, 512) with the features of `crops` (U, 16, 16, 3), a batch at a time.

    float16 holds them with a relative error of 2^-11, less than what bfloat16 arithmetic costs.
    """
    parameter = next(model.parameters())
    model = model.to(precision)
    size = max(1, PIXELS_TOGETHER // crop_size**2)
    for first in range(0, len(crops), size):
        batch = torch.from_numpy(np.array(crops[first : first + size])).to(parameter.device)
        features = model(normalised(batch, crop_size).to(precision))
        into[first : first + size] = features.to(torch.float16).cpu().numpy()
        progress(min(first + size, len(crops)), len(crops))


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
