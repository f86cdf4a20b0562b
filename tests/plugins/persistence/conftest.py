from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.cache import Cache
from tournament.plugin.api import Context
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.task import Persistence

MakeTask = Callable[..., Persistence]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def make_task(cache: Cache, tmp_path: Path) -> MakeTask:
    """A task with the given options, on a real cache of this test."""

    def make(**options: object) -> Persistence:
        context = Context(
            seed=0, device="cpu", threads=1, cores=1, cache=cache, folder=tmp_path / "trial"
        )
        return Persistence(PersistenceOptions.model_validate(options), context)

    return make
