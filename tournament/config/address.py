"""Addresses over TCP, as a config gives them: `tcp://host:port`. Pure."""

from __future__ import annotations

import re

_TCP = re.compile(r"tcp://(\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
LAST_PORT = 65534
"""The port behind it is used, too."""


def read_address(address: str) -> tuple[str, int]:
    """Host and port. Raises ValueError with a sentence."""
    found = _TCP.fullmatch(address)
    if not found or not 1 <= int(found[2]) <= LAST_PORT:
        raise ValueError(
            f"expected an address such as tcp://0.0.0.0:5555 (port 1 to {LAST_PORT}; the next one "
            f"is used, too), got {address!r:.80}"
        )
    return found[1], int(found[2])
