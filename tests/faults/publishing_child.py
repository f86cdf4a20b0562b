"""Publishes without end; after every publish that returned it writes one byte to its output.

Arguments: endpoint, trial, outbox; the keys come by stdin. A process of its own, to be killed.
"""

import os
import sys
from pathlib import Path

from tournament.bus import Publisher
from tournament.bus.keys import Access
from tournament.record.payloads import Note

if __name__ == "__main__":
    endpoint, trial, outbox = sys.argv[1:]
    access = Access.read(sys.stdin.readline())
    publisher = Publisher(endpoint, "race-1", trial, 0, access, Path(outbox), window=50)
    while True:
        publisher.publish(Note(text="1"))
        os.write(1, b".")
