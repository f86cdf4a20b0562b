"""The monitor in Node, watching a real hub: what it printed, beside what the log holds."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from tournament.bus import Hub, Publisher
from tournament.bus.keyring import Keyring
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Note, Progress, Start

FOLDER = Path(__file__).parents[2] / "examples/monitors/node"
PATIENCE = 120
"""Seconds in which a monitor has to end."""
RUN, TRIAL = "race-1", "a"
FIGURES = {
    "nan": math.nan, "up": math.inf, "down": -math.inf, "tiny": 5e-324, "huge": 1.7e308,
    "negative zero": -0.0, "third": 1 / 3,
}  # fmt: skip
ODD_TEXT = 'a "quoted" \\ line of µ, \u2028 and 😀; NaN, Infinity'


def missing() -> str:
    """Why the monitor cannot run here; empty if it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (FOLDER / "node_modules/zeromq").exists():
        return "the npm package zeromq is not installed: run `make node-monitor`"
    return ""


class Monitor:
    """A running `watch.mjs`; nobody reads its output until that is asked."""

    def __init__(self, output: IO[str], complaints: IO[str], wait: Callable[[], int]) -> None:
        self.lines: list[str] = []
        self._output = output
        self._complaints = complaints
        self._wait = wait
        self._reader = threading.Thread(target=lambda: self.lines.extend(output), daemon=True)

    def wait_for_one(self) -> None:
        """Read the first line: from now on the monitor is connected."""
        self.lines.append(self._output.readline())

    def read_on(self) -> None:
        """Read the rest as it comes, in another thread."""
        self._reader.start()

    def end(self) -> tuple[int, str]:
        """Its exit code and its complaints, once it has ended."""
        self._reader.join(PATIENCE)
        return self._wait(), self._complaints.read()


@contextmanager
def watching(*arguments: str | Path) -> Iterator[Monitor]:
    """A monitor with these arguments, killed at the end if it is still there."""
    command = ["node", str(FOLDER / "watch.mjs"), *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            yield Monitor(child.stdout, child.stderr, lambda: child.wait(PATIENCE))
        finally:
            child.kill()


@contextmanager
def racing(hub: Hub, folder: Path) -> Iterator[Publisher]:
    """A worker that may report progress."""
    access = hub.admit(TRIAL, 0)
    hub.publish(Start(because=0, trials=(TRIAL,))).result()
    outbox = folder / "outbox.jsonl"
    with Publisher(hub.endpoints.ingest, RUN, TRIAL, 0, access, outbox) as publisher:
        yield publisher
        assert publisher.close(timeout=120) == 0


def report(publisher: Publisher, count: int) -> None:
    """So many events: figures that JSON has no numbers for, and every tenth time odd text."""
    for number in range(count):
        figures = Progress(epoch=1, batch=number, batches=count, seconds=0.1, figures=FIGURES)
        publisher.publish(Note(text=ODD_TEXT) if number % 10 == 9 else figures)


def close(hub: Hub) -> None:
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()


def differences(lines: Iterable[str], log: Path) -> list[str]:
    """What was printed that is not the log's next event, and what was not printed."""
    printed = [told(line) for line in lines]
    logged = [facts(json.loads(line)) for line in log.read_text(encoding="utf-8").split("\n")[:-1]]
    wrong = [
        f"line {at}: {found}, expected {expected}"
        for at, (found, expected) in enumerate(zip(printed, logged, strict=False))
        if found != expected
    ]
    if len(printed) != len(logged):
        wrong.append(f"{len(printed)} events were printed, {len(logged)} are in the log")
    return wrong


def told(line: str) -> tuple[Any, ...]:
    offset, kind, trial, data = line.rstrip("\n").split("\t")
    return int(offset), kind, trial, json.loads(data)


def facts(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["offset"], event["type"], event["trial"] or "match", event["data"]


def watch_over_tcp(frames: int, folder: Path, address: str) -> list[str]:
    """What was wrong when so many frames were watched, half of them from before it came."""
    keyring, log = Keyring(folder / "keys"), folder / "events.jsonl"
    key = keyring.new("alice", folder)
    reports = frames - 2  # One frame starts the race, and one closes the run.
    with ExitStack() as stack:
        writer = stack.enter_context(LogWriter(log))
        hub = stack.enter_context(Hub(RUN, folder, writer, address, keyring))
        with racing(hub, folder) as publisher:
            report(publisher, reports // 2)
            monitor = stack.enter_context(watching(address, "--keys", key))
            monitor.wait_for_one()
            monitor.read_on()
            report(publisher, reports - reports // 2)
        close(hub)
        code, complaint = monitor.end()
    wrong = differences(monitor.lines, log)
    if (code, complaint) != (0, "") or len(monitor.lines) != frames:
        wrong.append(f"it ended with {code}, {len(monitor.lines)} of {frames} lines: {complaint}")
    return wrong
