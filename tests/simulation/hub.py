"""The hub of the simulation: the real intake, ledger and log, without sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from tournament.bus.intake import Append, Intake, Output, Reject, Send
from tournament.bus.jobs import Job
from tournament.bus.ledger import Ledger
from tournament.bus.wire import frames
from tournament.record.events import AnyEvent
from tournament.record.log import LogWriter, NoRoomError, read_line

from .disk import Disk
from .network import Network
from .promises import Promises
from .worker import RUN, Worker
from .world import World

PIECE = 20
"""Events of one piece of a replay."""


class Hub:
    """Takes in jobs and messages, commits, answers and publishes."""

    def __init__(
        self, world: World, network: Network, disk: Disk, promises: Promises,
        worker_of: Callable[[bytes], Worker | None], show: Callable[[AnyEvent], None],
    ) -> None:  # fmt: skip
        self._world, self._network, self._promises = world, network, promises
        self._worker_of, self._show = worker_of, show
        self._disk = disk
        self.log = LogWriter(Path("events.jsonl"), disk.open)
        self.past = [read_line(line)[0] for line in bytes(disk.log).split(b"\n")[:-1]]
        self._intake = Intake(RUN)
        self._intake.committed(self.past)
        self._ledger = Ledger(self._intake, self.log)
        self._jobs: deque[Job] = deque()
        self._worked: list[Job] = []
        self._mailbox: deque[tuple[bytes, str, list[bytes]]] = deque()
        self.trouble = False

    def ask(self, job: Job) -> None:
        self._jobs.append(job)

    def post(self, message: tuple[bytes, str, list[bytes]]) -> None:
        self._mailbox.append(message)

    @property
    def last(self) -> int | None:
        """The offset of the last durable event, as a beat tells it."""
        return self.log.next_offset - 1 if self.log.next_offset else None

    def piece(self, since: int) -> tuple[list[AnyEvent], int, bool]:
        """The answer to a request for a replay."""
        lines = bytes(self._disk.durable).split(b"\n")[:-1]
        part = [read_line(line)[0] for line in lines[since : since + PIECE]]
        following = since + len(part)
        return part, following, following < len(lines)

    def turn(self) -> None:
        """Take in some of what waits, and commit it. Raises LogError when the log is broken."""
        if not self.trouble:
            for _ in range(self._world.rng.randint(1, 9)):
                self._take_job()
                self._take_message()
        self._commit()

    def _take_job(self) -> None:
        if self._jobs:
            job = self._jobs.popleft()
            for output in job.outputs(self._intake):
                self._carry_out(output)
            self._worked.append(job)

    def _take_message(self) -> None:
        if self._mailbox:
            for output in self._intake.received(*self._mailbox.popleft()):
                self._carry_out(output)

    def _carry_out(self, output: Output) -> None:
        match output:
            case Append(event=event):
                self._ledger.add(event)
            case Send(connection=connection, message=message):
                self._answer(connection, message)
            case Reject(reason=reason):
                self._world.tell(f"the hub refuses: {reason}")
            case _:
                return

    def _answer(self, connection: bytes, message: object) -> None:
        worker = self._worker_of(connection)
        if worker is not None:
            self._promises.sent(worker.life, message)
            self._network.send(worker.life[0], frames(message), worker.heard)  # type: ignore[arg-type]

    def _commit(self) -> None:
        try:
            committed = self._ledger.commit()
        except NoRoomError:
            self.trouble = True
            return
        self.trouble = False
        for output in committed.outputs:
            self._carry_out(output)
        for event in committed.events:
            self._promises.shown(event)
            self._show(event)
        worked, self._worked = self._worked, []
        for job in worked:
            job.settle()
