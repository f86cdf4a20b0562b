"""A config is read with its defaults, its overrides and its lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.config import (
    Config,
    Entrant,
    Limits,
    Loaded,
    StopTimes,
    TaskChoice,
    load_config,
)
from tournament.errors import ConfigError

Load = Callable[[str], Loaded]
Write = Callable[[str, str], Path]

DESIGN = """\
name: attention
task: {use: persistence, options: {videos: 10000, colour: same}}
entrants:
  attention-supervised: {max_epochs: 50, options: {alpha: 0.2}}
  pretrained-features:  {max_epochs: 30}
  no-supervision:       {use: attention-supervised, max_epochs: 50, options: {alpha: 0}}
criteria:
  every: 5
  all: [attention_ratio >= 1.5, val_accuracy >= 0.75, consistency >= 0.70]
device: auto            # cpu, cuda, cuda:1; entrants may share a GPU
"""


def test_the_config_of_the_design_is_read(load: Load) -> None:
    config = load(DESIGN).config
    assert config.name == "attention"
    assert config.task.options == {"videos": 10000, "colour": "same"}
    assert list(config.entrants) == [
        "attention-supervised",
        "pretrained-features",
        "no-supervision",
    ]
    assert config.entrants["no-supervision"].use == "attention-supervised"
    assert config.entrants["pretrained-features"].max_epochs == 30
    assert config.criteria.metrics() == ("attention_ratio", "val_accuracy", "consistency")


def test_what_is_left_out_has_its_default(load_with: Load) -> None:
    config = load_with("").config
    assert config.name == "c"
    assert (config.device, config.seed, config.threads) == ("auto", 0, None)
    assert config.runs == Path.cwd() / "runs"
    assert (config.stop.grace, config.stop.terminate) == (10.0, 5.0)
    assert (config.limits.start, config.limits.stall) == (1800.0, 600.0)
    assert config.limits.output == 50_000_000
    mine = config.entrants["mine"]
    assert (mine.use, mine.max_epochs, mine.options, mine.seed) == ("mine", 50, {}, None)


def test_every_key_can_be_given(load_with: Load) -> None:
    config = load_with(
        "name: other\ndevice: cuda:1\nseed: 7\nthreads: 2\nruns: /somewhere/else\n"
        "stop: {grace: 1m, terminate: 500ms}\nlimits: {start: 2h, stall: 90, output: 1MiB}\n"
    ).config
    assert (config.name, config.device, config.seed, config.threads) == ("other", "cuda:1", 7, 2)
    assert config.runs == Path("/somewhere/else")
    assert (config.stop.grace, config.stop.terminate) == (60.0, 0.5)
    assert (config.limits.start, config.limits.stall) == (7200.0, 90.0)
    assert config.limits.output == 2**20


def test_options_keep_the_types_that_yaml_1_2_gives_them(load: Load) -> None:
    text = DESIGN.replace("{alpha: 0.2}", "{a: 1e-4, b: no, c: [1, null, true], d: {e: 010}}")
    options = load(text).config.entrants["attention-supervised"].options
    assert options == {"a": 0.0001, "b": "no", "c": [1, None, True], "d": {"e": 10}}


def test_a_config_cannot_be_changed_once_it_is_read(load: Load) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(DESIGN).config.seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", 1),
        ("task", 2),
        ("task.options.colour", 2),
        ("entrants", 3),
        ("entrants.attention-supervised.options.alpha", 4),
        ("entrants.pretrained-features.options.alpha", 5),
        ("entrants.nobody.options", 3),
        ("criteria.all.2", 9),
        ("criteria.all.7", 9),
        ("criteria.every", 8),
        ("limits.stall", 1),
        ("", 1),
    ],
)
def test_a_key_is_located_or_else_its_nearest_ancestor(load: Load, key: str, line: int) -> None:
    loaded = load(DESIGN)
    assert loaded.locate(key) == ("c.yaml", line)
    assert loaded.problem(key, "no").line == line


def test_criteria_in_several_lines_are_located_one_by_one(load: Load) -> None:
    loaded = load(
        "task: {use: t}\nentrants: {a: {}}\ncriteria:\n  every: 1\n  all:\n"
        "    - a > 1\n    - any:\n        - b > 2\n        - c > 3\n      holds: 2\n"
    )
    keys = [f"criteria.{key}" for key, _ in loaded.config.criteria.group.leaves()]
    assert [loaded.locate(key)[1] for key in keys] == [6, 8, 9]


def test_an_override_replaces_adds_and_removes(write: Write) -> None:
    path = write("c.yaml", DESIGN)
    overrides = {
        "seed": 3,
        "entrants.no-supervision": None,
        "entrants.pretrained-features.max_epochs": 2,
        "limits.stall": None,
        "device": None,
        "runs": Path("there"),
    }
    loaded = load_config(path, overrides)
    assert loaded.config.seed == 3
    assert (loaded.config.device, loaded.config.limits.stall) == ("auto", 600.0)
    assert list(loaded.config.entrants) == ["attention-supervised", "pretrained-features"]
    assert loaded.config.entrants["pretrained-features"].max_epochs == 2
    assert loaded.config.runs == Path.cwd() / "there"
    assert loaded.locate("seed") == ("command line", None)
    assert loaded.locate("entrants.pretrained-features.use") == ("c.yaml", 5)


def test_an_override_finds_names_that_hold_dots(write: Write) -> None:
    path = write("c.yaml", DESIGN.replace("no-supervision:", "v1.2:"))
    loaded = load_config(path, {"entrants.v1.2.max_epochs": 9, "entrants.v1.2.options": {}})
    assert loaded.config.entrants["v1.2"].max_epochs == 9


def test_a_wrong_override_is_said_to_come_from_the_command_line(write: Write) -> None:
    path = write("c.yaml", DESIGN)
    with pytest.raises(ConfigError) as caught:
        load_config(
            path, {"seed": -1, "sed": 3, "limits.stall": float("inf"), "task.use": object()}
        )
    assert sorted(str(caught.value).splitlines()) == [
        "command line: limits.stall: inf is not a finite number",
        "command line: sed: unknown key. Did you mean 'seed'?",
        "command line: seed: expected a whole number of at least 0, got -1",
        "command line: task.use: expected text, a number, a list or a mapping, got object",
    ]


def test_runs_in_a_file_are_relative_to_that_file(write: Write) -> None:
    path = write("configs/c.yaml", DESIGN + "runs: ../results\n")
    assert load_config(path).config.runs == Path.cwd() / "results"


def test_a_home_folder_is_found_in_a_path(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("c.yaml", DESIGN + "runs: ~/results\n")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert load_config(path).config.runs == Path("/home/somebody/results")


def test_a_file_that_says_utf_8_at_its_start_is_read(write: Write) -> None:
    assert load_config(write("c.yaml", "\ufeff" + DESIGN)).config.name == "attention"


def test_the_json_schema_lets_out_what_a_file_may_leave_out() -> None:
    schema = Config.model_json_schema()
    assert schema["required"] == ["task", "entrants", "criteria"]
    assert schema["$defs"]["Entrant"]["required"] == []


def test_every_key_is_described_and_has_an_example() -> None:
    for model in (Config, TaskChoice, Entrant, StopTimes, Limits):
        for name, field in model.model_fields.items():
            assert (field.description or "").endswith("."), name
            assert field.examples, name
