"""What a worker started and left behind comes to the match, which ends it.

The match is made the reaper of its descendants (prctl(2), PR_SET_CHILD_SUBREAPER): a grandchild
whose parent dies becomes its child, also one in a session of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import psutil

from .parent import become_reaper

LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""


class Household:
    """The children of this process: those that it wants, by process id, and those left to it.

    Making it makes this process the reaper of all its descendants; on systems without prctl that
    does nothing. Children that are there already (those of a shell that became this process by
    `exec`) are nobody's orphans.
    """

    def __init__(self) -> None:
        become_reaper()
        self.wanted = {child.pid for child in psutil.Process().children()}

    def reap(self) -> None:
        """Reap orphans that have ended by themselves; cheap, so that they do not pile up."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in self.wanted:
                return
            os.waitpid(ended.si_pid, 0)

    def sweep(self) -> None:
        """Kill and reap every descendant that does not belong to a wanted child."""
        unwanted = self._unwanted()
        for process in unwanted:
            _kill(process)
        psutil.wait_procs(unwanted, timeout=LAST_WAIT)
        self.reap()

    def _unwanted(self) -> list[psutil.Process]:
        """All descendants, at one look, of which no ancestor is a wanted child."""
        everybody = psutil.Process().children(recursive=True)
        parents = {process.pid: _parent(process) for process in everybody}
        return [process for process in everybody if not self._wants(process.pid, parents)]

    def _wants(self, pid: int | None, parents: Mapping[int, int | None]) -> bool:
        """Is this a wanted child, or a descendant of one?"""
        while pid is not None and pid in parents:
            if pid in self.wanted:
                return True
            pid = parents[pid]
        return False


def _parent(process: psutil.Process) -> int | None:
    try:
        return int(process.ppid())
    except psutil.NoSuchProcess:
        return None


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return  # It is gone, or another user's by now: neither is ours to end.
