"""The bus: how events reach the log, and everybody who wants to see them, without loss.

    worker: publisher -> outbox file -> DEALER ---> ROUTER ingest \
                 acks, orders <--------------------                hub: number, log, ack, publish
    match: hub.publish (same process) ----------------------------/      |
    referee, monitors: subscriber <- SUB <-- XPUB live ------------------+
                                  <- DEALER <-> ROUTER replay <- events.jsonl

`outgoing`, `intake` and `following` are the protocol: state machines without socket, clock or file.
`publisher`, `hub` and `subscriber` put them on sockets. Only this package imports zmq.

A published event survives the death of its process (the outbox holds it); one that is acknowledged,
live or replayed survives a power cut too (the log holds it).
"""

from .endpoints import Endpoints
from .hub import Drained, Hub
from .publisher import Publisher
from .subscriber import Subscriber

__all__ = ["Drained", "Endpoints", "Hub", "Publisher", "Subscriber"]
