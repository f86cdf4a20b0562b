"""What a worker started and left behind comes to the match, which ends it.

The match is made the reaper of its descendants (prctl(2), PR_SET_CHILD_SUBREAPER): a grandchild
whose parent dies becomes its child, also one in a session of its own.
"""

from __future__ import annotations

import ctypes

import psutil

PR_SET_CHILD_SUBREAPER = 36
LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""


class Household:
    """The children of this process: those that it wants, by process id, and those left to it.

    Making it makes this process the reaper of all its descendants; on systems without prctl that
    does nothing. Children that are there already (those of a shell that became this process by
    `exec`) are nobody's orphans.
    """

    def __init__(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.wanted = {child.pid for child in psutil.Process().children()}

    def sweep(self) -> None:
        """Kill and reap every child, with its descendants, that is not wanted."""
        orphans = [c for c in psutil.Process().children() if c.pid not in self.wanted]
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
