"""A crowd of workers that all fail in one way, beside an honest one, in one tournament."""

from __future__ import annotations

import subprocess
import sys

from .conftest import Done, Terminal

KINDS = {
    "hangs": "made no progress for",
    "holdsthelock": "made no progress for",
    "stopsitself": "made no progress for",
    "hog": "killed by SIGKILL, since the machine's memory had run out",
}
"""Strategies, and what is to be told of them."""

MEMORY = 1_500_000_000
"""Bytes that all of a crowd may have together."""

CONFIG = """
task: {{use: guess}}
entrants:
  honest: {{use: walker, max_epochs: 20, options: {{step: 2}}}}
{crowd}
criteria: {{every: 1, all: [closeness >= 2]}}
stop: {{grace: 1s, terminate: 1s}}
retries: 0
limits: {{stall: {stall}}}
"""


def config(kind: str, count: int) -> str:
    lines = [f"  bad-{n}: {{use: {kind}, max_epochs: 2, seed: {n}}}" for n in range(count)]
    stall = "60s" if kind == "hog" else "4s"  # Who fills the memory is slow, and does not hang.
    return CONFIG.format(crowd="\n".join(lines), stall=stall)


def race(terminal: Terminal, kind: str, count: int, enter: str = ":") -> Done:
    """Run it; `enter` is a shell command that is carried out first."""
    path = terminal.write(config(kind, count))
    match = f"{sys.executable} -P -m tournament run {path} --json"
    process = subprocess.Popen(
        ["sh", "-c", f"{enter}; exec {match}"],
        cwd=terminal.folder,
        env=terminal.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return terminal.finish(process, timeout=300)


def complaints(done: Done, kind: str) -> list[str]:
    """What was not told rightly, or harmed the honest one."""
    wrong = []
    for standing in done.verdict["standings"]:
        honest = standing["trial"] == "honest"
        state, told = ("COMPLETED", "trained all") if honest else ("FAILED", KINDS[kind])
        if standing["state"] != state or told not in standing["reason"]:
            wrong.append(f"{standing['trial']}: {standing['state']}: {standing['reason']}")
    return wrong
