"""Every key at every socket: who is let in, and that nothing is heard or accepted of others."""

from __future__ import annotations

import socket as plain
import threading
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

from tournament.bus import Hub, Subscriber
from tournament.bus.endpoints import gallery_addresses
from tournament.bus.gate import Gate
from tournament.bus.keyring import Keyring, read_key_file
from tournament.bus.keys import Access, KeyPair
from tournament.bus.probe import probe
from tournament.errors import BusError
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Interrupted

PATIENCE_MS = 20_000
ENDS = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH
PLACES = ("ingest", "live", "replay", "control", "live over tcp", "replay over tcp")
ALLOWED = {
    "worker": {"ingest"},
    "monitor": {"live", "replay", "live over tcp", "replay over tcp"},
    "listed": {"live", "replay", "live over tcp", "replay over tcp"},
    "operator": {"control"},
    "forgotten": set(),
    "revoked": set(),
    "stranger": set(),
}


def free_address() -> str:
    """Two ports in a row that nobody uses."""
    while True:
        with plain.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                plain.create_server(("127.0.0.1", port + 1)).close()
            except (OSError, OverflowError):
                continue
            return f"tcp://127.0.0.1:{port}"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    made = Keyring(tmp_path / "keys")
    for name in ("alice", "bob"):
        made.new(name, tmp_path)
    return made


@pytest.fixture
def address() -> str:
    return free_address()


@pytest.fixture
def hub(tmp_path: Path, log: LogWriter, keyring: Keyring, address: str) -> Iterator[Hub]:
    with Hub("race-1", tmp_path, log, address, keyring) as hub:
        yield hub


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    made: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    yield made
    made.destroy(linger=0)


def access_of(who: str, hub: Hub, keyring: Keyring, tmp_path: Path) -> Access:
    monitor = hub.new_monitor()
    match who:
        case "worker":
            return hub.admit("a", 1)
        case "monitor":
            return monitor
        case "listed":
            return read_key_file(tmp_path / "alice.key")
        case "operator":
            return hub.new_operator()
        case "forgotten":
            made = hub.admit("b", 1)
            hub.withdraw("b", 1)
            return made
        case "revoked":
            keyring.revoke("bob")
            return read_key_file(tmp_path / "bob.key")
    return Access(monitor.server, KeyPair.new())


def place_of(place: str, hub: Hub, address: str) -> str:
    live, replay = gallery_addresses(address)
    over_tcp = {"live over tcp": live, "replay over tcp": replay}
    return over_tcp.get(place) or getattr(hub.endpoints, place)


def handshake(context: zmq.Context, access: Access | None, address: str, kind: int) -> bool | None:
    """Whether it succeeds; None where nothing more comes of it."""
    with context.socket(kind) as made:
        made.setsockopt(zmq.LINGER, 0)
        if access is not None:
            access.show(made)
        monitor = made.get_monitor_socket(ENDS | zmq.EVENT_DISCONNECTED)
        try:
            made.connect(address)
            assert monitor.poll(PATIENCE_MS), "neither let in nor turned away"
            event = recv_monitor_message(monitor)["event"]
            return True if event == zmq.EVENT_HANDSHAKE_SUCCEEDED else None
        finally:
            made.disable_monitor()
            monitor.close()


@pytest.mark.parametrize(("who", "place"), [*product(ALLOWED, PLACES)])
def test_a_socket_lets_in_the_keys_of_its_role_and_no_others(
    context: zmq.Context[zmq.Socket[bytes]],
    hub: Hub,
    keyring: Keyring,
    tmp_path: Path,
    address: str,
    who: str,
    place: str,
) -> None:
    access = access_of(who, hub, keyring, tmp_path)
    kind = zmq.SUB if place.startswith("live") else zmq.DEALER
    let_in = handshake(context, access, place_of(place, hub, address), kind) is True
    assert let_in is (place in ALLOWED[who])


@pytest.mark.parametrize("place", PLACES)
def test_who_shows_no_key_at_all_is_turned_away(
    context: zmq.Context[zmq.Socket[bytes]], hub: Hub, address: str, place: str
) -> None:
    kind = zmq.SUB if place.startswith("live") else zmq.DEALER
    assert handshake(context, None, place_of(place, hub, address), kind) is not True


def test_a_listed_monitor_sees_the_same_as_a_local_one(
    hub: Hub, tmp_path: Path, address: str
) -> None:
    live, replay = gallery_addresses(address)
    access = read_key_file(tmp_path / "alice.key")
    with (
        Subscriber(live, replay, access) as far,
        Subscriber(hub.endpoints.live, hub.endpoints.replay, hub.new_monitor()) as near,
    ):
        for number in range(500):
            hub.publish(Interrupted(signal=str(number)))
        hub.publish(Closed(exit_code=0, seconds=1.0))
        assert list(far) == list(near)


def test_who_is_far_still_gets_the_rest_when_the_hub_closes(
    hub: Hub, tmp_path: Path, address: str
) -> None:
    live, replay = gallery_addresses(address)
    with Subscriber(live, replay, read_key_file(tmp_path / "alice.key")) as far:
        for number in range(3000):
            hub.publish(Interrupted(signal=str(number)))
        hub.publish(Closed(exit_code=0, seconds=1.0)).result()
        closing = threading.Thread(target=hub.close)
        closing.start()
        assert [event.offset for event in far] == list(range(3001))
        closing.join()


def test_a_revoked_key_hears_nothing_more_and_others_miss_nothing(
    hub: Hub, keyring: Keyring, tmp_path: Path, address: str
) -> None:
    live, replay = gallery_addresses(address)
    with (
        Subscriber(live, replay, read_key_file(tmp_path / "alice.key")) as alice,
        Subscriber(live, replay, read_key_file(tmp_path / "bob.key")) as bob,
    ):
        hub.publish(Interrupted(signal="before"))
        assert [event.offset for each in (alice, bob) for event in each.poll(20)] == [0, 0]
        keyring.revoke("bob")
        for _ in range(100):  # A hub that is heard beats every second.
            assert bob.poll(0.2) == []
            if bob.silence > 3:
                break
        assert bob.silence > 3
        hub.publish(Interrupted(signal="after"))
        seen = []
        while len(seen) < 1:
            seen += alice.poll(20)
        assert [event.offset for event in seen] == [1]
        assert bob.poll(2) == []


def test_nothing_is_opened_over_tcp_without_keys(
    tmp_path: Path, log: LogWriter, address: str
) -> None:
    for keyring in (None, Keyring(tmp_path / "empty")):
        hub = Hub("race-1", tmp_path, log, address, keyring)
        with pytest.raises(BusError, match=r"not opened: no key .* `tournament keys new NAME`"):
            hub.start()
        hub.close()
        plain.create_server(("127.0.0.1", int(address.rpartition(":")[2]))).close()


def test_a_list_that_cannot_be_read_lists_nobody(
    context: zmq.Context[zmq.Socket[bytes]], hub: Hub, keyring: Keyring, tmp_path: Path,
    address: str,
) -> None:  # fmt: skip
    access = read_key_file(tmp_path / "alice.key")
    assert handshake(context, access, gallery_addresses(address)[1], zmq.DEALER) is True
    (keyring.root / "monitors" / "odd.json").write_text("{")
    assert handshake(context, access, gallery_addresses(address)[1], zmq.DEALER) is not True


# --- the gate and its probe -----------------------------------------------------------------------


@pytest.fixture
def gate(context: zmq.Context[zmq.Socket[bytes]]) -> Iterator[Gate]:
    made = Gate(context)
    yield made
    made.close()


def bound(context: zmq.Context[zmq.Socket[bytes]], address: str, guard: Callable) -> zmq.Socket:
    made = context.socket(zmq.ROUTER)
    guard(made)
    made.bind(address)
    return made


def test_a_guarded_door_passes_the_probe(
    context: zmq.Context[zmq.Socket[bytes]], gate: Gate, address: str
) -> None:
    with bound(context, address, lambda socket: gate.guard(socket, "monitor")):
        probe(context, gate, "monitor", address, zmq.DEALER)
    assert gate._own["monitor"] == set(), "the probe's own key is still known"


def test_who_was_let_in_by_the_list_and_left_it_is_told_once(
    context: zmq.Context[zmq.Socket[bytes]], address: str
) -> None:
    """Also a key that came and went between two looks at the list."""
    keys, listed = KeyPair.new(), set()
    gate = Gate(context, listed=lambda: listed)
    with bound(context, address, lambda socket: gate.guard(socket, "monitor")):
        listed.add(keys.public)
        assert handshake(context, Access(gate.server, keys), address, zmq.DEALER) is True
        assert not gate.revoked()
        listed.clear()
        assert gate.revoked()
        assert not gate.revoked()
    gate.close()


def test_a_door_of_another_role_does_not(
    context: zmq.Context[zmq.Socket[bytes]], gate: Gate, address: str
) -> None:
    guarded = bound(context, address, lambda socket: gate.guard(socket, "worker"))
    with guarded, pytest.raises(BusError, match="does not let a known key in"):
        probe(context, gate, "monitor", address, zmq.DEALER)


def test_nor_does_one_that_asks_for_no_key_or_asks_nobody(
    context: zmq.Context[zmq.Socket[bytes]], gate: Gate, address: str
) -> None:
    def encrypt_only(socket: zmq.Socket[bytes]) -> None:
        """CURVE without a domain: libzmq then asks nobody who that is."""
        pair = KeyPair.of(gate._server.secret)
        socket.curve_server = True
        socket.curve_secretkey = pair.secret.encode()
        socket.curve_publickey = pair.public.encode()
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 0)

    gate.close()
    ajar = bound(context, address, encrypt_only)
    with ajar, pytest.raises(BusError, match="does not turn a stranger's key away"):
        probe(context, gate, "monitor", address, zmq.DEALER)


def test_when_the_gates_thread_has_ended_nobody_gets_in_any_more(
    context: zmq.Context[zmq.Socket[bytes]], gate: Gate, address: str
) -> None:
    known = gate.new_access("monitor")
    with bound(context, address, lambda socket: gate.guard(socket, "monitor")):
        assert handshake(context, known, address, zmq.DEALER) is True
        gate.close()
        for access in (known, Access(gate.server, KeyPair.new())):
            assert not let_in_within(context, access, address, ms=1000)


def let_in_within(
    context: zmq.Context[zmq.Socket[bytes]], access: Access, address: str, ms: int
) -> bool:
    """For doors at which nobody is turned away, since nobody is asked."""
    with context.socket(zmq.DEALER) as made:
        made.setsockopt(zmq.LINGER, 0)
        access.show(made)
        monitor = made.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        try:
            made.connect(address)
            return bool(monitor.poll(ms))
        finally:
            made.disable_monitor()
            monitor.close()
