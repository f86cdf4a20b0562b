"""Faults, injected for real and many times: is every promise kept?

python benchmarks/soak.py [--scale 0.02] [--only NAME ...] [--seed N]. Prints a row as soon as it is
there, and what was broken; exit code 1 if anything was. All traffic stays on this machine.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.faults.table import ROWS, Row

FEWEST = 20
SHOWN = 5


def inject(row: Row, scale: float, seed: int) -> bool:
    """Inject the faults of a row and print what came of them; whether nothing was broken."""
    size, good = max(FEWEST, int(row.size * scale)), True
    begin = time.perf_counter()
    try:
        for tally in row.inject(size, random.Random(seed)):
            now = time.perf_counter()
            print(tally.row(now - begin), flush=True)
            for text in tally.broken[:SHOWN]:
                print(f"  {text}", file=sys.stderr)
            good &= not tally.broken
            begin = now
    except pytest.skip.Exception as skipped:
        print(f"| {row.name} | 0 | – | – | left out: {skipped.msg} |", flush=True)
    return good


def main() -> int:
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full sizes")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    before = len(psutil.pids())
    print("| fault | injected | broken | took | |\n|---|---|---|---|---|")
    good = [inject(row, asked.scale, asked.seed) for row in ROWS if row.name in asked.only]
    print(f"\nprocesses on this machine: {before} before, {len(psutil.pids())} after")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
