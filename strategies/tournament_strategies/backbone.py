"""ResNet-18 without its final layer (He et al. 2016): crops in, 512 features out, never trained.

Crops are resized and normalised as ImageNet's pictures are, since published weights expect that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import ResNet, resnet18

from .precision import Precision

FEATURES = 512
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""ImageNet's statistics a channel, for pixels in 0..1 (torchvision's documentation)."""

PIXELS_TOGETHER = 64 * 64 * 64
"""Pixels in a batch on a CPU: activations then take some 60 MB, and more would not be faster."""

Progress = Callable[[int], None]


def empty_resnet() -> ResNet:
    """An untrained ResNet-18 whose output is the 512 features."""
    model = resnet18(weights=None)
    model.fc = nn.Identity()
    return cast(ResNet, model)


def trunk_shapes() -> dict[str, tuple[int, ...]]:
    """The shape of each tensor that `frozen_resnet` takes, by torchvision's names."""
    with torch.device("meta"):
        state = empty_resnet().state_dict()
    # How many batches a normalisation has seen changes nothing once it is frozen.
    return {k: tuple(x.shape) for k, x in state.items() if not k.endswith("num_batches_tracked")}


def frozen_resnet(weights: Mapping[str, Tensor], precision: Precision, device: str) -> nn.Module:
    """The network with these weights, which must have the `trunk_shapes`, in eval mode.

    Batch normalisation is folded into the convolutions before it: the same function, fewer passes.
    """
    with torch.device("meta"):
        model = empty_resnet()
    model.load_state_dict(dict(weights), strict=False, assign=True)
    _fold(model.eval())
    model.eval().requires_grad_(False)
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    return cast(nn.Module, model.to(device, dtype, memory_format=torch.channels_last))


def normalised(crops: Tensor, crop_size: int) -> Tensor:
    """(R, 3, crop_size, crop_size) float32 for `crops` (R, 16, 16, 3) uint8."""
    mean = torch.tensor(MEAN, device=crops.device)
    deviation = torch.tensor(DEVIATION, device=crops.device)
    pixels = ((crops.to(torch.float32) / 255 - mean) / deviation).permute(0, 3, 1, 2)
    return functional.interpolate(
        pixels, size=(crop_size, crop_size), mode="bilinear", align_corners=False
    ).contiguous(memory_format=torch.channels_last)


def write_features(
    model: nn.Module,
    crops: NDArray[np.uint8],
    into: NDArray[np.float16],
    crop_size: int,
    progress: Progress,
) -> None:
    """Fill `into` (U, 512) with the features of `crops` (U, 16, 16, 3), a batch at a time.

    float16 holds a feature with a relative error of at most 2^-11, well below bfloat16's 2^-8.
    Raises OverflowError for features that it does not hold at all.
    """
    first_parameter = next(model.parameters())
    device, dtype = first_parameter.device, first_parameter.dtype
    size = max(1, PIXELS_TOGETHER // crop_size**2) * (16 if device.type == "cuda" else 1)
    for first in range(0, len(crops), size):
        batch = torch.from_numpy(np.array(crops[first : first + size])).to(device)
        with torch.inference_mode():
            features = model(normalised(batch, crop_size).to(dtype)).to(torch.float16)
        if not features.isfinite().all():
            raise OverflowError("the features are not finite numbers, or too large for float16")
        into[first : first + len(batch)] = features.cpu().numpy()
        progress(first + len(batch))


def _fold(model: ResNet) -> None:
    """Replace each convolution and the normalisation after it by one convolution."""
    model.conv1, model.bn1 = fuse_conv_bn_eval(model.conv1, model.bn1), nn.Identity()
    for layer in (model.layer1, model.layer2, model.layer3, model.layer4):
        for block in layer:
            block.conv1, block.bn1 = fuse_conv_bn_eval(block.conv1, block.bn1), nn.Identity()
            block.conv2, block.bn2 = fuse_conv_bn_eval(block.conv2, block.bn2), nn.Identity()
            if block.downsample is not None:
                block.downsample = fuse_conv_bn_eval(*block.downsample)
