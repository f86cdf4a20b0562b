"""What travels between processes: kinds of messages, their JSON, and their limits.

A message is the frames `[kind, body]`; the body is JSON in UTF-8.

| from, to           | kind    | body                                        |
|--------------------|---------|---------------------------------------------|
| worker to hub      | hello   | `Hello`                                     |
|                    | event   | an event without its offset                 |
| hub to worker      | welcome | `Welcome`: the last seq that the hub holds  |
|                    | ack     | `Ack`: all up to this seq is in the log     |
|                    | order   | `Order`                                     |
|                    | refused | `Refused`                                   |
| subscriber to hub  | replay  | `Replay`                                    |
| operator to hub    | stoprun | `StopRun`; answered by accepted or refused  |
| hub to subscriber  | chunk   | `Chunk`, and one more frame: lines of the log |

The live stream has frames `[topic, body]`: the topic of an event is `<type>/<trial or "match">/`,
its body is its line in the log. Once a second the topic `beat/` carries a `Beat`.

What a hub reads must fit exactly; readers of what a hub says ignore unknown keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import BusError
from ..record.events import AnyEvent, read_event, write_event
from ..record.fields import Count, Name

EVENT_LIMIT = 60 * 1024
"""The largest event of a worker, in bytes of JSON."""

FRAME_LIMIT = 64 * 1024
"""The largest frame that the hub takes in; a peer that sends a larger one is disconnected."""

FRAMES_LIMIT = 4
"""More frames than any message has; a reader keeps at most one more than that."""

CHUNK_EVENTS = 256
CHUNK_BYTES = 256 * 1024
"""A chunk of a replay holds at most so many lines and, unless it is a single line, bytes."""

BEAT_TOPIC = b"beat/"
BEAT_SECONDS = 1.0


class Request(BaseModel):
    """Something that a hub reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    v: Literal[1] = 1


class Hello(Request):
    """A worker says for which attempt it speaks; said at first and then every few seconds."""

    run: str
    trial: Name
    attempt: Count


class Replay(Request):
    """A subscriber asks for the events from offset `since` on."""

    since: Count


class StopRun(Request):
    """An operator asks the match to stop; `now`: without waiting for anybody."""

    now: bool = False


class Answer(BaseModel):
    """Something that a hub says."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Welcome(Answer):
    """The hub knows the worker and holds its events up to `seq`: go on behind it."""

    seq: Count


class Ack(Answer):
    """The worker's events up to `seq` are in the log."""

    seq: Count


class Order(Answer):
    """What the referee decided about this trial."""

    order: Literal["start", "stop"]


class Refused(Answer):
    """The hub does not accept what this peer said."""

    reason: str


class Accepted(Answer):
    """What an operator asked for will be done."""


class Beat(Answer):
    """The offset of the last event in the log, None while it is empty."""

    offset: Count | None


class Chunk(Answer):
    """A piece of a replay: its events end before offset `next`; `more` says that others follow."""

    next: Count
    more: bool


WorkerHears = Welcome | Ack | Order | Refused
_WORKER_HEARS: dict[bytes, type[WorkerHears]] = {
    b"welcome": Welcome,
    b"ack": Ack,
    b"order": Order,
    b"refused": Refused,
}


def frames(message: Request | Answer) -> list[bytes]:
    """The frames of a message. Its kind is its class name in lower case."""
    return [type(message).__name__.lower().encode(), message.model_dump_json().encode()]


def sealed(event: AnyEvent) -> bytes:
    """The JSON of an event, made sure that it reads back. Raises pydantic's ValidationError.

    What cannot be read back, such as a NaN in a field that must be finite, must not travel.
    """
    body = write_event(event)
    read_event(body)
    return body


def topic(event: AnyEvent) -> bytes:
    """Under what an event is published; the delimiter at its end makes prefixes exact."""
    return f"{event.type}/{event.trial or 'match'}/".encode()


def read_for_worker(received: Sequence[bytes]) -> WorkerHears:
    """The message that a hub sent to a worker. Raises BusError when it is none."""
    if len(received) == 2 and received[0] in _WORKER_HEARS:
        try:
            return _WORKER_HEARS[received[0]].model_validate_json(received[1])
        except ValidationError as error:
            raise BusError(f"the hub sent a malformed message: {complaint(error)}") from error
    raise BusError(f"the hub sent a message of an unknown kind: {bytes(received[0][:40])!r}")


def complaint(error: ValidationError) -> str:
    """What is wrong, in at most 500 characters, without repeating the input (it may be secret)."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    named = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found[:5])
    return "; ".join(named)[:500]
