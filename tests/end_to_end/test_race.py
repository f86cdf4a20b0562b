"""A race from config to verdict, on real processes, sockets and files."""

from __future__ import annotations

import json

import pytest

from tournament.record.payloads import (
    Check,
    Claim,
    Ended,
    Exam,
    Examined,
    Ready,
    Start,
    Stop,
    Verdict,
)

RACE = """
task: {use: guess}
entrants:
  fast: {use: walker, max_epochs: 40, options: {step: 2}}
  slow: {use: walker, max_epochs: 40, options: {step: 0.001, batches: 50}}
criteria:
  every: 1
  all: [closeness >= 0.9]
"""


def test_the_first_to_meet_the_criteria_wins_and_the_others_are_stopped(terminal):
    done = terminal.run(RACE)
    assert done.code == 0, done.stderr
    assert done.verdict["winner"] == "fast"
    assert done.verdict["epoch"] == 5
    assert done.verdict["claimed"]["closeness"] == pytest.approx(1.0)
    assert done.verdict["examined"]["closeness"] == pytest.approx(1.0)
    assert {f["name"] for f in done.verdict["findings"]} >= {"repeatable", "reproduced"}
    assert done.standing("fast")["state"] == "COMPLETED"
    assert done.standing("slow")["state"] in ("STOPPED", "COMPLETED")
    assert "winner     fast at epoch 5" in done.stdout


def test_nobody_starts_before_everybody_is_ready(terminal):
    events = terminal.run(RACE).events
    start = next(e.offset for e in events if isinstance(e.data, Start))
    assert all(e.offset < start for e in events if isinstance(e.data, Ready))
    assert all(e.offset > start for e in events if isinstance(e.data, Check))


def test_every_decision_names_the_event_that_it_rests_on(terminal):
    events = terminal.run(RACE).events
    claim = next(e for e in events if isinstance(e.data, Claim))
    verdict = next(e for e in events if isinstance(e.data, Verdict))
    check = events[claim.data.because]
    assert check.trial == "fast"
    assert check.data.metrics == claim.data.metrics
    exam = next(e for e in events if isinstance(e.data, Exam))
    result = next(e for e in events if isinstance(e.data, Examined))
    assert exam.data.because == claim.offset
    assert result.data.because == exam.offset
    assert verdict.data.because == result.offset
    assert all(e.data.because == result.offset for e in events if isinstance(e.data, Stop))


def test_check_zero_can_win_nothing(terminal):
    done = terminal.run("""
task: {use: guess, options: {target: 0}}
entrants: {walker: {max_epochs: 3}}
criteria: {every: 1, all: [closeness >= 0.9]}
""")
    checks = [e.data for e in done.events if isinstance(e.data, Check)]
    assert checks[0].metrics["closeness"] == 1.0
    assert done.code == 3
    assert done.verdict["winner"] is None


def test_without_a_claim_there_is_no_winner_and_a_runner_up(terminal):
    done = terminal.run(RACE.replace("closeness >= 0.9", "closeness >= 2"))
    assert done.code == 3
    assert done.verdict["winner"] is None
    assert done.verdict["runner_up"]["trial"] == "fast"
    assert {s["state"] for s in done.verdict["standings"]} == {"COMPLETED"}
    assert "no winner" in done.stdout


def test_the_same_config_and_seed_give_the_same_metrics(terminal, tmp_path):
    race = """
task: {use: guess}
entrants: {a: {use: noisy, max_epochs: 4}, b: {use: noisy, max_epochs: 4}}
criteria: {every: 1, all: [closeness >= 2]}
"""
    terminal.write(race)
    runs = [
        terminal.tournament("run", "race.yaml", "--runs", f"r{n}", "--seed", seed, "--json")
        for n, seed in enumerate([1, 1, 2])
    ]
    first, again, other = (json.loads(run.stdout)["standings"] for run in runs)
    metrics = [[s["checks"] for s in standings] for standings in (first, again, other)]
    assert metrics[0] == metrics[1]
    assert metrics[0] != metrics[2]
    assert metrics[0][0] != metrics[0][1]


def test_json_prints_the_verdict_and_nothing_else_on_stdout(terminal):
    done = terminal.run(RACE, "--json")
    assert json.loads(done.stdout) == done.verdict


def test_a_run_leaves_all_its_files(terminal):
    done = terminal.run(RACE)
    folder = done.folder
    progress = folder.progress.read_text()
    assert "| Worker | Status | Epoch | closeness |" in progress
    assert "🏆 success" in progress
    latest = json.loads(folder.trial("fast").latest_metrics.read_text())
    assert latest["met"] is True
    provenance = json.loads(folder.provenance.read_text())
    assert provenance["preparation"]["fast"]["report"]["task"] == {"target": 10.0}
    assert provenance["seeds"]["fast"] != provenance["seeds"]["slow"]
    assert folder.trial("fast").checkpoint(5).exists()
    assert folder.trial("fast").samples(5).exists()
    assert len(done.events) == done.verdict["events"]


def test_the_log_hash_is_printed_and_is_that_of_the_last_line(terminal):
    import hashlib

    done = terminal.run(RACE)
    last = done.folder.log.read_bytes().rstrip(b"\n").split(b"\n")[-1]
    assert done.verdict["log_hash"] == hashlib.sha256(last).hexdigest()
    assert done.verdict["log_hash"] in done.stdout


def test_every_worker_is_gone_afterwards(terminal):
    import psutil

    done = terminal.run(RACE)
    ended = [e for e in done.events if isinstance(e.data, Ended)]
    spawned = [e.data.pid for e in done.events if e.type == "spawned"]
    assert len(ended) == len(spawned) == 2
    assert not any(psutil.pid_exists(pid) for pid in spawned)
