"""Many readers in one process, each with a connection of its own. Arguments: live, replay, count.

Their keys come by stdin. It says `ready` when each has heard something, and at the end how many saw
every event once, in order.
"""

import sys

from tournament.bus import Subscriber
from tournament.bus.keys import Access
from tournament.record.payloads import Closed

if __name__ == "__main__":
    live, replay, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    access = Access.read(sys.stdin.readline())
    readers = [Subscriber(live, replay, access) for _ in range(count)]
    seen = [0] * count
    good, open_ones, ready = [True] * count, set(range(count)), False
    while open_ones:
        for number in sorted(open_ones):
            for event in readers[number].poll(0.0):
                good[number] &= event.offset == seen[number]
                seen[number] += 1
                if isinstance(event.data, Closed):
                    open_ones.discard(number)
        if not ready and all(seen):
            ready = True
            print("ready", flush=True)
        readers[0].poll(0.01) if 0 not in open_ones else None
    print(sum(good), flush=True)
    for reader in readers:
        reader.close()
