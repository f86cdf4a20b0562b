"""A worker process that sends numbered events: by a plain socket of ZeroMQ, or by this project's.

`python sender.py WAY ENDPOINT COUNT FAULT`. WAY is `pub`, `push` or `tournament`. FAULT is one of

- `connect`: sends as soon as it has connected;
- `killed`: sends SIGKILL to itself as soon as the last call that sends has returned;
- `overload`: sends as fast as it can.

So that nothing else is to blame, a sender of `pub` waits for a subscription before the last two,
and before `killed` it has a queue without limit. Who is not killed closes as one should, which
waits for what is under way. A sender of `tournament` reads from the standard input its keys and
where its outbox is to be.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import zmq

from tournament.bus import Publisher
from tournament.bus.keys import Access
from tournament.bus.wire import sealed
from tournament.record.events import make_event
from tournament.record.payloads import Progress

RUN, TRIAL = "neighbours", "a"
FIGURES = Progress(epoch=3, batch=40, batches=500, seconds=12.5, figures={"loss": 0.25})


def main(arguments: list[str]) -> int:
    way, endpoint, count, fault = arguments
    if way == "tournament":
        publish(endpoint, int(count), fault)
    else:
        send_plainly(way, endpoint, int(count), fault)
    return 0


def publish(endpoint: str, count: int, fault: str) -> None:
    access, outbox = Access.read(sys.stdin.readline()), Path(sys.stdin.readline().strip())
    publisher = Publisher(endpoint, RUN, TRIAL, 0, access, outbox)
    for _ in range(count):
        publisher.publish(FIGURES)
    die_if_told(fault)
    publisher.close(timeout=60)


def send_plainly(way: str, endpoint: str, count: int, fault: str) -> None:
    bodies = [body(seq) for seq in range(1, count + 1)]
    with zmq.Context() as context:
        socket = context.socket(zmq.XPUB if way == "pub" else zmq.PUSH)
        if way == "pub" and fault == "killed":
            socket.sndhwm = 0
        socket.connect(endpoint)
        if way == "pub" and fault != "connect":
            socket.recv()  # An XPUB is a PUB that can be asked whether somebody subscribed.
        for each in bodies:
            socket.send(each)
        die_if_told(fault)
        socket.close()


def body(seq: int) -> bytes:
    return sealed(make_event(FIGURES, run=RUN, trial=TRIAL, seq=seq, t=1.5))


def die_if_told(fault: str) -> None:
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
