"""Small data that has the shape of the task's: blobs of one colour, one of which stays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pydantic import JsonValue
from safetensors.torch import save_file
from torch import Tensor

from tournament.cache import Cache
from tournament.plugin.api import Arrays, Context, Evaluation, Labelled, Split, Task
from tournament_strategies.backbone import trunk_shapes

torch.set_num_threads(1)

FRAMES, EXTENT, PIXELS = 16, 64, 16


@dataclass(frozen=True)
class BlobTokens:
    crops: NDArray[np.uint8]
    crop: NDArray[np.int32]
    frame: NDArray[np.int16]
    box: NDArray[np.int16]
    starts: NDArray[np.int64]
    key: str

    def videos(self, indices: NDArray[np.int64]) -> BlobTokens:
        rows = token_rows(self.starts, indices)
        starts = np.concatenate([[0], np.cumsum(np.diff(self.starts)[indices])])
        return BlobTokens(
            self.crops, self.crop[rows], self.frame[rows], self.box[rows], starts, self.key
        )


@dataclass(frozen=True)
class BlobTruth:
    labels: NDArray[np.uint8]
    starts: NDArray[np.int64]


def token_rows(starts: NDArray[np.int64], videos: NDArray[np.int64]) -> NDArray[np.int64]:
    parts = [np.arange(starts[v], starts[v + 1]) for v in videos]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def content_key(crops: NDArray[np.uint8]) -> str:
    return hashlib.sha256(np.ascontiguousarray(crops).tobytes()).hexdigest()


def _objects(rng: np.random.Generator) -> list[tuple[int, int, bool]]:
    """(first frame, frames, persistent) of each object of one video."""
    stays = [(0, FRAMES, True)]
    for _ in range(rng.integers(1, 7)):
        duration = int(rng.integers(1, 4))
        stays.append((int(rng.integers(0, FRAMES - duration + 1)), duration, False))
    return stays


def _crop(rng: np.random.Generator, radius: float, brightness: float) -> NDArray[np.uint8]:
    at = np.arange(PIXELS) - PIXELS / 2 + rng.uniform(0, 1)
    squared = at[:, None] ** 2 + at[None, :] ** 2
    disc = np.clip(radius + 0.5 - np.sqrt(squared), 0, 1) * (1 - 0.4 * squared / (radius + 1) ** 2)
    noisy = brightness * disc + rng.normal(0, 0.02, disc.shape)
    return np.repeat((np.clip(noisy, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=-1)


def blobs(videos: int, seed: int = 0) -> Labelled:
    """`videos` videos: each object has its own size, brightness and straight path."""
    rng = np.random.default_rng(seed)
    crops, frames, boxes, labels, starts = [], [], [], [], [0]
    for _ in range(videos):
        rows = []
        for first, count, persistent in _objects(rng):
            radius, brightness = rng.uniform(2, 5), rng.uniform(0.5, 1)
            start, end = rng.uniform(6, EXTENT - 6, (2, 2))
            for frame in range(first, first + count):
                x, y = start + (end - start) * frame / FRAMES
                rows.append((frame, x, y, radius, brightness, persistent))
        for frame, x, y, radius, brightness, persistent in sorted(rows, key=lambda row: row[0]):
            crops.append(_crop(rng, radius, brightness))
            frames.append(frame)
            box = np.array([x - radius, y - radius, x + radius, y + radius])
            boxes.append(np.clip(np.round(box), 0, EXTENT))
            labels.append(persistent)
        starts.append(len(labels))
    table, crop = np.unique(np.stack(crops), axis=0, return_inverse=True)
    inputs = BlobTokens(
        crops=table,
        crop=crop.astype(np.int32).reshape(-1),
        frame=np.array(frames, np.int16),
        box=np.array(boxes, np.int16),
        starts=np.array(starts, np.int64),
        key=content_key(table),
    )
    return Labelled(inputs, BlobTruth(np.array(labels, np.uint8), inputs.starts))


@pytest.fixture(scope="session")
def train() -> Labelled:
    return blobs(64, seed=1)


@pytest.fixture(scope="session")
def validation() -> Labelled:
    return blobs(16, seed=2)


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Context]:
    """A context whose cache is empty and lies in the test's own folder, unless it is told."""

    def make(seed: int = 0, **changes: Any) -> Context:
        settings: dict[str, Any] = {
            "seed": seed,
            "device": "cpu",
            "threads": 1,
            "cores": 1,
            "cache": Cache(tmp_path / "cache"),
            "folder": tmp_path,
        }
        return Context(**{**settings, **changes})

    return make


class BlobTask(Task):
    """A task over blobs that are already there."""

    def __init__(self, train: Labelled, validation: Labelled) -> None:
        self.splits = {"train": train, "validation": validation}

    def prepare(self) -> Mapping[str, JsonValue]:
        return {}

    def data(self, split: Split) -> Labelled:
        return self.splits[split]

    def evaluate(self, predictions: Arrays, truth: Any) -> Evaluation:
        raise NotImplementedError("the tests look at the predictions themselves")


def random_trunk(seed: int = 0) -> dict[str, Tensor]:
    """Weights of a ResNet-18 that nobody trained, with lively normalisations."""
    generator = torch.Generator().manual_seed(seed)
    trunk = {}
    for name, shape in trunk_shapes().items():
        noise = torch.randn(shape, generator=generator)
        if len(shape) == 4:
            trunk[name] = noise * (2 / (shape[1] * shape[2] * shape[3])) ** 0.5
        elif name.endswith(("bias", "running_mean")):
            trunk[name] = noise * 0.1
        else:
            trunk[name] = 1 + noise.abs() * 0.1
    return trunk


@pytest.fixture(scope="session")
def trunk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of weights as somebody might bring it."""
    path = tmp_path_factory.mktemp("weights") / "resnet18.safetensors"
    save_file(random_trunk(), path)
    return path
