"""What was understood can be written down and understood again, from any folder."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from tournament.config import (
    Config,
    Criteria,
    Entrant,
    Group,
    Leaf,
    Limits,
    Loaded,
    StopTimes,
    TaskChoice,
    load_config,
    resolved_yaml,
)
from tournament.config.models import LARGEST
from tournament.config.parse import parse_yaml
from tournament.config.tree import plain
from tournament.config.writing import block, flow

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
tricky = st.sampled_from(
    ["", " ", "no", "1e-4", "~", "null", "010", "0x1", ".nan", "- a", "a: b", "#x", "a #b", "*a",
     "'", '"', "<<", "=", "1:30", "2020-01-01", "\x85", "\u2028", "\ufeff", "a\n b\t", "...", "---"]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | tricky
)
keys = texts | tricky
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)
options = st.dictionaries(keys, values, max_size=3)
names = st.text(string.ascii_lowercase + string.digits + "._-", min_size=1, max_size=12).filter(
    lambda name: name[0] not in "._-"
)
seconds = st.floats(min_value=0.001, max_value=86400 * 365) | st.integers(1, 10**6).map(float)
whole = st.integers(min_value=1, max_value=LARGEST)
leaf = st.builds(
    Leaf,
    metric=st.just("accuracy"),
    op=st.just(">"),
    threshold=st.floats(-1e9, 1e9),
    holds=st.integers(1, 3),
)
configs = st.builds(
    Config,
    name=names,
    task=st.builds(TaskChoice, use=texts.filter(bool), options=options),
    entrants=st.dictionaries(
        names,
        st.builds(
            Entrant,
            use=texts.filter(bool),
            max_epochs=whole,
            options=options,
            seed=st.none() | whole,
        ),
        min_size=1,
        max_size=3,
    ),
    criteria=st.builds(
        Criteria,
        every=st.integers(1, 99),
        group=st.builds(Group, kind=st.just("any"), members=st.tuples(leaf)),
    ),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:3"]),
    seed=whole,
    threads=st.none() | whole,
    runs=st.sampled_from([Path("/r"), Path("/some where/é #1"), Path("/a: b")]),
    stop=st.builds(StopTimes, grace=seconds, terminate=seconds),
    limits=st.builds(Limits, start=seconds, stall=seconds, output=whole),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("resolved")


@given(config=configs)
def test_any_config_survives_being_written_out(folder: Path, config: Config) -> None:
    path = folder / "config.yaml"
    path.write_text(resolved_yaml(config), encoding="utf-8")
    assert load_config(path).config == config


@given(st.dictionaries(keys, values, max_size=4))
def test_any_values_survive_both_ways_of_writing(value: dict[str, JsonValue]) -> None:
    for text in (block(value) or "{}", flow(value)):
        parsed = parse_yaml(text, "c")
        assert parsed.problems == ()
        assert parsed.root is not None
        assert plain(parsed.root) == value


@given(scalars)
def test_the_type_of_a_scalar_survives_too(value: JsonValue) -> None:
    root = parse_yaml(f"a: {flow(value)}", "c").root
    assert root is not None
    assert type(plain(root)["a"]) is type(value)


def test_the_resolved_config_says_everything(
    write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    write("base.yaml", "entrants: {mine: {options: {b: 'no', c: [1, {d: 1e-4}]}}}\n")
    path = write(
        "c.yaml",
        "extends: base.yaml\ntask: {use: toy}\n"
        "criteria: {every: 5, all: [a >= 0.70, any: [b < 1 for 2 checks]]}\n",
    )
    text = resolved_yaml(load_config(path).config)
    assert (
        text
        == f"""\
# The config as it was understood: all files merged, every default written out.
name: c
task:
  use: toy
  options: {{}}
entrants:
  mine:
    use: mine
    max_epochs: 50
    options:
      b: "no"
      c: [1, {{d: 0.0001}}]
    seed: null
criteria:
  every: 5
  all: [a >= 0.7, {{any: [b < 1 for 2 checks]}}]
device: auto
seed: 0
threads: null
runs: {flow(str(tmp_path / "runs"))}
keep: 2
retries: 2
monitor: null
preflight: false
notify:
  command: ""
  webhook: ""
exam:
  samples: 500
  attempts: 3
  confidence: 0.95
  backoff: 1
  timeout: 10m
stop:
  grace: 10s
  terminate: 5s
limits:
  start: 30m
  stall: 10m
  output: 50MB
"""
    )


def test_a_resolved_config_means_the_same_in_another_folder(
    write: Callable[[str, str], Path], load_with: Callable[[str], Loaded]
) -> None:
    config = load_with("name: x\n").config
    path = write("runs/x/config.yaml", resolved_yaml(config))
    assert load_config(path).config == config
    assert resolved_yaml(load_config(path).config) == resolved_yaml(config)


def test_a_config_survives_json() -> None:
    group = Group(kind="all", members=(Leaf(metric="a", op="<", threshold=1.0, holds=3),))
    config = Config(
        name="x",
        task=TaskChoice(use="toy"),
        entrants={"mine": Entrant(use="mine")},
        criteria=Criteria(every=2, group=group),
    )
    assert Config.model_validate_json(config.model_dump_json()) == config
