"""Does the quickstart have an examined winner whatever the seed, and how soon after its claim?

python benchmarks/seeds.py [CONFIG [SEEDS [RUNS]]]. Runs the tournament once a seed, with that seed
for the trials and for the data, and prints a table: winner, epoch, claimed and examined figures,
the seconds from the winning claim to the verdict, and those of the whole run. The exit code is 1
when fewer than 9 of 10 had a winner, when anybody met the criteria at the first check, or when a
verdict took longer than 20 s.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tournament.record.folder import RunFolder
from tournament.record.log import read_log
from tournament.record.payloads import Claim, Verdict

LONGEST = 20.0
"""Seconds from the claim that won to the verdict, on 2 cores."""

ENOUGH = 0.9
"""This part of the seeds has to have a winner."""


@dataclass(frozen=True)
class Race:
    """One tournament: its verdict, the seconds from winning claim to verdict, and in all."""

    verdict: dict[str, Any]
    exam: float
    seconds: float

    @property
    def won(self) -> bool:
        return self.verdict["winner"] is not None

    @property
    def early(self) -> bool:
        """Did anybody meet the criteria at the first check after training began?"""
        checks = [check for trial in self.verdict["standings"] for check in trial["checks"]]
        return any(check["met"] for check in checks if check["check"] == 1)


def race(config: Path, seed: int, runs: Path) -> Race:
    """One tournament with this seed."""
    own = runs / f"seed-{seed}.yaml"
    own.write_text(
        f"extends: {config.absolute()}\nname: seed-{seed}\nseed: {seed}\n"
        f"task: {{options: {{seed: {seed}}}}}\n"
    )
    command = [sys.executable, "-m", "tournament", "run", str(own), "--runs", str(runs), "--json"]
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    seconds = time.monotonic() - start
    if not done.stdout:
        sys.exit(f"the tournament of seed {seed} gave no verdict (exit code {done.returncode})")
    verdict: dict[str, Any] = json.loads(done.stdout)
    return Race(verdict, examined_within(RunFolder(runs / verdict["run"])), seconds)


def examined_within(folder: RunFolder) -> float:
    """Seconds from the claim that won to the verdict, by the log; NaN without a winner."""
    claims: dict[tuple[str, int], float] = {}
    for event in read_log(folder.log):
        if isinstance(event.data, Claim):
            claims[event.data.trial, event.data.check] = event.t
        if isinstance(event.data, Verdict) and event.data.trial is not None:
            return event.t - claims[event.data.trial, event.data.check or 0]
    return float("nan")


def row(seed: int, held: Race) -> str:
    """One line of the table."""
    verdict = held.verdict
    criteria = next(iter(check["margins"] for s in verdict["standings"] for check in s["checks"]))
    names = list(dict.fromkeys(text.split()[0] for text in criteria))
    winner = verdict["winner"] or "nobody"
    return (
        f"{seed:4} {winner:24} {verdict['epoch'] or '-':>5}  {_figures(verdict['claimed'], names)}"
        f"  {_figures(verdict['examined'], names)}  {held.exam:8.1f} s {held.seconds:7.1f} s"
    )


def _figures(metrics: dict[str, float] | None, names: list[str]) -> str:
    return " ".join(f"{metrics[name]:6.3f}" if metrics else "     -" for name in names)


def main() -> None:
    config = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/quickstart.yaml")
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    runs = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
    print("seed winner, epoch; claimed; examined; from claim to verdict; in all", flush=True)
    races = []
    for seed in range(seeds):
        races.append(race(config, seed, runs))
        print(row(seed, races[-1]), flush=True)
    won, early = sum(each.won for each in races), sum(each.early for each in races)
    slowest = max((each.exam for each in races if each.won), default=float("nan"))
    print(
        f"{won} of {seeds} had a winner; in {early} somebody met the criteria at the first check; "
        f"the slowest verdict came {slowest:.1f} s after its claim (limit {LONGEST:.0f} s)"
    )
    sys.exit(0 if won >= ENOUGH * seeds and not early and slowest <= LONGEST else 1)


if __name__ == "__main__":
    main()
