"""The worker's end of the bus, with a real hub and a real outbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.keys import Access, KeyPair
from tournament.bus.outbox import read_outbox
from tournament.bus.wire import EVENT_LIMIT
from tournament.errors import BusError, ContractError
from tournament.record.events import AnyEvent, read_event
from tournament.record.fields import Payload
from tournament.record.payloads import Closed, Finished, Note, Progress, Ready, Start, Stop

RUN = "race-1"

READY = Ready(metrics=(), device="cpu", threads=1, seconds=1.0, steps=(), report={}, versions={})


def test_every_published_event_is_in_the_outbox_before_it_is_acknowledged(
    worker: Callable[..., Publisher], tmp_path: Path
) -> None:
    publisher = worker("a")
    for number in range(1, 21):
        assert publisher.publish(Note(text=str(number))) == number
        kept = read_outbox(tmp_path / "a-0.jsonl")
        assert [read_event(body).seq for body in kept.bodies] == list(range(1, number + 1))
    assert publisher.close() == 0


def test_with_a_full_window_publish_waits_for_acks(
    worker: Callable[..., Publisher], logged: Callable[[], list[AnyEvent]]
) -> None:
    publisher = worker("a", window=4)
    for number in range(200):
        publisher.publish(Note(text=str(number)))
        assert publisher.unacknowledged <= 4
    assert publisher.close() == 0
    assert [event.seq for event in logged()] == list(range(1, 201))


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (Stop(because=0, trial="b", reason="mine"), "a worker may not say 'stop'"),
        (
            Finished.model_construct(epochs=1, seconds=float("nan")),
            "'finished' cannot be published: .*seconds",
        ),
        (
            Progress(
                epoch=1,
                batch=1,
                batches=1,
                seconds=1.0,
                figures={f"figure-{number}": 0.5 for number in range(5000)},
            ),
            f"'progress' has 8.... bytes as JSON; an event may have {EVENT_LIMIT}",
        ),
        (Note.model_construct(text=7), "'note' cannot be published"),
    ],
    ids=["not a worker's", "not finite", "too large", "not valid"],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_what_cannot_be_published_is_an_error_and_leaves_no_trace(
    worker: Callable[..., Publisher], tmp_path: Path, payload: Payload, message: str
) -> None:
    publisher = worker("a")
    with pytest.raises(ContractError, match=message):
        publisher.publish(payload)
    assert read_outbox(tmp_path / "a-0.jsonl").bodies == ()
    assert publisher.publish(Note(text="fine")) == 1
    assert publisher.close() == 0


def test_a_figure_that_is_not_finite_arrives_as_it_is(
    hub: Hub, worker: Callable[..., Publisher], subscriber: Callable[..., Subscriber]
) -> None:
    figures = {"loss": float("nan"), "up": float("inf"), "down": float("-inf")}
    publisher = worker("a")
    publisher.publish(READY)
    hub.publish(Start(because=0, trials=("a",))).result()
    publisher.publish(Progress(epoch=1, batch=1, batches=1, seconds=1.0, figures=figures))
    assert publisher.close() == 0
    hub.publish(Closed(exit_code=0, seconds=1.0))
    progress = next(event for event in subscriber() if event.type == "progress")
    assert isinstance(progress.data, Progress)
    assert str(progress.data.figures) == str(figures)


def test_close_tells_how_much_is_not_known_to_be_safe(tmp_path: Path) -> None:
    nobody = f"ipc://{tmp_path / 'nobody'}"
    access = Access(KeyPair.new().public, KeyPair.new())
    publisher = Publisher(nobody, RUN, "a", 0, access, tmp_path / "outbox.jsonl")
    publisher.publish(Note(text="one"))
    publisher.publish(Note(text="two"))
    assert publisher.close(timeout=0) == 2
    assert publisher.close() == 2
    assert len(read_outbox(tmp_path / "outbox.jsonl").bodies) == 2


def test_a_worker_that_starts_before_its_hub_is_heard(tmp_path: Path, hub: Hub) -> None:
    """Everything is sent after the welcome only, so nothing gets lost before the link is there."""
    access = hub.admit("a", 0)
    early = Publisher(hub.endpoints.ingest, RUN, "a", 0, access, tmp_path / "outbox.jsonl")
    for _ in range(100):
        early.publish(Note(text="early"))
    assert early.close() == 0


def test_a_second_life_with_the_same_attempt_is_refused_by_the_outbox(
    hub: Hub, worker: Callable[..., Publisher], tmp_path: Path
) -> None:
    worker("a")
    with pytest.raises(BusError, match="cannot create the outbox: File exists"):
        Publisher(hub.endpoints.ingest, RUN, "a", 0, hub.admit("a", 0), tmp_path / "a-0.jsonl")
