"""One turn of the hub: take in what waits, make it durable, and only then answer and publish.

Owns the hub's sockets and everything else that its thread uses; only that thread may use it. While
a batch is being written the next one gathers, so batches grow with the load (group commit).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import zmq

from ..record.events import AnyEvent
from ..record.log import LogWriter, read_log
from .endpoints import Endpoints
from .gate import Gate
from .inbox import Inbox
from .intake import Append, Drop, Intake, Output, Reject, Send
from .jobs import Job
from .rejects import Rejects
from .replay import Pages, Replayer
from .sockets import Context, Socket, hub_live, hub_router, receive, receive_known, send
from .wire import BEAT_SECONDS, BEAT_TOPIC, Beat, frames, topic

BATCH = 256
"""So many messages of workers, and so many events of the match, are taken in one turn."""

LAST_TURNS = 100
"""Turns in which a closing hub still takes in what workers have sent."""


class Exchange:
    """Binds the sockets at once; raises BusError where that fails.

    What the log holds already is remembered: offsets go on, and decisions stay in force.
    """

    def __init__(
        self, run: str, folder: Path, log: LogWriter, endpoints: Endpoints, inbox: Inbox[Job]
    ) -> None:
        self.intake = Intake(run)
        self.intake.committed(list(read_log(log.path)))
        self.rejects = Rejects(folder / "rejected.jsonl", self.intake.counters)
        self._log = log
        self._inbox = inbox
        self._working: tuple[Job, Iterator[Output]] | None = None
        self._worked: list[Job] = []
        self._events: list[AnyEvent] = []
        self._beat_at = 0.0
        self._pages = Pages(log.path)
        self._context: Context = zmq.Context()
        self.gate = Gate(self._context)
        self._ingest, self._live, self._replay = self._bind(endpoints)
        self._replayer = Replayer(self._replay, self._pages, self.intake.counters, self.rejects)
        self._poller = zmq.Poller()
        for source in (self._ingest, self._live, self._replay, inbox.fileno()):
            self._poller.register(source, zmq.POLLIN)

    def _bind(self, endpoints: Endpoints) -> tuple[Socket, Socket, Socket]:
        try:
            return (
                hub_router(self._context, self.gate, "worker", endpoints.ingest),
                hub_live(self._context, self.gate, endpoints.live),
                hub_router(self._context, self.gate, "monitor", endpoints.replay),
            )
        except BaseException:
            self.gate.close()
            self._context.destroy(linger=0)
            self._pages.close()
            raise

    def turn(self) -> int:
        """Wait until something comes or a beat is due, and deal with it.

        Gives how many messages and outputs there were. Raises LogError when the log cannot be
        written: then nothing of this turn was acknowledged, ordered or published.
        """
        waiting = 0.0 if self._busy else max(0.0, self._beat_at - time.monotonic())
        self._poller.poll(ceil(waiting * 1000))
        self._inbox.hush()
        handled = self._work() + self._listen()
        self._commit()
        handled += self._replayer.serve()
        self._beat(greeted=self._greet())
        return handled

    def finish(self) -> None:
        """Carry out every job, and take in what workers have sent until now."""
        self._beat_at = 0.0
        while self._busy:
            self.turn()
        for _ in range(LAST_TURNS):
            self._beat_at = 0.0
            if not self.turn():
                return

    def close(self, reason: Exception) -> None:
        """Close the sockets; jobs that were not settled fail for `reason`."""
        jobs = self._worked
        if self._working is not None:
            jobs.append(self._working[0])
        while (job := self._inbox.take()) is not None:
            jobs.append(job)
        for job in jobs:
            job.future.set_exception(reason)
        self._pages.close()
        self.gate.close()
        self._context.destroy()

    @property
    def _busy(self) -> bool:
        return self._working is not None or len(self._inbox) > 0

    def _work(self) -> int:
        """Carry out jobs of the match, up to a batch of events."""
        outputs = 0
        while len(self._events) < BATCH:
            if self._working is None:
                job = self._inbox.take()
                if job is None:
                    break
                self._working = job, job.outputs(self.intake)
            output = next(self._working[1], None)
            if output is None:
                self._worked.append(self._working[0])
                self._working = None
                continue
            self._carry_out(output)
            outputs += 1
        return outputs

    def _listen(self) -> int:
        """Take in messages of workers, up to a batch of them."""
        for taken in range(BATCH):
            received = receive_known(self._ingest)
            if received is None:
                return taken
            for output in self.intake.received(received.connection, received.key, received.frames):
                self._carry_out(output)
        return BATCH

    def _carry_out(self, output: Output) -> None:
        match output:
            case Append(event=event):
                self._events.append(event)
            case Send(connection=connection, message=message):
                if not send(self._ingest, [connection, *frames(message)]):
                    self.intake.counters.undelivered += 1
            case Reject(connection=connection, reason=reason, body=body):
                self.rejects.write("ingest", connection, reason, body)
            case Drop(connection=connection):
                self.rejects.write("ingest", connection, "ignored from now on", b"")

    def _commit(self) -> None:
        """Log first; then acks, orders, the live stream and the futures of jobs."""
        events, worked = self._events, self._worked
        lines = self._log.append(events)
        self._pages.add(lines)
        for output in self.intake.committed(events):
            self._carry_out(output)
        for event, line in zip(events, lines, strict=True):
            send(self._live, [topic(event), line])
        self._events, self._worked = [], []
        for job in worked:
            job.settle()

    def _greet(self) -> bool:
        """Read what subscribers send; true when one has just subscribed."""
        greeted = False
        for _ in range(BATCH):
            received = receive(self._live)
            if received is None:
                break
            if received[0][:1] not in (b"\x00", b"\x01"):
                self.intake.counters.malformed += 1
                self.rejects.write("live", b"", "expected a subscription", received[0])
            greeted |= received[0][:1] == b"\x01"
        return greeted

    def _beat(self, *, greeted: bool) -> None:
        """Tell the last offset when it is time, or at once to somebody who is new."""
        now = time.monotonic()
        if greeted or now >= self._beat_at:
            last = self._log.next_offset - 1
            beat = Beat(offset=last if last >= 0 else None)
            send(self._live, [BEAT_TOPIC, beat.model_dump_json().encode()])
            self._beat_at = now + BEAT_SECONDS
