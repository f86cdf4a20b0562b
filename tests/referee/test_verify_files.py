"""What lies beside a log fits what the log proves; and the command `tournament verify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tournament.cli.verify import gone_text
from tournament.errors import LogError
from tournament.match.verify import verify_run
from tournament.record.atomic import write_json
from tournament.record.folder import RunFolder

# --- the files beside the log ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("winner", "y"), ("epoch", 1), ("outcome", "no-winner"), ("claimed", {"a": 9.0}),
        ("examined", None), ("findings", []), ("bounds", []), ("standings", []),
        ("runner_up", None), ("log_hash", "0" * 64), ("events", 3), ("warnings", ["!"]),
        ("extra", 1),
    ],
)  # fmt: skip
def test_a_verdict_file_that_says_something_else_is_found(the_race, name, value):
    folder = the_race.write()
    said = json.loads(folder.verdict.read_text())
    assert said.get(name) != value
    write_json(folder.verdict, {**said, name: value})
    with pytest.raises(LogError, match=rf"verdict\.json: {name}: not what the log proves"):
        verify_run(folder)


@pytest.mark.parametrize("content", ["", "{", "null", "[]", "\udcff"])
def test_a_verdict_file_that_is_none_is_found(the_race, content):
    folder = the_race.write()
    folder.verdict.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(LogError, match=r"verdict\.json"):
        verify_run(folder)


def test_a_verdict_file_that_is_gone_is_found(the_race):
    folder = the_race.write()
    folder.verdict.unlink()
    with pytest.raises(LogError, match=r"verdict\.json: cannot be read"):
        verify_run(folder)


def test_a_run_that_was_copied_under_another_name_is_whole(the_race, tmp_path):
    copy = the_race.write().path.rename(tmp_path / "copy")
    verify_run(RunFolder(copy))


def test_a_config_that_was_changed_afterwards_is_found(the_race):
    folder = the_race.write()
    folder.config.write_bytes(folder.config.read_bytes() + b"\n")
    with pytest.raises(LogError, match=r"config\.yaml: not the config of this run"):
        verify_run(folder)


def test_the_result_that_an_examiner_left_is_compared_with_the_log(the_race):
    folder = the_race.write()
    result = the_race.referee.standings.trials["x"].examined[0]
    place = folder.trial("x").exam(result.number).result
    place.write_text(result.model_dump_json(indent=2))
    verify_run(folder)
    place.write_text(result.model_copy(update={"samples": 9}).model_dump_json())
    with pytest.raises(LogError, match=r"result\.json: not what the log says of this exam"):
        verify_run(folder)


def test_files_that_are_gone_are_no_flaw_and_are_told(the_race):
    folder = the_race.write()
    whole = verify_run(folder)
    assert whole.gone == ()
    lost = [folder.trial("v").samples(0), folder.trial("x").checkpoint(3)]
    for path in lost:
        path.unlink()
    found = verify_run(folder)
    assert (set(found.gone), found.files) == (set(lost), whole.files - 2)
    assert gone_text(found) == "; 2 are gone, the winner's checkpoint too"


def vouched(folder: RunFolder) -> dict[str, Path]:
    return {
        "the winner's checkpoint": folder.trial("x").checkpoint(3),
        "a rejected one": folder.trial("x").checkpoint(1),
        "a loser's": folder.trial("v").checkpoint(0),
        "a table of samples": folder.trial("x").samples(2),
        "an exam's table": folder.trial("x").exam(2).samples,
    }


@pytest.mark.parametrize("which", vouched(RunFolder(Path())))
def test_a_file_that_changed_after_its_hash_was_logged_is_found(the_race, which):
    folder = the_race.write()
    path = vouched(folder)[which]
    whole = path.read_bytes()
    for content in (whole[:-1], whole + b"x", bytes([whole[0] ^ 1]) + whole[1:], b""):
        path.write_bytes(content)
        with pytest.raises(LogError, match=f"{path}: changed after its hash was logged"):
            verify_run(folder)
    path.write_bytes(whole)
    verify_run(folder)
