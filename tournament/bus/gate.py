"""Who may come in: public keys by role. A socket is for one role, and admits that role's keys only.

Every socket of a hub speaks CURVE and asks the gate at each handshake (ZAP, RFC 27). A peer without
a key of the right role hears nothing and is heard by nobody. Where the gate's own thread has ended
nobody gets in any more (ZMQ_ZAP_ENFORCE_DOMAIN): those that are in stay.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Literal

import zmq
from zmq.auth.thread import ThreadAuthenticator

from ..errors import BusError
from .keys import Access, KeyPair

Role = Literal["worker", "monitor", "operator"]
ROLES: tuple[Role, ...] = ("worker", "monitor", "operator")

Listed = Callable[[], Collection[str]]
"""Gives the public keys of monitors that are listed outside, as they are now."""


def nobody() -> Collection[str]:
    """No key is listed."""
    return ()


class Gate:
    """The gate of one hub, whose own key pair is `server`.

    It knows the keys that it made itself, which last as long as it does, and those of monitors that
    `listed` gives at that moment. Make it before any socket is bound; from any thread.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        server: KeyPair | None = None,
        listed: Listed = nobody,
    ) -> None:
        self._server = server or KeyPair.new()
        self._listed = listed
        self._lock = threading.Lock()
        self._own: dict[Role, set[str]] = {role: set() for role in ROLES}
        self._let_in: set[str] = set()
        """Listed keys that were let in and are not known to be revoked."""
        self._authenticator = ThreadAuthenticator(context)
        for role in ROLES:
            self._authenticator.configure_curve_callback(role, _Provider(self, role))
        self._authenticator.start()

    @property
    def server(self) -> str:
        """The hub's public key, which its peers have to know."""
        return self._server.public

    def guard(self, socket: zmq.Socket[bytes], role: Role) -> None:
        """Let only keys of this role connect to the socket. Call it before `bind`."""
        socket.curve_server = True
        socket.curve_secretkey = self._server.secret.encode()
        socket.curve_publickey = self._server.public.encode()
        socket.zap_domain = role.encode()
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)

    def new_access(self, role: Role) -> Access:
        """Fresh keys of this role, known from now on."""
        keys = KeyPair.new()
        with self._lock:
            self._own[role].add(keys.public)
        return Access(self.server, keys)

    def forget(self, role: Role, public: str) -> None:
        """A key that was made here is unknown from now on; no harm if it is so already."""
        with self._lock:
            self._own[role].discard(public)

    def knows(self, role: Role, public: str) -> bool:
        """Whether this public key is of that role now."""
        with self._lock:
            if public in self._own[role]:
                return True
        return role == "monitor" and public in self._on_the_list()

    def admits(self, role: Role, public: str) -> bool:
        """The same for somebody who knocks; who is let in by the list is remembered."""
        if not self.knows(role, public):
            return False
        with self._lock:
            if public not in self._own[role]:
                self._let_in.add(public)
        return True

    @property
    def let_in(self) -> bool:
        """Whether anybody who is listed was let in."""
        with self._lock:
            return bool(self._let_in)

    def revoked(self) -> bool:
        """Whether a listed key was let in that is not listed any more; each is told once."""
        listed = self._on_the_list()
        with self._lock:
            gone = self._let_in - listed
            self._let_in -= gone
        return bool(gone)

    def _on_the_list(self) -> frozenset[str]:
        """None where the list cannot be read: who is on it cannot be told then."""
        try:
            return frozenset(self._listed())
        except (OSError, BusError):
            return frozenset()

    def close(self) -> None:
        """End the gate's thread. Closing twice is harmless."""
        if self._authenticator.is_alive():
            self._authenticator.stop()


class _Provider:
    """What ZAP asks for one role."""

    def __init__(self, gate: Gate, role: Role) -> None:
        self._gate = gate
        self._role = role

    def callback(self, _domain: str, key: bytes) -> bool:
        return self._gate.admits(self._role, key.decode())
