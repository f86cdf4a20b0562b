"""Lets tests and their children import the red team, and gives it a cache of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `impostors` must have the same name here and in an examinee.


@pytest.fixture(scope="session", autouse=True)
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    import exam_room

    with exam_room.prepared(tmp_path_factory.mktemp("red-team")):
        yield
