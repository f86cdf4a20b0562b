from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tournament.errors import ContractError
from tournament.plugin.api import Context, Labelled
from tournament_plugins.persistence.packed import Truth
from tournament_plugins.persistence.task import Persistence


@pytest.fixture
def small(make_task) -> Persistence:
    return make_task(videos=400, appearance="original")


def attention_to(weights: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Attention (1, 1, P) in which every query pays each token in proportion to its weight."""
    blocks = []
    for first, end in pairwise(starts):
        row = weights[first:end] / weights[first:end].sum()
        blocks.append(np.tile(row, end - first))
    return np.concatenate(blocks).astype(np.float32)[None, None]


def predictions(labels: np.ndarray, starts: np.ndarray, factor: float) -> dict[str, np.ndarray]:
    """What a model says that takes `labels` for the truth and pays persistent tokens `factor`."""
    logits = np.stack([labels == 0, labels == 1], axis=1).astype(np.float32)
    return {"logits": logits, "attention": attention_to(np.where(labels == 1, factor, 1), starts)}


def hand_made() -> Truth:
    """Three videos: two persistent and one transient token; one and one; two persistent."""
    return Truth(
        np.array([1, 1, 0, 1, 0, 1, 1], np.uint8), np.array([0, 3, 5, 7]), np.array([90, 91, 92])
    )


def test_all_figures_of_a_hand_worked_case(small):
    truth = hand_made()
    result = small.evaluate(predictions(truth.labels, truth.starts, 3.0), truth)
    # Video 90: weights 3, 3, 1 of 7, times 3 tokens. Video 91: 3 and 1 of 4, times 2 tokens.
    assert result.samples["persistent"].tolist() == pytest.approx([9 / 7, 1.5, 1.0])
    assert result.samples["transient"][:2].tolist() == pytest.approx([3 / 7, 0.5])
    assert math.isnan(result.samples["transient"][2])
    assert result.samples["ratio"][:2].tolist() == pytest.approx([3, 3])
    assert math.isnan(result.samples["ratio"][2])
    assert result.samples["consistent"].tolist() == [True, True, False]
    assert result.samples["video"].tolist() == [90, 91, 92]
    assert result.samples["tokens"].tolist() == [3, 2, 2]
    assert result.samples["accuracy"].tolist() == [1, 1, 1]
    difference = np.array([6 / 7, 1.0])
    assert result.metrics == pytest.approx(
        {
            "attention_ratio": 3.0,
            "consistency": 1.0,
            "val_accuracy": 1.0,
            "balanced_accuracy": 1.0,
            "majority_baseline": 5 / 7,
            "p_value": 0.25,
            "cohens_d": difference.mean() / difference.std(ddof=1),
            "unscored_videos": 1.0,
        }
    )


def test_the_consistency_threshold_is_an_option(make_task):
    truth = hand_made()
    given = predictions(truth.labels, truth.starts, 3.0)
    assert make_task(consistency_threshold=3.1).evaluate(given, truth).metrics["consistency"] == 0
    assert make_task(consistency_threshold=2.9).evaluate(given, truth).metrics["consistency"] == 1


def test_every_metric_is_declared_and_measured(small):
    truth = hand_made()
    result = small.evaluate(predictions(truth.labels, truth.starts, 1.0), truth)
    assert [metric.name for metric in small.metrics] == list(result.metrics)
    assert all(type(value) is float for value in result.metrics.values())
    assert {len(column) for column in result.samples.values()} == {3}


def test_uniform_attention_wins_nothing(small):
    truth = small.data("validation").truth
    result = small.evaluate(predictions(truth.labels, truth.starts, 1.0), truth)
    assert result.metrics["attention_ratio"] == pytest.approx(1, abs=1e-5)
    assert result.metrics["consistency"] == 0


def test_under_permuted_labels_everything_is_at_chance(small):
    truth = small.data("train").truth
    guess = np.random.default_rng(0).permutation(truth.labels)
    result = small.evaluate(predictions(guess, truth.starts, 4.0), truth).metrics
    share = truth.labels.mean()
    # Two independent draws with this share of ones agree with probability p² + (1 - p)².
    assert result["val_accuracy"] == pytest.approx(share**2 + (1 - share) ** 2, abs=0.02)
    assert result["balanced_accuracy"] == pytest.approx(0.5, abs=0.02)
    assert result["attention_ratio"] == pytest.approx(1, abs=0.04)
    assert abs(result["cohens_d"]) < 0.15
    assert result["p_value"] > 0.01
    assert result["majority_baseline"] == pytest.approx(share)


def test_the_truth_itself_wins_everything(small):
    truth = small.data("validation").truth
    result = small.evaluate(predictions(truth.labels, truth.starts, 4.0), truth).metrics
    assert result["attention_ratio"] > 3
    assert result["consistency"] == result["val_accuracy"] == 1
    assert result["p_value"] < 1e-5


def test_nan_predictions_make_nan_metrics(small):
    truth = hand_made()
    given = predictions(truth.labels, truth.starts, 3.0)
    given["attention"][0, 0, 4] = math.nan
    given["logits"][0, 0] = math.nan
    result = small.evaluate(given, truth)
    hurt = {name for name, value in result.metrics.items() if math.isnan(value)}
    assert hurt == {
        "attention_ratio", "consistency", "val_accuracy", "balanced_accuracy", "p_value", "cohens_d"
    }  # fmt: skip
    assert not result.samples["consistent"][0]
    assert result.samples["ratio"][1] == pytest.approx(3)


def test_attention_on_persistent_tokens_alone_has_an_infinite_ratio(small):
    truth = hand_made()
    given = predictions(truth.labels, truth.starts, 3.0)
    given["attention"] = attention_to(truth.labels.astype(float), truth.starts)
    result = small.evaluate(given, truth)
    assert result.metrics["attention_ratio"] == math.inf
    assert result.metrics["consistency"] == 1
    assert result.samples["ratio"][:2].tolist() == [math.inf, math.inf]


def test_predictions_for_other_videos_are_refused(small):
    data: Labelled = small.data("validation")
    other = small.data("train").truth
    with pytest.raises(ContractError, match="logits must have shape"):
        small.evaluate(predictions(other.labels, other.starts, 1.0), data.truth)


def test_splits_hold_their_own_videos_and_share_none(small):
    numbers = [small.data(split).truth.video for split in ("train", "validation", "test")]
    assert [len(part) for part in numbers] == [320, 40, 40]
    assert np.array_equal(np.concatenate(numbers), np.arange(400))


def test_the_test_split_is_made_only_when_asked_for(small, cache):
    facts = small.prepare()
    assert list(facts) == ["train", "validation"]
    assert not list(cache.root.glob("persistence-test-*"))
    assert len(small.data("test").inputs) == 40
    assert list(cache.root.glob("persistence-test-*"))


def test_prepare_reports_facts_that_are_json(small):
    facts = json.loads(json.dumps(small.prepare()))
    assert facts["train"]["videos"] == 320
    assert facts["validation"]["persistent_share"] == pytest.approx(0.7, abs=0.05)


def test_a_second_task_finds_what_the_first_one_made(make_task, cache):
    for _ in range(2):
        make_task(videos=20).prepare()
    assert [built.cached for built in cache.history] == [False, False, True, True]


def test_progress_is_told_while_videos_are_made(make_task):
    told: list[tuple[str, int, int]] = []
    task = make_task(videos=200)
    task.context = Context(**{**vars(task.context), "progress": lambda *step: told.append(step)})
    task.prepare()
    assert told[0] == ("videos", 64, 160)
    assert told[-1] == ("videos", 20, 20)


PREPARE = """
import json, sys
from pathlib import Path
from tournament.cache import Cache
from tournament.plugin.api import Context
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.task import Persistence

cache = Cache()
context = Context(seed=0, device="cpu", threads=1, cores=1, cache=cache, folder=Path("."))
task = Persistence(PersistenceOptions(videos=300), context)
print("here", flush=True)
sys.stdin.readline()
task.prepare()
tokens = task.data("train").inputs
print(json.dumps([[built.cached for built in cache.history], tokens.key, len(tokens.crop)]))
"""


def test_two_processes_that_prepare_at_the_same_time_build_once(tmp_path: Path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path,
        )
        for _ in range(2)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "here\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    (first, *data), (second, *same) = map(json.loads, outputs)
    assert data == same
    assert [sum(pair) for pair in zip(first, second, strict=True)] == [1, 1]
    assert len(list(tmp_path.glob("**/crops.npy"))) == 2
