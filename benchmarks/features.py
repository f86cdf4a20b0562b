"""How long frozen features take on this machine: `python benchmarks/features.py [threads]`.

Prints distinct crops a second by crop size and precision, and what pretraining the proxy weights
takes and gives. Nothing is cached.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch

from tournament_strategies.backbone import (
    FEATURES,
    PIXELS_TOGETHER,
    empty_resnet,
    frozen_resnet,
    write_features,
)
from tournament_strategies.precision import Precision, chosen_precision, cpu_has_bfloat16
from tournament_strategies.proxy import RECIPE, pretrain
from tournament_strategies.proxy_pictures import draw

SIZES = (32, 64, 112, 224)
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
SECONDS = 3.0
"""Each figure is measured for about this long."""


def unseen(done: int) -> None:
    """Nobody watches the progress."""


def crops_per_second(size: int, precision: Precision, device: str) -> float:
    network = frozen_resnet(empty_resnet().state_dict(), precision, device)
    crops = draw(PIXELS_TOGETHER // size**2, np.random.default_rng(0)).crops
    table = np.empty((len(crops), FEATURES), np.float16)
    write_features(network, crops, table, size, unseen)
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        write_features(network, crops, table, size, unseen)
        done += len(crops)
    return done / (time.perf_counter() - start)


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
    _, facts = pretrain(RECIPE, unseen)
    print("proxy weights: " + ", ".join(f"{name} {value}" for name, value in facts.items()))


if __name__ == "__main__":
    main()
