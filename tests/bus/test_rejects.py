"""The file of refusals: readable, bounded, without secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tournament.bus.conduct import Counters
from tournament.bus.rejects import BODY_LIMIT, LINES_PER_SECOND, Rejects


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rejected.jsonl"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_without_refusals_there_is_no_file(path: Path) -> None:
    Rejects(path, Counters())
    assert not path.exists()


def test_a_line_says_where_who_why_and_how_the_message_began(path: Path) -> None:
    Rejects(path, Counters()).write("ingest", b"\x01\xff", "no JSON", b"\xff{" + b"x" * 5000)
    (line,) = lines(path)
    assert (line["socket"], line["connection"], line["reason"]) == ("ingest", "01ff", "no JSON")
    assert line["body"].startswith("\\xff{xxx")
    assert len(line["body"]) == BODY_LIMIT + 3


def test_a_message_with_a_secret_is_not_repeated(path: Path) -> None:
    Rejects(path, Counters()).write("ingest", b"", "malformed", b'{"secret": "hunter2"}')
    assert "hunter2" not in path.read_text()


def test_a_flood_is_left_out_and_counted(path: Path) -> None:
    counters = Counters()
    rejects = Rejects(path, counters)
    for _ in range(1000):
        rejects.write("ingest", b"", "flood", b"")
    assert len(lines(path)) + counters.unwritten == 1000
    assert counters.unwritten > 1000 - 10 * LINES_PER_SECOND


def test_a_file_that_cannot_be_written_is_counted_and_does_no_harm(tmp_path: Path) -> None:
    counters = Counters()
    Rejects(tmp_path, counters).write("ingest", b"", "anything", b"")
    assert counters.unwritten == 1
