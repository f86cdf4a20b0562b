"""What cannot be honoured is told before anything starts: all of it, with file and line."""

from __future__ import annotations

import pytest

from tournament.record.payloads import Check, Overdue

BAD_OPTIONS = """\
task:
  use: guess
  options: {targt: 3}
entrants:
  one: {use: walker, options: {step: -1}}
  two: {use: walker, options: {stepp: 1, batches: many}}
criteria:
  every: 1
  all:
    - closeness >= 0.5
    - closenes >= 0.5
"""


@pytest.mark.parametrize("verb", ["run", "validate"])
def test_every_option_and_metric_that_is_wrong_is_told_at_once(terminal, verb):
    done = terminal.tournament(verb, terminal.write(BAD_OPTIONS))
    assert done.code == 2
    expected = [
        "race.yaml:3: task.options.targt: unknown option 'targt'. Did you mean 'target'?",
        "race.yaml:5: entrants.one.options.step:",
        "race.yaml:6: entrants.two.options.stepp: unknown option 'stepp'. Did you mean 'step'?",
        "race.yaml:6: entrants.two.options.batches:",
        "race.yaml:11: criteria.all.1: task 'guess' gives no metric 'closenes'. "
        "Did you mean 'closeness'?",
    ]
    for message in expected:
        assert message in done.stderr
    assert len([line for line in done.stderr.splitlines() if "race.yaml:" in line]) == 5


def test_nothing_trains_when_one_entrant_cannot_be_honoured(terminal):
    done = terminal.run("""
task: {use: guess}
entrants: {good: {use: walker}, bad: {use: unobtainable, options: {step: 3}}}
criteria: {every: 1, all: [closeness >= 0.5]}
""")
    assert done.code == 2
    expected = "race.yaml:3: entrants.bad.options.step: a step of that size cannot be had"
    assert expected in done.stderr
    assert not any(isinstance(e.data, Check) for e in done.events)
    assert done.verdict["outcome"] == "refused"


def test_a_wrong_option_is_told_while_another_entrant_still_prepares(terminal):
    done = terminal.run("""
task: {use: guess}
entrants: {busy: {use: hangsinprepare}, bad: {use: walker, options: {stepp: 3}}}
criteria: {every: 1, all: [closeness >= 0.5]}
stop: {grace: 200ms, terminate: 200ms}
""")
    assert done.code == 2
    assert "race.yaml:3: entrants.bad.options.stepp: unknown option 'stepp'." in done.stderr
    assert not any(isinstance(e.data, Overdue) for e in done.events)


def test_a_strategy_that_lacks_a_package_is_refused_with_the_command_that_installs_it(terminal):
    done = terminal.run("""
task: {use: guess}
entrants: {good: {use: walker}, bad: {use: needs-much}}
criteria: {every: 1, all: [closeness >= 0.5]}
""")
    assert done.code == 2
    assert "no_such_package" in done.stderr
    assert "pip install 'x[y]'" in done.stderr


def test_unknown_names_are_told_with_the_nearest_one_and_leave_no_run_folder(terminal):
    done = terminal.run("""
task: {use: gess}
entrants: {wlker: {}}
criteria: {every: 1, all: [closeness >= 0.5]}
""")
    assert done.code == 2
    assert "race.yaml:2: task.use: no task is called 'gess'. Did you mean 'guess'?" in done.stderr
    assert "Did you mean 'walker'?" in done.stderr
    assert not done.runs.exists()


EVERYTHING = """\
seed: -1
device: gpu
runs: file/runs
task:
  use: guess
  options: {targt: 3}
entrants:
  one: {use: wakler}
  two: {use: walker, max_epochs: 0, options: {stepp: 1}}
  TWO: {use: needs-much}
  verdict.json: {use: walker}
  a/b: {use: walker}
criteria:
  every: 1
  all:
    - closeness > = 0.5
    - closenes >= 0.5
    - closeness >= .inf
limits: {stal: 3}
"""


@pytest.mark.parametrize("verb", ["run", "validate"])
def test_whatever_is_wrong_is_told_at_once_in_the_order_of_the_lines(terminal, verb):
    (terminal.folder / "file").write_text("in the way")
    done = terminal.tournament(verb, terminal.write(EVERYTHING))
    assert done.code == 2
    expected = [
        "race.yaml:1: seed: expected a whole number of at least 0",
        "race.yaml:2: device: expected auto, cpu, cuda",
        "race.yaml:3: runs: no run folder can be made in",
        "race.yaml:6: task.options.targt: unknown option 'targt'. Did you mean 'target'?",
        "race.yaml:8: entrants.one.use: no strategy is called 'wakler'. Did you mean 'walker'?",
        "race.yaml:9: entrants.two.max_epochs: expected a whole number of at least 1",
        "race.yaml:9: entrants.two.options.stepp: unknown option 'stepp'. Did you mean 'step'?",
        "race.yaml:10: entrants.TWO: differs from 'two' in capitals only",
        "race.yaml:10: entrants.TWO.use: strategy 'needs-much' needs no_such_package. Install:",
        "race.yaml:11: entrants.verdict.json: 'verdict.json' is a file of the run folder",
        "race.yaml:12: entrants.a/b: 'a/b' cannot be a name",
        "race.yaml:16: criteria.all.0:",
        "race.yaml:17: criteria.all.1: task 'guess' gives no metric 'closenes'.",
        "race.yaml:18: criteria.all.2:",
        "race.yaml:19: limits.stal: unknown key. Did you mean 'stall'?",
    ]
    told = [line for line in done.stderr.splitlines() if "race.yaml:" in line]
    assert len(told) == len(expected), done.stderr
    for line, start in zip(told, expected, strict=True):
        assert start in line
    assert not (terminal.folder / "runs").exists()


def test_an_unusable_cache_is_told_with_the_way_out(terminal):
    (terminal.folder / "file").write_text("in the way")
    terminal.environment["XDG_CACHE_HOME"] = str(terminal.folder / "file" / "cache")
    done = terminal.run("""
task: {use: persistence, options: {videos: 20}}
entrants: {walker: {}}
criteria: {every: 1, all: [val_accuracy >= 0.5]}
""")
    assert done.code == 2
    assert "Set XDG_CACHE_HOME to a folder that can" in done.stderr


def test_a_module_beside_the_config_does_not_take_the_place_of_a_library(terminal):
    (terminal.folder / "numbers.py").write_text("raise RuntimeError('not the one you want')")
    done = terminal.run("""
task: {use: guess}
entrants: {walker: {max_epochs: 1}}
criteria: {every: 1, all: [closeness >= 0]}
""")
    assert done.code == 0, done.stdout


def test_an_unwritable_run_folder_is_told(terminal):
    (terminal.folder / "runs").write_text("a file in the way")
    done = terminal.run("""
task: {use: guess}
entrants: {walker: {}}
criteria: {every: 1, all: [closeness >= 0.5]}
""")
    assert done.code == 2
    assert "no run folder can be made" in done.stderr


def test_an_entrant_may_not_take_the_place_of_a_file_of_the_run(terminal):
    done = terminal.run("""
task: {use: guess}
entrants: {verdict.json: {use: walker}}
criteria: {every: 1, all: [closeness >= 0.5]}
""")
    assert done.code == 2
    assert "race.yaml:3: entrants.verdict.json" in done.stderr
