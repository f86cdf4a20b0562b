"""Whether the kernel has killed for want of memory, as far as this process can read that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def oom_kills() -> int:
    """A count that grows with every process that the kernel kills for want of memory.

    Sums up what can be read: of the whole machine (/proc/vmstat) and of this process's cgroup
    (memory.events in version 2, memory.oom_control in version 1). 0 where nothing can be.
    """
    return sum(_count(path, "oom_kill") for path in (Path("/proc/vmstat"), *_own_cgroups()))


def _own_cgroups() -> Iterator[Path]:
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if not kinds:
                yield CGROUPS / path.strip("/") / "memory.events"
            elif "memory" in kinds.split(","):
                yield CGROUPS / "memory" / path.strip("/") / "memory.oom_control"


def _count(path: Path, name: str) -> int:
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    return 0
