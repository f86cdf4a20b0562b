"""Events: the only thing that crosses processes or reaches the log.

An event is an envelope (who, when, which number) around one payload. A payload class below is one
kind of event; its docstring says who sends it and when. Workers report; the match states facts that
only it can see; the referee decides. `SPEAKERS` is the table of who may say what.

Numbers: NaN and the infinities travel as the strings "NaN", "Infinity", "-Infinity", since JSON has
none. In memory they are floats. They are kept, never replaced, and never satisfy a criterion.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    TypeAdapter,
    ValidationInfo,
)

VERSION = 1
LARGEST = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8259, section 6)."""

NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _read_figure(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        if value not in NON_FINITE:
            raise ValueError(f"expected a number, or one of {', '.join(NON_FINITE)}; got {value!r}")
        return NON_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"expected a number, got {type(value).__name__}")
    if info.mode == "json" and not math.isfinite(value):
        raise ValueError('JSON has no such number; write it as a string, for example "NaN"')
    return float(value)


def _write_figure(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


Figure = Annotated[
    float,
    Field(allow_inf_nan=True),
    BeforeValidator(_read_figure),
    PlainSerializer(_write_figure, return_type=float | str, when_used="json"),
]
"""A number that may be NaN or infinite."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
LONGEST_TEXT = 8000


def _fitted(value: Any) -> Any:
    """Text that any reader can take: not too long, and without what UTF-8 does not have."""
    if not isinstance(value, str):
        return value
    clean = value.encode(errors="replace").decode()
    if len(clean) <= LONGEST_TEXT:
        return clean
    return f"{clean[: LONGEST_TEXT - 40]} ... ({len(clean) - LONGEST_TEXT + 40} more)"


Text = Annotated[str, BeforeValidator(_fitted), Field(max_length=LONGEST_TEXT)]
"""Words for people; what is too long is cut, and says so."""


class Payload(BaseModel):
    """What one kind of event says."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# --- a worker reports -----------------------------------------------------------------------------


class File(Payload):
    """A file in the trial's folder: its name there, its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    bytes: Count


class Step(Payload):
    """One piece of preparation: built or found in the cache; `seconds` include waiting."""

    what: str
    seconds: float
    cached: bool


class Accepted(Payload):
    """A worker can honour its part of the config, as far as its options tell. Now it prepares."""

    device: str


class Preparing(Payload):
    """A worker prepares: `done` of `total` of `what`."""

    what: Text
    done: Count
    total: Count


class Ready(Payload):
    """A worker has prepared and waits at the barrier."""

    metrics: tuple[str, ...]
    device: str
    threads: Count
    seconds: float
    steps: tuple[Step, ...]
    report: dict[str, JsonValue]
    versions: dict[str, str]


class Complaint(Payload):
    """A part of the config that a worker cannot honour; `key` is dotted from the config's top."""

    key: str
    message: Text


class Problems(Payload):
    """A worker cannot honour its part of the config, so the tournament must not start."""

    problems: tuple[Complaint, ...]


class Note(Payload):
    """Something that a reader of the report should know: a fallback, a skipped sample."""

    text: Text


class Progress(Payload):
    """A worker trains: `batch` batches into epoch `epoch` (from 1), `seconds` after the start.

    `batches` is how many an epoch has, 0 while unknown (during the first).
    """

    epoch: Count
    batch: Count
    batches: Count
    seconds: float
    figures: dict[str, Figure]


class Check(Payload):
    """One evaluation on validation data, after `epoch` epochs; index 0 is before training.

    `seconds`: since the start of the race; `evaluation_seconds` of them for this check.
    """

    index: Count
    epoch: Count
    metrics: dict[str, Figure]
    checkpoint: File
    samples: File
    seconds: float
    evaluation_seconds: float


class Finished(Payload):
    """A worker has trained all its epochs."""

    epochs: Count
    seconds: float


class Stopped(Payload):
    """A worker obeyed the order to stop, after `epoch` whole epochs."""

    epoch: Count
    checkpoint: File | None


class Failed(Payload):
    """A worker cannot go on. `reason` is one sentence; `traceback` may be empty."""

    reason: Text
    traceback: Text = ""


# --- the match states a fact ----------------------------------------------------------------------


class Entry(Payload):
    """One trial of the tournament: an entrant with one seed."""

    trial: Name
    entrant: Name
    strategy: str
    seed: Count
    max_epochs: Count


class Opened(Payload):
    """The first event: what this tournament is. `criteria` as in the resolved config."""

    name: Name
    version: str
    config_sha256: str
    seed: Count
    threads: Count
    every: Count
    criteria: JsonValue
    trials: tuple[Entry, ...]


class Notice(Payload):
    """The match says what a reader of the report should know, such as more entrants than cores."""

    text: Text


class Spawned(Payload):
    """A worker process was started for a trial."""

    trial: Name
    attempt: Count
    pid: Count


class Overdue(Payload):
    """The match gives a worker up: no sign of life for too long, or too much output."""

    trial: Name
    reason: Text


class Interrupted(Payload):
    """Somebody asked the match to stop: Ctrl-C or SIGTERM."""

    signal: str


class Ended(Payload):
    """A worker process is gone. Sent after everything that it had published was taken in.

    `exit_code` is None when a signal ended it; `stderr` holds its last lines.
    """

    trial: Name
    attempt: Count
    exit_code: int | None
    signal: str | None
    stderr: tuple[str, ...]


class Closed(Payload):
    """The last event: nothing more comes. `exit_code` is that of `tournament run`."""

    exit_code: Count
    seconds: float


# --- the referee decides; `because` is the offset of the event that a decision rests on -----------


class Start(Payload):
    """Everybody who could get ready is ready: all start together."""

    because: Count
    trials: tuple[Name, ...]


class Leaf(Payload):
    """One criterion on one check. `margin` is positive when met, in the metric's own unit."""

    criterion: str
    metric: str
    value: Figure
    threshold: float
    margin: Figure
    met: bool


class Claim(Payload):
    """A check meets all criteria: the trial's word, not yet a win."""

    because: Count
    trial: Name
    check: Count
    epoch: Count
    metrics: dict[str, Figure]
    leaves: tuple[Leaf, ...]


class Stop(Payload):
    """A trial is told to stop."""

    because: Count
    trial: Name
    reason: Text


class Verdict(Payload):
    """What the tournament found. `outcome` decides the exit code of `tournament run`.

    `examined` stays None where nobody examined the claim: then the winner stands on its own word.
    """

    because: Count
    outcome: Literal["winner", "no-winner", "all-failed", "refused", "interrupted"]
    trial: Name | None
    epoch: Count | None
    claimed: dict[str, Figure] | None
    examined: dict[str, Figure] | None
    reason: Text


# --- the envelope ---------------------------------------------------------------------------------

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
    | Event[Literal["closed"], Closed]
    | Event[Literal["start"], Start]
    | Event[Literal["claim"], Claim]
    | Event[Literal["stop"], Stop]
    | Event[Literal["verdict"], Verdict],
    Field(discriminator="type"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)

WORKER_SAYS = (
    Accepted, Preparing, Ready, Problems, Note, Progress, Check, Finished, Stopped, Failed,
)  # fmt: skip
MATCH_SAYS = (
    Opened, Notice, Spawned, Overdue, Interrupted, Ended, Closed, Start, Claim, Stop, Verdict,
)  # fmt: skip


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
