"""The conformance kit: good plugins pass, and each broken one fails for its own reason."""

from __future__ import annotations

import re

import psutil
import pytest

from tests.end_to_end.conftest import terminal  # noqa: F401 - the fixture

from .broken import BROKEN, ENTRY, SOURCE

REASONS = {
    "silent-option": ("Every option has a description.", "without one: lr"),
    "arrays": ("Two epochs of training yield plain numbers", "expected a Python float"),
    "yields-nothing": ("Two epochs of training yield plain numbers", "yielded nothing"),
    "wrong-shape": ("Its predictions give finite metrics", "ValueError: operands could not"),
    "nan": ("Its predictions give finite metrics", "after epoch 1: {'closeness': nan"),
    "learns-nothing": ("Training changes the predictions", "the same after an epoch"),
    "own-chance": ("The same seed gives the same metrics", "and then [{"),
    "trains-in-predict": ("Predicting changes neither", "asked twice, the answers deviate"),
    "forgets": ("Training goes on from a state", "after another epoch, predictions deviate"),
    "loads-nothing": ("Another strategy that loads its state", "predictions deviate by"),
    "state-of-text": ("Another strategy that loads its state", "str"),
    "looks-at-its-batch": ("Its claim can be examined", "batch-invariant: "),
    "deaf": ("Told to stop while it trains", "it did not end within"),
    "untidy": ("It leaves no files", "it left mine.txt"),
    "loud": ("Two epochs of training yield", "it printed more than 10 MB, and was ended"),
    "hangs-at-birth": ("Options, data and preparation work", "it took longer than 5 s"),
    "kills-itself": ("Another strategy that loads", "its process was killed by SIGKILL"),
    "exits": ("Its predictions give finite", "its process ended with exit code 3"),
    "breaks": ("Its entry point works", "RuntimeError: no weights"),
}


RACED = ("Its claim", "Told to stop", "It leaves no files")
"""How the points begin that only a race can tell."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_strategy_fails_for_its_own_reason(terminal, name):  # noqa: F811
    module = name.replace("-", "_")
    place = terminal.install(module, ENTRY.format(name=name, module=module))
    (place / f"{module}_class.py").write_text(SOURCE.format(body=BROKEN[name]))
    asks, found = REASONS[name]
    quick = ["--quick"] if not asks.startswith(RACED) else []
    done = terminal.tournament("conform", name, "--patience", "5", *quick)
    assert done.code == 1, done.stderr
    failures = re.findall(r"^✗ (.*)\n    (.*)$", done.stdout, re.MULTILINE)
    assert any(re.match(asks, point) and found in text for point, text in failures), done.stdout
    assert f"strategy {name} does not conform" in done.stdout
    assert psutil.Process().children(recursive=True) == []


def test_every_broken_one_has_a_reason_and_no_two_have_the_same():
    assert set(REASONS) == set(BROKEN)
    assert len(set(REASONS.values())) == len(REASONS)


def test_a_good_strategy_conforms(terminal):  # noqa: F811
    done = terminal.tournament("conform", "drifter", "--task", "guess")
    assert done.code == 0, done.stdout
    assert "✗" not in done.stdout
