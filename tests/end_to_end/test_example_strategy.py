"""The example strategy: a distribution of its own, installed, raced and uninstalled for real."""

from __future__ import annotations

import json
from pathlib import Path

from .environment import Environment

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "tournament-example-strategy"

RACE = """
task: {use: persistence, options: {videos: 200}}
entrants:
  positions-only: {max_epochs: 2}
  attention-supervised: {max_epochs: 1}
criteria: {every: 1, all: [attention_ratio > 99]}  # Nobody wins, so that all train to the end.
"""


def test_it_is_installed_competes_and_is_uninstalled(tmp_path):
    fresh = Environment(tmp_path)
    assert "positions-only" not in fresh.tournament("plugins").stdout

    fresh.install(EXAMPLE)
    listed = fresh.tournament("plugins").stdout
    assert "tournament-example-strategy 0.1.0" in " ".join(listed.split())

    (fresh.folder / "race.yaml").write_text(RACE)
    raced = fresh.tournament("run", "race.yaml", "--json")
    assert raced.returncode == 3, raced.stderr
    verdict = json.loads(raced.stdout)
    standing = next(s for s in verdict["standings"] if s["trial"] == "positions-only")
    assert standing["state"] == "COMPLETED", standing["reason"]
    assert [check["epoch"] for check in standing["checks"]] == [0, 1, 2]

    fresh.pip("uninstall", "-q", "-y", "tournament-example-strategy")
    assert "positions-only" not in fresh.tournament("plugins").stdout
    refused = fresh.tournament("run", "race.yaml")
    assert refused.returncode == 2
    assert "no strategy is called 'positions-only'" in refused.stderr
