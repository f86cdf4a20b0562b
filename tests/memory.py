"""A group of processes that together may have only so much memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def limited_memory(name: str, size: int) -> Iterator[str]:
    """Gives a shell command that puts its shell into the group; skips where none can be made."""
    old = _own("memory")
    parent = GROUPS / "memory" / old if old is not None else GROUPS / (_own("") or "")
    group = parent / f"{name}-{os.getpid()}"
    limit = "memory.max" if old is None else "memory.limit_in_bytes"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no group of processes can be made here: {error.strerror}")
    try:
        if not (group / limit).exists():
            pytest.skip("memory cannot be limited here")
        (group / limit).write_text(str(size))
        yield f"echo $$ > {group / 'cgroup.procs'}"
    finally:
        _remove(group)


def _own(controller: str) -> str | None:
    """The path of this process's group; None where there is none of this kind."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, path = line.split(":", 2)
        if controller in kinds.split(","):
            return path.strip("/")
    return None


def _remove(group: Path) -> None:
    """The kernel lets it go a moment after its last process."""
    until = time.monotonic() + 5
    while True:
        try:
            return group.rmdir()
        except OSError:
            if time.monotonic() > until:
                raise
