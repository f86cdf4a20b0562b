"""Pictures for the proxy task: one shape each, of random place, turn and colours.

What is to be told is the shape, its size and how blurred it is. None of that says anything about how
long an object lasts, so weights trained on it bring no knowledge of the real task's answer.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

SHAPES = ("disc", "square", "triangle", "cross", "ring", "bar")
SIZES = 3
BLURS = 3
TASKS = (len(SHAPES), SIZES, BLURS)
"""How many classes each of the three questions has."""


class Pictures(NamedTuple):
    """`pixels` (B, 3, s, s) in 0..1, and `answers` (B, 3): shape, size, blur."""

    pixels: Tensor
    answers: Tensor


def draw(count: int, side: int, generator: torch.Generator) -> Pictures:
    """Draw `count` pictures of `side` x `side` pixels."""

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(count, *shape, generator=generator)

    answers = torch.stack(
        [torch.randint(classes, (count,), generator=generator) for classes in TASKS], dim=1
    )
    shape, size, blur = answers.unbind(1)
    radius = 0.28 + 0.17 * size + uniform(-0.04, 0.04)
    softness = 0.04 * 3.0**blur * uniform(0.8, 1.2)
    x, y = _turned(side, uniform(-0.35, 0.35, 2), uniform(0, 2 * math.pi))
    inside = torch.sigmoid(-_distance(x, y, shape, radius) / softness[:, None, None])
    front, back = uniform(0, 1, 3, 1, 1), uniform(0, 1, 3, 1, 1)
    pixels = back + (front - back) * inside[:, None]
    noise = 0.02 * torch.randn(pixels.shape, generator=generator)
    return Pictures((pixels + noise).clamp(0, 1), answers)


def _turned(side: int, centre: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Each picture's own coordinates, (B, s, s): about `centre` (B, 2), turned by `angle` (B,)."""
    line = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(line, line, indexing="ij")
    x, y = x - centre[:, :1, None], y - centre[:, 1:, None]
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    return cos * x + sin * y, cos * y - sin * x


def _distance(x: Tensor, y: Tensor, shape: Tensor, radius: Tensor) -> Tensor:
    """How far each pixel is outside of its picture's shape; negative inside. About in radii."""
    r = radius[:, None, None]
    away, ax, ay = torch.hypot(x, y), x.abs(), y.abs()
    arm = torch.minimum(torch.maximum(ax - r, ay - r / 3), torch.maximum(ax - r / 3, ay - r))
    fields = (
        away - r,
        torch.maximum(ax, ay) - 0.85 * r,
        torch.maximum(0.866 * ax + 0.5 * y, -y) - 0.6 * r,
        arm,
        (away - 0.75 * r).abs() - 0.25 * r,
        torch.maximum(ax - 1.1 * r, ay - 0.35 * r),
    )
    which = shape[:, None, None, None].expand(-1, 1, *x.shape[1:])
    return torch.stack(fields, dim=1).gather(1, which)[:, 0]
