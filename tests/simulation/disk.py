"""A disk that forgets what was not synced when the power goes, and that can be full or broken."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from tournament.record.log_file import LogFile

from .world import Death, World


class Disk:
    """What lies on it, and what is wrong with it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = bytearray()
        self.synced = 0
        """So many bytes of the log survive when the power goes."""
        self.full = False
        self.broken = False
        self.die_at = ""
        """Where the process that writes the log dies: write, before sync, after sync."""
        self.outboxes: dict[tuple[str, int], list[bytes]] = {}
        self.checkpoints: dict[str, list[int]] = {}
        """Of which checks of each trial there are good checkpoints."""

    def open(self, path: Path) -> LogFile:
        return SimulatedLogFile(path, self)

    @property
    def durable(self) -> bytes:
        return bytes(self.log[: self.synced])

    def power_off(self) -> None:
        """Of what was not synced, some of the beginning may be there; the last line is torn."""
        rng = self.world.rng
        del self.log[rng.randint(self.synced, len(self.log)) :]
        self.synced = len(self.log)
        for bodies in self.outboxes.values():
            del bodies[rng.randint(0, len(bodies)) :]
        for checks in self.checkpoints.values():
            del checks[rng.randint(0, len(checks)) :]
        self.broken = False

    def dies(self, where: str) -> bool:
        """Does the process die here? Only once."""
        if self.die_at != where:
            return False
        self.die_at = ""
        return True


class SimulatedLogFile(LogFile):
    """The log on a simulated disk. Nobody else writes it: the world has one match at a time."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path = path
        self._disk = disk

    def lines(self) -> Iterator[bytes]:
        yield from bytes(self._disk.log).splitlines(keepends=True)

    def size(self) -> int:
        return len(self._disk.log)

    def write(self, data: bytes) -> int:
        disk = self._disk
        part = data[: disk.world.rng.randrange(len(data))]
        if disk.dies("write"):
            disk.log += part
            raise Death
        if disk.full:
            disk.log += part
            raise OSError(errno.ENOSPC, "No space left on device")
        disk.log += data
        return len(data)

    def truncate(self, size: int) -> None:
        del self._disk.log[size:]
        self._disk.synced = min(self._disk.synced, size)

    def sync(self) -> None:
        disk = self._disk
        if disk.dies("before sync"):
            raise Death
        if disk.broken:
            raise OSError(errno.EIO, "Input/output error")
        disk.synced = len(disk.log)
        if disk.dies("after sync"):
            raise Death

    def sync_whole(self) -> None:
        self._disk.synced = len(self._disk.log)

    def set_aside(self, tail: bytes) -> Path:
        del tail
        return self.path.with_name("torn")

    def close(self) -> None:
        return None
