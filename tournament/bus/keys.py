"""CURVE keys (RFC 26/ZeroMQ): pairs, and what a peer needs to reach a hub. Text is Z85 (RFC 32)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Self

import zmq
from zmq.utils import z85

from ..errors import BusError

KEY_LENGTH = 40
"""Characters of a key in Z85: 32 bytes."""


@dataclass(frozen=True)
class KeyPair:
    """A public key, by which its owner is known, and the secret one that proves it."""

    public: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A fresh pair, from the system's randomness."""
        public, secret = zmq.curve_keypair()
        return cls(public.decode(), secret.decode())

    @classmethod
    def of(cls, secret: str) -> Self:
        """The pair of a secret key. Raises BusError where that is none."""
        return cls(_public(secret), secret)


@dataclass(frozen=True)
class Access:
    """What a peer needs to reach a hub: the hub's public key, and a pair that the hub knows."""

    server: str
    keys: KeyPair

    def show(self, socket: zmq.Socket[bytes]) -> None:
        """Let a socket prove itself by these keys. Call it before `connect`."""
        socket.curve_serverkey = self.server.encode()
        socket.curve_publickey = self.keys.public.encode()
        socket.curve_secretkey = self.keys.secret.encode()

    def text(self) -> str:
        """One line that `read` reads. It holds the secret key."""
        return f"{self.server} {self.keys.secret}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The reverse of `text`. Raises BusError."""
        server, _, secret = text.strip().partition(" ")
        return cls.of(server, secret)

    @classmethod
    def of(cls, server: str, secret: str) -> Self:
        """From the hub's public key and the own secret one. Raises BusError where one is none."""
        try:
            right = len(server) == KEY_LENGTH and len(z85.decode(server)) == 32
        except (ValueError, KeyError, struct.error):
            right = False
        if not right:
            raise BusError("this is no public key of a hub: it should be 40 characters of Z85")
        return cls(server, KeyPair.of(secret))


def _public(secret: str) -> str:
    try:
        return zmq.curve_public(secret.encode()).decode()
    except (ValueError, zmq.ZMQError) as error:
        raise BusError("this is no secret key: it should be 40 characters of Z85") from error
