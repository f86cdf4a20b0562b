"""Reading a config costs no more than pydantic and YAML."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import tournament.config
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("tournament.")}
heavy = {"numpy", "scipy", "torch", "zmq", "rich", "click", "matplotlib"} & set(sys.modules)
print(sorted(rooms), sorted(heavy))
"""


def test_the_config_room_needs_no_other_room_and_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "['config', 'errors'] []"
