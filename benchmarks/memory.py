"""How much private memory does a worker take, above what `import torch` takes by itself?

python benchmarks/memory.py CONFIG [OPTION ...]. Runs the tournament with these options of
`tournament run`, looks once a second at what of every worker's memory belongs to no file
(`Anonymous` of Linux), and prints the highest of each. The exit code is that of the tournament, and
1 when a worker took more than 400 MB, the limit at 10,000 videos. Pages of files do not count:
those of a library or of the cache are private only while no other process uses them, so a unique
set size leaps when the second to last worker goes.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

MEGABYTE = 1e6
LIMIT = 400 * MEGABYTE
BASELINE = "import torch; print(open('/proc/self/smaps_rollup').read())"


def workers(match: psutil.Process) -> dict[str, psutil.Process]:
    """The running workers by the folder of their trial."""
    found = {}
    for child in match.children():
        try:
            line = child.cmdline()
        except psutil.NoSuchProcess:
            continue
        if "tournament.worker" in line:
            found[line[line.index("tournament.worker") + 1].split("/")[-2]] = child
    return found


def private(rollup: str) -> int:
    """Bytes that no other process can have, from a process's `smaps_rollup`; 0 once it is gone."""
    lines = [line.split() for line in rollup.splitlines() if line.startswith("Anonymous:")]
    return int(lines[0][1]) * 1024 if lines else 0


def rollup(process: psutil.Process) -> str:
    """The kernel's sum over all mappings of a process; empty once it is gone."""
    try:
        return Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return ""


def main() -> None:
    done = subprocess.run([sys.executable, "-c", BASELINE], capture_output=True, text=True)
    baseline = private(done.stdout)
    command = [sys.executable, "-m", "tournament", "run", *sys.argv[1:]]
    match = subprocess.Popen(command)
    highest: dict[str, int] = {}
    while match.poll() is None:
        for trial, process in workers(psutil.Process(match.pid)).items():
            highest[trial] = max(highest.get(trial, 0), private(rollup(process)))
        time.sleep(1)
    print(f"import torch: {baseline / MEGABYTE:.0f} MB private")
    for trial, peak in highest.items():
        print(f"{trial}: {(peak - baseline) / MEGABYTE:.0f} MB above it at most")
    over = any(peak - baseline > LIMIT for peak in highest.values())
    sys.exit(match.returncode or int(over))


if __name__ == "__main__":
    main()
