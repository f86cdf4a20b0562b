"""One turn of the hub: take in what waits, make it durable, and only then answer and publish.

Owns the hub's sockets and everything else that its thread uses; only that thread may use it. While
a batch is being written the next one gathers, so batches grow with the load (group commit).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path

import zmq

from ..errors import BusError
from ..record.log import LogWriter, NoRoomError, read_log
from .endpoints import Endpoints
from .gallery import Gallery, probe_gallery
from .gate import Gate
from .inbox import Inbox
from .intake import Append, Drop, Intake, Output, Reject, Send
from .jobs import Job
from .keyring import Keyring
from .ledger import Ledger
from .rejects import Rejects
from .replay import Pages
from .requests import Requests
from .sockets import Context, hub_router, receive_known, send
from .wire import (
    BEAT_SECONDS,
    BEAT_TOPIC,
    Accepted,
    Answer,
    Beat,
    StopRun,
    frames,
    topic,
)

BATCH = 256
"""So many messages of workers, and so many events of the match, are taken in one turn."""

RETRY = 0.2
"""Seconds between two tries to write to a full disk."""

LAST_PATIENCE = 60.0
"""Seconds that a closing hub waits for room on a full disk."""

FAREWELL = 1.5
"""Seconds without a request after which a closing hub lets its remote subscribers go."""

LONGEST_FAREWELL = 30.0
"""Seconds after which it does so at any rate."""

LAST_TURNS = 100
"""Turns in which a closing hub still takes in what workers have sent."""


class Exchange:
    """Binds the sockets at once; raises BusError where that fails.

    What the log holds already is remembered: offsets go on, and decisions stay in force. `remote`:
    live and replay addresses over TCP, for monitors that the `keyring` lists.
    """

    def __init__(
        self,
        run: str,
        folder: Path,
        log: LogWriter,
        endpoints: Endpoints,
        inbox: Inbox[Job],
        remote: tuple[str, str] | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self.intake = Intake(run)
        self.intake.committed(list(read_log(log.path)))
        self.rejects = Rejects(folder / "rejected.jsonl", self.intake.counters)
        self._log = log
        self._inbox = inbox
        self._working: tuple[Job, Iterator[Output]] | None = None
        self._worked: list[Job] = []
        self.trouble = ""
        """Why nothing can be made durable for now; empty while all is well."""
        self._ledger = Ledger(self.intake, log)
        self._beat_at = 0.0
        self._pages = Pages(log.path)
        self._context: Context = zmq.Context()
        self._remote = remote
        self._poller = zmq.Poller()
        self.stops = 0
        """How often operators asked to stop; twice is without waiting."""
        try:
            self.gate = _gate(self._context, remote, keyring)
            self._bind(endpoints)
        except BaseException:
            self._context.destroy(linger=0)
            self._pages.close()
            raise

    def _bind(self, endpoints: Endpoints) -> None:
        counters, rejects = self.intake.counters, self.rejects
        try:
            self._ingest = hub_router(self._context, self.gate, "worker", endpoints.ingest)
            operators = hub_router(self._context, self.gate, "operator", endpoints.control)
            self._control = Requests(
                "control", operators, StopRun, self._asked_to_stop, counters, rejects
            )
            self._near = self._gallery((endpoints.live, endpoints.replay))
            self._far = self._gallery(self._remote) if self._remote else None
            if self._remote is not None:
                probe_gallery(self._context, self.gate, self._remote)
        except BaseException:
            self.gate.close()
            raise
        for source in (self._ingest, operators, self._inbox.fileno()):
            self._poller.register(source, zmq.POLLIN)

    def _gallery(self, addresses: tuple[str, str]) -> Gallery:
        counters = self.intake.counters
        gallery = Gallery(self._context, self.gate, addresses, self._pages, counters, self.rejects)
        for socket in gallery.sockets:
            self._poller.register(socket, zmq.POLLIN)
        return gallery

    @property
    def _galleries(self) -> list[Gallery]:
        return [gallery for gallery in (self._near, self._far) if gallery is not None]

    def _asked_to_stop(self, asked: StopRun) -> tuple[Answer]:
        self.stops += 2 if asked.now else 1
        return (Accepted(),)

    def _close_revoked(self) -> None:
        """When a key is not listed any more, end all remote connections; others come back."""
        if self._far is not None and self.gate.revoked():
            for socket in self._far.sockets:
                self._poller.unregister(socket)
            self._far.close()
            self._far = None
        if self._far is None and self._remote is not None:
            with suppress(BusError):  # The ports are free a moment later: tried at each beat.
                self._far = self._gallery(self._remote)

    def turn(self) -> int:
        """Wait until something comes or a beat is due, and deal with it.

        Gives how many messages and outputs there were. Raises LogError when the log cannot be
        written: then nothing of this turn was acknowledged, ordered or published.
        """
        if self.trouble:
            return self._wait_for_room()
        waiting = 0.0 if self._busy else max(0.0, self._beat_at - time.monotonic())
        self._poller.poll(ceil(waiting * 1000))
        self._inbox.hush()
        handled = self._work() + self._listen()
        self._commit()
        return handled + self._control.serve() + self._attend()

    def _wait_for_room(self) -> int:
        """The disk is full: nothing is taken in, acknowledged or ordered until it is not."""
        time.sleep(RETRY)
        self._commit()
        return self._control.serve() + self._attend()

    def _attend(self) -> int:
        """Serve those who watch; gives how many messages that were."""
        served = sum(gallery.serve() for gallery in self._galleries)
        greetings = [gallery.greet() for gallery in self._galleries]
        self._beat(greeted=any(greetings))
        return served

    def finish(self) -> None:
        """Carry out every job, and take in what workers have sent until now.

        Raises NoRoomError when the disk stays full.
        """
        self._beat_at = 0.0
        until = time.monotonic() + LAST_PATIENCE
        while self._busy or self.trouble:
            self.turn()
            if self.trouble and time.monotonic() > until:
                raise NoRoomError(self.trouble)
        for _ in range(LAST_TURNS):
            self._beat_at = 0.0
            if not self.turn():
                break
        if self.gate.let_in:
            self._see_off()

    def _see_off(self) -> None:
        """Who is far away has no file to read the end from: answer while requests come."""
        last = time.monotonic() + LONGEST_FAREWELL
        until = time.monotonic() + FAREWELL
        while (now := time.monotonic()) < min(until, last):
            self._beat_at = min(self._beat_at, min(until, last))
            if self.turn():
                until = now + FAREWELL

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
        while len(self._ledger) < BATCH:
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
                self._ledger.add(event)
            case Send(connection=connection, message=message):
                if not send(self._ingest, [connection, *frames(message)]):
                    self.intake.counters.undelivered += 1
            case Reject(connection=connection, reason=reason, body=body):
                self.rejects.write("ingest", connection, reason, body)
            case Drop(connection=connection):
                self.rejects.write("ingest", connection, "ignored from now on", b"")

    def _commit(self) -> None:
        """Log first; then acks, orders, the live stream and the futures of jobs."""
        try:
            committed = self._ledger.commit()
        except NoRoomError as error:
            self.trouble = str(error)
            return
        self.trouble = ""
        self._pages.add(committed.lines)
        for output in committed.outputs:
            self._carry_out(output)
        for event, line in zip(committed.events, committed.lines, strict=True):
            self._publish([topic(event), line])
        worked, self._worked = self._worked, []
        for job in worked:
            job.settle()

    def _beat(self, *, greeted: bool) -> None:
        """Tell the last offset when it is time, or at once to somebody who is new."""
        now = time.monotonic()
        if greeted or now >= self._beat_at:
            last = self._log.next_offset - 1
            beat = Beat(offset=last if last >= 0 else None)
            self._publish([BEAT_TOPIC, beat.model_dump_json().encode()])
        if now >= self._beat_at:
            self._close_revoked()
            self._beat_at = now + BEAT_SECONDS

    def _publish(self, message: list[bytes]) -> None:
        for gallery in self._galleries:
            gallery.publish(message)


def _gate(context: Context, remote: tuple[str, str] | None, keyring: Keyring | None) -> Gate:
    """The hub's gate. Raises BusError where something is to be reached over TCP without keys."""
    if remote is None:
        return Gate(context)
    if keyring is None or not keyring.public():
        raise BusError(
            f"{remote[0]} is not opened: no key of a monitor is listed; make one with `tournament "
            "keys new NAME`"
        )
    return Gate(context, keyring.server(), keyring.public)
