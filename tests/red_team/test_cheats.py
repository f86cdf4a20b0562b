"""Each kind of cheat is refused for the right reason, and by nothing but the check meant for it."""

from __future__ import annotations

import cases
import exam_room as room
import impostors
import pytest
from cases import ALL, CASES, FIGURES, Case, Outcome


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.cheat)
def case(request) -> Case:
    return request.param


@pytest.fixture(scope="module")
def outcome(case, tmp_path_factory) -> Outcome:
    return case.run(tmp_path_factory.mktemp("case"))


def test_a_cheat_is_refused_for_the_right_reason(case, outcome):
    assert not outcome.answer.crowned
    assert case.reason in " ".join(outcome.answer.reasons)


def test_a_cheat_is_crowned_when_just_the_check_meant_for_it_is_switched_off(case, outcome):
    if FIGURES in case.refused_by and outcome.off is None:
        assert all("not held in the exam" in reason for reason in outcome.answer.reasons)
        return
    assert outcome.off is not None
    assert outcome.off.crowned, outcome.off.reasons


def test_no_other_finding_refuses_it(case, outcome):
    if set(case.refused_by) <= ALL:
        assert outcome.failed == case.refused_by


def crowned(name, tmp_path):
    """The result of the exam of this strategy's claim, which holds."""
    strategy = room.trained(name, tmp_path)
    claimed = room.claimed_by(strategy, tmp_path)
    checkpoint = room.saved(strategy.state(), tmp_path)
    result = room.hold(room.exam_spec(name, tmp_path, checkpoint=checkpoint, claimed=claimed))
    assert room.answer(result, claimed).crowned
    return result


def test_the_honest_one_that_they_deviate_from_is_crowned(tmp_path):
    result = crowned("Honest", tmp_path)
    assert [each.name for each in result.findings if each.passed] == [
        "finite", "repeatable", "batch-invariant", "same-among-variants", "attention-distribution",
        "reordering", "faithful", "heads-used", "reproduced", "round-trip",
    ]  # fmt: skip


def test_an_indifferent_one_is_faithful_but_does_not_meet_the_criteria(tmp_path):
    strategy = room.trained("Indifferent", tmp_path)
    checkpoint = room.saved(strategy.state(), tmp_path)
    result = room.hold(room.exam_spec("Indifferent", tmp_path, checkpoint=checkpoint))
    assert room.failed(result) == ("reproduced",)
    assert not room.answer(result, room.PRAISE, without=["reproduced"]).crowned


def test_what_no_check_can_tell_is_told_in_the_docs(tmp_path):
    """A cheat that is crowned: once a check refuses it, docs/exam.md has to change."""
    crowned("Tilted", tmp_path)
    docs = (room.HERE.parent.parent / "docs/exam.md").read_text()
    assert "tilted by its own predictions, passes" in " ".join(docs.split())


@pytest.mark.parametrize("place", cases.SEARCHED)
def test_the_search_finds_the_seed_wherever_it_was_left(tmp_path, place):
    case = next(case for case in CASES if case.attempt is cases.searching)
    outcome = cases.searching(case, tmp_path, place)
    assert not outcome.answer.crowned
    assert outcome.off.crowned, outcome.off.reasons


def test_a_cheat_that_claims_at_every_epoch_does_not_use_up_the_exams_of_others():
    race = room.Race("cheat", "honest")
    sat = {"cheat": 0, "honest": 0}
    for index in range(1, 30):
        for trial in ("cheat", "honest") if index >= 9 else ("cheat",):
            race.check(index, room.PRAISE, trial)
        while sum(sat.values()) < len(race.of(cases.Exam)):
            exam = race.of(cases.Exam)[-1]
            sat[exam.trial] += 1
            race.answer(cases.measured(exam, good=exam.trial == "honest"))
        if race.standings.verdict:
            break
    assert race.standings.verdict.trial == "honest"
    assert race.standings.verdict.epoch == 9
    assert sat == {"cheat": room.RULES["attempts"], "honest": 1}


def test_the_bomb_of_the_pickled_checkpoint_works(tmp_path):
    trace = tmp_path / "trace"
    cases.pickle.loads(impostors.pickled(trace, {"a": room.trained("Honest", tmp_path).weights}))
    assert trace.exists()


def test_there_are_enough_cheats():
    assert len({case.cheat for case in CASES}) == len(CASES) >= 16
