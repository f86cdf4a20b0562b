"""Simulated tournaments in a world of disasters: is a promise broken in any of them?

python benchmarks/simulate.py [--seeds N] [--first SEED] [--bugs]. A failure prints its seed, the
broken promise, and the shortest story found in which it is broken; exit code 1 then. With --bugs,
bugs are planted on purpose, and each has to be found within 5,000 seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.simulation.bugs import BUGS
from tests.simulation.many import first_broken, simulate
from tests.simulation.play import Broken, shrunk

ENOUGH = 5_000
"""Seeds within which a planted bug has to be found."""

LONGEST = 60
"""Lines of a story that are printed."""


def tell(seed: int, broken: Broken) -> None:
    broken = shrunk(broken)
    print(f"seed {seed}: {broken.what}\n{broken.scenario}\n")
    print("\n".join(broken.trace[-LONGEST:]), end="\n\n")


def hunt() -> bool:
    """Plant each bug and look for it; whether all were found."""
    print("| planted bug | seed | broken promise | events of the story | seconds |")
    print("|---" * 5 + "|")
    missed = 0
    for name, bug in BUGS.items():
        begin = time.perf_counter()
        with bug():
            found = first_broken(0, ENOUGH)
            story = shrunk(found[1]) if found else None
        seconds = time.perf_counter() - begin
        missed += found is None
        row = (found[0], story.what, len(story.trace)) if found and story else ("-", "none", "-")
        print(f"| {name} | {' | '.join(map(str, row))} | {seconds:.1f} |", flush=True)
    return missed == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--bugs", action="store_true")
    asked = parser.parse_args()
    if asked.bugs:
        return 0 if hunt() else 1
    begin, failures = time.perf_counter(), 0
    for played, found in simulate(asked.first, asked.seeds):
        if sys.stderr.isatty():
            print(f"\r{played:,} of {asked.seeds:,}", end="", file=sys.stderr)
        if found is not None:
            failures += 1
            tell(*found)
    seconds = time.perf_counter() - begin
    print(f"{asked.seeds:,} simulated tournaments in {seconds:.0f} s: {failures} broken promises")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
