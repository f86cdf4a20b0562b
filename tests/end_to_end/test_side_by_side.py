"""Tournaments that share a machine do not disturb each other, living or dead."""

from __future__ import annotations

import psutil

from tournament.match.verify import verify_run
from tournament.record.folder import RunFolder

from .conftest import Terminal, wait_for

CONFIG = """
task: {use: guess}
entrants:
  one: {use: walker, max_epochs: 12, options: {pause: 0.03}}
  two: {use: drifter, max_epochs: 12, options: {pause: 0.03}}
criteria: {every: 1, all: [closeness >= 2]}
stop: {grace: 1s, terminate: 1s}
"""


def runs(terminal: Terminal) -> list[RunFolder]:
    return [RunFolder(path) for path in sorted((terminal.folder / "runs").iterdir())]


def test_two_at_once_in_one_folder_end_as_each_would_alone(terminal):
    terminal.write(CONFIG)
    both = [terminal.start("run", "race.yaml") for _ in range(2)]
    assert [terminal.finish(process).code for process in both] == [3, 3]
    logs = [verify_run(folder).standings for folder in runs(terminal)]
    assert len(logs) == 2
    metrics = [[c.metrics for c in log.trials["two"].checks] for log in logs]
    assert metrics[0] == metrics[1]
    for log in logs:
        assert {t.state for t in log.trials.values()} == {"COMPLETED"}
        assert not any(t.retries for t in log.trials.values())


def test_the_end_of_one_is_nothing_to_the_other_and_a_third_sweeps_no_living_one(terminal):
    terminal.write(CONFIG.replace("max_epochs: 12", "max_epochs: 40"), "long.yaml")
    terminal.write(CONFIG)
    first = terminal.start("run", "long.yaml")
    wait_for(first, "one: epoch 0,")
    second = terminal.start("run", "race.yaml")
    wait_for(second, "one: epoch 0,")
    children = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.communicate()
    third = terminal.finish(terminal.start("run", "race.yaml", "--json"))
    assert third.code == 3, third.stderr
    assert terminal.finish(second).code == 3
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    (killed,) = (folder for folder in runs(terminal) if folder.name.startswith("long-"))
    assert terminal.tournament("resume", killed.path).code == 3
    for folder in runs(terminal):
        trials = verify_run(folder).standings.trials.values()
        assert {trial.state for trial in trials} == {"COMPLETED"}
