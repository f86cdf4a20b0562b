"""The code in "a strategy in ten minutes" is a package that competes."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path

from .environment import Environment

DOC = Path(__file__).parent.parent.parent / "docs" / "strategy.md"


def blocks() -> dict[str, str]:
    """Each file of which the text says that it is `name`:, and its content."""
    found = re.findall(
        r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```", DOC.read_text(), re.DOTALL | re.MULTILINE
    )
    return dict(found)


def test_its_files_are_a_package_that_conforms_competes_and_is_short(tmp_path):
    files = blocks()
    assert set(files) == {"nearby.py", "pyproject.toml", "race.yaml"}
    code = [line for line in files["nearby.py"].splitlines() if line.strip()]
    assert len(code) < 40

    fresh = Environment(tmp_path)
    source = tmp_path / "nearby"
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text)
    fresh.install(source)
    tried = fresh.tournament("conform", "nearby")
    assert tried.returncode == 0, tried.stdout
    checked = fresh.tournament("validate", str(source / "race.yaml"))
    assert checked.returncode == 0, checked.stderr
    raced = fresh.tournament("run", str(source / "race.yaml"))
    assert raced.returncode == 0, raced.stdout + raced.stderr
    assert "winner     nearby at epoch" in raced.stdout


def test_it_is_the_starter_that_tournament_new_copies():
    starter = importlib.resources.files("tournament_plugins.persistence") / "starter.py"
    shown = blocks()["nearby.py"].replace(
        "nearby:Nearby", "tournament_plugins.persistence.starter:Nearby"
    )
    assert shown == starter.read_text()
