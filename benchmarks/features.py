"""How long frozen features take on this machine: `python benchmarks/features.py [threads]`.

Prints distinct crops a second by crop size and precision, and the seconds that pretraining the proxy
weights takes. Nothing is cached.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch

from tournament_strategies.backbone import FEATURES, frozen_resnet, write_features
from tournament_strategies.precision import Precision, chosen_precision, cpu_has_bfloat16
from tournament_strategies.proxy import RECIPE, pretrain
from tournament_strategies.proxy_pictures import draw

SIZES = (32, 64, 112, 224)
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
SECONDS = 3.0
"""Each figure is measured for about this long."""


def crops_per_second(size: int, precision: Precision, device: str) -> float:
    weights, _ = pretrain_nothing()
    network = frozen_resnet(weights, precision, device)
    count = 64 if size < 112 else 8
    while True:
        crops = draw(count, np.random.default_rng(0)).crops
        table = np.empty((count, FEATURES), np.float16)
        start = time.perf_counter()
        write_features(network, crops, table, size, lambda done: None)
        seconds = time.perf_counter() - start
        if seconds > SECONDS / 4:
            return count / seconds
        count *= 4


def pretrain_nothing() -> tuple[dict[str, torch.Tensor], object]:
    """The weights that pretraining begins with."""
    return pretrain(type(RECIPE)(steps=4, batch=2, judged=2), lambda done: None)


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads()
    torch.set_num_threads(threads)
    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    print(f"device {device}, {threads} threads, bfloat16 in the CPU: {cpu_has_bfloat16()}")
    print(f"`auto` takes {chosen_precision('auto', device)}")
    print("distinct crops a second")
    print(f"{'size':>10}" + "".join(f"{precision:>12}" for precision in PRECISIONS))
    for size in SIZES:
        figures = [crops_per_second(size, precision, device) for precision in PRECISIONS]
        print(f"{size:>10}" + "".join(f"{figure:>12.0f}" for figure in figures), flush=True)
    _, facts = pretrain(RECIPE, lambda done: None)
    print("proxy weights: " + ", ".join(f"{name} {value}" for name, value in facts.items()))


if __name__ == "__main__":
    main()
