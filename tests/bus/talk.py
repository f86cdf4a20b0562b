"""What peers say to the protocol's hub side, and what it answers: for the tests of `Intake`."""

from __future__ import annotations

import json
from typing import Any

from tournament.bus.intake import Append, Intake, Output, Reject, Send
from tournament.bus.wire import Refused
from tournament.record.events import AnyEvent, make_event, write_event
from tournament.record.payloads import Note

RUN = "race-1"
A, B, STRANGER = b"conn-a", b"conn-b", b"conn-x"
KEYS = {A: "key of a", B: "key of b", STRANGER: "key of nobody"}
"""Whose key the socket proved, by connection."""


def hello(trial: str = "a", attempt: int = 0, **changes: Any) -> list[bytes]:
    body = {"v": 1, "run": RUN, "trial": trial, "attempt": attempt}
    return [b"hello", json.dumps(body | changes).encode()]


def event(seq: int, trial: str | None = "a", attempt: int = 0, run: str = RUN) -> list[bytes]:
    said = Note(text=str(seq))
    made = make_event(said, run=run, seq=seq, t=1.0, trial=trial, attempt=attempt)
    return [b"event", write_event(made)]


def told(
    intake: Intake, connection: bytes, frames: list[bytes], key: str | None = None
) -> list[Output]:
    """What the intake answers to a message over this connection, from the owner of `key`."""
    return intake.received(connection, key or KEYS[connection], frames)


def appended(outputs: list[Output]) -> list[AnyEvent]:
    return [output.event for output in outputs if isinstance(output, Append)]


def refused(outputs: list[Output]) -> str:
    """The reason of a refusal, which goes to the peer and to the people who read."""
    assert isinstance(outputs[0], Reject)
    assert outputs[1] == Send(outputs[0].connection, Refused(reason=outputs[0].reason))
    return outputs[0].reason


def made_intake(**options: Any) -> Intake:
    """One that expects trials a and b."""
    made = Intake(RUN, **options)
    made.admit("a", 0, KEYS[A])
    made.admit("b", 0, KEYS[B])
    return made
