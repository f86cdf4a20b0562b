"""Of a trial's checkpoints the last few are kept, and all that met the criteria."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.referee.race import Race, check
from tournament.match.checkpoints import Retention, superfluous, usable_check
from tournament.record.folder import RunFolder
from tournament.record.payloads import File


def told(race: Race, folder: RunFolder, index: int, value: float) -> None:
    """A check whose checkpoint is a real file."""
    path = folder.trial("x").checkpoint(index)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    file = File(name=str(path.relative_to(folder.trial("x").path)), sha256="0" * 64, bytes=1)
    race.say_all(check(index, a=value).model_copy(update={"checkpoint": file}), "x")


@pytest.fixture
def race() -> Race:
    return Race({"all": ["a >= 1"]}, ("x",), judge=lambda exam: (0.0,)).start()


@pytest.mark.parametrize(
    ("keep", "left"), [(1, {2, 5}), (2, {2, 4, 5}), (3, {2, 3, 4, 5}), (99, {0, 1, 2, 3, 4, 5})]
)
def test_the_last_ones_and_those_that_were_claimed_are_kept(race, tmp_path, keep, left):
    folder = RunFolder(tmp_path)
    retention = Retention(folder, keep)
    for index, value in enumerate([0.0, 0.1, 1.5, 0.3, 0.2, 0.4]):
        told(race, folder, index, value)
        assert retention.prune(race.referee.standings) == []
        assert folder.trial("x").checkpoint(index).exists()
    found = {int(path.stem[-3:]) for path in folder.trial("x").checkpoint(0).parent.iterdir()}
    assert found == left


def test_one_that_cannot_be_deleted_is_told(race, tmp_path):
    folder = RunFolder(tmp_path)
    for index in range(2):
        told(race, folder, index, 0.0)
    path = folder.trial("x").checkpoint(0)
    path.unlink()
    path.mkdir()
    (complaint,) = Retention(folder, 1).prune(race.referee.standings)
    assert f"{path} cannot be deleted" in complaint


def test_without_checks_nothing_is_superfluous(race, tmp_path):
    assert list(superfluous(race.referee.standings.trials["x"], 2)) == []
    assert Retention(RunFolder(Path("nowhere")), 2).prune(race.referee.standings) == []


def test_one_that_pretends_to_be_huge_is_not_read_to_its_end(race, tmp_path):
    folder = RunFolder(tmp_path)
    content = hashlib.sha256(b"x").hexdigest()
    for index in range(2):
        told(race, folder, index, 0.0)
    standing = race.referee.standings.trials["x"]
    standing.checks[:] = [
        each.model_copy(
            update={"checkpoint": each.checkpoint.model_copy(update={"sha256": content})}
        )
        for each in standing.checks
    ]
    os.truncate(folder.trial("x").checkpoint(1), 1 << 43)
    check, wrong = usable_check(folder.trial("x"), standing)
    assert check == standing.checks[0]
    assert wrong == ["checkpoints/check-001.safetensors was changed; an earlier one is used"]
