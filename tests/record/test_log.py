"""The event log: what is written is read back, and what was changed shows."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disk import fill, small_disk
from tournament.errors import LogError
from tournament.record.events import AnyEvent, make_event
from tournament.record.fields import Payload
from tournament.record.log import (
    FIRST,
    LogWriter,
    NoRoomError,
    chain_line,
    line_hash,
    log_hash,
    read_line,
    read_log,
)
from tournament.record.payloads import Finished, Note

RUN = "race-1"


def event(offset: int, payload: Payload | None = None) -> AnyEvent:
    said = payload or Finished(epochs=offset, seconds=0.5)
    return make_event(said, run=RUN, trial="a", seq=offset + 1, t=1.5, offset=offset)


def written(path: Path, count: int) -> list[AnyEvent]:
    events = [event(offset) for offset in range(count)]
    with LogWriter(path) as log:
        log.append(events)
    return events


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_what_was_appended_is_read_back_in_order(path: Path) -> None:
    with LogWriter(path) as log:
        log.append([event(0), event(1)])
        log.append([])
        log.append([event(2)])
        assert log.next_offset == 3
        assert log.torn is None
    assert list(read_log(path)) == [event(0), event(1), event(2)]


def test_each_line_is_json_and_carries_the_hash_of_the_line_before(path: Path) -> None:
    written(path, 3)
    previous = FIRST
    for line in path.read_bytes().splitlines():
        assert json.loads(line)["prev"] == previous
        previous = line_hash(line)
    assert log_hash(path) == previous


def test_append_gives_the_lines_as_they_stand_in_the_file(path: Path) -> None:
    with LogWriter(path) as log:
        lines = log.append([event(0), event(1)])
        assert path.read_bytes() == b"".join(line + b"\n" for line in lines)
        assert log.head == line_hash(lines[-1])
    assert [read_line(line)[0] for line in lines] == [event(0), event(1)]


def test_a_text_with_newlines_and_a_key_called_prev_stays_one_event(path: Path) -> None:
    tricky = event(0, Note(text='line\nline "prev":"' + "0" * 64 + '"}'))
    with LogWriter(path) as log:
        log.append([tricky])
    assert list(read_log(path)) == [tricky]


def test_an_empty_log_has_no_events_and_the_first_hash(path: Path) -> None:
    LogWriter(path).close()
    assert list(read_log(path)) == []
    assert log_hash(path) == FIRST


def test_a_log_goes_on_where_the_last_writer_stopped(path: Path) -> None:
    written(path, 3)
    with LogWriter(path) as log:
        assert (log.next_offset, log.head) == (3, log_hash(path))
        log.append([event(3)])
    assert len(list(read_log(path))) == 4


def test_an_event_with_the_wrong_offset_is_not_written(path: Path) -> None:
    with LogWriter(path) as log:
        log.append([event(0)])
        with pytest.raises(LogError, match="expected offset 1, got 5"):
            log.append([event(5)])
        log.append([event(1)])
    assert len(list(read_log(path))) == 2


def test_a_second_writer_in_this_process_is_refused(path: Path) -> None:
    with LogWriter(path), pytest.raises(LogError, match="another process writes this log"):
        LogWriter(path)
    LogWriter(path).close()


def test_a_second_writer_in_another_process_is_refused_and_changes_nothing(path: Path) -> None:
    written(path, 2)
    path.write_bytes(path.read_bytes() + b'{"torn')
    opening = (
        "from pathlib import Path; from tournament.record.log import LogWriter; "
        f"LogWriter(Path({str(path)!r}))"
    )
    with LogWriter(path) as log:
        before = path.read_bytes()
        child = [sys.executable, "-c", opening]
        done = subprocess.run(child, capture_output=True, text=True, check=False)
        assert "another process writes this log" in done.stderr
        assert path.read_bytes() == before
        log.append([event(2)])


def test_a_closed_writer_refuses(path: Path) -> None:
    log = LogWriter(path)
    log.close()
    log.close()
    with pytest.raises(LogError, match="was closed"):
        log.append([event(0)])


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"missing/events.jsonl: cannot open"):
        LogWriter(tmp_path / "missing" / "events.jsonl")
    with pytest.raises(LogError, match=r"missing/events.jsonl: cannot read"):
        list(read_log(tmp_path / "missing" / "events.jsonl"))


# --- damage ---------------------------------------------------------------------------------------


def test_every_flipped_byte_shows_and_the_error_names_its_line(path: Path) -> None:
    written(path, 4)
    whole = path.read_bytes()
    truth = log_hash(path)
    ends = [index for index, byte in enumerate(whole) if byte == ord("\n")]
    for index in range(len(whole)):
        number = sum(end < index for end in ends) + 1
        for flip in (0x01, 0x80):
            damaged = bytearray(whole)
            damaged[index] ^= flip
            path.write_bytes(damaged)
            named = damage(path)
            if named is None:
                # Nothing in the file stands behind the last line: the hash kept elsewhere shows it.
                assert number == 4
                assert log_hash(path) != truth
            else:
                assert f":{number}:" in named or f"line {number}" in named, (index, named)


def damage(path: Path) -> str | None:
    try:
        list(read_log(path))
    except LogError as error:
        return str(error)
    return None


def test_a_changed_line_is_told_from_a_changed_hash_of_it(path: Path) -> None:
    written(path, 4)
    lines = path.read_bytes().splitlines()
    changed_line = [lines[0], lines[1].replace(b"0.5", b"0.7"), *lines[2:]]
    path.write_bytes(b"\n".join(changed_line) + b"\n")
    with pytest.raises(LogError, match=r"events.jsonl:2: changed"):
        list(read_log(path))
    other_hash = line_hash(b"other").encode()
    changed_hash = [*lines[:2], lines[2][:-66] + other_hash + b'"}', lines[3]]
    path.write_bytes(b"\n".join(changed_hash) + b"\n")
    with pytest.raises(LogError, match=r"events.jsonl:3: changed"):
        list(read_log(path))


@pytest.mark.parametrize(
    "order", [[0, 2, 3], [1, 2, 3], [0, 2, 1, 3], [0, 1, 1, 2], [0, 0]], ids=str
)
def test_missing_doubled_and_exchanged_lines_are_found(path: Path, order: list[int]) -> None:
    written(path, 4)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"".join(lines[index] + b"\n" for index in order))
    wrong = next(at for at, index in enumerate(order) if at != index) + 1
    with pytest.raises(LogError, match=rf"events.jsonl:{wrong}: "):
        list(read_log(path))


def test_a_log_that_does_not_begin_at_the_beginning_is_found(path: Path) -> None:
    path.write_bytes(chain_line(event(0), line_hash(b"another log")) + b"\n")
    with pytest.raises(LogError, match=r"events.jsonl:1: changed"):
        list(read_log(path))


def test_no_event_is_given_before_the_line_behind_it_has_confirmed_it(path: Path) -> None:
    written(path, 4)
    path.write_bytes(path.read_bytes().replace(b'"epochs":1', b'"epochs":9'))
    reading = read_log(path)
    assert next(reading) == event(0)
    with pytest.raises(LogError, match=r":2: changed"):
        next(reading)


def test_damage_inside_stops_a_writer_and_nothing_is_touched(path: Path) -> None:
    written(path, 4)
    lines = path.read_bytes().splitlines()
    damaged = b"\n".join([lines[0], b"garbage", *lines[2:]]) + b'\n{"torn'
    path.write_bytes(damaged)
    with pytest.raises(LogError, match=r"events.jsonl:2: not a line"):
        LogWriter(path)
    assert path.read_bytes() == damaged
    assert list(path.parent.iterdir()) == [path]


# --- recovery -------------------------------------------------------------------------------------


def test_a_log_cut_at_any_byte_of_its_last_line_keeps_the_rest_and_goes_on(path: Path) -> None:
    events = written(path, 3)
    whole = path.read_bytes()
    begin = whole[:-1].rindex(b"\n") + 1
    for cut in range(begin, len(whole)):
        path.write_bytes(whole[:cut])
        with LogWriter(path) as log:
            assert log.next_offset == 2
            if cut == begin:
                assert log.torn is None
            else:
                assert log.torn is not None
                assert log.torn.read_bytes() == whole[begin:cut]
            log.append([event(2)])
        assert list(read_log(path)) == events
    torn = len(whole) - begin - 1
    assert len(list(path.parent.glob("events.jsonl.torn-*"))) == torn


def test_a_reader_names_a_cut_off_last_line(path: Path) -> None:
    written(path, 3)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(LogError, match=r"events.jsonl:3: this last line is cut off"):
        list(read_log(path))


def test_a_log_that_is_only_a_torn_line_begins_anew(path: Path) -> None:
    path.write_bytes(b"\0" * 4096)
    with LogWriter(path) as log:
        assert log.torn == path.with_name("events.jsonl.torn-1")
        log.append([event(0)])
    assert list(read_log(path)) == [event(0)]


@pytest.fixture
def file_limit() -> Iterator[Callable[[int], None]]:
    """Sets how large a file this process may write: a real error of the file system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_after_a_failed_write_the_writer_refuses_everything(
    path: Path, file_limit: Callable[[int], None]
) -> None:
    long = "x" * 8000
    with LogWriter(path) as log:
        for offset in range(20):
            log.append([event(offset, Note(text=long))])
        head = log.head
        file_limit(path.stat().st_size + 4000)
        with pytest.raises(LogError, match="File too large"):
            log.append([event(20, Note(text=long))])
        file_limit(resource.RLIM_INFINITY)
        with pytest.raises(LogError, match="nothing more is written"):
            log.append([event(20)])
        assert (log.next_offset, log.head) == (20, head)
    with LogWriter(path) as log:
        assert log.torn is not None
        assert log.torn.stat().st_size == 4000
        log.append([event(20)])
    assert len(list(read_log(path))) == 21


def test_on_a_full_disk_nothing_is_half_written_and_it_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk") as disk, LogWriter(disk / "events.jsonl") as log:
        log.append([event(0)])
        ballast = fill(disk)
        before = log.path.read_bytes()
        long = [event(offset, Note(text="x" * 8000)) for offset in range(1, 4)]
        for _ in range(3):
            with pytest.raises(NoRoomError, match="No space left on device; make room"):
                log.append(long)
            assert log.path.read_bytes() == before
        ballast.unlink()
        log.append(long)
        assert len(list(read_log(log.path))) == 4


@settings(max_examples=50, deadline=None)
@given(
    batches=st.lists(st.lists(st.text(max_size=50).map(lambda text: Note(text=text)), max_size=4)),
    cut=st.integers(0, 10_000),
)
def test_whatever_was_appended_before_a_cut_survives_it(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Payload]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    events: list[AnyEvent] = []
    with LogWriter(path) as log:
        for batch in batches:
            numbered = [event(at, said) for at, said in enumerate(batch, len(events))]
            log.append(numbered)
            events += numbered
    whole = path.read_bytes()[:cut]
    path.write_bytes(whole)
    kept = whole.count(b"\n")
    with LogWriter(path) as log:
        assert log.next_offset == kept
    assert list(read_log(path)) == events[:kept]
