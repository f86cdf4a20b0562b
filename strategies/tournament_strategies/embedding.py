"""Where and when a token is seen: the same for every strategy, so that they differ in crops only."""

from __future__ import annotations

from torch import Tensor, nn

from .tokens import EXTENT, FRAMES


class PlaceEmbedding(nn.Module):
    """Frame and box to a vector: a learned one for each frame, plus a small network over the box."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.frame = nn.Embedding(FRAMES, width)
        self.box = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, width))

    def forward(self, frame: Tensor, box: Tensor) -> Tensor:
        """(T, width) for `frame` (T,) int64 in 0..15 and `box` (T, 4) float in pixels 0..64."""
        # Centred on 0, about as spread as the layers after it expect.
        return self.frame(frame) + self.box(box * (2 / EXTENT) - 1)  # type: ignore[no-any-return]
