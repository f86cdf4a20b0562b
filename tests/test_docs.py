"""What the docs say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import tournament
from tournament.bus import conduct, exchange, sockets, wire
from tournament.cli import tournament as command
from tournament.config.criteria import criteria_from_json
from tournament.config.load import load_config
from tournament.config.models import Config, Entrant
from tournament.record import events

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))


def fenced(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)


def test_every_key_of_the_config_is_documented_and_no_other():
    rows = re.findall(r"^\| (`[^|]+`) \|", (ROOT / "docs/config.md").read_text(), re.MULTILINE)
    told = {key.strip("`").split(".")[0] for row in rows for key in row.split(", ")}
    assert told == set(Config.model_fields)
    entrant = {
        key.strip("`").split(".")[-1] for row in rows for key in row.split(", ") if "<name>" in key
    }
    assert entrant == set(Entrant.model_fields)


def test_the_config_in_the_docs_is_one(tmp_path):
    whole, criteria = fenced(ROOT / "docs/config.md", "yaml")
    path = tmp_path / "c.yaml"
    path.write_text(whole)
    (tmp_path / "base.yaml").write_text("seed: 3\n")
    assert load_config(path).config.seed == 3
    assert criteria_from_json(yaml.safe_load(criteria)["criteria"]).every == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_a_good_config(path):
    assert load_config(path).config.entrants


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_verb_and_public_name_in_the_docs_exists(path):
    text = path.read_text()
    verbs = set(re.findall(r"^(?:\.venv/bin/)?tournament ([a-z]+)", text, re.MULTILINE))
    assert verbs <= set(command.commands)
    names = set(re.findall(r"`tournament\.([A-Za-z]+)`", text))
    assert names <= set(tournament.__all__)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_file_that_the_docs_name_is_there(path):
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text())
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


def test_the_readmes_commands_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_the_protocols_limits_in_the_docs_are_those_of_the_code():
    text = (ROOT / "docs/watching.md").read_text()
    chunk = f"at most {wire.CHUNK_EVENTS} lines"
    size = f"{wire.CHUNK_BYTES // 1024} KiB"
    end = f"asked for {exchange.FAREWELL:g} s (at most {exchange.LONGEST_FAREWELL:g} s)"
    told = (chunk, size, end, f"{sockets.LIVE_QUEUE:,} may wait at the hub")
    assert [words for words in told if words not in text] == []
    assert conduct.PATIENCE == 100
    assert wire.BEAT_SECONDS == 1


def test_every_event_is_documented_with_its_fields():
    text = (ROOT / "docs/events.md").read_text()
    for cls in (*events.WORKER_SAYS, *events.MATCH_SAYS):
        first = cls.__doc__.strip().splitlines()[0]
        fields = ", ".join(f"`{name}`" for name in cls.model_fields)
        assert f"| `{events.kind(cls)}` | {first} | {fields} |" in text
