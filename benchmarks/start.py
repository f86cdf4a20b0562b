"""How long does `tournament --help` take, beside an interpreter that does nothing?

python benchmarks/start.py [REPEATS]. Prints the medians and their ratio to the
empty interpreter. The exit code is 1 when that of `tournament --help` is above 10.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

NOTHING, OURS = "python -c pass", "tournament --help"
LIMIT = 10


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    commands = {
        NOTHING: [sys.executable, "-c", "pass"],
        "import click": [sys.executable, "-c", "import click"],
        OURS: [sys.executable, "-m", "tournament", "--help"],
        "import torch": [sys.executable, "-c", "import torch"],
    }
    rounds = [
        {name: seconds(command) for name, command in commands.items()} for _ in range(repeats)
    ]
    medians = {name: statistics.median(r[name] for r in rounds) for name in commands}
    for name, median in medians.items():
        print(f"{name:20} {median * 1000:7.1f} ms {median / medians[NOTHING]:6.1f} x")
    sys.exit(0 if medians[OURS] <= LIMIT * medians[NOTHING] else 1)


if __name__ == "__main__":
    main()
