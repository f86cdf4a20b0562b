"""Workers that hang, hold the interpreter, are stopped or run out of memory: each told rightly."""

from __future__ import annotations

from contextlib import nullcontext

import psutil
import pytest

from tests.memory import limited_memory

from .crowd import KINDS, MEMORY, complaints, race

COUNT = 20


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_at_once_are_told_rightly_and_ended_and_harm_nobody(terminal, kind):
    group = limited_memory("tournament-crowd", MEMORY) if kind == "hog" else nullcontext(":")
    with group as enter:
        done = race(terminal, kind, COUNT, enter)
    assert done.code == 3, done.stderr
    assert complaints(done, kind) == []
    pids = [event.data.pid for event in done.events if event.type == "spawned"]
    assert len(pids) == COUNT + 1
    assert not any(psutil.pid_exists(pid) for pid in pids)
