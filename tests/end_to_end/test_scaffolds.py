"""What `tournament new` makes: it installs, passes its tests, conforms, and competes."""

from __future__ import annotations

import pytest

from .environment import Environment


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("fresh"))


def installed(fresh, kind, name, *arguments):
    """Make it, install it, run its tests, and let it be tried."""
    made = fresh.tournament("new", kind, name, *arguments)
    assert made.returncode == 0, made.stderr
    folder = fresh.folder / name
    fresh.install(folder)
    tested = fresh.run(str(fresh.python), "-m", "pytest", "-q", "-W", "error", str(folder))
    assert tested.returncode == 0, tested.stdout
    quick = ["--quick"] if kind != "reporter" else []  # It races by itself, below.
    tried = fresh.tournament("conform", name, *quick)
    assert tried.returncode == 0, tried.stdout
    assert f"{kind} {name} conforms" in tried.stdout
    return folder


def test_a_strategy_competes_at_once_and_wins(fresh):
    folder = installed(fresh, "strategy", "my-idea")
    raced = fresh.tournament("run", str(folder / "race.yaml"))
    assert raced.returncode == 0, raced.stdout + raced.stderr
    assert "my-idea" in raced.stdout


def test_a_task_comes_with_a_strategy_that_wins_and_others_begin_with_it(fresh):
    folder = installed(fresh, "task", "circle-points")
    raced = fresh.tournament("run", str(folder / "race.yaml"))
    assert raced.returncode == 0, raced.stdout + raced.stderr
    installed(fresh, "strategy", "other-idea", "--task", "circle-points")
    code = (fresh.folder / "other-idea" / "other_idea.py").read_text()
    assert "class OtherIdea(Strategy)" in code
    assert 'Plugin("strategy", "other-idea", target' in code


def test_a_reporter_reports_on_every_race(fresh):
    installed(fresh, "reporter", "check-table")
    config = fresh.folder / "race.yaml"
    config.write_text(
        "task: {use: persistence, options: {videos: 200}}\n"
        "entrants: {attention-supervised: {max_epochs: 1}}\n"
        "criteria: {every: 1, all: [val_accuracy >= 0.99]}\n"
    )
    raced = fresh.tournament("run", str(config))
    assert "check-table.csv" in raced.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("strategy", "My Idea"), "'My Idea' cannot be a name: expected up to 40 of a-z"),
        (("strategy", "attention-supervised"), "a strategy called 'attention-supervised' is"),
        (("task", "persistence"), "a task called 'persistence' is installed, by strategy-tournam"),
        (("task", "json"), "a module called 'json' exists; it would hide the new one"),
        (("reporter", "class"), "a module called 'class' exists"),
        (("strategy", "mine", "--task", "persistense"), "Did you mean 'persistence'?"),
        (("strategy", "mine", "--to", "."), ". is there already; nothing is overwritten"),
    ],
)
def test_a_name_that_is_taken_and_a_folder_that_is_there_are_refused(terminal, arguments, told):
    before = sorted(terminal.folder.rglob("*"))
    done = terminal.tournament("new", *arguments)
    assert done.code == 2
    assert told in done.stderr
    assert sorted(terminal.folder.rglob("*")) == before


def test_a_strategy_for_nobody_knows_which_task_has_to_say(terminal):
    done = terminal.tournament("new", "strategy", "mine")  # The toys bring tasks, too.
    assert done.code == 2
    assert "say with --task at which task it competes. Known:" in done.stderr
    done = terminal.tournament("new", "strategy", "mine", "--task", "guess")
    assert "task 'guess' has no `starter` to copy" in done.stderr
