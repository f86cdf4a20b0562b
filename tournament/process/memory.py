"""Whether the kernel has killed for want of memory, as far as this process can read that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")

DYING = 5.0
"""Seconds that a killed process may take to give its memory back, before its end is seen."""


class MemoryWatch:
    """Tells whether the kernel has just killed for want of memory. Look every second or so."""

    def __init__(self) -> None:
        self._count = oom_kills()
        self._rose_at = -DYING

    def killed_lately(self) -> bool:
        """Has it, in the last seconds?"""
        now, count = time.monotonic(), oom_kills()
        if count > self._count:
            self._rose_at = now
        self._count = count
        return now - self._rose_at < DYING


def oom_kills() -> int:
    """A count that grows with every process that the kernel kills for want of memory.

    Of this process's cgroup (memory.events in version 2, memory.oom_control in version 1), where
    its workers are, too; else of the whole machine (/proc/vmstat). 0 where nothing can be read.
    """
    places = (*_own_cgroups(), Path("/proc/vmstat"))
    return next((count for place in places if (count := _oom_kills(place)) is not None), 0)


def _own_cgroups() -> Iterator[Path]:
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if not kinds:
                yield CGROUPS / path.strip("/") / "memory.events"
            elif "memory" in kinds.split(","):
                yield CGROUPS / "memory" / path.strip("/") / "memory.oom_control"


def _oom_kills(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == "oom_kill":
                return int(value)
    return None
