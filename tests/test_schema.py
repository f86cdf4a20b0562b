"""JSON Schema of configs and events: what is good fits, and what is bad does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.referee.stories import STORIES, write_log
from tournament.cli import tournament
from tournament.record.folder import RunFolder

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))


@pytest.fixture(scope="module")
def validator():
    def make(what: str) -> Draft202012Validator:
        printed = CliRunner().invoke(tournament, ["schema", what])
        schema = json.loads(printed.output)
        Draft202012Validator.check_schema(schema)
        return Draft202012Validator(schema)

    return make


def wrong(validator: Draft202012Validator, value: object) -> list[str]:
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_fits(validator, path):
    assert wrong(validator("config"), yaml.safe_load(path.read_text())) == []


GOOD = {
    "task": {"use": "t"},
    "entrants": {"a": {"max_epochs": 3}},
    "criteria": {"every": 1, "all": ["m >= 1"]},
}


@pytest.mark.parametrize(
    "changed",
    [
        {"tasks": {}},
        {"task": {}},
        {"task": None},
        {"entrants": {"a": {"epochs": 3}}},
        {"entrants": {"a": {"max_epochs": 0}}},
        {"criteria": {"all": ["m >= 1"]}},
        {"seed": "one"},
        {"exam": {"samples": 3}},
        {"extends": 7},
    ],
)
def test_what_is_wrong_does_not_fit(validator, changed):
    assert wrong(validator("config"), GOOD) == []
    assert wrong(validator("config"), {**GOOD, **changed}) != []


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"seed": 3},
        {"task": {"options": {"videos": None}}},
        {"criteria": {"all": None, "any": ["m >= 2"]}},
        {"entrants": {"b": {"use": "a"}}, "monitor": None},
    ],
)
def test_a_file_that_extends_another_one_may_be_a_part(validator, part):
    assert wrong(validator("config"), {"extends": "base.yaml", **part}) == []
    assert wrong(validator("config"), {"extends": "base.yaml", **part, "sead": 1}) != []


def test_every_event_of_a_run_fits_and_no_other_does(validator, tmp_path):
    events = validator("events")
    lines = []
    for name, story in STORIES.items():
        folder = RunFolder(tmp_path / name)
        write_log(folder, story(folder).story.events)
        lines += folder.log.read_bytes().splitlines()
    assert len({json.loads(line)["type"] for line in lines}) > 15
    for line in lines:
        assert wrong(events, json.loads(line)) == []
    good = json.loads(lines[0])
    for bad in ({**good, "prev": "x"}, {**good, "type": "other"}, {**good, "data": {}}):
        assert wrong(events, bad) != []
