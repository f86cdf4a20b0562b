"""Many subscribers that never read. Arguments: live, count; their keys come by stdin."""

import sys

import zmq

from tournament.bus.keys import Access
from tournament.bus.sockets import LIVE_QUEUE, live_reader

if __name__ == "__main__":
    live, count = sys.argv[1], int(sys.argv[2])
    access = Access.read(sys.stdin.readline())
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    sockets = [live_reader(context, live, access, LIVE_QUEUE) for _ in range(count)]
    for socket in sockets:
        socket.poll(60_000)
    print("ready", flush=True)
    sys.stdin.read()
    context.destroy(linger=0)
