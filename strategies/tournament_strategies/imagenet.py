"""torchvision's ImageNet weights for ResNet-18, where PyTorch keeps them, downloaded if needed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torchvision.models import ResNet18_Weights

from .weight_file import WeightsError, sha256

URL: str = ResNet18_Weights.IMAGENET1K_V1.url
FILE = URL.rsplit("/", 1)[1]
HASH = FILE.rsplit("-", 1)[1].removesuffix(".pth")
"""PyTorch's custom: the name ends with the first digits of the content's SHA-256."""

FOLDER_HINT = "$TORCH_HOME/hub/checkpoints (by default ~/.cache/torch/hub/checkpoints)"
PATIENCE = 30.0
"""Seconds to wait for a server that does not answer."""


def imagenet_file() -> Path:
    """The file, its hash checked. Raises WeightsError when it cannot be had or is another."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / FILE
    if not path.exists():
        _download(path)
    if not sha256(path).startswith(HASH):
        raise WeightsError(f"{path} is damaged: its SHA-256 does not begin with {HASH}; delete it")
    return path


def _download(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _bounded_waits():
            torch.hub.download_url_to_file(URL, str(path), hash_prefix=HASH, progress=False)
    except (OSError, RuntimeError) as error:
        raise WeightsError(f"{URL} cannot be downloaded ({error})") from error


@contextmanager
def _bounded_waits() -> Iterator[None]:
    """Sockets made meanwhile give up in the end: PyTorch's loader waits for as long as they do."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
