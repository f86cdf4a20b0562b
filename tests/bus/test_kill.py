"""SIGKILL at any moment: what `publish` returned for is in the log, once and in order."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.bus import Hub
from tournament.record.events import AnyEvent

CHILD = Path(__file__).with_name("publishing_child.py")
KILLS = 20
AT_ONCE = 4


@pytest.mark.parametrize("first", range(0, KILLS, AT_ONCE))
def test_nothing_that_was_published_is_lost_when_workers_are_killed(
    hub: Hub, tmp_path: Path, logged: Callable[[], list[AnyEvent]], first: int
) -> None:
    rng = random.Random(first)
    trials = [f"t{number}" for number in range(first, first + AT_ONCE)]
    children = {}
    for trial in trials:
        access = hub.admit(trial, 0)
        outbox = tmp_path / f"{trial}.jsonl"
        command = [sys.executable, str(CHILD), hub.endpoints.ingest, trial, str(outbox)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None
        with child.stdin as stream:
            stream.write(access.text().encode())
        children[trial] = child
    returned = {}
    for trial, child in children.items():
        assert child.stdout is not None
        returned[trial] = len(child.stdout.read(rng.randrange(1, 400)))
        child.kill()
        returned[trial] += len(child.stdout.read())
        child.stdout.close()
        child.wait()
    for trial in trials:
        drained = hub.drain(trial, 0, tmp_path / f"{trial}.jsonl")
        assert drained.problem == ""
        mine = [event.seq for event in logged() if event.trial == trial]
        assert mine == list(range(1, drained.last + 1))
        # One more may be there: killed after `publish`, before the byte that tells of it.
        assert returned[trial] <= len(mine) <= returned[trial] + 1
