"""Finds what a match left running that died together with its keepers, and ends it.

Everything that a match starts carries a mark in its environment: which process the match was, and
since when. A marked process of this user whose match is not there any more is a leftover.
"""

from __future__ import annotations

import os

import psutil

MATCH = "TOURNAMENT_MATCH"
"""The environment variable that holds the mark."""

LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""


def own_mark() -> str:
    """This process, as a mark: its id, and when it began (a process id comes again)."""
    return f"{os.getpid()} {psutil.Process().create_time():.2f}"


def sweep_leftovers() -> int:
    """End every leftover of this user; gives how many there were."""
    found = [process for process in psutil.process_iter() if _is_leftover(process)]
    for process in found:
        try:
            process.kill()
        except psutil.Error:
            continue  # It has just ended, or is not ours to end.
    psutil.wait_procs(found, timeout=LAST_WAIT)
    return len(found)


def _is_leftover(process: psutil.Process) -> bool:
    try:
        if process.uids().real != os.getuid():
            return False
        mark = process.environ().get(MATCH, "")
    except (psutil.Error, OSError):
        return False
    return bool(mark) and not _lives(mark)


def _lives(mark: str) -> bool:
    """Whether the match of a mark still runs; also where the mark is none of ours."""
    try:
        pid, since = mark.split()
        return f"{psutil.Process(int(pid)).create_time():.2f}" == since
    except psutil.NoSuchProcess:
        return False
    except (ValueError, psutil.Error):
        return True
