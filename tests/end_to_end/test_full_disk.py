"""The disk below a run is full for a while: everybody waits, and nobody fails."""

from __future__ import annotations

import json

from tests.disk import fill, small_disk
from tournament.match.verify import verify_run
from tournament.record.folder import RunFolder

from .conftest import wait_for

CONFIG = """
task: {use: guess}
entrants:
  one: {use: walker, max_epochs: 12, options: {pause: 0.03}}
  two: {use: drifter, max_epochs: 12, options: {pause: 0.03}}
criteria: {every: 1, all: [closeness >= 2]}
stop: {grace: 1s, terminate: 1s}
"""


def test_checkpoints_outboxes_and_the_log_wait_for_room(terminal):
    terminal.write(CONFIG)
    with small_disk(terminal.folder / "disk") as disk:
        process = terminal.start("run", "race.yaml", "--runs", disk)
        wait_for(process, "one: epoch 1,")
        ballast = fill(disk)
        wait_for(process, "waiting: ")
        ballast.unlink()
        done = terminal.finish(process)
        assert done.code == 3, done.stderr
        (path,) = disk.iterdir()
        trials = verify_run(RunFolder(path)).standings.trials.values()
        assert {trial.state for trial in trials} == {"COMPLETED"}
        assert [trial.retries for trial in trials] == [[], []]
        assert json.loads((path / "verdict.json").read_text())["outcome"] == "no-winner"
