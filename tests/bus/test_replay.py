"""Pieces of the log: everything since an offset, bounded, and only what is durable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournament.bus.replay import Pages
from tournament.bus.wire import CHUNK_BYTES, CHUNK_EVENTS, Chunk


def pages_of(path: Path, lines: list[bytes]) -> Pages:
    """The file holds all lines; the pages know of them one batch after the other."""
    path.write_bytes(b"")
    pages = Pages(path)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    pages.add(lines[:3])
    pages.add(lines[3:])
    return pages


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def three(path: Path) -> Iterator[Pages]:
    pages = pages_of(path, [b"zero", b"one", b"two"])
    yield pages
    pages.close()


def test_a_page_holds_the_lines_since_an_offset(three: Pages) -> None:
    assert three.page(0) == (Chunk(next=3, more=False), b"zero\none\ntwo")
    assert three.page(2) == (Chunk(next=3, more=False), b"two")


def test_behind_the_end_there_is_nothing(three: Pages) -> None:
    assert three.page(3) == (Chunk(next=3, more=False), b"")
    assert three.page(2**53 - 1) == (Chunk(next=2**53 - 1, more=False), b"")


def test_what_is_in_the_file_but_not_durable_is_not_given_out(path: Path, three: Pages) -> None:
    path.write_bytes(path.read_bytes() + b"three\n")
    assert three.page(2) == (Chunk(next=3, more=False), b"two")


def test_what_was_cut_off_and_written_anew_is_given_out_as_it_is_now(
    path: Path, three: Pages
) -> None:
    durable = path.read_bytes()
    path.write_bytes(durable + b"three, cut o")
    assert three.page(0) == (Chunk(next=3, more=False), b"zero\none\ntwo")
    path.write_bytes(durable + b"anew\n")
    three.add([b"anew"])
    assert three.page(2) == (Chunk(next=4, more=False), b"two\nanew")


def test_a_file_from_an_earlier_life_is_known(path: Path) -> None:
    path.write_bytes(b"zero\none\n")
    pages = Pages(path)
    assert pages.page(1) == (Chunk(next=2, more=False), b"one")
    pages.close()


def test_a_line_larger_than_a_page_comes_alone(path: Path) -> None:
    lines = [b"a", b"x" * (CHUNK_BYTES + 1), b"b"]
    pages = pages_of(path, lines)
    assert pages.page(0) == (Chunk(next=1, more=True), b"a")
    assert pages.page(1) == (Chunk(next=2, more=True), lines[1])
    assert pages.page(2) == (Chunk(next=3, more=False), b"b")
    pages.close()


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.sampled_from([1, 200, 60_000, 130_000]), max_size=600))
def test_page_by_page_everything_comes_once_and_no_page_is_too_large(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    lines = [b"x" * size for size in sizes]
    pages = pages_of(tmp_path_factory.mktemp("log") / "events.jsonl", lines)
    found: list[bytes] = []
    more = True
    while more:
        chunk, text = pages.page(len(found))
        found += text.split(b"\n") if text else []
        assert chunk.next == len(found)
        assert len(text) <= CHUNK_BYTES
        more = chunk.more
    assert found == lines
    assert len(lines) <= CHUNK_EVENTS or len(text.split(b"\n")) <= CHUNK_EVENTS
    pages.close()
