"""Messages that a worker sent and a referee never saw: plain ZeroMQ and this project, side by side.

`python benchmarks/neighbours/lost_messages.py [SHARE]`: with a SHARE below 1, so much of the
messages. A worker process sends over a local socket to a referee, which checks each message as this
project's referee does. PUB/SUB carries Jupyter's output channel and ipyparallel's monitoring;
PUSH/PULL is the usual advice for those who must not lose anything.

- connect: the worker sends as soon as it has connected.
- killed: the worker is gone at the moment in which its last call that sends has returned.
- overload: it sends faster than the referee reads, with ZeroMQ's default high-water marks.

PUB waits for its subscriber in the last two, and in the second may queue without limit, so that
only the fault is to blame. A number is how many different events arrived. Ends with exit code 1 if
any was lost, came twice or out of order by way of this project.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import zmq
from sender import RUN, TRIAL

from tournament.bus import Hub, Subscriber
from tournament.record.events import read_event
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Closed, Start

SENDER = Path(__file__).with_name("sender.py")
QUIET = 1000
"""Milliseconds without a message after the worker's end: nothing more comes."""


@dataclass(frozen=True)
class Fault:
    """What happens to the worker, by the name that it knows, and how many messages it sends."""

    name: str
    count: int


FAULTS = (
    Fault("connect", 1_000),
    Fault("killed", 20_000),
    Fault("overload", 100_000),
)


@dataclass(frozen=True)
class Arrived:
    """The numbers of the messages, in the order in which they came."""

    seqs: Sequence[int]

    def __str__(self) -> str:
        return f"{len(set(self.seqs)):,}"

    def is_all(self, count: int) -> bool:
        """Whether each came once and in order."""
        return list(self.seqs) == list(range(1, count + 1))


def by_plain_socket(way: str, fault: Fault, folder: Path) -> Arrived:
    endpoint = f"ipc://{folder / way}"
    with zmq.Context() as context, context.socket(zmq.SUB if way == "pub" else zmq.PULL) as socket:
        if way == "pub":
            socket.subscribe(b"")
            socket.rcvhwm = 0 if fault.name == "killed" else socket.rcvhwm
        socket.bind(endpoint)
        worker = start(way, endpoint, fault)
        return Arrived(read_all(socket, worker))


def read_all(socket: zmq.Socket[bytes], worker: subprocess.Popen[str]) -> list[int]:
    seqs = []
    while socket.poll(QUIET) or worker.poll() is None:
        while socket.poll(0):
            seqs.append(read_event(socket.recv()).seq)
    expect_end(worker)
    return seqs


def by_tournament(fault: Fault, folder: Path) -> tuple[Arrived, Arrived]:
    """What is in the log, and what a subscriber saw."""
    outbox = folder / "outbox.jsonl"
    with LogWriter(folder / "events.jsonl") as log, Hub(RUN, folder, log) as hub:
        access, ends = hub.admit(TRIAL, 0), hub.endpoints
        hub.publish(Start(because=0, trials=(TRIAL,))).result()
        worker = start("tournament", ends.ingest, fault, f"{access.text()}\n{outbox}\n")
        with Subscriber(ends.live, ends.replay, hub.new_monitor()) as subscriber:
            seen = follow(subscriber, hub, worker, outbox)
    logged = [event.seq for event in read_log(folder / "events.jsonl") if event.trial == TRIAL]
    return Arrived(logged), Arrived(seen)


def follow(
    subscriber: Subscriber, hub: Hub, worker: subprocess.Popen[str], outbox: Path
) -> list[int]:
    """What the match does: read, and take in what a dead worker had left in its outbox."""
    seqs: list[int] = []
    drained = False
    while True:
        for event in subscriber.poll(0.1):
            if isinstance(event.data, Closed):
                return seqs
            if event.trial == TRIAL:
                seqs.append(event.seq)
        if not drained and worker.poll() is not None:
            expect_end(worker)
            hub.drain(TRIAL, 0, outbox)
            hub.publish(Closed(exit_code=0, seconds=1.0))
            drained = True


def start(way: str, endpoint: str, fault: Fault, told: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, str(SENDER), way, endpoint, str(fault.count), fault.name]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert worker.stdin is not None
    with worker.stdin as stream:
        stream.write(told)
    return worker


def expect_end(worker: subprocess.Popen[str]) -> None:
    if worker.wait() not in (0, -signal.SIGKILL):
        raise SystemExit(f"the sender ended with {worker.returncode}: nothing was measured")


def row(fault: Fault) -> tuple[str, bool]:
    """A line of the table, and whether this project lost nothing."""
    with tempfile.TemporaryDirectory() as name:
        plain = [by_plain_socket(way, fault, Path(name)) for way in ("pub", "push")]
        logged, seen = by_tournament(fault, Path(name))
    told = " | ".join(map(str, (*plain, logged, seen)))
    whole = logged.is_all(fault.count) and seen.is_all(fault.count)
    return f"| {fault.name} | {fault.count:,} | {told} |", whole


def main(arguments: list[str]) -> int:
    share = float(arguments[0]) if arguments else 1.0
    print("| fault | sent | PUB/SUB | PUSH/PULL | tournament, log | tournament, subscriber |")
    print("|---|---|---|---|---|---|")
    whole = True
    for fault in FAULTS:
        text, kept = row(Fault(fault.name, max(1, int(fault.count * share))))
        print(text, flush=True)
        whole &= kept
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
