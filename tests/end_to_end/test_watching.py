"""Others follow a match while it runs, and stop it: by its run folder, or over TCP with a key."""

from __future__ import annotations

import asyncio
import stat
import threading
from pathlib import Path

import psutil
import pytest

import tournament
from tests.bus.test_gate import free_address
from tournament.errors import BusError
from tournament.record.events import AnyEvent

from .conftest import Terminal, wait_for

SLOW = """
task: {use: guess}
entrants:
  one: {use: walker, max_epochs: 1000000, options: {step: 0.001}}
  two: {use: walker, max_epochs: 1000000, options: {step: 0.001}}
criteria: {every: 1, all: [closeness >= 0.9]}
stop: {grace: 5s, terminate: 1s}
"""

SHORT = """
task: {use: guess}
entrants: {one: {use: walker, max_epochs: 8, options: {step: 2}}}
criteria: {every: 1, all: [closeness >= 0.9]}
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path)
    made.environment["TOURNAMENT_KEYS"] = str(tmp_path / "keys")
    return made


def run_folder(terminal: Terminal) -> Path:
    (path,) = (terminal.folder / "runs").iterdir()
    return path


@pytest.mark.parametrize("more", [[], ["--now"]])
def test_a_match_is_stopped_from_elsewhere_and_its_followers_see_it_to_its_end(terminal, more):
    terminal.write(SLOW)
    match = terminal.start("run", "race.yaml")
    wait_for(match, "two: epoch 1,")
    run = run_folder(terminal)
    assert stat.S_IMODE((run / "door.json").stat().st_mode) == 0o600
    with tournament.subscribe(run) as events:
        stopped = terminal.tournament("stop", run, *more)
        seen = list(events)
    done = terminal.finish(match)
    assert stopped.code == 0, stopped.stderr
    assert "interrupted: interrupted by an operator" in stopped.stdout
    assert done.code == 130
    assert seen == done.events
    assert not (run / "door.json").exists()
    assert not any(psutil.pid_exists(e.data.pid) for e in seen if e.type == "spawned")
    assert terminal.tournament("verify", run).code == 0


def test_a_match_that_is_over_cannot_be_stopped_or_followed(terminal):
    done = terminal.run(SHORT)
    stopped = terminal.tournament("stop", done.folder.path)
    assert stopped.code == 1
    assert "no match runs there" in stopped.stderr
    with pytest.raises(BusError, match="no match runs there"):
        tournament.subscribe(done.folder.path)


def test_who_has_a_key_follows_over_the_network(terminal):
    address = free_address()
    made = terminal.tournament("keys", "new", "alice")
    assert made.code == 0, made.stderr
    seen: list[AnyEvent] = []

    async def follow() -> None:
        with tournament.subscribe(address, terminal.folder / "alice.key") as events:
            async for event in events:
                seen.append(event)

    watching = threading.Thread(target=lambda: asyncio.run(follow()))
    watching.start()
    done = terminal.run(f"{SHORT}monitor: {address}\n")
    watching.join(60)
    assert done.code == 0, done.stderr
    assert seen == done.events


def test_without_a_key_nothing_is_opened_and_nothing_starts(terminal):
    address = free_address()
    done = terminal.run(f"{SHORT}monitor: {address}\n")
    assert done.code == 2
    assert "race.yaml:5: monitor: no key is listed" in done.stderr
    assert not done.runs.exists()


def test_a_place_that_is_taken_is_told_with_its_line(terminal):
    import socket

    assert terminal.tournament("keys", "new", "alice").code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = terminal.run(f"{SHORT}monitor: tcp://127.0.0.1:{port}\n")
    assert done.code == 2
    assert f"race.yaml:5: monitor: tcp://127.0.0.1:{port} cannot be used" in done.stderr


@pytest.mark.parametrize(
    "address", ["lab:5555", "tcp://lab", "tcp://lab:0", "tcp://lab:65535", "5"]
)
def test_an_address_that_is_none_is_told(terminal, address):
    done = terminal.tournament("validate", terminal.write(f"{SHORT}monitor: '{address}'\n"))
    assert done.code == 2
    assert "race.yaml:5: monitor: expected an address such as tcp://0.0.0.0:5555" in done.stderr


def test_keys_are_listed_and_revoked(terminal):
    assert "no key is listed" in terminal.tournament("keys", "list").stdout
    terminal.tournament("keys", "new", "alice")
    assert terminal.tournament("keys", "list").stdout.startswith("alice ")
    assert "alice is not listed any more" in terminal.tournament("keys", "revoke", "alice").stdout
    assert "no key is listed" in terminal.tournament("keys", "list").stdout
    again = terminal.tournament("keys", "revoke", "alice")
    assert (again.code, "no key is called 'alice'" in again.stderr) == (1, True)
