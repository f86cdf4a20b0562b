"""Events: the only thing that crosses processes or reaches the log.

An event is an envelope (who, when, which number) around one payload.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from .fields import Count, Name, Payload
from .payloads import (
    Accepted,
    Check,
    Claim,
    Closed,
    Ended,
    Exam,
    Examined,
    Failed,
    Finished,
    Interrupted,
    Note,
    Notice,
    Opened,
    Overdue,
    Preparing,
    Problems,
    Progress,
    Ready,
    Rejected,
    Resumed,
    Retry,
    Sealed,
    Spawned,
    Start,
    Stop,
    Stopped,
    Verdict,
)

VERSION = 1

T = TypeVar("T", bound=str)
P = TypeVar("P", bound=Payload)


class Event(BaseModel, Generic[T, P]):
    """An envelope around one payload.

    `trial` is None for the match and the referee. `seq` numbers the events of one attempt from 1.
    `offset` numbers all events of the run from 0; the hub gives it. `t` is the wall clock in
    seconds since 1970, for people; nothing is decided by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    v: Literal[1] = 1
    run: str
    trial: Name | None
    attempt: Count
    seq: Count
    offset: Count | None = None
    t: float
    type: T
    data: P


AnyEvent = Annotated[
    Event[Literal["accepted"], Accepted]
    | Event[Literal["preparing"], Preparing]
    | Event[Literal["ready"], Ready]
    | Event[Literal["problems"], Problems]
    | Event[Literal["note"], Note]
    | Event[Literal["progress"], Progress]
    | Event[Literal["check"], Check]
    | Event[Literal["finished"], Finished]
    | Event[Literal["stopped"], Stopped]
    | Event[Literal["failed"], Failed]
    | Event[Literal["opened"], Opened]
    | Event[Literal["notice"], Notice]
    | Event[Literal["spawned"], Spawned]
    | Event[Literal["overdue"], Overdue]
    | Event[Literal["interrupted"], Interrupted]
    | Event[Literal["ended"], Ended]
    | Event[Literal["resumed"], Resumed]
    | Event[Literal["sealed"], Sealed]
    | Event[Literal["examined"], Examined]
    | Event[Literal["closed"], Closed]
    | Event[Literal["start"], Start]
    | Event[Literal["claim"], Claim]
    | Event[Literal["exam"], Exam]
    | Event[Literal["rejected"], Rejected]
    | Event[Literal["retry"], Retry]
    | Event[Literal["stop"], Stop]
    | Event[Literal["verdict"], Verdict],
    Field(discriminator="type"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)

WORKER_SAYS = (
    Accepted, Preparing, Ready, Problems, Note, Progress, Check, Finished, Stopped, Failed,
)  # fmt: skip
MATCH_SAYS = (
    Opened, Notice, Spawned, Overdue, Interrupted, Resumed, Ended, Sealed, Examined, Closed,
    Start, Claim, Exam, Rejected, Retry, Stop, Verdict,
)  # fmt: skip
DECISIONS = (Start, Claim, Exam, Rejected, Retry, Stop, Verdict)
"""What the referee says: it follows from the events before it, and from nothing else."""


def kind(payload: Payload | type[Payload]) -> str:
    """The `type` of the events that carry this payload: its class name in lower case."""
    cls = payload if isinstance(payload, type) else type(payload)
    return cls.__name__.lower()


SPEAKERS: dict[str, Literal["worker", "match"]] = {
    **{kind(cls): "worker" for cls in WORKER_SAYS},
    **{kind(cls): "match" for cls in MATCH_SAYS},
}
"""Who may send an event of each type."""


def make_event(
    payload: Payload,
    *,
    run: str,
    seq: int,
    t: float,
    trial: str | None = None,
    attempt: int = 0,
    offset: int | None = None,
) -> AnyEvent:
    """An event around `payload`. Raises pydantic's ValidationError when a field is out of range."""
    return EVENT.validate_python(
        {
            "run": run, "trial": trial, "attempt": attempt, "seq": seq, "offset": offset, "t": t,
            "type": kind(payload), "data": payload,
        }
    )  # fmt: skip


def read_event(line: bytes | str) -> AnyEvent:
    """The event in one line of JSON. Raises pydantic's ValidationError."""
    return EVENT.validate_json(line)


def write_event(event: AnyEvent) -> bytes:
    """One line of JSON without its newline."""
    return EVENT.dump_json(event)
