"""A hub in a process of its own, to be killed. Arguments: its folder, and the attempt it expects.

It first takes in what the attempt before has left, as a match that resumes does. Then it tells, as
one line of JSON, its address, the keys of a worker, and what was wrong with that; and serves.
"""

import json
import sys
from pathlib import Path

from tournament.bus import Hub
from tournament.record.log import LogWriter
from tournament.record.payloads import Notice

if __name__ == "__main__":
    folder, attempt = Path(sys.argv[1]), int(sys.argv[2])
    with LogWriter(folder / "events.jsonl") as log, Hub("race-1", folder, log) as hub:
        problem = hub.drain("t", attempt - 1, folder / f"outbox-{attempt - 1}.jsonl").problem
        access = hub.admit("t", attempt)
        told = {"ingest": hub.endpoints.ingest, "access": access.text(), "problem": problem}
        print(json.dumps(told), flush=True)
        while True:  # The match says something, too, until somebody kills it.
            hub.publish(Notice(text="a notice")).result()
