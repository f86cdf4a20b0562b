"""A worker's environment holds every numerical library to its share of the machine."""

from __future__ import annotations

import subprocess
import sys

from tournament.process.spawn import thread_environment


def test_threads_are_set_before_torch_is_imported():
    import os

    code = "import torch; print(torch.get_num_threads())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=thread_environment(os.environ, 1),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "1", done.stderr


def test_waiting_threads_sleep_unless_the_user_says_otherwise():
    assert thread_environment({}, 2)["OMP_WAIT_POLICY"] == "PASSIVE"
    assert thread_environment({"OMP_WAIT_POLICY": "ACTIVE"}, 2)["OMP_WAIT_POLICY"] == "ACTIVE"


def test_the_rest_of_the_environment_stays():
    assert thread_environment({"HOME": "/h", "OMP_NUM_THREADS": "9"}, 2)["HOME"] == "/h"
    assert thread_environment({"OMP_NUM_THREADS": "9"}, 2)["OMP_NUM_THREADS"] == "2"
