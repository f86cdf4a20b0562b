"""Files and folders below the temporary folder that live as long as the process that holds them.

They are locked (flock(2)) while it does. One of ours that nobody holds was left by a process that
died, and may be removed. No clock and no process id is trusted for that: clocks are set, process
ids come again, and another container has others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ALIVE = "tournament-alive-"
"""How the name of a match's mark begins."""

SOCKETS = "tournament_"
"""How the name of a folder with a hub's sockets begins; short, since a socket's path must be."""


@dataclass(frozen=True)
class Held:
    """What is held, with the descriptor that bears the lock."""

    path: Path
    descriptor: int

    def release(self) -> None:
        """Remove it. It may be gone already: a cleaner of temporary files may be faster."""
        _remove(self.path)
        os.close(self.descriptor)


def hold_file() -> Held:
    """A new mark of a match. Raises OSError."""
    return _held(lambda: tempfile.mkstemp(prefix=ALIVE))


def hold_folder() -> Held:
    """A new folder for sockets, which only this user can enter. Raises OSError."""
    return _held(_folder)


def is_held(path: Path) -> bool:
    """Whether somebody holds it; also where that cannot be told."""
    with _unheld(path) as free:
        return not free


def remove_unheld() -> None:
    """Remove what nobody holds of this user's marks and folders."""
    for prefix in (ALIVE, SOCKETS):
        for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with _unheld(path) as free:
                if free:
                    _remove(path)


@contextmanager
def _unheld(path: Path) -> Iterator[bool]:
    """Whether this is ours and free; then nobody else can hold it for that long."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # A FIFO waits.
    except OSError:
        yield False
        return
    try:
        yield os.fstat(descriptor).st_uid == os.getuid() and _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _held(make: Callable[[], tuple[int, str]]) -> Held:
    while True:
        descriptor, name = make()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if Path(name).exists():  # Else somebody has swept it between its making and its locking.
            return Held(Path(name), descriptor)
        os.close(descriptor)


def _folder() -> tuple[int, str]:
    while True:
        name = tempfile.mkdtemp(prefix=SOCKETS)
        with suppress(FileNotFoundError):  # Swept already.
            return os.open(name, os.O_RDONLY), name


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
