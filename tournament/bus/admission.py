"""Who may speak for which attempt: public keys, and the connections of their owners. Sans-IO."""

from __future__ import annotations

Attempt = tuple[str, int]
"""A trial and the number of its attempt."""


class Admission:
    """Keys by attempt, and which connection speaks for which attempt.

    A connection speaks for at most one attempt, and an attempt has at most one connection: the
    newest of the owner of its key, since a worker that reconnects comes as a new connection.
    """

    def __init__(self) -> None:
        self._keys: dict[Attempt, str] = {}
        self._connections: dict[Attempt, bytes] = {}
        self._attempts: dict[bytes, Attempt] = {}

    def admit(self, attempt: Attempt, key: str) -> None:
        """From now on, the owner of this public key speaks for this attempt."""
        self._keys[attempt] = key

    def withdraw(self, attempt: Attempt) -> None:
        """From now on nobody speaks for this attempt."""
        self._keys.pop(attempt, None)
        connection = self._connections.get(attempt)
        if connection is not None:
            self.dismiss(connection)

    def seat(self, connection: bytes, attempt: Attempt, key: str) -> bool:
        """Let the connection speak for the attempt, if the owner of its key may."""
        if self._keys.get(attempt) != key:
            return False
        self.dismiss(connection)
        before = self._connections.get(attempt)
        if before is not None:
            self.dismiss(before)
        self._connections[attempt] = connection
        self._attempts[connection] = attempt
        return True

    def dismiss(self, connection: bytes) -> None:
        """From now on the connection speaks for nobody."""
        attempt = self._attempts.pop(connection, None)
        if attempt is not None:
            del self._connections[attempt]

    def attempt(self, connection: bytes, key: str) -> Attempt | None:
        """For whom the owner of this key speaks over this connection."""
        attempt = self._attempts.get(connection)
        return attempt if attempt is not None and self._keys.get(attempt) == key else None

    def connection(self, attempt: Attempt) -> bytes | None:
        """Who speaks for the attempt."""
        return self._connections.get(attempt)

    def connections(self, trial: str) -> list[bytes]:
        """Who speaks for any attempt of the trial."""
        return [at for (name, _), at in self._connections.items() if name == trial]
