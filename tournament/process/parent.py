"""Parents and children: who ends with whom, and who inherits whom."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Let no other process of this user, but root, read this one's memory (prctl(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def become_reaper() -> None:
    """Make this process the parent of every descendant whose own parent dies (prctl(2)).

    On systems without prctl this does nothing.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when its parent dies; exit at once if `parent` is gone.

    The kernel sends the signal when the parent *thread* ends (prctl(2)), so workers are started
    from the main thread. On systems without prctl this does nothing.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(f"the parent process {parent} is gone")
