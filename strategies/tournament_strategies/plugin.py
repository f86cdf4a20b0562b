"""Declares the built-in strategies, by the same door as anyone's."""

from __future__ import annotations

from tournament import Plugin, hookimpl


@hookimpl
def tournament_register() -> list[Plugin]:
    """The two strategies of the original."""
    package = "tournament_strategies"
    return [
        Plugin(
            "strategy",
            "attention-supervised",
            f"{package}.attention_supervised:AttentionSupervised",
            "small CNN tokens; attention on persistent objects is part of the loss",
            needs=("torch",),
            extra="strategy-tournament[torch]",
            tasks=("persistence",),
        ),
        Plugin(
            "strategy",
            "pretrained-features",
            f"{package}.pretrained_features:PretrainedFeatures",
            "tokens are features of a frozen, pretrained ResNet-18",
            needs=("torch", "torchvision"),
            extra="strategy-tournament[torch]",
            tasks=("persistence",),
        ),
    ]
