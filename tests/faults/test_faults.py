"""Every fault of `make soak`, two in a hundred of each, and never fewer than twenty."""

from __future__ import annotations

import random

import pytest

from .table import ROWS, Row

ELSEWHERE = {"families": "tests/process/test_keeper.py", "crowds": "tests/end_to_end/test_crowd.py"}
"""These have tests of their own, of the same size."""


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name not in ELSEWHERE], ids=lambda row: row.name
)
def test_no_promise_is_broken_by(row: Row) -> None:
    size = max(20, row.size // 50)
    for tally in row.inject(size, random.Random(0)):
        assert tally.broken == []
        assert tally.count >= min(size, 20)
