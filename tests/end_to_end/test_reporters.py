"""A reporter may be loud, fail or die: the outcome stays, and the reader is told."""

from __future__ import annotations

import json

import pytest

CONFIG = """
task: {use: guess}
entrants: {fast: {use: walker, options: {step: 3}}}
criteria: {every: 1, all: [closeness >= 0.9]}
"""


def test_what_a_reporter_prints_is_no_file_and_goes_to_its_log(terminal):
    terminal.install_reporter("loud", "print('x' * 100_000); return []")
    done = terminal.run(CONFIG)
    assert done.code == 0
    assert "xxx" not in done.stdout + done.stderr
    assert "xxx" in done.folder.reports_log.read_text()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise ValueError('no ink')", "reporter 'bad' of bad 1.0 failed: ValueError: no ink"),
        ("os._exit(7)", "ended with code 7"),
        ("os.kill(os.getpid(), 9)", "ended with code -9"),
    ],
)
def test_a_reporter_that_fails_is_told_and_the_winner_stays(terminal, body, told):
    terminal.install_reporter("bad", body)
    done = terminal.run(CONFIG)
    assert done.code == 0
    assert done.verdict["winner"] == "fast"
    assert told in done.stdout


def test_the_files_that_a_reporter_made_are_told(terminal):
    terminal.install_reporter(
        "neat", "path = run.folder.path / 'neat.txt'; path.write_text('x'); return [path]"
    )
    done = terminal.run(CONFIG)
    assert "neat.txt" in done.stdout


def test_a_loud_plugin_leaves_the_json_alone(terminal):
    terminal.install_reporter("loud", "print('hello')")
    done = terminal.run(CONFIG, "--json")
    assert json.loads(done.stdout)["winner"] == "fast"
