"""The event log `events.jsonl`: the truth about a run, one event a line, each chained to the last.

A line is the event's JSON with one more key at its end: `"prev"`, the SHA-256 (hex) of the bytes of
the line before it without newline, 64 zeros in the first line. So any change inside the file shows;
a change of the very last line shows against a hash kept elsewhere (`log_hash`). Line n holds the
event with offset n - 1.

One process writes (an flock says which); anybody may read. A write that was cut short, by a power
cut or a full disk, leaves a last line without its newline: nobody was told that its event is safe,
so the next writer cuts it off and keeps it beside the log.
"""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from pydantic import ValidationError

from ..errors import LogError
from .events import VERSION, AnyEvent, read_event, write_event
from .log_file import LogFile

FIRST = "0" * 64
"""What the first line gives as the hash of the line before it."""

_LINK = re.compile(rb',"prev":"([0-9a-f]{64})"}')
_LINK_LENGTH = len(b',"prev":""}') + 64


def chain_line(event: AnyEvent, prev: str) -> bytes:
    """The log's line for `event`, without newline; `prev` is the hash of the line before."""
    return b'%s,"prev":"%s"}' % (write_event(event)[:-1], prev.encode())


def line_hash(line: bytes) -> str:
    """SHA-256 (hex) of a line without its newline."""
    return hashlib.sha256(line).hexdigest()


def read_line(line: bytes) -> tuple[AnyEvent, str]:
    """The event in a line without newline, and its `prev`. Raises ValueError."""
    link = _LINK.fullmatch(line[-_LINK_LENGTH:])
    if link is None:
        raise ValueError('it does not end with "prev" and a hash')
    return read_event(line[:-_LINK_LENGTH] + b"}"), link[1].decode()


def read_log(path: Path) -> Iterator[AnyEvent]:
    """All events in order. An event is given only after the line behind it has confirmed it.

    Raises LogError, naming file and line (from 1), where the log is not what was written.
    """
    for event, _ in _verified(path):
        yield event


def read_chained(path: Path) -> tuple[list[AnyEvent], str]:
    """All events, and the hash of the last line. Raises LogError as `read_log` does."""
    events, head = [], FIRST
    for event, line in _verified(path):
        events.append(event)
        head = line_hash(line)
    return events, head


def log_hash(path: Path) -> str:
    """The hash of the last line, which by the chain stands for the whole log; verifies it.

    Raises LogError as `read_log` does.
    """
    head = FIRST
    for _, line in _verified(path):
        head = line_hash(line)
    return head


def _verified(path: Path) -> Iterator[tuple[AnyEvent, bytes]]:
    try:
        with path.open("rb") as file:
            yield from _links(file, path)
    except OSError as error:
        raise LogError(f"{path}: cannot read the event log: {error.strerror}") from error


def _links(lines: Iterable[bytes], path: Path) -> Iterator[tuple[AnyEvent, bytes]]:
    """Each event with its line (no newline), held back until the next line has confirmed it."""
    rest = iter(lines)
    held: tuple[AnyEvent, bytes] | None = None
    for number, raw in enumerate(rest, 1):
        line, event, prev = _parsed(raw, path, number)
        if prev != (FIRST if held is None else line_hash(held[1])):
            raise _broken_link(path, number, line, next(rest, b""))
        if held is not None:
            yield held
        held = event, line
    if held is not None:
        yield held


def _parsed(raw: bytes, path: Path, number: int) -> tuple[bytes, AnyEvent, str]:
    if not raw.endswith(b"\n"):
        raise LogError(
            f"{path}:{number}: this last line is cut off in the middle, as by a crash or a full "
            "disk; the lines before it are whole. Opening the log for writing cuts it off."
        )
    line = raw[:-1]
    try:
        event, prev = read_line(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        if first["loc"][-1:] == ("v",):
            raise LogError(
                f"{path}:{number}: written in another version of the format; this program reads "
                f"version {VERSION}"
            ) from error
        raise LogError(f"{path}:{number}: not an event: {where}: {first['msg']}") from error
    except ValueError as error:
        raise LogError(f"{path}:{number}: not a line of an event log: {error}") from error
    if event.offset != number - 1:
        raise LogError(f"{path}:{number}: expected offset {number - 1}, found {event.offset}")
    return line, event, prev


def _broken_link(path: Path, number: int, line: bytes, after: bytes) -> LogError:
    """Which side of a broken link was changed: the line behind, if there is one, knows."""
    try:
        intact = read_line(after.rstrip(b"\n"))[1] == line_hash(line)
    except ValueError:
        return LogError(
            f"{path}:{max(number - 1, 1)}: changed after it was written (or else the hash of it in "
            f"line {number} was): the two do not fit"
        )
    changed = number - 1 if intact and number > 1 else number
    return LogError(f"{path}:{changed}: changed after it was written: its neighbours do not fit")


class NoRoomError(LogError):
    """The disk is full. Nothing of what was to be written is in the log; it may be tried again."""


class LogWriter:
    """The one writer of the log at `path`, which it creates if need be. Use as a context manager.

    `torn` is where a cut-off last line was put, or None. Raises LogError when somebody else writes
    this log, or when it is damaged anywhere but in a cut-off last line; then it changes nothing.
    `open_file`: what opens the file below.
    """

    def __init__(self, path: Path, open_file: Callable[[Path], LogFile] = LogFile) -> None:
        self.path = path
        self.head = FIRST
        """The hash of the last line."""
        self.next_offset = 0
        self.torn: Path | None = None
        self._refusal = ""
        self._open = True
        try:
            self._file = open_file(path)
        except OSError as error:
            raise LogError(f"{path}: cannot open the event log: {error.strerror}") from error
        try:
            self._recover()
        except OSError as error:
            self._file.close()
            raise LogError(f"{path}: cannot recover the event log: {error.strerror}") from error
        except BaseException:
            self._file.close()
            raise

    def append(self, events: Sequence[AnyEvent]) -> list[bytes]:
        """Write the events durably: one write, one fdatasync. Gives their lines without newline.

        Their offsets must go on from `next_offset`. Raises NoRoomError while the disk is full, and
        LogError; after any other error of the file system it refuses all else, since nobody can say
        what is on the disk then.
        """
        if self._refusal:
            raise LogError(self._refusal)
        head, lines = self.head, []
        for offset, event in enumerate(events, self.next_offset):
            if event.offset != offset:
                raise LogError(f"{self.path}: expected offset {offset}, got {event.offset}")
            lines.append(chain_line(event, head))
            head = line_hash(lines[-1])
        if lines:
            self._write(b"\n".join(lines) + b"\n")
        self.head = head
        self.next_offset += len(lines)
        return lines

    def close(self) -> None:
        """Release the log. Closing twice is harmless."""
        if self._open:
            self._open = False
            self._file.close()
            self._refusal = f"{self.path}: this writer was closed"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _recover(self) -> None:
        whole, tail = 0, b""

        def complete() -> Iterator[bytes]:
            nonlocal tail
            for raw in self._file.lines():
                if not raw.endswith(b"\n"):
                    tail = raw
                    return
                yield raw

        for _, line in _links(complete(), self.path):
            self.head = line_hash(line)
            self.next_offset += 1
            whole += len(line) + 1
        if tail:
            self.torn = self._file.set_aside(tail)
            self._file.truncate(whole)
        self._file.sync_whole()

    def _write(self, data: bytes) -> None:
        whole = self._file.size()
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT) and self._undone(whole):
                raise NoRoomError(f"{self.path}: {error.strerror}; make room") from error
            self._refuse(error)
        try:
            self._file.sync()
        except OSError as error:  # Also when the disk is full: what is on it cannot be told.
            self._refuse(error)

    def _undone(self, whole: int) -> bool:
        """Take back what was written of lines that did not fit."""
        try:
            self._file.truncate(whole)
        except OSError:
            return False
        return True

    def _refuse(self, error: OSError) -> NoReturn:
        self._refusal = (
            f"{self.path}: writing failed ({error.strerror}); nothing more is written to this log. "
            "Mend the disk, then resume."
        )
        raise LogError(self._refusal) from error
