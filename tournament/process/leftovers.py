"""Finds what a match left running that died together with its keepers, and ends it.

Everything that a match starts carries a mark in its environment: a file that the match holds while
it lives. A marked process of this user whose file nobody holds is a leftover. Where it cannot be
told, nobody is ended.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path

import psutil

from .held import Held, hold_file, is_held, remove_unheld

MATCH = "TOURNAMENT_MATCH"
"""The environment variable that holds the mark: machine and namespace, and the locked file."""

LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""

_marks: dict[int, str] = {}
"""The mark of this process, by its id: a fork is another process."""


def own_mark() -> str:
    """The mark of this process; from the first call on it holds its file locked, till it ends."""
    mark = _marks.get(os.getpid())
    if mark is None:
        file = hold_file()
        mark = _marks[os.getpid()] = f"{_place()} {file.path}"
        atexit.register(_release, os.getpid(), file)
    return mark


def _release(owner: int, file: Held) -> None:
    """This process ends as it should; what a fork of it does is not meant."""
    if os.getpid() == owner:
        file.release()


def sweep_leftovers() -> int:
    """End every leftover of this user, and remove their files; gives how many processes it were."""
    marked = {process: file for process in psutil.process_iter() if (file := _file_of(process))}
    dead = {file for file in set(marked.values()) if not is_held(file)}
    found = [process for process, file in marked.items() if file in dead]
    for process in found:
        try:
            process.kill()
        except psutil.Error:
            continue  # It has just ended, or is not ours to end.
    psutil.wait_procs(found, timeout=LAST_WAIT)
    remove_unheld()
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
