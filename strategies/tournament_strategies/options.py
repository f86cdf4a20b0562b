"""The options that all strategies here share; their defaults are the original's."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from tournament import Options

from .supervision import Scale


class TrainingOptions(Options):
    """How to train the transformer. Each strategy adds what it needs for its own idea."""

    alpha: float = Field(
        default=0.0,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="Weight of the attention term in the loss; 0 trains by cross-entropy alone.",
    )
    scale: Scale = Field(
        default="original",
        description="Attention in the loss: `original` (about 1/n in a video of n tokens) or "
        "`tokens` (times n, so that 1 is uniform, as in the task's metrics).",
    )
    batch: int = Field(default=16, ge=1, le=4096, description="Videos in a batch.")
    lr: float = Field(default=1e-4, gt=0, le=1, description="AdamW's learning rate.")
    weight_decay: float = Field(default=0.01, ge=0, le=10, description="AdamW's weight decay.")
    dropout: float = Field(
        default=0.1, ge=0, le=0.9, description="Dropout in the transformer while training."
    )
    layers: int = Field(default=2, ge=1, le=48, description="Layers of the transformer.")
    heads: int = Field(default=8, ge=1, le=128, description="Attention heads of each layer.")
    width: int = Field(
        default=256, ge=1, le=8192, description="Width of a token; a multiple of `heads`."
    )
    feedforward: int = Field(
        default=512, ge=1, le=65536, description="Width inside the feed-forward networks."
    )

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width ({self.width}) must be a multiple of heads ({self.heads})")
        return self
