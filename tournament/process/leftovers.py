"""Finds what a match left running that died together with its keepers, and ends it.

Everything that a match starts carries a mark in its environment: a file that the match holds locked
while it lives (flock(2)). A marked process of this user whose file somebody else can lock is
a leftover. No clock and no process id is trusted for that: clocks are set, process ids come again,
and another container has others. Where it cannot be told, nobody is ended.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import tempfile
from pathlib import Path

import psutil

MATCH = "TOURNAMENT_MATCH"
"""The environment variable that holds the mark: machine and namespace, and the locked file."""

LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""

_held: dict[int, str] = {}
"""The mark of this process, by its id: a fork is another process."""


def own_mark() -> str:
    """The mark of this process; from the first call on it holds its file locked, till it ends."""
    mark = _held.get(os.getpid())
    if mark is None:
        descriptor, name = tempfile.mkstemp(prefix="tournament-alive-")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        mark = _held[os.getpid()] = f"{_place()} {name}"
        atexit.register(_release, os.getpid(), Path(name))
    return mark


def _release(owner: int, file: Path) -> None:
    """This process ends as it should; what a fork of it does is not meant."""
    if os.getpid() == owner:
        file.unlink(missing_ok=True)


def sweep_leftovers() -> int:
    """End every leftover of this user; gives how many there were."""
    marked = {process: file for process in psutil.process_iter() if (file := _file_of(process))}
    dead = {file for file in set(marked.values()) if not _lives(file)}
    found = [process for process, file in marked.items() if file in dead]
    for process in found:
        try:
            process.kill()
        except psutil.Error:
            continue  # It has just ended, or is not ours to end.
    psutil.wait_procs(found, timeout=LAST_WAIT)
    for file in dead:
        file.unlink(missing_ok=True)
    return len(found)


def _file_of(process: psutil.Process) -> Path | None:
    """The file of a process's mark; None where it bears none of this user and place."""
    try:
        if process.uids().real != os.getuid():
            return None
        mark = process.environ().get(MATCH, "")
    except (psutil.Error, OSError):
        return None
    place, _, name = mark.partition(" ")
    return Path(name) if name and place == _place() else None


def _place() -> str:
    """This boot of this machine, and the namespaces of its processes and files."""
    parts = [_read(Path("/proc/sys/kernel/random/boot_id"))]
    for kind in ("pid", "mnt"):
        try:
            parts.append(os.readlink(f"/proc/self/ns/{kind}"))  # noqa: PTH115 - it leads nowhere
        except OSError:
            parts.append("")
    return "/".join(parts).replace(" ", "")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _lives(file: Path) -> bool:
    """Whether the owner of this file still holds it."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return True  # It cannot be told: somebody may have tidied up.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
