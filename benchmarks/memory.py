"""How much private memory does a worker take, above what `import torch` takes by itself?

python benchmarks/memory.py CONFIG [OPTION ...]. Runs the tournament with these options of
`tournament run`, looks at every worker's unique set size (memory that nobody shares) once a
second, and prints the highest of each. The limit is 400 MB at 10,000 videos.
"""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

MEGABYTE = 1e6
BASELINE = "import torch, psutil; print(psutil.Process().memory_full_info().uss)"


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


def private(process: psutil.Process) -> int:
    """Bytes that only this process has; 0 once it is gone."""
    try:
        return int(process.memory_full_info().uss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def main() -> None:
    done = subprocess.run([sys.executable, "-c", BASELINE], capture_output=True, text=True)
    baseline = int(done.stdout)
    command = [sys.executable, "-m", "tournament", "run", *sys.argv[1:]]
    match = subprocess.Popen(command)
    highest: dict[str, int] = {}
    while match.poll() is None:
        for trial, process in workers(psutil.Process(match.pid)).items():
            highest[trial] = max(highest.get(trial, 0), private(process))
        time.sleep(1)
    print(f"import torch: {baseline / MEGABYTE:.0f} MB private")
    for trial, peak in highest.items():
        print(f"{trial}: {(peak - baseline) / MEGABYTE:.0f} MB above it at most")
    sys.exit(match.returncode)


if __name__ == "__main__":
    main()
