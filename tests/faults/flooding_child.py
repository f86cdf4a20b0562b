"""Publishes many events as fast as it may. Arguments: endpoint, trial, outbox, count."""

import sys
from pathlib import Path

from tournament.bus import Publisher
from tournament.bus.keys import Access
from tournament.record.payloads import Note

if __name__ == "__main__":
    endpoint, trial, outbox, count = sys.argv[1:]
    access = Access.read(sys.stdin.readline())
    with Publisher(endpoint, "race-1", trial, 1, access, Path(outbox)) as publisher:
        for number in range(int(count)):
            publisher.publish(Note(text=str(number)))
        publisher.wait(lambda: publisher.unacknowledged == 0)
