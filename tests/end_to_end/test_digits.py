"""A task that has nothing to do with the built-in one: installed, raced and verified for real."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from .environment import Environment

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "tournament-digits"


def test_three_strategies_race_on_handwritten_digits_and_an_examined_one_wins(tmp_path):
    fresh = Environment(tmp_path)
    fresh.install(EXAMPLE)
    described = fresh.tournament("plugins", "digits").stdout
    assert "metric accuracy: share of scans whose digit is the likeliest" in described

    raced = fresh.tournament("run", str(EXAMPLE / "race.yaml"), "--json")
    assert raced.returncode == 0, raced.stderr
    verdict = json.loads(raced.stdout)
    entrants = yaml.safe_load((EXAMPLE / "race.yaml").read_text())["entrants"]
    standings = {each["trial"]: each for each in verdict["standings"]}
    assert set(standings) == set(entrants)
    assert all(each["state"] in ("COMPLETED", "STOPPED") for each in standings.values())
    assert all(each["checks"][-1]["metrics"]["accuracy"] > 0.5 for each in standings.values())
    (run,) = (tmp_path / "runs").iterdir()
    assert fresh.tournament("verify", str(run)).returncode == 0
