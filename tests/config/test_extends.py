"""A file on top of another: merged, replaced, removed, and blamed at the right line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config import load_config
from tournament.config.extends import OVERRIDE, _located
from tournament.config.tree import merge, plain
from tournament.errors import ConfigError

Write = Callable[[str, str], Path]

BASE = """\
task: {use: persistence, options: {videos: 100, colour: same}}
entrants:
  a: {max_epochs: 5, options: {alpha: 0.2, layers: [1, 2]}}
  b: {}
criteria: {every: 5, all: [accuracy >= 0.75]}
seed: 4
"""


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return [str(problem) for problem in caught.value.problems]


def test_mappings_are_merged_and_the_rest_is_replaced(write: Write) -> None:
    write("base.yaml", BASE)
    path = write(
        "c.yaml",
        "extends: base.yaml\ntask: {options: {videos: 7}}\n"
        "entrants: {a: {options: {layers: [3]}}, new: {use: a}}\n",
    )
    config = load_config(path).config
    assert config.name == "c"
    assert config.task.options == {"videos": 7, "colour": "same"}
    assert config.entrants["a"].options == {"alpha": 0.2, "layers": [3]}
    assert list(config.entrants) == ["a", "b", "new"]
    assert config.seed == 4


def test_null_removes_what_was_inherited(write: Write) -> None:
    write("base.yaml", BASE)
    path = write("c.yaml", "extends: base.yaml\nseed: null\nentrants: {b: null, a: {options: }}\n")
    config = load_config(path).config
    assert config.seed == 0
    assert list(config.entrants) == ["a"]
    assert config.entrants["a"].options == {}


def test_a_group_of_criteria_is_replaced_by_removing_the_other(write: Write) -> None:
    write("base.yaml", BASE)
    path = write("c.yaml", "extends: base.yaml\ncriteria: {all: null, any: [a > 1, b > 2]}\n")
    assert load_config(path).config.criteria.group.kind == "any"
    assert load_config(path).config.criteria.every == 5


def test_null_that_removes_nothing_is_not_taken_for_an_empty_entrant(write: Write) -> None:
    write("base.yaml", BASE)
    path = write("c.yaml", "extends: base.yaml\nentrants:\n  bb: null\n")
    assert told(path) == [
        "c.yaml:3: entrants.bb: expected a mapping, such as `bb: {}`; got nothing (null)"
    ]


def test_paths_begin_at_the_file_that_says_them(write: Write) -> None:
    write("shared/deep/base.yaml", BASE + "runs: ../results\n")
    write("shared/middle.yaml", "extends: deep/base.yaml\n")
    path = write("mine/c.yaml", "extends: ../shared/middle.yaml\n")
    assert load_config(path).config.runs == Path.cwd() / "shared" / "results"


def test_a_problem_is_told_where_the_value_really_stands(write: Write) -> None:
    write("base.yaml", BASE.replace("alpha", "beta").replace("seed: 4", "seed: -4"))
    path = write("c.yaml", "extends: base.yaml\nthreads: 0\nentrants:\n  a:\n    max_epoch: 3\n")
    assert told(path) == [
        "base.yaml:6: seed: expected a whole number of at least 0, got -4",
        "c.yaml:2: threads: expected a whole number of at least 1, got 0",
        "c.yaml:5: entrants.a.max_epoch: unknown key. Did you mean 'max_epochs'?",
    ]


def test_a_value_is_located_in_its_own_file(write: Write) -> None:
    write("base.yaml", BASE)
    loaded = load_config(write("c.yaml", "extends: base.yaml\nentrants:\n  a: {options: {x: 1}}\n"))
    assert loaded.locate("entrants.a.options.alpha") == ("base.yaml", 3)
    assert loaded.locate("entrants.a.options.x") == ("c.yaml", 3)
    assert loaded.locate("entrants.b.options") == ("base.yaml", 4)
    assert loaded.locate("entrants") == loaded.locate("entrants.nobody") == ("c.yaml", 2)


def test_problems_of_several_files_are_told_together(write: Write) -> None:
    write("base.yaml", BASE + "seed: 5\n")
    path = write("c.yaml", "extends: base.yaml\ndevice: gpu\n")
    assert told(path) == [
        "base.yaml:7: seed: this key is already there in line 6; keep one",
        "c.yaml:2: device: expected auto, cpu, cuda, or a GPU such as cuda:1, got 'gpu'",
    ]


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_circle_is_refused(write: Write, names: list[str]) -> None:
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        write(f"{name}.yaml", f"# circle\nextends: {other}.yaml\n")
    circle = " -> ".join(f"{name}.yaml" for name in [*names, "a"])
    assert told(Path("a.yaml")) == [
        f"{names[-1]}.yaml:2: extends: a.yaml: these files extend each other in a circle: {circle}"
    ]


def test_the_same_file_by_another_path_is_a_circle_too(write: Write) -> None:
    path = write("c.yaml", "extends: ./folder/../c.yaml\n")
    Path("folder").mkdir()
    assert "in a circle: c.yaml -> folder/../c.yaml" in told(path)[0]


def test_a_file_that_cannot_be_read_is_blamed_on_the_line_that_wants_it(write: Write) -> None:
    path = write("c.yaml", "name: x\nextends: bas\n")
    write("bas.yaml", "")
    assert told(path) == ["c.yaml:2: extends: bas: there is no such file; there is bas.yaml"]


@pytest.mark.parametrize("value", ["[a.yaml, b.yaml]", "null", "''", "3", "{a: b}"])
def test_extends_is_the_path_of_one_file(write: Write, value: str) -> None:
    path = write("c.yaml", f"extends: {value}\n")
    assert told(path) == ["c.yaml:1: extends: expected the path of one config file"]


FOLLOWED = """\
extends: {}
seed: -1
entrants:
  mine: {{max_epochs: 0}}
criteria: {{any: null, every: 0}}
"""


@pytest.mark.parametrize("base", ["nobody.yaml", "c.yaml", "''", "empty.yaml"])
def test_without_the_other_file_only_what_is_written_here_is_told(write: Write, base: str) -> None:
    write("empty.yaml", "3\n")
    path = write("c.yaml", FOLLOWED.format(base))
    found = [line for line in told(path) if not line.startswith("empty.yaml")]
    assert [line.split(": ")[1] for line in found] == [
        "extends",
        "seed",
        "entrants.mine.max_epochs",
        "criteria.every",
    ]


def test_a_long_chain_is_followed_to_its_end(write: Write) -> None:
    write("0.yaml", BASE)
    for number in range(1, 1200):
        path = write(f"{number}.yaml", f"extends: {number - 1}.yaml\nseed: {number}\n")
    assert load_config(path).config.seed == 1199


values = st.recursive(
    st.integers() | st.text("xyz", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
mappings = st.dictionaries(st.sampled_from("abc"), values)


@given(mappings, mappings)
def test_merging_again_changes_nothing(base: dict[str, object], over: dict[str, object]) -> None:
    once = merge(_located(base), _located(over))
    assert plain(merge(once, _located(over))) == plain(once)


@given(mappings)
def test_an_empty_file_on_top_or_below_changes_nothing(value: dict[str, object]) -> None:
    empty = _located({})
    assert plain(merge(empty, _located(value))) == value
    assert plain(merge(_located(value), empty)) == value
    assert merge(empty, _located(value)).place == OVERRIDE
