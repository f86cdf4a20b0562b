"""Does a monitor that is not written in Python see every event once, NaN and infinities included?

`python benchmarks/node_monitor.py [FRAMES]`, by default 100,000: a real hub, one worker that
publishes, and `examples/monitors/node` watching over TCP with a key, half of the events being there
before it comes. Prints a row for the table of faults in docs/reliability.md: what was watched, how
many frames, how many were missing, came twice, out of order or otherwise than the log has them.
Ends with exit code 1 if any was, and 2 where Node cannot run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.bus.test_gate import free_address
from tests.monitors import node

FRAMES = 100_000


def main(arguments: list[str]) -> int:
    frames = int(arguments[0]) if arguments else FRAMES
    if reason := node.missing():
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="node-monitor-") as folder:
        wrong = node.watch_over_tcp(frames, Path(folder), free_address())
    print(f"| a monitor not written in Python (Node) | {frames:,} | {len(wrong):,} | | |")
    for text in wrong[:5]:
        print(f"  {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
