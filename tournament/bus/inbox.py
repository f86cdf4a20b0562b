"""Jobs that the match hands to the hub's thread, and the bell that wakes it."""

from __future__ import annotations

import os
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """A queue: any thread puts, one thread takes. Its `fileno` is readable after a `put`."""

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._listening, self._bell = os.pipe()
        os.set_blocking(self._listening, False)
        os.set_blocking(self._bell, False)

    def fileno(self) -> int:
        """What to poll for reading."""
        return self._listening

    def put(self, item: T) -> None:
        """Queue an item and wake the taker."""
        self._items.append(item)
        self.ring()

    def ring(self) -> None:
        """Wake the taker."""
        try:
            os.write(self._bell, b"!")
        except BlockingIOError:
            return  # The pipe is full of rings that nobody has heard yet: one more adds nothing.

    def take(self) -> T | None:
        """The oldest item, None when there is none."""
        try:
            return self._items.popleft()
        except IndexError:
            return None

    def hush(self) -> None:
        """Forget the rings so far; call it before taking."""
        try:
            os.read(self._listening, 65536)
        except BlockingIOError:
            return  # Nobody rang.

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        """Give the pipe back. Nothing may be put after that."""
        os.close(self._listening)
        os.close(self._bell)
