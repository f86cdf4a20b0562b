"""Where a hub can be reached: local sockets in a folder of its own, and addresses over TCP."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass

from ..config.address import read_address
from ..errors import BusError
from ..process.held import Held, hold_folder

PATH_LIMIT = 107
"""Bytes in the path of a local socket (sun_path of unix(7), without its final zero)."""

EVERYWHERE = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Hosts that mean all interfaces, and how this machine is reached by them."""


@dataclass(frozen=True)
class Endpoints:
    """The local addresses of a hub: workers use `ingest`, subscribers `live` and `replay`,
    operators `control`.
    """

    ingest: str
    live: str
    replay: str
    control: str


def make_endpoints() -> tuple[Held, Endpoints]:
    """A fresh folder that only this user can enter, held by this process, and addresses in it.

    Raises BusError where the folder for temporary files has too long a name.
    """
    folder = hold_folder()
    names = ("ingest", "live", "replay", "control")
    longest = max((folder.path / name for name in names), key=lambda path: len(bytes(path)))
    if len(bytes(longest)) > PATH_LIMIT:
        folder.release()
        raise BusError(
            f"{longest}: the path of a socket may have {PATH_LIMIT} bytes; set TMPDIR to a folder "
            "with a shorter name"
        )
    return folder, Endpoints(*(f"ipc://{folder.path / name}" for name in names))


def gallery_addresses(url: str) -> tuple[str, str]:
    """Live and replay of `tcp://host:port`: the port, and the one after it. Raises BusError."""
    try:
        host, port = read_address(url)
    except ValueError as error:
        raise BusError(str(error)) from None
    return f"tcp://{host}:{port}", f"tcp://{host}:{port + 1}"


def reachable(address: str) -> str:
    """A bound address as this machine can connect to it."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return f"tcp://{EVERYWHERE.get(host, host)}:{port}"


def refusal(url: str) -> str:
    """Why a hub could not listen there now; empty if it seems to go."""
    try:
        addresses = gallery_addresses(url)
        with ExitStack() as stack:
            for address in addresses:
                stack.enter_context(_listening(address))
    except BusError as error:
        return str(error)
    except OSError as error:
        return f"{address} cannot be used: {error.strerror or error}"
    return ""


def _listening(address: str) -> socket.socket:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    plain = host.strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    return socket.create_server(("" if plain == "*" else plain, int(port)), family=family)
