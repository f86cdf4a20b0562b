"""Entrants whose tests fail, or cannot fail, do not start."""

from __future__ import annotations

import json

from tournament.match.verify import verify_run

CONFIG = """
task: {{use: guess}}
entrants: {{{entrants}}}
criteria: {{every: 1, all: [closeness >= 0.9]}}
preflight: true
"""

PLUGIN = """
from tournament import Plugin, hookimpl
from toys import Walker

@hookimpl
def tournament_register():
    return [Plugin("strategy", "tested", "toys:Walker", tests="tested_tests")]
"""


def config(*entrants: str) -> str:
    return CONFIG.format(entrants=", ".join(entrants))


def test_who_passes_starts_and_who_fails_does_not(terminal):
    done = terminal.run(config("good: {use: walker}", "bad: {use: noisy}"))
    assert done.code == 0, done.stderr
    artifacts = done.folder.artifacts
    assert "failed" in (artifacts / "tdd_good_red.txt").read_text()
    green = (artifacts / "tdd_good_green.txt").read_text()
    assert "passed" in green
    assert "failed" not in green
    assert "Training goes on from a state" in (artifacts / "tdd_bad_green.txt").read_text()
    assert done.verdict["winner"] == "good"
    bad = done.standing("bad")
    assert (bad["state"], bad["checks"]) == ("FAILED", [])
    assert bad["reason"] == f"its tests fail: {artifacts / 'tdd_bad_green.txt'}"
    assert f"bad: FAILED: {bad['reason']}" in done.stdout
    assert [e.data.trial for e in done.events if e.type == "spawned"] == ["good"]
    verify_run(done.folder)


def test_a_plugins_own_tests_run_too(terminal):
    place = terminal.install("tested", PLUGIN)
    (place / "tested_tests.py").write_text(
        "def test_it_walks():\n    assert 1 == 2, 'it does not'\n"
    )
    done = terminal.run(config("tested: {}", "good: {use: walker}"))
    assert done.code == 0, done.stderr
    assert "it does not" in (done.folder.artifacts / "tdd_tested_green.txt").read_text()
    assert done.standing("tested")["state"] == "FAILED"


def test_where_nobody_is_left_nothing_starts_and_all_is_told(terminal):
    done = terminal.run(config("one: {use: noisy}", "two: {use: predictsnothing}"))
    assert done.code == 2
    assert "race.yaml:3: entrants.one: its tests fail" in done.stderr
    assert "race.yaml:3: entrants.two: its tests fail" in done.stderr
    assert not list(terminal.folder.rglob("events.jsonl"))


def test_a_run_with_a_barred_entrant_is_resumed_without_it(terminal):
    slow = "good: {use: walker, options: {pause: 0.05, step: 0.1}}"
    terminal.write(config(slow, "bad: {use: noisy}"))
    process = terminal.start("run", "race.yaml")
    for line in process.stdout:
        if line.startswith("good: epoch 3,"):
            break
    process.kill()
    process.communicate()
    (path,) = (terminal.folder / "runs").iterdir()
    done = terminal.tournament("resume", path)
    assert done.code in (0, 3), done.stderr
    assert {e.data.trial for e in done.events if e.type == "spawned"} == {"good"}
    assert json.loads(done.folder.verdict.read_text())["standings"][1]["state"] == "FAILED"
