"""Bad configs and exactly what is said of them: file, line, key, what is expected, what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Complaints = Callable[..., list[str]]

TASK = "task: {use: persistence}\n"
ENTRANTS = "entrants: {mine: {}}\n"
CRITERIA = "criteria: {every: 5, all: [accuracy >= 0.75]}\n"
GOOD = TASK + ENTRANTS + CRITERIA
NAME_RULE = (
    "cannot be a name, since folders are called so; use 1 to 64 of A-Z, a-z, 0-9, '.', '_' and "
    "'-', beginning with a letter or a digit"
)
ENTRANT_KEYS = (
    "Known: max_epochs, options, seed, use. A plugin's own settings belong below `options:`."
)

WRONG_VALUES = [
    ("name: my config", f"name: 'my config' {NAME_RULE}"),
    ("name: ../up", f"name: '../up' {NAME_RULE}"),
    ("name: 2024", "name: expected text, such as `name: my-race`; got 2024; put it into quotes"),
    ("name:", "name: expected text, such as `name: my-race`; got nothing (null)"),
    ("seed: -1", "seed: expected a whole number of at least 0, got -1"),
    (
        "seed: 9007199254740992",
        "seed: expected a whole number of at most 9007199254740991, got 9007199254740992",
    ),
    ("seed: 1.5", "seed: expected a whole number, such as `seed: 0`; got 1.5"),
    ("seed: 1e3", "seed: expected a whole number, such as `seed: 0`; got 1000.0"),
    (
        "seed: '7'",
        "seed: expected a whole number, such as `seed: 0`; got the text '7'; take it out of its "
        "quotes",
    ),
    ("seed: yes", "seed: expected a whole number, such as `seed: 0`; got the text 'yes'"),
    ("seed: true", "seed: expected a whole number, such as `seed: 0`; got true"),
    ("seed: .nan", "seed: .nan is not a finite number; give a number, or leave the key out"),
    ("threads: 0", "threads: expected a whole number of at least 1, got 0"),
    ("exam: {confidence: 0.1}", "exam.confidence: expected a number of at least 0.5, got 0.1"),
    (
        '"a\\eb": 1',
        "a\\x1bb: unknown key. Known: "
        "criteria, device, entrants, exam, extends, keep, limits, monitor, name, notify, "
        "preflight, retries, runs, seed, stop, task, threads.",
    ),
    ("device: gpu", "device: expected auto, cpu, cuda, or a GPU such as cuda:1, got 'gpu'"),
    ("device: cuda:x", "device: expected auto, cpu, cuda, or a GPU such as cuda:1, got 'cuda:x'"),
    ("device: 1", "device: expected text, such as `device: auto`; got 1; put it into quotes"),
    ("runs: [a]", "runs: expected a path, such as `../runs`; got a list"),
    ("runs: ''", "runs: expected a path, such as `../runs`; got the text ''"),
    ("stop: 10s", "stop: expected a mapping, such as `stop: {grace: 10s}`; got the text '10s'"),
    ("limits:", "limits: expected a mapping, such as `limits: {stall: 10m}`; got nothing (null)"),
    (
        "stop: {grace: 10 apples}",
        "stop.grace: expected a duration such as 90s, 2h, 1h30m or 500ms, got the text '10 apples'",
    ),
    ("stop: {terminate: 0}", "stop.terminate: expected a duration above 0 and up to 365d, got 0"),
    (
        "limits: {output: 5 MByte}",
        "limits.output: expected a size such as 50MB, 64MiB or 1.5GB, got the text '5 MByte'",
    ),
    ("limits: {stal: 3m}", "limits.stal: unknown key. Did you mean 'stall'?"),
    (
        "colour: red",
        "colour: unknown key. Known: criteria, device, entrants, exam, extends, keep, limits, "
        "monitor, name, notify, preflight, retries, runs, seed, stop, task, threads.",
    ),
    ("extend: base.yaml", "extend: unknown key. Did you mean 'extends'?"),
]


@pytest.mark.parametrize(("line", "message"), WRONG_VALUES)
def test_a_wrong_value_is_told_with_its_line(
    complaints: Complaints, line: str, message: str
) -> None:
    assert complaints(f"{GOOD}\n{line}\n") == [f"c.yaml:5: {message}"]


WRONG_ENTRANTS = [
    ("{}", ["c.yaml:2: entrants: expected at least one, such as `entrants: "
            "{my-strategy: {max_epochs: 50}}`"]),
    ("[a, b]", ["c.yaml:2: entrants: expected a mapping, such as `entrants: "
                "{my-strategy: {max_epochs: 50}}`; got a list"]),
    ("\n  mine:", ["c.yaml:3: entrants.mine: expected a mapping, such as `mine: {}`; got nothing "
                   "(null)"]),
    ("\n  mine: 50", ["c.yaml:3: entrants.mine: expected a mapping, such as `mine: {}`; got 50"]),
    ("\n  a/b: {}", [f"c.yaml:3: entrants.a/b: 'a/b' {NAME_RULE}"]),
    ("\n  '..': {}", [f"c.yaml:3: entrants...: '..' {NAME_RULE}"]),
    ("\n  '[key]': {}", [f"c.yaml:3: entrants.[key]: '[key]' {NAME_RULE}"]),
    ("{a: {}, 7: {}}", ["c.yaml:2: entrants: a key must be text; 7 is not: write '7':"]),
    ("\n  mine: {}\n  Mine: {}", ["c.yaml:4: entrants.Mine: differs from 'mine' in capitals only; "
                                  "some file systems see one name"]),
    ("\n  mine:\n    max_epochs: 0", ["c.yaml:4: entrants.mine.max_epochs: expected a whole number "
                                      "of at least 1, got 0"]),
    ("\n  mine: {max_epoch: 3}", ["c.yaml:3: entrants.mine.max_epoch: unknown key. Did you mean "
                                  "'max_epochs'?"]),
    ("\n  mine: {alpha: 3}", [f"c.yaml:3: entrants.mine.alpha: unknown key. {ENTRANT_KEYS}"]),
    ("\n  mine: {options: [1]}", ["c.yaml:3: entrants.mine.options: expected a mapping, such as "
                                  "`options: {alpha: 0.2}`; got a list"]),
    ("\n  mine: {use: }", ["c.yaml:3: entrants.mine.use: expected text, such as `use: "
                           "my-strategy`; got nothing (null)"]),
    ("\n  mine: {use: ''}", ["c.yaml:3: entrants.mine.use: expected text, such as `use: "
                             "my-strategy`; got the text ''"]),
]  # fmt: skip


@pytest.mark.parametrize(("entrants", "messages"), WRONG_ENTRANTS)
def test_a_wrong_entrant_is_told_with_its_line(
    complaints: Complaints, entrants: str, messages: list[str]
) -> None:
    assert complaints(f"{TASK}entrants: {entrants}\n{CRITERIA}") == messages


def test_what_is_missing_is_told_with_what_to_add(complaints: Complaints) -> None:
    assert complaints("# a config\nseed: 1\n") == [
        "c.yaml:2: task: missing. What is competed at. Add for example `task: {use: my-task}`",
        "c.yaml:2: entrants: missing. Who competes: strategies with their options, by name. Add "
        "for example `entrants: {my-strategy: {max_epochs: 50}}`",
        "c.yaml:2: criteria: missing. What a check must meet to be a claim. Add for example "
        "`criteria: {every: 5, all: [accuracy >= 0.9, loss <= 0.3]}`",
    ]


def test_a_task_without_a_name_is_told_what_to_add(complaints: Complaints) -> None:
    assert complaints(f"task:\n  options: {{}}\n{ENTRANTS}{CRITERIA}") == [
        "c.yaml:1: task.use: missing. The name of an installed task. Add for example "
        "`use: my-task`",
    ]


def test_a_criterion_is_blamed_in_its_own_line(complaints: Complaints) -> None:
    criteria = "criteria:\n  every: 5\n  all:\n    - a > 1\n    - any:\n        - b = 2\n"
    assert complaints(TASK + ENTRANTS + criteria) == [
        "c.yaml:8: criteria.all.1.any.0: cannot read 'b = 2': a measured number is hardly ever "
        "equal to another; use >= or <=, such as `b >= 2`"
    ]


def test_a_file_called_as_no_tournament_can_be_is_told_to_give_a_name(
    write: Callable[[str, str], object],
) -> None:
    from tournament.config import load_config
    from tournament.errors import ConfigError

    write("my config.yaml", GOOD)
    with pytest.raises(ConfigError) as caught:
        load_config("my config.yaml")
    assert str(caught.value) == (
        "my config.yaml:1: name: the file's name 'my config' cannot be the tournament's, since "
        "folders are called so; add for example `name: my-race` (A-Z, a-z, 0-9, '.', '_' and '-')"
    )


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_lines(
    complaints: Complaints,
) -> None:
    text = """\
name: my config
task: {uses: persistence, options: {videos: .nan}}
entrants:
  a: {max_epoch: 50}
  A: {max_epochs: "50"}
  b/c: {max_epochs: 0}
criteria:
  every: 0
  all: [ratio = 1.5, {any: []}]
device: gpu
stop: {grace: soon, grace: 4}
seeds: 4
"""
    assert [message.split(": ")[:2] for message in complaints(text, threads=-1)] == [
        ["c.yaml:1", "name"],
        ["c.yaml:2", "task.options.videos"],
        ["c.yaml:2", "task.use"],
        ["c.yaml:2", "task.uses"],
        ["c.yaml:4", "entrants.a.max_epoch"],
        ["c.yaml:5", "entrants.A.max_epochs"],
        ["c.yaml:5", "entrants.A"],
        ["c.yaml:6", "entrants.b/c"],
        ["c.yaml:6", "entrants.b/c.max_epochs"],
        ["c.yaml:8", "criteria.every"],
        ["c.yaml:9", "criteria.all.0"],
        ["c.yaml:9", "criteria.all.1.any"],
        ["c.yaml:10", "device"],
        ["c.yaml:11", "stop.grace"],
        ["c.yaml:12", "seeds"],
        ["command line", "threads"],
    ]


def test_what_only_follows_from_another_mistake_is_not_told(complaints: Complaints) -> None:
    text = f"{TASK}entrants: {{mine: &m {{}}, other: {{<<: *m}}}}\n{CRITERIA}seed: !x text\n"
    assert [message.split(": ")[1] for message in complaints(text)] == ["entrants.other", "seed"]


def test_a_config_that_could_not_be_read_again_is_refused(complaints: Complaints) -> None:
    entrants = ", ".join(f"e{number}: {{}}" for number in range(1500))
    assert complaints(f"{TASK}entrants: {{{entrants}}}\n{CRITERIA}") == [
        "c.yaml: with all aliases and defaults written out it could not be read again: more than "
        "10,000 keys and values up to here (an alias counts for all that it stands for); put long "
        "lists into a file of their own and give its path"
    ]


def test_what_cannot_be_read_mutes_only_what_follows_from_it(complaints) -> None:
    """A key that is none, a value that is none, a tag: the rest is looked at all the same."""
    found = complaints(
        "5: x\n"
        "seed: .nan\n"
        "threads: 0\n"
        "task: !odd {use: guess}\n"
        "entrants: {a: {use: walker, max_epochs: 0}, 7: {}, b: {foo: 1}}\n"
        "limits: {stall: !x 3, start: no}\n"
    )
    starts = [line.partition(": ")[2] for line in found]
    for key in ("threads:", "entrants.a.max_epochs:", "entrants.b.foo:", "limits.start:"):
        assert any(each.startswith(key) for each in starts), found
    for key in ("seed:", "task:", "limits.stall:"):
        assert sum(each.startswith(key) for each in starts) == 1, found
    assert any("criteria" in each for each in starts), found
