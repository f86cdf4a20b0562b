"""`weights: proxy`: a ResNet-18 that is pretrained here, without a network, in seconds.

It learns to tell shapes, sizes and blurs (`proxy_pictures`). What comes out is judged twice, on
pictures that it has not seen: how often its own answers are right, and how well a linear probe does
on its features beside one on the features of untrained weights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import torch
from pydantic import JsonValue
from torch import Tensor, nn
from torch.nn import functional

from .backbone import FEATURES, empty_resnet, normalised
from .precision import cpu_has_bfloat16
from .probe import Answered, accuracy, probe_accuracy
from .proxy_pictures import CLASSES, Pictures, draw

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Recipe:
    """All that the weights depend on, besides the code: part of the cache's key.

    `steps` of `batch` pictures of `side` pixels, none of them twice; `lr` is the peak of one cycle;
    `judged`: pictures to fit a probe on, and as many again to test it and the network.
    """

    version: int = 1
    steps: int = 90
    batch: int = 32
    side: int = 32
    lr: float = 2e-3
    judged: int = 512
    seed: int = 0

    def key(self) -> dict[str, JsonValue]:
        """The recipe as JSON."""
        return asdict(self)


RECIPE = Recipe()
"""About what two cores do in 20 s; more pictures make better features, and a longer wait."""


def pretrain(recipe: Recipe, progress: Progress) -> tuple[dict[str, Tensor], dict[str, JsonValue]]:
    """The weights, on the CPU under torchvision's names, and facts about them (shares in 0..1).

    The same recipe gives the same weights on the same machine and number of threads, if `side` is
    at least 32: below that the last layers see single pixels, whose gradients oneDNN does not
    repeat to the last digit in bfloat16 (seen with torch 2.15). torch's own generator is left as
    it was.
    """
    start = time.monotonic()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = empty_resnet().to(memory_format=torch.channels_last)
        heads = nn.Linear(FEATURES, sum(CLASSES))
    fit, test = _pictures(recipe, 1, recipe.judged), _pictures(recipe, 2, recipe.judged)
    untrained = probe_accuracy(_answered(network, fit, recipe), _answered(network, test, recipe))
    _train(network, heads, recipe, progress)
    tested = _answered(network, test, recipe)
    facts: dict[str, JsonValue] = {
        "pictures": recipe.steps * recipe.batch,
        "accuracy": accuracy(heads(tested.features), tested.answers),
        "probe_accuracy": probe_accuracy(_answered(network, fit, recipe), tested),
        "probe_accuracy_untrained": untrained,
        "pretraining_seconds": round(time.monotonic() - start, 1),
    }
    return dict(network.state_dict()), facts


def proxy_note(facts: Mapping[str, JsonValue]) -> str:
    """What a reader of the report should know about proxy weights, from `pretrain`'s facts."""
    chance = sum(1 / answers for answers in CLASSES) / len(CLASSES)
    return (
        f"proxy weights tell {facts['accuracy']:.0%} of unseen shapes, sizes and blurs (chance "
        f"{chance:.0%}); a linear probe on their features {facts['probe_accuracy']:.0%}, on those "
        f"of untrained weights {facts['probe_accuracy_untrained']:.0%}"
    )


def _train(network: nn.Module, heads: nn.Module, recipe: Recipe, progress: Progress) -> None:
    """One pass over fresh pictures with a one-cycle learning rate (Smith and Topin 2017)."""
    parameters = [*network.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.lr, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=recipe.steps)
    network.train()
    for step in range(recipe.steps):
        pictures = _pictures(recipe, 3 + step, recipe.batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=cpu_has_bfloat16()):
            scores = heads(network(_fed(pictures, recipe)))
        optimizer.zero_grad()
        _cross_entropy(scores.float(), torch.from_numpy(pictures.answers)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        progress(step + 1)


def _cross_entropy(scores: Tensor, answers: Tensor) -> Tensor:
    """The sum over the questions, each a mean over the pictures."""
    parts = zip(torch.split(scores, list(CLASSES), dim=1), answers.unbind(1), strict=True)
    return torch.stack([functional.cross_entropy(x, y) for x, y in parts]).sum()


def _pictures(recipe: Recipe, stream: int, count: int) -> Pictures:
    """Fresh pictures: each `stream` of a recipe has its own."""
    return draw(count, np.random.default_rng([recipe.seed, stream]))


def _fed(pictures: Pictures, recipe: Recipe) -> Tensor:
    return normalised(torch.from_numpy(pictures.crops), recipe.side)


@torch.no_grad()
def _answered(network: nn.Module, pictures: Pictures, recipe: Recipe) -> Answered:
    """The network's features, in eval mode, 128 pictures at a time."""
    network.eval()
    features = [network(part) for part in torch.split(_fed(pictures, recipe), 128)]
    return Answered(torch.cat(features), torch.from_numpy(pictures.answers))
