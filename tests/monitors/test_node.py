"""A monitor that is not written in Python sees each event once, in order, NaN included."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bus.test_gate import free_address
from tests.end_to_end.conftest import Terminal
from tests.monitors import node
from tournament.bus import Hub
from tournament.bus.door import Door, remove_door, write_door
from tournament.bus.keyring import Keyring
from tournament.record.log import LogWriter

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "it can run")
FRAMES = 2000
MORE_THAN_QUEUES_HOLD = 20_000
"""Of the hub 10,000 frames, of the monitor 1,000, and what the system keeps."""


def open_door(hub: Hub, path: Path) -> None:
    monitor, operator = hub.new_monitor().text(), hub.new_operator().text()
    ends = hub.endpoints
    door = Door(
        live=ends.live,
        replay=ends.replay,
        control=ends.control,
        monitor=monitor,
        operator=operator,
    )
    write_door(path, door)


def test_the_protocol_without_any_socket() -> None:
    done = subprocess.run(
        ["node", "--test"], cwd=node.FOLDER, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_what_was_before_and_what_comes_over_tcp(tmp_path: Path) -> None:
    assert node.watch_over_tcp(FRAMES, tmp_path, free_address()) == []


SHORT = """
task: {use: guess}
entrants: {one: {use: walker, max_epochs: 8, options: {step: 2}}}
criteria: {every: 1, all: [closeness >= 0.9]}
"""


def test_a_whole_match_with_the_key_that_the_command_made(tmp_path: Path) -> None:
    terminal, address = Terminal(tmp_path), free_address()
    terminal.environment["TOURNAMENT_KEYS"] = str(tmp_path / "keys")
    assert terminal.tournament("keys", "new", "alice").code == 0
    with node.watching(address, "--keys", terminal.folder / "alice.key") as monitor:
        monitor.read_on()
        done = terminal.run(f"{SHORT}monitor: {address}\n")
        assert monitor.end() == (0, "")
    assert done.code == 0, done.stderr
    assert node.differences(monitor.lines, done.folder.log) == []


def test_a_reader_that_loses_frames_gets_them_by_replay(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    with ExitStack() as stack:
        writer = stack.enter_context(LogWriter(log))
        hub = stack.enter_context(Hub(node.RUN, tmp_path, writer))
        open_door(hub, tmp_path / "door.json")
        with node.racing(hub, tmp_path) as publisher:
            monitor = stack.enter_context(node.watching(tmp_path))
            monitor.wait_for_one()
            node.report(publisher, MORE_THAN_QUEUES_HOLD)
        node.close(hub)
        monitor.read_on()
        assert monitor.end() == (0, "")
    assert node.differences(monitor.lines, log) == []


def test_a_reader_so_slow_that_the_match_has_ended_gets_the_rest_from_the_log(
    tmp_path: Path,
) -> None:
    door, log = tmp_path / "door.json", tmp_path / "events.jsonl"
    with ExitStack() as stack:
        writer = stack.enter_context(LogWriter(log))
        with Hub(node.RUN, tmp_path, writer) as hub:
            open_door(hub, door)
            with node.racing(hub, tmp_path) as publisher:
                monitor = stack.enter_context(node.watching(tmp_path))
                monitor.wait_for_one()
                node.report(publisher, MORE_THAN_QUEUES_HOLD)
            node.close(hub)
        remove_door(door)
        monitor.read_on()
        assert monitor.end() == (0, "")
    assert node.differences(monitor.lines, log) == []


def test_a_key_that_is_not_listed_hears_nothing(tmp_path: Path) -> None:
    keyring, address = Keyring(tmp_path / "keys"), free_address()
    key = keyring.new("alice", tmp_path)
    keyring.new("bob", tmp_path)
    keyring.revoke("alice")
    log = tmp_path / "events.jsonl"
    with LogWriter(log) as writer, Hub(node.RUN, tmp_path, writer, address, keyring) as hub:
        node.close(hub)
        with node.watching(address, "--keys", key, "--patience", "2") as monitor:
            monitor.read_on()
            code, complaint = monitor.end()
    assert (code, monitor.lines) == (1, [])
    assert "nothing was heard of the hub for 2 s" in complaint


def test_a_run_that_nobody_runs_is_told(tmp_path: Path) -> None:
    with node.watching(tmp_path) as monitor:
        monitor.read_on()
        code, complaint = monitor.end()
    assert code == 1
    assert "door.json" in complaint
