"""A worker of the simulation: the real protocol around a script instead of training."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tournament.bus.outgoing import Outgoing
from tournament.bus.wire import Hello, frames, sealed
from tournament.record.events import make_event
from tournament.record.fields import Payload
from tournament.record.payloads import (
    Accepted,
    Check,
    Failed,
    File,
    Finished,
    Preparing,
    Progress,
    Ready,
    Stopped,
)

from .disk import Disk
from .network import Network
from .promises import Life, Promises
from .scenario import Part
from .world import PromiseError, World

RUN = "simulated"
FILE = File(name="x", sha256="0" * 64, bytes=1)
READY = Ready(metrics=("a",), device="cpu", threads=1, seconds=1.0, steps=(), report={},
              versions={})  # fmt: skip
LAST_ACKS = 30.0

Post = Callable[[tuple[bytes, str, list[bytes]]], None]


class Worker:
    """One process, of one attempt. `code` and `signal` say how it ended."""

    def __init__(
        self, world: World, network: Network, disk: Disk, promises: Promises, life: Life,
        part: Part, behind: tuple[int, int] | None, checks: int, post: Post,
    ) -> None:  # fmt: skip
        self.life, self.part = life, part
        self.key = f"key of {life[0]}, {life[1]}"
        self.alive = True
        self.code: int | None = None
        self.signal: str | None = None
        self.output = 0
        self._world, self._network, self._disk, self._promises = world, network, disk, promises
        self._post = post
        promises.begins(life)
        self._outgoing = Outgoing()
        self._outbox = disk.outboxes.setdefault(life, [])
        self._checks, self._epoch = checks, behind[1] if behind else 0
        self._anew = behind is None
        self._connections = 0
        self._temper = part.tempers[min(life[1], len(part.tempers)) - 1]
        self._script = self._live()
        self._leaves_at: float | None = None

    def start(self) -> None:
        self._world.later(0.1, self._step)

    @property
    def connection(self) -> bytes:
        return f"{self.life[0]}-{self.life[1]}-{self._connections}".encode()

    def reconnect(self) -> None:
        self._connections += 1

    def die(self, signal: str | None, code: int | None = None) -> None:
        if self.alive:
            self.alive, self.signal, self.code = False, signal, code
            self._world.tell(f"{self.life} ends: {signal or code}")

    def terminate(self) -> None:
        if self._temper != "deaf":
            self.die("SIGTERM")

    def heard(self, message: list[bytes]) -> None:
        """Something has come from the hub."""
        if not self.alive:
            return
        self._outgoing.heard(message)
        if self._outgoing.refusal is not None:
            raise PromiseError(f"{self.life} was refused: {self._outgoing.refusal}")

    def _step(self) -> None:
        if not self.alive:
            return
        payload = next(self._script, None) if not self._outgoing.full else None
        if payload is not None:
            self._publish(payload)
        self._send()
        if self._leaves_at is not None and (
            self._outgoing.outstanding == 0 or self._world.now > self._leaves_at
        ):
            self.die(None, 0)
        self._world.later(self._world.rng.uniform(0.2, 1.2), self._step)

    def _publish(self, payload: Payload) -> None:
        trial, attempt = self.life
        seq = self._outgoing.next_seq
        event = make_event(
            payload, run=RUN, trial=trial, attempt=attempt, seq=seq, t=self._world.wall
        )
        body = sealed(event)
        self._outbox.append(body)
        self._outgoing.add(body)
        self._promises.published(self.life, payload)
        self._world.tell(f"{self.life} publishes {seq}: {event.type}")

    def _send(self) -> None:
        now = self._world.now
        if self._outgoing.hello_due(now):
            self._say(frames(Hello(run=RUN, trial=self.life[0], attempt=self.life[1])))
            self._outgoing.hello_sent(now)
        while (body := self._outgoing.unsent()) is not None:
            self._say([b"event", body])
            self._outgoing.sent()

    def _say(self, message: list[bytes]) -> None:
        self._network.send(self.life[0], (self.connection, self.key, message), self._post)

    def _live(self) -> Iterator[Payload | None]:
        yield Accepted(device="cpu")
        yield Preparing(what="data", done=1, total=1)
        yield READY
        while self._outgoing.order is None:
            yield None
        if self._anew and self._outgoing.order == "start":
            yield self._check()
        while self._outgoing.order != "stop" and self._epoch < self.part.epochs:
            yield from self._train()
            if not self.alive or self._leaves_at is not None:
                return
        if self._outgoing.order == "stop":
            yield self._last(Stopped(epoch=self._epoch, checkpoint=None))
        else:
            yield self._last(Finished(epochs=self._epoch, seconds=self._world.now))

    def _train(self) -> Iterator[Payload | None]:
        """One epoch, or what comes instead of it."""
        self._epoch += 1
        yield Progress(epoch=self._epoch, batch=1, batches=1, seconds=self._world.now, figures={})
        match self._temper:
            case "dies":
                self.die("SIGSEGV")
            case "loud":
                self.output = 10**12
            case "breaks":
                yield self._last(Failed(reason="it broke", kind="ValueError"))
                return
            case "full":
                yield self._last(Failed(reason="no room", kind="OSError", transient=True))
                return
        while self._temper in ("hangs", "deaf", "dies", "loud"):
            yield None
        yield self._check()

    def _last(self, payload: Payload) -> Payload:
        self._leaves_at = self._world.now + LAST_ACKS
        return payload

    def _check(self) -> Check:
        index, self._checks = self._checks, self._checks + 1
        self._disk.checkpoints.setdefault(self.life[0], []).append(index)
        value = 1.5 if self._epoch >= self.part.peak else 0.5
        return Check(
            index=index, epoch=self._epoch, metrics={"a": value}, checkpoint=FILE, samples=FILE,
            seconds=self._world.now, evaluation_seconds=0.0, cpu_seconds=0.0,
        )  # fmt: skip
