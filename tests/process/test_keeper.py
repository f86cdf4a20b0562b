"""Nobody is left: whoever is killed, and however far from home a worker's children are."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tournament.process.leftovers import MATCH, own_mark, sweep_leftovers

FAMILY = """
import os, signal, subprocess, sys, time
from pathlib import Path

here = Path(sys.argv[1]).parent

def told(kind):
    draft = here / f"{kind}.draft"
    draft.write_text(str(os.getpid()))
    draft.rename(here / f"{kind}.pid")

def linger():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while True:
        time.sleep(60)

def child(kind, session=False):
    if os.fork() == 0:
        if session:
            os.setsid()
        told(kind)
        linger()

def daemon(kind):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            told(kind)
            linger()
        os._exit(0)

child("plain")
child("session", session=True)
daemon("daemon")
told("worker")
while len(list(here.glob("*.pid"))) < 4:
    os.sched_yield()
print("ready", flush=True)
end = sys.argv[1:]
mode = Path(sys.argv[1]).read_text()
if mode == "exits":
    os._exit(7)
if mode == "dies":
    os.kill(os.getpid(), signal.SIGSEGV)
from tournament.process.parent import die_with_parent
die_with_parent(int(sys.argv[-1]))
if mode == "deaf":
    linger()
time.sleep(600)
"""
"""A worker with a plain child, one in a session of its own, and a daemon, all deaf to SIGTERM."""

MATCH_PROGRAM = """
import sys, time
from pathlib import Path
from tournament.process.orphans import Household
from tournament.process.spawn import Child
here, household = Path(sys.argv[1]), Household()
child = Child("family", here / "mode", "secret", 1, here / "out", here / "err", here)
print(child.keeper, child.pid, flush=True)
for line in sys.stdin:
    getattr(child, line.strip())()
    child.wait()
    how = child.poll()
    household.sweep()
    print(how.code, how.signal, flush=True)
"""

KINDS = ("plain", "session", "daemon", "worker")


class Household:
    """A match with one worker and its family."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        (folder / "family.py").write_text(FAMILY)
        (folder / "mode").write_text(mode)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
        self.match = subprocess.Popen(
            [sys.executable, "-P", "-c", MATCH_PROGRAM, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self.match.stdout is not None
        self.keeper, self.worker = map(int, self.match.stdout.readline().split())
        with (folder / "out").open() as out:
            while not out.readline():
                os.sched_yield()
        self.family = [self._process(kind) for kind in KINDS]

    def _process(self, kind: str) -> psutil.Process | None:
        try:
            return psutil.Process(int((self.folder / f"{kind}.pid").read_text()))
        except psutil.NoSuchProcess:
            return None  # It has ended already, in tests where it is to.

    def order(self, what: str) -> list[str]:
        assert self.match.stdin is not None
        assert self.match.stdout is not None
        self.match.stdin.write(f"{what}\n")
        self.match.stdin.flush()
        return self.match.stdout.readline().split()

    def alive(self, within: float) -> list[psutil.Process]:
        family = [process for process in self.family if process is not None]
        _, alive = psutil.wait_procs(family, timeout=within)
        return alive

    def end(self) -> None:
        self.match.kill()
        self.match.communicate()
        for process in self.alive(0):
            process.kill()


@pytest.fixture
def household(tmp_path: Path):
    made: list[Household] = []

    def make(mode: str = "obeys") -> Household:
        made.append(Household(tmp_path, mode))
        return made[-1]

    yield make
    for each in made:
        each.end()


def test_the_keeper_tells_who_the_worker_is(household):
    home = household()
    assert home.worker == int((home.folder / "worker.pid").read_text())
    assert psutil.Process(home.worker).ppid() == home.keeper
    assert psutil.Process(home.keeper).ppid() == home.match.pid


@pytest.mark.parametrize(
    ("mode", "order", "told"),
    [
        ("exits", "wait", ["7", "None"]),
        ("dies", "wait", ["None", "SIGSEGV"]),
        ("obeys", "terminate", ["None", "SIGTERM"]),
        ("obeys", "kill", ["None", "SIGKILL"]),
        ("deaf", "kill", ["None", "SIGKILL"]),
    ],
)
def test_however_the_worker_ends_that_is_told_and_its_whole_family_ends(
    household, mode, order, told
):
    home = household(mode)
    assert home.order(order) == told
    assert home.alive(0) == []


@pytest.mark.parametrize("number", range(20))
def test_with_a_killed_match_everybody_ends_within_two_seconds(household, number):
    """`make soak` does it some hundred times."""
    home = household("deaf" if number % 2 else "obeys")
    keeper = psutil.Process(home.keeper)
    assert None not in home.family
    home.match.kill()
    assert home.alive(2) == []
    while runs(keeper):  # It ends right behind them; nobody may have reaped it yet.
        os.sched_yield()


def runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_keeper_is_deaf_to_polite_signals(household, number):
    home = household()
    os.kill(home.keeper, number)
    assert home.order("terminate") == ["None", "SIGTERM"]


@pytest.mark.parametrize("mode", ["obeys", "deaf"])
def test_with_a_killed_keeper_its_worker_ends_and_the_match_ends_the_rest(household, mode):
    home = household(mode)
    os.kill(home.keeper, signal.SIGKILL)
    assert home.order("wait") == ["None", "SIGKILL"]
    assert home.alive(2) == []


def test_what_was_left_by_a_match_and_its_keeper_is_found_at_the_next_start(household):
    home = household()
    os.kill(home.keeper, signal.SIGSTOP)  # Both are gone at once: a stopped keeper ends nobody.
    home.match.kill()
    home.match.communicate()
    os.kill(home.keeper, signal.SIGKILL)
    sweep_leftovers()
    assert home.alive(2) == []


def test_what_a_living_match_started_is_no_leftover():
    environment = {**os.environ, MATCH: own_mark()}
    with subprocess.Popen(["sleep", "60"], env=environment) as mine:
        sweep_leftovers()
        assert mine.poll() is None
        mine.kill()


@pytest.mark.parametrize("mark", ["", "nonsense", "1 2 3"])
def test_what_bears_no_mark_of_ours_is_left_alone(mark):
    with subprocess.Popen(["sleep", "60"], env={**os.environ, MATCH: mark}) as other:
        sweep_leftovers()
        assert other.poll() is None
        other.kill()


def test_whatever_the_clock_says_a_mark_is_judged_by_its_lock(tmp_path):
    place = own_mark().partition(" ")[0]
    for name, held in (("held", True), ("left", False)):
        file = tmp_path / name
        with file.open("w") as owner:
            if held:
                fcntl.flock(owner, fcntl.LOCK_EX)
            environment = {**os.environ, MATCH: f"{place} {file}"}
            with subprocess.Popen(["sleep", "60"], env=environment) as started:
                sweep_leftovers()  # Or that of a tournament beside: it may be faster.
                assert (started.poll() is None) is held
                started.kill()


@pytest.mark.parametrize("mark", ["{place} /no/such/file", "elsewhere {file}"])
def test_where_it_cannot_be_told_nobody_is_ended(tmp_path, mark):
    place, file = own_mark().partition(" ")[0], tmp_path / "free"
    file.touch()
    told = mark.format(place=place, file=file)
    with subprocess.Popen(["sleep", "60"], env={**os.environ, MATCH: told}) as other:
        sweep_leftovers()
        assert other.poll() is None
        other.kill()
