"""Logs to be written by hand, and whole ones."""

from __future__ import annotations

import pytest

from tournament.record.events import SPEAKERS
from tournament.record.folder import RunFolder

from .race import Story
from .stories import STORIES, Held, a_race


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(params=STORIES)
def race(request, tmp_path) -> Held:
    return STORIES[request.param](RunFolder(tmp_path / "run"))


@pytest.fixture
def the_race(tmp_path) -> Held:
    return a_race(RunFolder(tmp_path / "run"))


@pytest.fixture(params=SPEAKERS)
def told(request, tmp_path) -> tuple[Held, list[int]]:
    """A race in which this kind of event comes, and where."""
    for number, make in enumerate(STORIES.values()):
        race = make(RunFolder(tmp_path / f"run-{number}"))
        if found := [e.offset for e in race.story.events if e.type == request.param]:
            return race, found
    raise AssertionError(f"no story has {request.param}")
