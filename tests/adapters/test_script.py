"""A program in another language as a strategy: what it says wrong is told, and nothing hangs."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from tests.end_to_end.conftest import terminal  # noqa: F401 - the fixture
from tournament import Cache, Context, ContractError, Labelled
from tournament.plugin.api import Options
from tournament_adapters.script import Script

DATA = Labelled(np.eye(3), np.arange(3))

GOOD = """
while read -r line; do
  call=$(echo "$line" | sed 's/.*"call": "\\([a-z]*\\)".*/\\1/')
  to=$(echo "$line" | sed 's/.*"to": "\\([^"]*\\)".*/\\1/')
  case $call in
    epoch) echo '{"loss": 0.5}'; echo '{"loss": 0.25}' ;;
    predict) printf '0.5,0.5\\n1,0\\n0,1\\n' > "$to" ;;
    save) echo "$TOURNAMENT_SEED of $TOURNAMENT_THREADS" > "$to" ;;
  esac
  echo "{\\"done\\": \\"$call\\"}"
done
"""


@pytest.fixture
def started(tmp_path):
    """A strategy whose program is this text of a shell."""
    made = []

    def start(text: str) -> Script:
        class Shell(Script):
            count = 2

            def command(self):
                return ["sh", "-c", text]

        context = Context(7, "cpu", 2, 2, Cache(scratch=tmp_path), tmp_path)
        made.append(Shell(Options(), context))
        return made[-1]

    yield start
    for each in made:
        with suppress(BrokenPipeError):
            each._process.stdin.close()
        each._process.stdout.close()
        each._process.wait()


def test_it_trains_predicts_and_goes_on_from_what_it_saved(started):
    strategy = started(GOOD)
    assert list(strategy.train_epoch(DATA)) == [{"loss": 0.5}, {"loss": 0.25}]
    assert strategy.predict(DATA.inputs)["probabilities"].tolist() == [[0.5, 0.5], [1, 0], [0, 1]]
    state = strategy.state()
    assert state["state"].tobytes() == b"7 of 2\n"
    strategy.load_state(state)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exit 3", "ended with exit code 3 before it was done; see its stderr.log"),
        ("read line; exit 0", "ended with exit code 0 before it was done"),
        ("read line; kill -9 $$", "was killed by signal 9 before it was done"),
        ("read line; echo Epoch 1 ...", "printed 'Epoch 1 ...'; expected a line of JSON"),
        ("read line; echo 7", "printed '7'; expected a line of JSON"),
    ],
)
def test_a_program_that_does_not_answer_is_told_by_how_it_ended_or_what_it_said(
    started, text, told
):
    strategy = started(text)
    with pytest.raises(ContractError, match=told):
        list(strategy.train_epoch(DATA))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("printf '1,0\\\\n' >", r"predicted a table \(1, 2\); expected \(3, 2\)"),
        ("printf 'a,b\\\\n' >", "left no readable predictions"),
        ("true", "left no readable predictions"),
        ("echo '{\"loss\": 1}' ; true", "was asked to predict, and said {'loss': 1}"),
    ],
)
def test_predictions_that_are_none_are_told(started, wrong, told):
    strategy = started(GOOD.replace(r"printf '0.5,0.5\n1,0\n0,1\n' >", wrong.replace(r"\\", "\\")))
    with pytest.raises(ContractError, match=told):
        strategy.predict(DATA.inputs)


def test_a_program_that_says_it_has_saved_and_has_not_is_told(started):
    strategy = started(GOOD.replace('echo "$TOURNAMENT_SEED of $TOURNAMENT_THREADS" > "$to"', ":"))
    with pytest.raises(ContractError, match="said that it had saved, and wrote no file"):
        strategy.state()


def test_a_program_that_is_not_there_is_told(tmp_path):
    class Missing(Script):
        count = 2

        def command(self):
            return ["no-such-program"]

    with pytest.raises(ContractError, match="no-such-program cannot be started"):
        Missing(Options(), Context(7, "cpu", 2, 2, Cache(scratch=tmp_path), tmp_path))


NEVER = """
from tournament import Plugin, hookimpl
from tournament_adapters.script import Script

class Never(Script):
    count = 2
    def command(self):
        return ["sh", "-c", "sleep 1000"]

@hookimpl
def tournament_register():
    return [Plugin("strategy", "never", "never:Never")]
"""


def test_a_program_that_never_reports_is_given_up_and_leaves_nobody(terminal):  # noqa: F811
    terminal.install("never", NEVER)
    done = terminal.run(
        "task: {use: guess}\n"
        "entrants: {never: {max_epochs: 1}}\n"
        "criteria: {every: 1, all: [closeness >= 0.9]}\n"
        "limits: {stall: 1s}\n"
        "retries: 0\n"
        "stop: {grace: 1s, terminate: 1s}\n"
    )
    assert done.code == 4
    assert "made no progress for 1 s; limits.stall is 1 s" in done.standing("never")["reason"]
