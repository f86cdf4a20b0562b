"""Videos a second a core, from nothing to packed tokens on disk, for both appearances.

Usage: python benchmarks/tokens.py [VIDEOS]. Prints the best of three rounds each; the processor
time of this one process counts, so neighbours on the machine disturb it little. The exit code is 1
when one is below 1,000.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.store import Facts, pack, read_facts

Appearance = Literal["varied", "original"]
ROUNDS = 3
LEAST = 1_000
"""Videos a second."""


def main() -> None:
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{'appearance':<12}{'videos/s a core':>16}{'tokens':>10}{'a video':>9}{'distinct':>10}")
    slow = False
    for appearance in get_args(Appearance):
        rounds = [packing(PersistenceOptions(appearance=appearance), videos) for _ in range(ROUNDS)]
        seconds, facts = min(rounds, key=lambda measured: measured[0])
        print(
            f"{appearance:<12}{videos / seconds:>16,.0f}{facts['tokens']:>10,}"
            f"{facts['tokens_a_video']:>9.1f}{facts['distinct_crops']:>10,}"
        )
        slow |= videos / seconds < LEAST
    sys.exit(1 if slow else 0)


def packing(options: PersistenceOptions, videos: int) -> tuple[float, Facts]:
    """Seconds of processor time for this many videos, and what is then there."""
    with TemporaryDirectory() as name:
        start = time.process_time()
        pack(options, range(videos), Path(name), lambda _: None)
        return time.process_time() - start, read_facts(Path(name))


if __name__ == "__main__":
    main()
