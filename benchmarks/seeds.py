"""Does the quickstart have a winner whatever the seed?

python benchmarks/seeds.py [CONFIG [SEEDS [RUNS]]]. Runs the tournament once a seed, with that seed
for the trials and for the data, and prints a table: winner, epoch, claimed figures, and the first
check at which anybody met the criteria. The exit code is 1 when fewer than 9 of 10 had a winner or
somebody met the criteria at the first check.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def verdict_of(config: Path, seed: int, runs: Path) -> dict[str, Any]:
    """The verdict of one tournament with this seed."""
    own = runs / f"seed-{seed}.yaml"
    own.write_text(
        f"extends: {config.absolute()}\nname: seed-{seed}\nseed: {seed}\n"
        f"task: {{options: {{seed: {seed}}}}}\n"
    )
    command = [sys.executable, "-m", "tournament", "run", str(own), "--runs", str(runs), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def row(seed: int, verdict: dict[str, Any], seconds: float) -> str:
    """One line of the table."""
    claimed = verdict["claimed"] or {}
    leaves = verdict["runner_up"]["criteria"] if verdict["runner_up"] else []
    names = list(dict.fromkeys(leaf["metric"] for leaf in leaves))
    figures = " ".join(f"{claimed[name]:8.3f}" if name in claimed else "       -" for name in names)
    winner = verdict["winner"] or "nobody"
    return f"{seed:4} {winner:24} {verdict['epoch'] or '-':>5} {figures} {seconds:7.1f} s"


def main() -> None:
    config = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/quickstart.yaml")
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    runs = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
    verdicts = []
    for seed in range(seeds):
        start = time.monotonic()
        verdicts.append(verdict_of(config, seed, runs))
        print(row(seed, verdicts[-1], time.monotonic() - start), flush=True)
    won = sum(verdict["winner"] is not None for verdict in verdicts)
    every = verdicts[0]["criteria"]["every"]
    early = sum(verdict["epoch"] == every for verdict in verdicts)
    print(f"{won} of {seeds} had a winner; {early} at the first check")
    sys.exit(0 if won >= 0.9 * seeds and early == 0 else 1)


if __name__ == "__main__":
    main()
