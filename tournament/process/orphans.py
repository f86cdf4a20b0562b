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


def adopt_orphans() -> frozenset[int]:
    """Become the reaper of all descendants; does nothing on systems without prctl.

    Gives the process ids of the children that are there already (those of a shell that became this
    process by `exec`): they are nobody's orphans.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return frozenset(child.pid for child in psutil.Process().children())


def kill_orphans(spared: Collection[int]) -> None:
    """Kill and reap every child of this process that is none of the `spared` (process ids)."""
    orphans = [child for child in psutil.Process().children() if child.pid not in spared]
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
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return  # It is gone, or another user's by now: neither is ours to end.
