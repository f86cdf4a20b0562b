"""The hub: takes in events, makes them durable, numbers them, publishes them; in its own thread.

The match uses it from its threads; workers and subscribers reach it at its `endpoints`.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from ..errors import BusError
from ..process.held import Held
from ..record.events import SPEAKERS, AnyEvent, kind, make_event
from ..record.fields import Payload
from ..record.log import LogWriter
from .admission import Attempt
from .conduct import Counters
from .endpoints import Endpoints, gallery_addresses, make_endpoints
from .exchange import Exchange
from .gate import Gate
from .inbox import Inbox
from .jobs import Drain, Drained, Errand, Job, Statement
from .keyring import Keyring
from .keys import Access
from .outbox import read_outbox
from .wire import complaint, sealed

__all__ = ["Drained", "Hub"]


class Hub:
    """The hub of `run`: `log` is its event log, which stays the caller's to close.

    `remote` is `tcp://host:port`, where monitors listed in `keyring` may watch: live at that port,
    replays at the next. What was refused is noted in `rejected.jsonl` in `folder`. Start it, or use
    it as a context manager. Every method may be called from any thread. When the log cannot be
    written the hub stops: nothing is acknowledged any more, `failure` says why, and every method
    raises BusError.
    """

    def __init__(
        self,
        run: str,
        folder: Path,
        log: LogWriter,
        remote: str | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self.run = run
        self._folder = folder
        self._log = log
        self._remote = gallery_addresses(remote) if remote else None
        self._keyring = keyring
        self._lock = threading.Lock()
        self._inbox: Inbox[Job] = Inbox()
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="hub", daemon=True)
        self._exchange: Exchange | None = None
        self._workers: dict[Attempt, str] = {}
        self._sockets: tuple[Held, Endpoints] | None = None
        self._open = False
        self._failure: Exception | None = None
        self._failure_told = False

    def start(self) -> None:
        """Bind the sockets and begin. Raises BusError, and LogError when the log is damaged."""
        place, endpoints = make_endpoints()
        try:
            self._exchange = Exchange(
                self.run,
                self._folder,
                self._log,
                endpoints,
                self._inbox,
                self._remote,
                self._keyring,
            )
        except BaseException:
            place.release()
            raise
        self._sockets = place, endpoints
        self._open = True
        self._thread.start()

    @property
    def endpoints(self) -> Endpoints:
        """Where workers and subscribers connect. Raises BusError before the start."""
        if self._sockets is None:
            raise BusError("the hub has no endpoints before it is started")
        return self._sockets[1]

    @property
    def _gate(self) -> Gate:
        if self._exchange is None:
            raise BusError("the hub is not running")
        return self._exchange.gate

    @property
    def failure(self) -> Exception | None:
        """What ended the hub's work, None while all is well."""
        return self._failure

    @property
    def stops(self) -> int:
        """How often operators asked to stop; twice is without waiting."""
        return self._exchange.stops if self._exchange else 0

    @property
    def trouble(self) -> str:
        """Why nothing can be made durable for now, such as a full disk; empty while all is well."""
        return self._exchange.trouble if self._exchange else ""

    @property
    def counters(self) -> Counters:
        """What has happened on the sockets so far."""
        return replace(self._exchange.intake.counters) if self._exchange else Counters()

    def admit(self, trial: str, attempt: int) -> Access:
        """Keys with which one process can speak for this attempt; in force when this returns."""
        access = self._gate.new_access("worker")
        key = access.keys.public
        self._submit(Errand(lambda intake: intake.admit(trial, attempt, key))).result()
        self._workers[trial, attempt] = key
        return access

    def withdraw(self, trial: str, attempt: int) -> None:
        """Nobody speaks for this attempt any more; in force when this returns."""
        self._submit(Errand(lambda intake: intake.withdraw(trial, attempt))).result()
        if (key := self._workers.pop((trial, attempt), None)) is not None:
            self._gate.forget("worker", key)

    def new_monitor(self) -> Access:
        """Keys with which one process can read everything that is published."""
        return self._gate.new_access("monitor")

    def new_operator(self) -> Access:
        """Keys with which one process can stop the run."""
        return self._gate.new_access("operator")

    def publish(self, payload: Payload) -> Future[AnyEvent]:
        """Log and publish an event of the match; returns at once.

        The future gives the event with its offset as soon as it is durable. What one thread
        publishes keeps its order. Raises BusError when the payload is not for the match to say, or
        cannot be written as JSON and read back.
        """
        if SPEAKERS.get(kind(payload)) != "match":
            raise BusError(f"only a worker says {kind(payload)!r}")
        try:
            event = make_event(payload, run=self.run, seq=0, t=time.time())
            sealed(event)
        except ValidationError as error:
            raise BusError(f"{kind(payload)!r} cannot be published: {complaint(error)}") from error
        return self._submit(Statement(event))

    def drain(self, trial: str, attempt: int, outbox: Path) -> Drained:
        """After a worker died: take in what its outbox holds and the hub had not received.

        Returns when all of it is durable, and before anything that is published afterwards.
        Draining again is harmless. Raises BusError when the outbox cannot be read; whoever calls
        this should make known what `problem` of the result says.
        """
        drained: Drained = self._submit(Drain((trial, attempt), read_outbox(outbox))).result()
        return drained

    def close(self) -> None:
        """Carry out what was asked, take in what has come, and end. Closing twice is harmless.

        Raises BusError when the hub had failed and no other call has said so.
        """
        with self._lock:
            if self._closed:
                return
            self._open, self._closed = False, True
        if self._sockets is not None:
            self._inbox.ring()
            self._thread.join()
            self._sockets[0].release()
        self._inbox.close()
        if self._failure is not None and not self._failure_told:
            raise self._told()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _submit(self, job: Job) -> Future[Any]:
        with self._lock:
            if self._failure is not None:
                raise self._told()
            if not self._open:
                raise BusError("the hub is not running")
            self._inbox.put(job)
        return job.future

    def _told(self) -> BusError:
        self._failure_told = True
        return self._stopped()

    def _stopped(self) -> BusError:
        error = BusError(f"the hub has stopped: {self._failure or 'it was closed'}")
        error.__cause__ = self._failure
        return error

    def _live(self) -> None:
        """The hub's thread."""
        assert self._exchange is not None
        try:
            while self._open:
                self._exchange.turn()
            self._exchange.finish()
        except Exception as error:  # noqa: BLE001 - whatever ends this thread must reach the match
            with self._lock:
                self._failure = error
        finally:
            with self._lock:
                self._open = False
            self._exchange.close(self._stopped())
