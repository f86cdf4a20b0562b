"""A run whose match is gone goes on: nothing that was decided changes, nothing is doubled."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.faults.resumes import kill
from tournament.match.verify import verify_run
from tournament.record.folder import RunFolder
from tournament.record.log import LogWriter, read_log

from .conftest import wait_for

RACE = """
task: {{use: guess}}
entrants:
  honest: {{use: walker, max_epochs: 12, options: {{step: 1, pause: {pause}}}}}
  other: {{use: drifter, max_epochs: 12, options: {{pause: {pause}}}}}
criteria: {{every: 1, all: [closeness >= {threshold}]}}
stop: {{grace: 1s, terminate: 1s}}
"""
PAUSE = 0.03


def config(threshold: float = 2.0, pause: float = PAUSE) -> str:
    return RACE.format(threshold=threshold, pause=pause)


def the_run(terminal) -> RunFolder:
    (path,) = (terminal.folder / "runs").iterdir()
    return RunFolder(path)


def killed(terminal, text: str, line: str) -> RunFolder:
    """A run that was killed when it had printed a line that begins so."""
    terminal.write(text)
    process = terminal.start("run", "race.yaml")
    wait_for(process, line)
    assert kill(process, 0)
    return the_run(terminal)


def metrics(folder: RunFolder) -> dict[tuple[str, int], dict[str, float]]:
    """Of the last check of each epoch."""
    checks = [event for event in read_log(folder.log) if event.type == "check"]
    return {(event.trial, event.data.epoch): event.data.metrics for event in checks}


def test_training_goes_on_as_if_nothing_had_happened(terminal):
    whole = terminal.run(config(pause=0))
    expected = metrics(whole.folder)
    (whole.folder.path).rename(terminal.folder / "whole")
    folder = killed(terminal, config(), "other: epoch 4,")
    done = terminal.tournament("resume", folder.path)
    assert done.code == 3, done.stderr
    assert metrics(folder) == expected
    attempts = [e.data.attempt for e in done.events if e.type == "spawned"]
    assert sorted(attempts) == [1, 1, 2, 2]
    checks = [(e.trial, e.data.index) for e in done.events if e.type == "check"]
    assert len(set(checks)) == len(checks)
    assert "other: attempt 2 begins: the worker ended together with its match" in done.stdout


def test_a_run_that_was_interrupted_goes_on(terminal):
    terminal.write(config())
    process = terminal.start("run", "race.yaml")
    wait_for(process, "other: epoch 3,")
    process.send_signal(signal.SIGINT)
    assert terminal.finish(process).code == 130
    folder = the_run(terminal)
    done = terminal.tournament("resume", folder.path)
    assert done.code == 3, done.stderr
    assert [e.data.outcome for e in done.events if e.type == "verdict"] == [
        "interrupted", "no-winner"
    ]  # fmt: skip
    assert {s["state"] for s in done.verdict["standings"]} == {"COMPLETED"}
    assert verify_run(folder).standings.trials["other"].epoch == 12


def test_an_exam_that_was_going_on_is_held_anew_on_other_data(terminal):
    folder = killed(terminal, config(0.5), "honest: claims to have won")
    events = list(read_log(folder.log))
    assert events[-1].type != "closed"
    done = terminal.tournament("resume", folder.path)
    assert done.code == 0, done.stderr
    assert done.verdict["winner"] == "honest"
    seals = [e.data for e in done.events if e.type == "sealed"]
    assert len({seal.commitment for seal in seals}) == len(seals)
    verify_run(folder)


def test_a_run_that_has_ended_is_left_alone(terminal):
    done = terminal.run(config(0.5, pause=0))
    before = done.folder.log.read_bytes()
    again = terminal.tournament("resume", done.folder.path)
    assert again.code == 2
    assert "this tournament has ended: honest won" in again.stderr
    assert done.folder.log.read_bytes() == before


def test_a_run_that_is_still_running_is_left_alone(terminal):
    terminal.write(config())
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: epoch 1,")
    again = terminal.tournament("resume", the_run(terminal).path)
    assert again.code == 2
    assert "another process writes this log; is the tournament still running?" in again.stderr
    assert terminal.finish(process).code == 3


def test_a_folder_that_is_none_of_a_run_is_told_and_stays_as_it_is(terminal):
    place = terminal.folder / "nothing"
    place.mkdir()
    again = terminal.tournament("resume", place)
    assert again.code == 2
    assert "there is no event log; is this the folder of a run?" in again.stderr
    assert list(place.iterdir()) == []
    with LogWriter(RunFolder(place).log):
        pass
    again = terminal.tournament("resume", place)
    assert again.code == 2
    assert "nothing was logged of this run yet; run it anew" in again.stderr


def test_a_changed_config_a_lost_plugin_and_another_version_are_told_before_anything_starts(
    terminal,
):
    folder = killed(terminal, config(), "honest: epoch 1,")
    before, written = folder.log.read_bytes(), folder.config.read_text()
    folder.config.write_text(written.replace("max_epochs: 12", "max_epochs: 13"))
    again = terminal.tournament("resume", folder.path)
    assert again.code == 2
    assert "config.yaml: was changed after the run began; restore it" in again.stderr
    folder.config.write_text(written)
    other = terminal.folder / "other" / "toys-2.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 2.0\n")
    (other / "entry_points.txt").write_text("[tournament]\ntoys = toys\n")
    path = terminal.environment["PYTHONPATH"]
    terminal.environment["PYTHONPATH"] = f"{other.parent}:{path}"
    again = terminal.tournament("resume", folder.path)
    assert again.code == 2
    assert "the run began with toys 1.0, installed is 2.0; install that version" in again.stderr
    assert folder.log.read_bytes() == before
    terminal.environment["PYTHONPATH"] = path
    assert terminal.tournament("resume", folder.path).code == 3


@pytest.mark.parametrize("way", ["from inside", "by a link", "moved"])
def test_a_run_is_resumed_under_whatever_name_its_folder_has_now(terminal, way):
    folder = killed(terminal, config(), "other: epoch 2,").path
    name, place = folder.name, terminal.folder
    if way == "moved":
        folder = folder.rename(terminal.folder / "saved")
    if way == "by a link":
        place.joinpath("latest").symlink_to(folder)
        folder = place / "latest"
    if way == "from inside":
        terminal.folder, folder = folder, Path()
    done = terminal.tournament("resume", folder)
    assert done.code == 3, done.stderr
    run = RunFolder(terminal.folder / folder)
    assert {event.run for event in read_log(run.log)} == {name}
    assert verify_run(run).standings.trials["other"].attempt.number == 2


def test_a_lost_checkpoint_is_told_and_training_goes_on_from_an_earlier_one(terminal):
    folder = killed(terminal, config(), "other: epoch 3,")
    events = list(read_log(folder.log))
    last = [e.data for e in events if e.type == "check" and e.trial == "other"][-1]
    (folder.trial("other").path / last.checkpoint.name).write_bytes(b"torn")
    done = terminal.tournament("resume", folder.path)
    assert done.code == 3, done.stderr
    assert f"other: {last.checkpoint.name} was changed; an earlier one is used" in done.stdout
    spawned = next(e.data for e in done.events if e.type == "spawned" and e.data.attempt == 2
                   and e.data.trial == "other")  # fmt: skip
    assert spawned.check == last.index - 1
    epochs = [e.data.epoch for e in done.events if e.type == "check" and e.trial == "other"]
    assert epochs.count(last.epoch) == 2
    shown = json.loads(folder.verdict.read_text())["standings"]
    checks = next(s["checks"] for s in shown if s["trial"] == "other")
    assert [c["epoch"] for c in checks] == list(range(13)), "the one that was lost does not count"
