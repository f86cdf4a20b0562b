"""A worker that dies from outside is started again from its last checkpoint."""

from __future__ import annotations

import pytest

from tournament.match.verify import verify_run
from tournament.record.log import read_log

CONFIG = """
task: {{use: guess}}
entrants:
  one: {{use: {strategy}, max_epochs: 12, seed: 1}}
criteria: {{every: 1, all: [closeness >= 2]}}
stop: {{grace: 1s, terminate: 1s}}
retries: {retries}
limits: {{stall: 2s}}
"""


def config(strategy: str, retries: int = 2) -> str:
    return CONFIG.format(strategy=strategy, retries=retries)


def metrics(done) -> list[tuple[int, dict[str, float]]]:
    return [(e.data.epoch, e.data.metrics) for e in done.events if e.type == "check"]


@pytest.mark.parametrize("strategy", ["killedonce", "fulldiskonce"])
def test_another_attempt_ends_where_an_undisturbed_one_does(terminal, strategy):
    expected = metrics(terminal.run(config("drifter")))
    (terminal.folder / "runs").rename(terminal.folder / "before")
    done = terminal.run(config(strategy))
    assert done.code == 3, done.stderr
    assert done.standing("one")["state"] == "COMPLETED"
    assert metrics(done) == expected
    assert "one: attempt 2 begins: " in done.stdout
    assert verify_run(done.folder).standings.trials["one"].attempt.number == 2


def test_a_worker_that_cannot_be_started_again_fails_alone(terminal):
    rival = "  two: {use: drifter, max_epochs: 12}\ncriteria:"
    done = terminal.run(config("spoilsitsfolder").replace("criteria:", rival))
    assert done.code == 3, done.stderr
    assert done.standing("one")["state"] == "FAILED"
    assert done.standing("one")["reason"].startswith("the worker could not be started (attempt")
    assert "one: attempt 2 cannot be started: [Errno" in done.stdout
    assert done.standing("two")["state"] == "COMPLETED"
    assert list(read_log(done.folder.log))[-1].type == "closed"


@pytest.mark.parametrize(
    ("strategy", "retries", "attempts"),
    [
        ("killed", 0, 1),
        ("killed", 9, 2),  # Twice the same without a check in between: the breaker.
        ("hangs", 9, 2),
        ("raises", 9, 1),  # An error of the strategy would come again.
        ("floods", 9, 1),
    ],
)
def test_what_would_only_happen_again_is_not_tried_again(terminal, strategy, retries, attempts):
    done = terminal.run(config(strategy, retries))
    assert done.code == 4
    assert len([e for e in done.events if e.type == "spawned"]) == attempts
    told = f" (attempt {attempts})"
    assert done.standing("one")["reason"].endswith(told) == (attempts > 1)
    assert list(read_log(done.folder.log))[-1].type == "closed"
    verify_run(done.folder)


def test_what_an_attempt_before_has_printed_counts_no_more(terminal):
    text = config("chatty").replace("limits: {stall: 2s}", "limits: {stall: 2s, output: 1MB}")
    done = terminal.run(text)
    assert done.code == 3, done.stderr
    assert done.standing("one")["state"] == "COMPLETED"
    assert len([e for e in done.events if e.type == "spawned"]) == 2
