"""Events survive the wire exactly, NaN and infinities included, and nothing else gets through."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tournament.record import events
from tournament.record.events import SPEAKERS, make_event, read_event, write_event
from tournament.record.fields import Payload
from tournament.record.payloads import Progress


def progress(figures):
    payload = Progress(epoch=1, batch=2, batches=3, seconds=0.5, figures=figures)
    return make_event(payload, run="r", trial="t", attempt=1, seq=1, t=1.0)


@given(st.dictionaries(st.text(max_size=5), st.floats()))
def test_any_float_comes_back(figures):
    line = write_event(progress(figures))
    json.loads(line, parse_constant=pytest.fail)
    back = read_event(line).data.figures
    assert back.keys() == figures.keys()
    assert all(back[k] == v or (math.isnan(back[k]) and math.isnan(v)) for k, v in figures.items())


@pytest.mark.parametrize("bad", ["NaN", "1e999", "-Infinity", '"nan"', "true", "[1]", "null"])
def test_numbers_that_json_does_not_have_are_refused(bad):
    line = write_event(progress({"loss": 0.25})).replace(b"0.25", bad.encode())
    with pytest.raises(ValidationError):
        read_event(line)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"type": "nonsense"}, {"extra": 1}, {"seq": -1}, {"seq": 2**53},
        {"trial": "../x"},
        {"data": {"epoch": 1}}, {"trial": "a" * 65}, {"run": 1},
    ],
)  # fmt: skip
def test_malformed_envelopes_are_refused(change):
    good = json.loads(write_event(progress({})))
    with pytest.raises(ValidationError):
        read_event(json.dumps({**good, **change}))


def test_every_kind_of_event_has_a_speaker_and_a_docstring():
    kinds = {
        name.lower(): cls
        for name, cls in vars(events).items()
        if isinstance(cls, type) and issubclass(cls, Payload) and cls is not Payload
    }
    parts = {"file", "step", "complaint", "entry", "leaf"}
    assert set(SPEAKERS) == set(kinds) - parts
    assert all(cls.__doc__ and cls.__doc__ != Payload.__doc__ for cls in kinds.values())
