"""How many events a second the bus carries, beside what the disk alone allows.

Run `python benchmarks/bus.py [EVENTS] [ROUNDS]`. In each round, one after the other:

- `write`: the events' lines are written to a file as the log writes them, in batches as the hub
  makes them, an fdatasync each. No process, no socket, no check: the limit set by the disk.
- `log`: `LogWriter.append` does the same, with its chain of hashes.
- `bus`: one worker process publishes the same events over a local socket; the clock runs from its
  first `publish` until the last ack, so until everything is in its outbox and durable in the log.

The ratios compare figures of the same round, since a shared machine drifts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tournament.bus import Hub, Publisher
from tournament.bus.exchange import BATCH
from tournament.bus.keys import Access
from tournament.record.events import AnyEvent, make_event
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Progress, Start

RUN = "benchmark"
FIGURES = Progress(epoch=3, batch=40, batches=500, seconds=12.5, figures={"loss": 0.25})
EVENTS, ROUNDS = 20_000, 5


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["worker"]:
        return publish(*arguments[1:])
    count = int(arguments[0]) if arguments else EVENTS
    rounds = int(arguments[1]) if len(arguments) > 1 else ROUNDS
    print(f"{count} events a round, batches of at most {BATCH}; events/s\n")
    print(
        f"{'round':>6}{'write':>10}{'log':>10}{'bus':>10}{'log/write':>11}{'bus/log':>9}{'bus/write':>11}"
    )
    ratios = [one_round(number, count) for number in range(1, rounds + 1)]
    log_write, bus_log, bus_write = (
        statistics.median(column) for column in zip(*ratios, strict=True)
    )
    print(f"{'median':>36}{log_write:>11.3f}{bus_log:>9.3f}{bus_write:>11.3f}")
    return 0


def one_round(number: int, count: int) -> tuple[float, float, float]:
    """Measure all three, print a row, and give the ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = log_speed(folder / "log.jsonl", count)
        write = write_speed(folder / "raw.jsonl", folder / "log.jsonl")
        bus = bus_speed(folder, count)
    ratios = log / write, bus / log, bus / write
    row = f"{number:>6}{write:>10,.0f}{log:>10,.0f}{bus:>10,.0f}"
    print(f"{row}{ratios[0]:>11.3f}{ratios[1]:>9.3f}{ratios[2]:>11.3f}", flush=True)
    return ratios


def log_speed(path: Path, count: int) -> float:
    events: list[AnyEvent] = [
        make_event(FIGURES, run=RUN, trial="a", seq=at + 1, t=1.5, offset=at) for at in range(count)
    ]
    with LogWriter(path) as log:
        begin = time.perf_counter()
        for at in range(0, count, BATCH):
            log.append(events[at : at + BATCH])
        return count / (time.perf_counter() - begin)


def write_speed(path: Path, source: Path) -> float:
    lines = source.read_bytes().splitlines(keepends=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    begin = time.perf_counter()
    for at in range(0, len(lines), BATCH):
        os.write(file, b"".join(lines[at : at + BATCH]))
        os.fdatasync(file)
    seconds = time.perf_counter() - begin
    os.close(file)
    return len(lines) / seconds


def bus_speed(folder: Path, count: int) -> float:
    with LogWriter(folder / "events.jsonl") as log, Hub(RUN, folder, log) as hub:
        access = hub.admit("a", 0)
        hub.publish(Start(because=0, trials=("a",))).result()
        command = [
            sys.executable,
            __file__,
            "worker",
            hub.endpoints.ingest,
            str(folder),
            str(count),
        ]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, input=access.text()
        )
    logged = sum(event.trial is not None for event in read_log(folder / "events.jsonl"))
    if logged != count:
        raise SystemExit(f"{count} events were published, {logged} are in the log")
    return count / float(done.stdout)


def publish(endpoint: str, folder: str, count: str) -> int:
    """The worker process: publishes, waits for the last ack, and prints the seconds it took."""
    publisher = Publisher(
        endpoint, RUN, "a", 0, Access.read(sys.stdin.readline()), Path(folder) / "outbox.jsonl"
    )
    begin = time.perf_counter()
    for _ in range(int(count)):
        publisher.publish(FIGURES)
    left = publisher.close(timeout=60)
    print(time.perf_counter() - begin)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
