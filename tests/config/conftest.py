"""Real files in a fresh current folder, so that messages name them shortly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.config import Draft, Loaded, load_config, read_config
from tournament.errors import ConfigError

MINIMAL = """\
task: {use: persistence}
entrants: {mine: {}}
criteria: {every: 5, all: [accuracy >= 0.75]}
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file into the current folder, and gives its path relative to that."""
    monkeypatch.chdir(tmp_path)

    def to_file(name: str, text: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def load(write: Write) -> Callable[[str], Loaded]:
    """Loads a config from its text."""
    return lambda text: load_config(write("c.yaml", text))


@pytest.fixture
def draft(write: Write) -> Callable[[str], Draft]:
    """Reads a config from its text, whatever is wrong with it."""
    return lambda text: read_config(write("c.yaml", text))


@pytest.fixture
def load_with(write: Write) -> Callable[[str], Loaded]:
    """Loads the smallest config with some lines after it."""
    return lambda text: load_config(write("c.yaml", MINIMAL + text))


@pytest.fixture
def complaints(write: Write) -> Callable[..., list[str]]:
    """All that is wrong with a config's text, as a person reads it."""

    def found(text: str, **overrides: object) -> list[str]:
        path = write("c.yaml", text)
        with pytest.raises(ConfigError) as caught:
            load_config(path, overrides)
        return [str(problem) for problem in caught.value.problems]

    return found
