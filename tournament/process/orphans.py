"""What a worker started and left behind comes to the match, which ends it.

The match is made the reaper of its descendants (prctl(2), PR_SET_CHILD_SUBREAPER): a grandchild
whose parent dies becomes its child, also one in a session of its own.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection

import psutil

PR_SET_CHILD_SUBREAPER = 36
LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""


def adopt_orphans() -> None:
    """Become the reaper of all descendants; does nothing on systems without prctl."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_orphans(workers: Collection[int]) -> None:
    """Kill and reap every child of this process that is none of the `workers` (process ids)."""
    orphans = [child for child in psutil.Process().children() if child.pid not in workers]
    trees = [process for orphan in orphans for process in [*_descendants(orphan), orphan]]
    for process in trees:
        _kill(process)
    psutil.wait_procs(trees, timeout=LAST_WAIT)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
