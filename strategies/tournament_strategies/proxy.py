"""`weights: proxy`: a ResNet-18 that is pretrained here, without any network, in seconds.

It learns to tell shapes, sizes and blurs (`proxy_pictures`). What comes out is judged twice, on
pictures that it has not seen: how often its own answers are right, and how well a linear probe does
on its features beside one on the features of random weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .backbone import FEATURES, empty_resnet, normalised
from .proxy_pictures import TASKS, Pictures, draw


@dataclass(frozen=True)
class Recipe:
    """Everything that the weights depend on, besides the code: part of the cache's key."""

    version: int = 1
    steps: int = 60
    batch: int = 64
    side: int = 32
    lr: float = 2e-3
    seed: int = 0
    probe: int = 1024
    """Pictures to fit a probe on, and as many again to test it."""

    def key(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Pretrained:
    """`weights` of the network without its answers' layer; `facts` for the report, 0..1 each."""

    weights: dict[str, Tensor]
    facts: dict[str, float]


def pretrain(recipe: Recipe, progress: Callable[[int, int], None]) -> Pretrained:
    """Train by the recipe; the same recipe gives the same weights on the same machine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        untrained = empty_resnet().to(memory_format=torch.channels_last)
        random_weights = {name: value.clone() for name, value in untrained.state_dict().items()}
        backbone, heads = untrained, nn.Linear(FEATURES, sum(TASKS))
        _train(backbone, heads, recipe, progress)
    fit, test = _pictures(recipe, recipe.probe, 1), _pictures(recipe, recipe.probe, 2)
    weights = {name: value.contiguous() for name, value in backbone.state_dict().items()}
    features = _features(backbone, test)
    facts = {
        "proxy_accuracy": _accuracy(heads(features), test.answers),
        "proxy_chance": sum(1 / classes for classes in TASKS) / len(TASKS),
        "probe_accuracy": _probe(_features(backbone, fit), fit, features, test),
    }
    judge = empty_resnet().to(memory_format=torch.channels_last)
    judge.load_state_dict(random_weights)
    facts["probe_accuracy_random_weights"] = _probe(
        _features(judge, fit), fit, _features(judge, test), test
    )
    return Pretrained(weights, facts)


def _pictures(recipe: Recipe, count: int, stream: int) -> Pictures:
    generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + stream)
    return draw(count, recipe.side, generator)


def _train(
    backbone: nn.Module, heads: nn.Module, recipe: Recipe, progress: Callable[[int, int], None]
) -> None:
    """One pass over pictures that never come twice, with a one-cycle learning rate."""
    parameters = [*backbone.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=recipe.steps)
    backbone.train()
    for step in range(recipe.steps):
        pictures = _pictures(recipe, recipe.batch, 10 + step)
        answers = heads(backbone(_normalised(pictures)))
        parts = zip(answers.split(TASKS, dim=1), pictures.answers.unbind(1), strict=True)
        loss = torch.stack([functional.cross_entropy(x, y) for x, y in parts]).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        progress(step + 1, recipe.steps)
    backbone.eval()


def _normalised(pictures: Pictures) -> Tensor:
    pixels = (pictures.pixels * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    return normalised(pixels, pixels.shape[1])


@torch.no_grad()
def _features(backbone: nn.Module, pictures: Pictures) -> Tensor:
    backbone.eval()
    return torch.cat([backbone(part) for part in _normalised(pictures).split(256)])


def _accuracy(scores: Tensor, answers: Tensor) -> float:
    """The mean over the three questions of how often the highest score is right."""
    parts = zip(scores.split(TASKS, dim=1), answers.unbind(1), strict=True)
    return float(torch.stack([(x.argmax(1) == y).float().mean() for x, y in parts]).mean())


def _probe(features: Tensor, fit: Pictures, test_features: Tensor, test: Pictures) -> float:
    """Accuracy of ridge regression to one-hot answers: what a linear reader finds in features."""
    mean, scale = features.mean(0), features.std(0) + 1e-6
    x = _with_bias((features - mean) / scale)
    y = torch.cat(
        [functional.one_hot(a, c) for a, c in zip(fit.answers.unbind(1), TASKS, strict=True)], dim=1
    ).to(x.dtype)
    ridge = torch.eye(x.shape[1], dtype=x.dtype) * len(x) * 0.01
    solution = torch.linalg.solve(x.T @ x + ridge, x.T @ y)
    return _accuracy(_with_bias((test_features - mean) / scale) @ solution, test.answers)


def _with_bias(features: Tensor) -> Tensor:
    """In double precision, since a ridge solution asks for it."""
    double = features.double()
    return torch.cat([double, double.new_ones(len(double), 1)], dim=1)
