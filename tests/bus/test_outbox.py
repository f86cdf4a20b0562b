"""The outbox: one line an event, whatever happens to its worker."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tournament.bus.outbox import Kept, Outbox, read_outbox
from tournament.errors import BusError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox-0.jsonl"


@pytest.fixture
def file_limit() -> Iterator[Callable[[int], None]]:
    """Sets how large a file this process may write: a real error of the file system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_appended_is_there_at_once(path: Path) -> None:
    outbox = Outbox(path)
    outbox.append(b'{"seq":1}')
    outbox.append(b'{"seq":2}')
    assert read_outbox(path) == Kept((b'{"seq":1}', b'{"seq":2}'), 0)
    outbox.close()


def test_a_torn_last_line_is_left_out_and_reported(path: Path) -> None:
    path.write_bytes(b'{"seq":1}\n{"se')
    assert read_outbox(path) == Kept((b'{"seq":1}',), 4)


def test_a_worker_that_died_before_it_made_an_outbox_left_nothing(path: Path) -> None:
    assert read_outbox(path) == Kept((), 0)


def test_an_outbox_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BusError, match="cannot read the outbox: it is no plain file"):
        read_outbox(tmp_path)


def test_two_workers_never_share_an_outbox(path: Path) -> None:
    Outbox(path).close()
    with pytest.raises(BusError, match="cannot create the outbox: File exists"):
        Outbox(path)


@pytest.mark.parametrize("room", [0, 4])
def test_after_a_failed_write_nothing_is_written_behind_it(
    path: Path, file_limit: Callable[[int], None], room: int
) -> None:
    outbox = Outbox(path)
    first = b"x" * 100_000
    outbox.append(first)
    file_limit(len(first) + 1 + room)
    with pytest.raises(BusError, match="cannot write to the outbox: File too large"):
        outbox.append(b'{"seq":2}')
    file_limit(resource.RLIM_INFINITY)
    with pytest.raises(BusError):
        outbox.append(b'{"seq":2}')
    assert read_outbox(path) == Kept((first,), 0)
    outbox.close()
    outbox.close()
