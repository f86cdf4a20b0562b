"""Who may speak for which attempt: secrets, and the connections that gave them. Sans-IO."""

from __future__ import annotations

import hmac

Attempt = tuple[str, int]
"""A trial and the number of its attempt."""


class Admission:
    """Secrets by attempt, and which connection speaks for which attempt.

    A connection speaks for at most one attempt, and an attempt has at most one connection: the
    newest that gave its secret, since a worker that reconnects comes as a new connection.
    """

    def __init__(self) -> None:
        self._secrets: dict[Attempt, bytes] = {}
        self._connections: dict[Attempt, bytes] = {}
        self._attempts: dict[bytes, Attempt] = {}

    def admit(self, attempt: Attempt, secret: str) -> None:
        """From now on, whoever gives this secret speaks for this attempt."""
        self._secrets[attempt] = secret.encode()

    def withdraw(self, attempt: Attempt) -> None:
        """From now on nobody speaks for this attempt."""
        self._secrets.pop(attempt, None)
        connection = self._connections.get(attempt)
        if connection is not None:
            self.dismiss(connection)

    def seat(self, connection: bytes, attempt: Attempt, secret: str) -> bool:
        """Let the connection speak for the attempt, if its secret is right."""
        expected = self._secrets.get(attempt)
        if expected is None or not hmac.compare_digest(expected, secret.encode()):
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

    def attempt(self, connection: bytes) -> Attempt | None:
        """For whom the connection speaks."""
        return self._attempts.get(connection)

    def connection(self, attempt: Attempt) -> bytes | None:
        """Who speaks for the attempt."""
        return self._connections.get(attempt)

    def connections(self, trial: str) -> list[bytes]:
        """Who speaks for any attempt of the trial."""
        return [at for (name, _), at in self._connections.items() if name == trial]
