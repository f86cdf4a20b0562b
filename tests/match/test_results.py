"""The files that people read: the original's progress table, and the verdict as JSON."""

from __future__ import annotations

import json
import math

import pytest

from tests.referee.race import Race, check, ended, finished
from tournament.match.progress_file import progress_text
from tournament.match.results import Results
from tournament.match.verdict_file import verdict_object
from tournament.record.folder import RunFolder
from tournament.record.payloads import Failed, Progress, Spawned
from tournament.referee.wording import check_text

CRITERIA = {"all": ["attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.7"]}


def figures(ratio, accuracy=0.8, consistency=0.712):
    return {"attention_ratio": ratio, "val_accuracy": accuracy, "consistency": consistency}


@pytest.fixture
def race():
    race = Race(CRITERIA, ("good", "close"), judge=lambda exam: (1.7, 0.8, 0.8)).start()
    for index, (good, close) in enumerate([(1.0, 1.0), (1.32, 1.41)]):
        race.say_all(check(index, **figures(good)), "good")
        race.say_all(check(index, **figures(close, 0.7)), "close")
    return race


def test_the_progress_table_has_the_originals_form(race):
    text = progress_text(race.referee.standings)
    assert "| Worker | Status | Epoch | Ratio | Val Acc | Consistency |" in text
    assert "| good | 🔄 running | 1/10 | 1.32x | 80.0% | 71.2% |" in text
    assert "attention_ratio >= 1.5" in text
    assert "- **close**: epoch 1, lacked attention_ratio -0.090, val_accuracy -0.050" in text


def test_a_rejected_claim_is_told_as_that_wherever_a_trial_came_closest():
    race = Race(CRITERIA, ("good",), judge=lambda exam: (1.2, 0.8, 0.8)).start()
    race.say_all(check(0, **figures(1.0)), "good")
    race.say_all(check(1, **figures(1.6)), "good")
    trial = race.referee.standings.trials["good"]
    told = check_text(trial, trial.best)
    assert told.startswith("claimed, and its exam rejected it: m 1.2 (")
    assert f"- **good**: epoch 1, {told}" in progress_text(race.referee.standings)


def test_the_winner_stands_with_the_check_that_won(race):
    race.say_all(check(2, **figures(1.6)), "good")
    race.say_all(check(3, **figures(1.9)), "good")
    assert "| good | 🏆 success | 2/10 | 1.60x |" in progress_text(race.referee.standings)


def test_the_trend_and_the_eta_to_success_are_told_while_it_runs(race):
    race.say_all(Progress(epoch=2, batch=3, batches=3, seconds=20.0, figures={}), "good")
    race.say_all(check(2, **figures(1.4)), "good")
    text = progress_text(race.referee.standings)
    assert "trend closer, ETA to success 13 s" in text


def test_the_winner_is_told_with_each_metric_ticked(race):
    race.say_all(check(2, **figures(1.6)), "good")
    text = progress_text(race.referee.standings)
    assert "## 🏆 Winner: good at epoch 2" in text
    assert "- ✅ Ratio: 1.60x (attention_ratio >= 1.5); examined: " in text
    assert "Examined on 500 sealed samples" in text
    assert "- **good**, epoch 2, exam 1: held" in text
    assert "| good | 🏆 success |" in text


def test_a_failed_trial_is_told_with_its_reason(race):
    race.say_all(Failed(reason="out of luck"), "close")
    race.say_all(ended("close", 1))
    text = progress_text(race.referee.standings)
    assert "❌ failed" in text
    assert "failed: out of luck" in text


def test_the_verdict_is_strict_json_even_with_nan(race):
    race.say_all(check(2, **figures(math.nan, math.inf)), "close")
    race.say_all(check(2, **figures(1.6)), "good")
    text = json.dumps(verdict_object(race.referee.standings, "0" * 64), allow_nan=False)
    verdict = json.loads(text)
    assert verdict["winner"] == "good"
    assert verdict["claimed"]["attention_ratio"] == 1.6
    assert verdict["examined"] == {"a": 1.7}
    assert verdict["findings"][0]["name"] == "faithful"
    assert verdict["runner_up"]["trial"] == "close"
    assert verdict["runner_up"]["epoch"] == 1
    close = next(s for s in verdict["standings"] if s["trial"] == "close")
    assert close["checks"][2]["metrics"]["attention_ratio"] == "NaN"
    assert close["checks"][1]["first_failed"] == "attention_ratio >= 1.5"
    assert close["checks"][1]["margins"]["val_accuracy >= 0.75"] == pytest.approx(-0.05)
    assert (
        close["smallest_change"] == "at epoch 1 with attention_ratio >= 1.41, val_accuracy >= 0.7"
    )
    assert set(verdict) >= {
        "winner", "trial", "epoch", "claimed", "examined", "criteria", "findings", "standings",
        "runner_up", "reason", "started", "seconds", "events", "log_hash", "run", "warnings",
    }  # fmt: skip


def test_a_run_without_a_winner_says_so(race):
    for trial in ("good", "close"):
        race.say_all(finished(), trial)
        race.say_all(ended(trial))
    assert "## No winner" in progress_text(race.referee.standings)
    assert verdict_object(race.referee.standings, "")["winner"] is None


def test_a_trial_that_begins_anew_keeps_its_last_metrics_until_it_has_others(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.trial("x").create()
    race = Race(trials=("x",), retries=2).start()
    race.say_all(check(0, a=0.5), "x")
    results = Results(folder)
    assert results.write(race.referee.standings) == []
    race.say_all(ended("x", None, "SIGKILL"))
    race.say_all(Spawned(trial="x", attempt=2, pid=1, check=None))
    assert race.referee.standings.trials["x"].checks == []
    assert results.write(race.referee.standings, final=True) == []
    race.say_all(check(1, 0, a=0.7), "x")
    results.write(race.referee.standings)
    assert json.loads(folder.trial("x").latest_metrics.read_text())["metrics"] == {"a": 0.7}


def test_a_winner_whose_winning_check_was_superseded_is_shown_with_it(tmp_path):
    race = Race(trials=("x",), retries=2, judge=lambda exam: None).start()
    race.say_all(check(0, a=0.5), "x")
    race.say_all(check(1, a=2.0), "x")
    race.say_all(ended("x", None, "SIGKILL"))
    race.say_all(Spawned(trial="x", attempt=2, pid=1, check=0))
    race.finish_exam(9.0)
    text = progress_text(race.referee.standings)
    assert "🏆 success | 1/10 | 2" in text
    assert "Winner: x at epoch 1" in text
