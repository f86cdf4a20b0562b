"""A log proves its verdict: whatever is changed in it is found, and named where that is possible.

Three kinds of attackers: one who changes the file, one who also chains it anew, and one who writes
verdict.json anew, too. Against the last, only the hash that the run printed helps.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tournament.errors import LogError
from tournament.match.verify import verify_run
from tournament.record.checkpoint import fingerprint
from tournament.record.events import DECISIONS, SPEAKERS, make_event
from tournament.record.folder import RunFolder
from tournament.record.log import log_hash, read_log
from tournament.record.payloads import (
    Bound,
    Check,
    Examined,
    Note,
    Notice,
    Overdue,
    Sealed,
    Spawned,
)
from tournament.referee.verify import first_flaw

from .race import ended
from .stories import COMMITMENT, a_resumption, changed, line_at, renumbered, write_log

# --- what is whole --------------------------------------------------------------------------------


def test_a_whole_log_proves_its_verdict(race):
    folder = race.write()
    found = verify_run(folder)
    assert found.standings.verdict == race.verdict
    assert found.events == len(race.story.events)
    assert found.log_hash == log_hash(folder.log)
    assert verify_run(folder, found.log_hash).files == found.files
    assert first_flaw(race.story.events) is None


def test_the_files_of_checks_and_exams_are_counted(the_race):
    # A checkpoint and a table for each of 8 checks, and the tables of 2 exams.
    assert verify_run(the_race.write()).files == 2 * 8 + 2


def test_files_that_are_gone_are_no_flaw(the_race):
    folder = the_race.write()
    folder.trial("x").checkpoint(1).unlink()
    assert verify_run(folder).files == 2 * 8 + 2 - 1


# --- somebody changes the file --------------------------------------------------------------------


def test_a_flipped_byte_is_found_in_every_kind_of_event(told):
    race, offsets = told
    folder = race.write()
    whole = folder.log.read_bytes()
    lines = whole.split(b"\n")
    for offset in offsets:
        start = sum(len(line) + 1 for line in lines[:offset])
        length = len(lines[offset])
        for place in sorted(
            {0, 1, length // 3, length // 2, 2 * length // 3, length - 40, length - 1}
        ):
            content = bytearray(whole)
            content[start + place] ^= 1
            folder.log.write_bytes(content)
            with pytest.raises(LogError) as error:
                verify_run(folder)
            last = offset == len(lines) - 2
            if not last:  # Of the last line nothing behind it knows the hash: verdict.json does.
                assert line_at(error, folder) == offset + 1


def test_a_flipped_newline_is_found_behind_every_kind_of_event(told):
    race, offsets = told
    folder = race.write()
    whole = folder.log.read_bytes()
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    for offset in offsets:
        folder.log.write_bytes(whole[: ends[offset]] + b" " + whole[ends[offset] + 1 :])
        with pytest.raises(LogError) as error:
            verify_run(folder)
        assert line_at(error, folder) == offset + 1


def test_a_dropped_line_of_every_kind_is_found_where_it_was(told):
    race, offsets = told
    folder = race.write()
    lines = folder.log.read_bytes().splitlines(keepends=True)
    for offset in offsets:
        folder.log.write_bytes(b"".join(lines[:offset] + lines[offset + 1 :]))
        with pytest.raises(LogError) as error:
            verify_run(folder)
        assert line_at(error, folder) == offset + 1


def test_two_swapped_lines_are_found_at_the_first_of_them(told):
    race, offsets = told
    folder = race.write()
    lines = folder.log.read_bytes().splitlines(keepends=True)
    for offset in offsets:
        first = min(offset, len(lines) - 2)
        lines[first], lines[first + 1] = lines[first + 1], lines[first]
        folder.log.write_bytes(b"".join(lines))
        lines[first], lines[first + 1] = lines[first + 1], lines[first]
        with pytest.raises(LogError) as error:
            verify_run(folder)
        assert line_at(error, folder) == first + 1


def test_a_doubled_line_of_every_kind_is_found_where_it_comes_again(told):
    race, offsets = told
    folder = race.write()
    lines = folder.log.read_bytes().splitlines(keepends=True)
    for offset in offsets:
        folder.log.write_bytes(b"".join([*lines[: offset + 1], *lines[offset:]]))
        with pytest.raises(LogError) as error:
            verify_run(folder)
        assert line_at(error, folder) == offset + 2


def test_a_forged_line_of_every_kind_is_found_where_it_stands(told):
    race, offsets = told
    folder = race.write()
    lines = folder.log.read_bytes().splitlines(keepends=True)
    for offset in offsets:
        forged = json.loads(lines[offset])
        forged["t"] += 1
        line = json.dumps(forged, separators=(",", ":")).encode() + b"\n"
        folder.log.write_bytes(b"".join([*lines[:offset], line, *lines[offset + 1 :]]))
        with pytest.raises(LogError) as error:
            verify_run(folder)
        if offset < len(lines) - 1:
            assert line_at(error, folder) == offset + 1


def test_a_forged_last_line_is_found_by_the_hash_in_the_verdict_file(the_race):
    folder = the_race.write()
    events = the_race.story.events
    write_log(folder, [*events[:-1], changed(events[-1], seconds=1.0)], verdict=False)
    with pytest.raises(LogError, match=r"verdict\.json: log_hash, seconds: not what the log"):
        verify_run(folder)


# --- somebody chains the log anew -----------------------------------------------------------------


def test_without_an_event_of_any_kind_the_story_does_not_hold_together(told):
    race, offsets = told
    events = race.story.events
    last_decision = max(e.offset for e in events if isinstance(e.data, DECISIONS))
    for offset in offsets:
        flaw = first_flaw(renumbered(events[:offset] + events[offset + 1 :]))
        if flaw is None:  # A last word after the last decision: nothing in the log rests on it.
            assert offset > last_decision
            assert events[offset].trial is not None
        else:
            assert flaw.offset >= offset


def test_a_decision_that_is_missing_is_found_at_the_next_one(the_race):
    events = the_race.story.events
    for offset, event in enumerate(events):
        if isinstance(event.data, DECISIONS):
            flaw = first_flaw(renumbered(events[:offset] + events[offset + 1 :]))
            words = ("the decision that follows", "was due", "was told to start")
            assert any(each in flaw.text for each in words)


def test_an_event_of_any_kind_that_comes_twice_is_found_where_it_comes_again(told):
    race, offsets = told
    events = race.story.events
    for offset in offsets:
        flaw = first_flaw(renumbered([*events[: offset + 1], *events[offset:]]))
        assert flaw.offset == offset + 1
        assert flaw.type == events[offset].type


def test_an_event_of_any_kind_said_again_under_the_next_number_is_found_or_harmless(told):
    """By somebody who also numbers on. Harmless: no later decision rests on what follows."""
    race, offsets = told
    events = race.story.events
    for offset in offsets:
        who = (events[offset].trial, events[offset].attempt)
        later = [
            event.model_copy(update={"seq": event.seq + 1})
            if (event.trial, event.attempt) == who else event
            for event in events[offset:]
        ]  # fmt: skip
        copied = renumbered([*events[: offset + 1], *later])
        flaw = first_flaw(copied)
        decided = [e.data for e in events[offset + 1 :] if isinstance(e.data, DECISIONS)]
        if flaw is None:
            assert all(decision.because <= offset for decision in decided)
        else:
            assert flaw.offset > offset


def test_two_events_that_change_places_are_found_unless_they_are_of_different_speakers(the_race):
    events = the_race.story.events
    for first in range(len(events) - 1):
        swapped = [*events]
        swapped[first : first + 2] = swapped[first + 1], swapped[first]
        flaw = first_flaw(renumbered(swapped))
        one, other = events[first : first + 2]
        if one.trial == other.trial:
            assert flaw.offset == first
        elif flaw is not None:
            assert flaw.offset >= first


def test_an_event_of_any_kind_from_another_run_is_found(told):
    race, offsets = told
    for offset in offsets:
        events = [*race.story.events]
        events[offset] = events[offset].model_copy(update={"run": "other"})
        flaw = first_flaw(events)
        assert flaw.offset == (offset if offset else 1)


def test_an_event_of_any_kind_that_another_speaker_says_is_found(told):
    race, offsets = told
    for offset in offsets:
        events = [*race.story.events]
        worker = SPEAKERS[events[offset].type] == "worker"
        forged = {"trial": None if worker else "x", "attempt": 0 if worker else 1}
        events[offset] = events[offset].model_copy(update=forged)
        flaw = first_flaw(events)
        assert flaw.offset == offset
        assert flaw.text == "is said by somebody who may not say it"


def test_a_worker_that_speaks_for_another_trial_is_found(the_race):
    events = [*the_race.story.events]
    offset = next(e.offset for e in events if isinstance(e.data, Note))
    events[offset] = events[offset].model_copy(update={"trial": "x"})
    assert first_flaw(events).offset == offset
    events[offset] = events[offset].model_copy(update={"trial": "nobody"})
    assert first_flaw(events).text == "there is no trial 'nobody'"


decisions = [(kind.__name__.lower(), field) for kind in DECISIONS for field in kind.model_fields]
FORGED = {
    "because": 3, "trials": ("x",), "trial": "v", "check": 7, "epoch": 9, "metrics": {"a": 9.0},
    "leaves": (), "number": 5, "level": 0.5, "samples": 1, "reasons": ("he did not like it",),
    "reason": "for no reason", "outcome": "no-winner", "claimed": None, "examined": {"a": 7.0},
    "checkpoint": fingerprint(Path(__file__), Path(__file__).parent),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "field"), decisions)
def test_a_decision_that_does_not_follow_from_the_log_is_found(the_race, kind, field):
    events = the_race.story.events
    for offset in [e.offset for e in events if e.type == kind]:
        forged = [*events]
        forged[offset] = changed(events[offset], **{field: FORGED[field]})
        if forged[offset] == events[offset]:
            continue
        flaw = first_flaw(forged)
        assert (flaw.offset, flaw.type) == (offset, kind)
        assert "the decision that follows is" in flaw.text


@pytest.mark.parametrize("kind", [kind.__name__.lower() for kind in DECISIONS])
def test_a_decision_out_of_the_blue_is_found(the_race, tmp_path, kind):
    events = the_race.story.events
    resumed = a_resumption(RunFolder(tmp_path / "resumed")).story.events
    data = next(e.data for e in [*events, *resumed] if e.type == kind)
    seq = sum(e.trial is None for e in events[:8]) + 1
    said = make_event(data, run="r", seq=seq, t=1.0, offset=8)
    flaw = first_flaw(renumbered([*events[:8], said, *events[8:]]))
    assert flaw.offset == 8
    assert "no decision was due" in flaw.text


def test_a_claim_that_the_figures_do_not_bear_is_found(the_race):
    events = [*the_race.story.events]
    claimed = next(e.offset for e in events if e.type == "claim")
    checked = events[claimed].data.because
    events[checked] = changed(events[checked], metrics={"a": 0.5})
    assert first_flaw(events).offset == claimed


def test_a_claim_that_is_left_out_is_found(the_race):
    events = [*the_race.story.events]
    offset = next(e.offset for e in events if isinstance(e.data, Check) and e.trial == "y")
    events[offset] = changed(events[offset], metrics={"a": 1.5}, index=0)
    # Check 0 claims nothing; a later one does.
    assert first_flaw(events) is None
    extra = [e for e in events if e.type == "check" and e.trial == "x"][1]
    events[extra.offset] = changed(extra, metrics={"a": 0.1})
    assert first_flaw(events).offset == extra.offset + 1


def test_an_exam_held_on_another_seed_than_was_sealed_is_found(the_race):
    events = [*the_race.story.events]
    for event in [e for e in events if isinstance(e.data, Examined)]:
        forged = [*events]
        forged[event.offset] = changed(event, seed=2)
        flaw = first_flaw(forged)
        assert flaw.offset == event.offset
        assert flaw.text == "the exam was held on another seed than the one that was sealed"


def test_a_seal_that_was_exchanged_is_found_at_the_result(the_race):
    events = [*the_race.story.events]
    for event in [e for e in events if isinstance(e.data, Sealed)]:
        forged = [*events]
        forged[event.offset] = changed(event, commitment="0" * 64)
        result = next(e.offset for e in events[event.offset :] if isinstance(e.data, Examined))
        assert first_flaw(forged).offset == result


@pytest.mark.parametrize("kind", ["sealed", "examined"])
@pytest.mark.parametrize("fields", [{"trial": "y"}, {"number": 2}, {"because": 4}])
def test_an_exam_that_was_not_ordered_is_found(the_race, kind, fields):
    events = [*the_race.story.events]
    offset = next(e.offset for e in events if e.type == kind)
    events[offset] = changed(events[offset], **fields)
    assert first_flaw(events).offset == offset


def test_results_that_would_have_decided_otherwise_are_found_at_the_decision(the_race):
    events = [*the_race.story.events]
    failed, held = (e for e in events if isinstance(e.data, Examined))
    level = failed.data.bounds[0].level
    good = Bound(criterion="c", metric="m", value=2, bound=2, level=level, method="exact")
    for event, fields in (
        (failed, {"bounds": (good,)}),
        (held, {"bounds": ()}),
        (held, {"problem": "it broke"}),
    ):
        forged = [*events]
        forged[event.offset] = changed(event, **fields)
        flaw = first_flaw(forged)
        assert flaw.offset == event.offset + 1
        assert "the decision that follows is" in flaw.text


@pytest.mark.parametrize(
    "fact",
    [
        Overdue(trial="nobody", kind="stall", reason="no progress"),
        ended("nobody"),
        Spawned(trial="nobody", attempt=1, pid=7, check=None),
        Sealed(because=1, trial="nobody", number=1, commitment=COMMITMENT, told=""),
    ],
)
def test_a_fact_about_a_trial_that_is_not_there_is_found(the_race, fact):
    events = the_race.story.events
    seq = sum(e.trial is None for e in events[:8]) + 1
    said = make_event(fact, run="r", seq=seq, t=1.0, offset=8)
    assert first_flaw(renumbered([*events[:8], said, *events[8:]])).offset == 8


@pytest.mark.parametrize("criteria", [None, [], {}, {"all": []}, {"all": ["a >= "]}])
def test_a_race_that_was_opened_with_criteria_that_are_none_is_found(the_race, criteria):
    events = [*the_race.story.events]
    events[0] = changed(events[0], criteria=criteria)
    assert first_flaw(events).offset == 0


def test_a_check_out_of_its_turn_is_found(the_race):
    events = [*the_race.story.events]
    for event in [e for e in events if isinstance(e.data, Check)]:
        forged = [*events]
        forged[event.offset] = changed(event, index=event.data.index + 1)
        assert first_flaw(forged).offset == event.offset


def test_a_worker_that_speaks_after_its_end_is_found(the_race):
    events = [*the_race.story.events]
    end = next(e.offset for e in events if e.type == "ended" and e.data.trial == "y")
    seq = sum(e.trial == "y" for e in events) + 1
    late = make_event(Note(text="boo"), run="r", trial="y", attempt=1, seq=seq, t=1.0, offset=0)
    flaw = first_flaw(renumbered([*events[: end + 1], late, *events[end + 1 :]]))
    assert (flaw.offset, flaw.text) == (end + 1, "y speaks after its process had ended")


def test_nothing_comes_after_the_run_was_closed(the_race):
    events = the_race.story.events
    seq = sum(e.trial is None for e in events) + 1
    late = make_event(Notice(text="ps"), run="r", seq=seq, t=1.0, offset=len(events))
    flaw = first_flaw([*events, late])
    assert (flaw.offset, flaw.text) == (len(events), "comes after the run was closed")


def test_a_run_that_is_closed_too_early_is_found(race):
    events = race.story.events
    closed = events[-1]
    ends = {event.offset for event in events if event.type == "closed"}
    for offset in set(range(1, len(events) - 1)) - ends:
        seq = sum(e.trial is None for e in events[:offset]) + 1
        early = closed.model_copy(update={"seq": seq, "offset": offset})
        flaw = first_flaw([*events[:offset], early])
        assert flaw.offset == offset
        assert "run is closed" in flaw.text or "run was closed" in flaw.text


def test_a_log_without_a_beginning_is_found(race):
    flaw = first_flaw(renumbered(race.story.events[1:]))
    assert (flaw.offset, flaw.text) == (0, "the first event must be `opened`")


def test_an_empty_log_proves_nothing():
    assert first_flaw([]).text == "the log ends before the run was closed"


# --- only the hash tells --------------------------------------------------------------------------


def test_a_tail_that_was_cut_off_anywhere_is_found_in_the_log_itself(race):
    folder = race.write()
    events = race.story.events
    ends = {event.offset + 1 for event in events if event.type == "closed"}
    for length in set(range(len(events))) - ends:  # An interrupted run is whole by itself.
        write_log(folder, events[:length], verdict=False)
        with pytest.raises(LogError) as error:
            verify_run(folder)
        assert line_at(error, folder) == length + 1


def test_a_tail_that_was_cut_off_and_closed_again_is_found_by_the_hash(the_race):
    """Everybody else is said to have ended without a word: a story that holds together."""
    folder = the_race.write()
    kept = log_hash(folder.log)
    events = the_race.story.events
    ends = next(e.offset for e in events if e.type == "finished" and e.trial == "x")
    shorter = [*events[:ends], *(e for e in events[ends:] if e.trial is None)]
    write_log(folder, renumbered(shorter))
    assert verify_run(folder).events == len(events) - 2
    with pytest.raises(LogError, match=f"expected {kept}: events at its end are missing or added"):
        verify_run(folder, kept)


def test_an_event_of_any_kind_in_a_log_that_was_written_anew_as_a_whole_is_found_by_the_hash(told):
    race, offsets = told
    folder = race.write()
    kept = log_hash(folder.log)
    for offset in offsets:
        events = [*race.story.events]
        events[offset] = events[offset].model_copy(update={"t": events[offset].t + 0.5})
        write_log(folder, events)
        assert verify_run(folder)  # The log alone cannot know.
        with pytest.raises(LogError, match=r"its hash is .* or all of it was written anew"):
            verify_run(folder, kept)


# --- what is no log -------------------------------------------------------------------------------


def verify(folder: RunFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "tournament", "verify", str(folder.path), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_log_of_another_version_is_a_clear_error(the_race):
    folder = the_race.write()
    folder.log.write_bytes(folder.log.read_bytes().replace(b'{"v":1', b'{"v":2'))
    done = verify(folder)
    assert done.returncode == 2
    assert f"{folder.log}:1: written in another version of the format" in done.stderr
    assert "this program reads version 1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_without_a_log_is_a_clear_error(the_race):
    folder = the_race.write()
    folder.log.unlink()
    done = verify(folder)
    assert done.returncode == 2
    assert "cannot read the event log: No such file or directory" in done.stderr


def test_a_whole_run_is_verified_by_the_command_and_a_changed_one_is_not(the_race):
    folder = the_race.write()
    kept = log_hash(folder.log)
    done = verify(folder, "--hash", kept)
    assert done.returncode == 0, done.stderr
    assert f"chain      {len(the_race.story.events)} events" in done.stdout
    assert "verdict    x: the claim at epoch 3 was examined, and holds" in done.stdout
    assert f"log hash   {kept} (as expected)" in done.stdout
    assert verify(folder, "--hash", kept.upper()).returncode == 0
    assert "give the whole one" in verify(folder, "--hash", kept[:12]).stderr
    done = verify(folder, "--hash", "0" * 64)
    assert done.returncode == 2
    assert "events at its end are missing or added" in done.stderr


def test_reading_a_log_changes_nothing(the_race):
    folder = the_race.write()
    before = folder.log.read_bytes()
    verify_run(folder)
    assert folder.log.read_bytes() == before
    assert len(list(read_log(folder.log))) == len(the_race.story.events)
