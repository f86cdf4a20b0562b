"""The race's rules: barrier, claims, exams, stops, no winner; and that order alone decides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournament.record.payloads import (
    Accepted,
    Claim,
    Complaint,
    Exam,
    Failed,
    Interrupted,
    Note,
    Overdue,
    Problems,
    Rejected,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from tournament.referee.doubts import warnings

from .race import Race, check, ended, examined, finished, ready

COMPLAINT = Problems(problems=(Complaint(key="k", message="no"),))


def test_all_start_together_when_the_last_is_ready():
    race = Race()
    assert race.say(ready(), "x") == []
    (start,) = race.say(ready(), "y")
    assert start == Start(because=2, trials=("x", "y"))


def test_one_that_fails_before_the_start_does_not_hold_up_the_others():
    race = Race()
    race.say_all(ready(), "x")
    race.say_all(Failed(reason="broken"), "y")
    race.say_all(ended("y", 1))
    assert race.referee.standings.started.trials == ("x",)


def test_a_complaint_refuses_the_tournament_once_everybody_has_spoken():
    race = Race()
    assert race.say(COMPLAINT, "x") == []
    decided = race.say(ready(), "y")
    assert isinstance(decided[0], Verdict)
    assert decided[0].outcome == "refused"
    assert [d.trial for d in decided[1:]] == ["x", "y"]


def test_a_complaint_about_options_refuses_the_tournament_before_anybody_is_ready():
    race = Race()
    assert race.say(Accepted(device="cpu"), "x") == []
    decided = race.say(COMPLAINT, "y")
    assert decided[0].outcome == "refused"


def test_a_complaint_about_options_waits_for_those_whose_options_are_unread():
    race = Race(trials=("x", "y", "z"))
    race.say(Accepted(device="cpu"), "x")
    assert race.say(COMPLAINT, "y") == []
    assert race.say(COMPLAINT, "z")[0].outcome == "refused"


def test_a_complaint_while_preparing_waits_for_what_the_others_may_complain_about():
    race = Race()
    for trial in ("x", "y"):
        race.say(Accepted(device="cpu"), trial)
    assert race.say(COMPLAINT, "x") == []
    assert race.say(COMPLAINT, "y")[0].outcome == "refused"


def test_a_check_that_meets_the_criteria_is_a_claim_and_not_yet_a_win():
    race = Race().start()
    race.say(check(0, a=0), "x")
    (claim,) = race.say(check(1, a=1.5), "x")
    assert isinstance(claim, Claim)
    assert (claim.trial, claim.epoch, claim.metrics) == ("x", 1, {"a": 1.5})
    assert race.verdict is None


def test_a_claim_is_examined_on_the_checkpoint_that_was_written_with_it():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    (exam,) = race.of(Exam)
    assert (exam.trial, exam.check, exam.epoch, exam.number) == ("x", 1, 1, 1)
    assert exam.checkpoint == check(1).checkpoint
    assert race.verdict is None
    assert race.referee.standings.trials["x"].in_exam == exam


def test_an_exam_that_holds_makes_the_winner_and_everybody_is_stopped():
    race = Race(judge=lambda exam: (1.2,)).start()
    race.say_all(check(1, a=1.5), "x")
    assert (race.verdict.outcome, race.verdict.trial, race.verdict.epoch) == ("winner", "x", 1)
    assert (race.verdict.claimed, race.verdict.examined) == ({"a": 1.5}, {"a": 1.2})
    assert {stop.trial for stop in race.of(Stop)} == {"x", "y"}


def test_an_exam_that_does_not_hold_rejects_the_claim_and_the_race_goes_on():
    race = Race(judge=lambda exam: (0.9,)).start()
    race.say_all(check(1, a=1.5), "x")
    (rejected,) = race.of(Rejected)
    assert rejected.trial == "x"
    assert "measured" in rejected.reasons[0]
    assert race.verdict is None
    assert race.of(Stop) == []


def test_a_finding_that_failed_rejects_a_claim_whose_figures_hold():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    race.finish_exam(2.0, faithful=False)
    assert race.of(Rejected)[0].reasons == ("not faithful at all",)


@pytest.mark.parametrize(("bears_on", "outcome"), [(("b", "c"), "winner"), (("b", "a"), None)])
def test_a_finding_refuses_only_a_claim_that_rests_on_what_it_bears_on(bears_on, outcome):
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    race.finish_exam(2.0, faithful=False, bears_on=bears_on)
    assert (race.verdict.outcome if race.verdict else None) == outcome
    doubts = warnings(race.referee.standings)
    assert [("'faithful'" in doubt, "rests on b, c" in doubt) for doubt in doubts] == (
        [(True, True)] if outcome else []
    )


def test_an_exam_that_broke_rejects_the_claim_with_its_problem():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    race.finish_exam(problem="the examinee was killed")
    assert race.of(Rejected)[0].reasons == ("the examinee was killed",)
    race.say_all(check(3, a=1.5), "x")
    race.finish_exam(2.0)
    assert race.verdict.trial == "x"


def test_figures_that_are_not_there_or_not_finite_do_not_hold():
    for values in ((), (float("nan"),), (float("inf"),), (2.0, 2.0)):
        race = Race(judge=lambda exam, values=values: values).start()
        race.say_all(check(1, a=1.5), "x")
        assert len(race.of(Rejected)) == 1


def test_claims_are_examined_one_after_the_other_in_the_order_of_the_log():
    race = Race(judge=lambda exam: None, trials=("x", "y", "z")).start()
    for trial in ("y", "x", "z"):
        race.say_all(check(1, a=1.5), trial)
    assert [exam.trial for exam in race.of(Exam)] == ["y"]
    race.finish_exam(0.5)
    assert [exam.trial for exam in race.of(Exam)] == ["y", "x"]
    race.finish_exam(1.5)
    assert race.verdict.trial == "x"
    assert [exam.trial for exam in race.of(Exam)] == ["y", "x"]


def test_after_a_rejected_claim_an_entrant_sits_out_twice_as_many_checks_each_time():
    race = Race(judge=lambda exam: (0.5,), backoff=1, attempts=3).start()
    for index in range(1, 12):
        race.say_all(check(index, a=1.5), "x")
    assert [exam.check for exam in race.of(Exam)] == [1, 3, 6]
    assert [exam.number for exam in race.of(Exam)] == [1, 2, 3]
    unexamined = [r for r in race.of(Rejected) if r.reasons[0].startswith("not examined")]
    assert [r.check for r in unexamined] == [2, 4, 5, 7, 8, 9, 10, 11]
    assert "all 3 exams of this entrant are used up" in unexamined[-1].reasons[0]


def test_a_cheat_that_claims_at_every_check_cannot_use_up_the_exams_of_others():
    race = Race(judge=lambda exam: (0.5,) if exam.trial == "x" else (2.0,)).start()
    for index in range(1, 30):
        race.say_all(check(index, a=1.5), "x")
    race.say_all(check(1, a=1.5), "y")
    assert race.verdict.trial == "y"


def test_every_claim_gets_an_answer_before_the_race_may_end():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    race.say_all(check(1, a=1.5), "y")
    for trial in ("x", "y"):
        race.say_all(finished(), trial)
        race.say_all(ended(trial))
    assert race.verdict is None
    race.finish_exam(0.5)
    assert race.verdict is None
    race.finish_exam(0.5)
    assert race.verdict.outcome == "no-winner"
    assert race.verdict.reason == "every trial ended; of 2 claims 2 were examined, and none held"


def test_a_result_that_nobody_ordered_changes_nothing():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    (exam,) = race.of(Exam)
    for forged in (exam.model_copy(update={"trial": "y"}), exam.model_copy(update={"number": 2})):
        assert race.say(examined(forged, 0, 9.0)) == []
    assert race.verdict is None


def test_each_exam_may_take_its_share_of_the_chance_of_a_false_winner():
    race = Race(judge=lambda exam: None, trials=("x", "y"), attempts=5, confidence=0.9).start()
    race.say_all(check(1, a=1.5), "x")
    assert math.isclose(race.of(Exam)[0].level, 0.1 / 10)


def test_a_second_claim_changes_nothing_once_there_is_a_winner():
    race = Race().start()
    race.say_all(check(1, a=1.5), "x")
    assert race.say(check(1, a=9.0), "y") == []
    assert race.verdict.trial == "x"


def test_a_worker_that_dies_while_the_start_is_on_its_way_does_not_come_to_life():
    race = Race()
    race.say(ready(), "x")
    (start,) = race.say(ready(), "y")
    assert race.say(ended("x", 1)) == []
    assert race.say(start) == []
    assert race.state("x") == "FAILED"
    assert race.state("y") == "RUNNING"
    race.say_all(ended("y", 1))
    assert race.verdict.outcome == "all-failed"


def test_a_winner_that_failed_meanwhile_is_the_winner():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=1.5), "x")
    race.say_all(Failed(reason="later"), "x")
    race.say_all(ended("x", 1))
    race.finish_exam(2.0)
    assert (race.verdict.trial, race.state("x")) == ("x", "COMPLETED")


def test_a_loser_that_fails_after_it_was_told_to_stop_is_stopped():
    race = Race().start()
    race.say_all(check(1, a=1.5), "x")
    race.say_all(Failed(reason="while stopping"), "y")
    race.say_all(ended("y", 1))
    assert race.state("y") == "STOPPED"


def test_a_claim_of_a_trial_that_was_given_up_does_not_count():
    race = Race().start()
    race.say_all(Overdue(trial="x", kind="stall", reason="hangs"))
    assert race.say(check(1, a=2), "x") == []


def test_a_claim_is_decided_even_when_its_trial_and_all_others_have_ended():
    race = Race().start()
    (claim,) = race.say(check(1, a=2), "x")
    for trial in ("x", "y"):
        race.say(finished(), trial)
        assert race.say(ended(trial)) == []
    race.say_all(claim)
    assert race.verdict.trial == "x"


def test_without_a_claim_nobody_wins():
    race = Race().start()
    for trial in ("x", "y"):
        race.say_all(check(1, a=0.5), trial)
        race.say_all(finished(), trial)
        race.say_all(ended(trial))
    assert (race.verdict.outcome, race.verdict.trial) == ("no-winner", None)
    assert race.state("x") == "COMPLETED"


def test_when_every_trial_failed_the_verdict_says_so():
    race = Race().start()
    race.say_all(ended("x", None, "SIGKILL"))
    race.say_all(ended("y", 0))
    assert race.verdict.outcome == "all-failed"
    assert race.referee.standings.trials["x"].reason == "the worker was killed by SIGKILL"
    assert "before it had trained all" in race.referee.standings.trials["y"].reason


def test_an_interruption_stops_everybody():
    race = Race().start()
    race.say_all(Interrupted(signal="SIGINT"))
    assert race.verdict.outcome == "interrupted"
    for trial in ("x", "y"):
        race.say_all(Stopped(epoch=0, checkpoint=None), trial)
        race.say_all(ended(trial))
    assert {race.state("x"), race.state("y")} == {"STOPPED"}


def test_a_loser_that_had_to_be_killed_is_stopped_and_not_failed():
    race = Race().start()
    race.say_all(check(1, a=2), "x")
    race.say_all(ended("x"))
    race.say_all(ended("y", None, "SIGKILL"))
    assert race.state("x") == "COMPLETED"
    assert race.state("y") == "STOPPED"


def test_the_runner_up_is_the_one_that_came_closest():
    race = Race(trials=("x", "y", "z")).start()
    for trial, values in {"y": [0.2, 0.9, 0.1], "z": [0.5, 0.6, 0.7]}.items():
        for index, value in enumerate(values):
            race.say_all(check(index + 1, a=value), trial)
    race.say_all(check(1, a=1), "x")
    standings = race.referee.standings
    assert standings.winner.name == "x"
    assert standings.runner_up.name == "y"
    assert standings.runner_up.checks[standings.runner_up.best].epoch == 2


# Each trial's own events, in their order; a race is some interleaving of them. A check claims when
# its value is at least 1, and its exam holds when it is at least 1.1.
histories = st.lists(
    st.tuples(st.lists(st.floats(0, 1.2), max_size=6), st.sampled_from(["finish", "fail", "kill"])),
    min_size=2,
    max_size=5,
)
HOLDS = 1.1


def events_of(trial, values, end):
    told = [(check(i, a=v), trial) for i, v in enumerate([0.0, *values])]
    told.insert(1, (Note(text="noise"), trial))
    last = {"finish": [(finished(), trial)], "fail": [(Failed(reason="x"), trial)], "kill": []}
    return [(ready(), trial), *told, *last[end], (ended(trial, 0 if end == "finish" else 1), None)]


def interleaved(queues, choose):
    """One interleaving of the queues, each of them kept in its order."""
    queues = [list(queue) for queue in queues]
    while any(queues):
        live = [queue for queue in queues if queue]
        yield live[choose(len(live))].pop(0)


def claims_in(events):
    return [t for p, t in events if getattr(p, "metrics", {}).get("a", 0) >= 1 and p.index > 0]


def examine(race, exam):
    claim = race.referee.standings.trials[exam.trial].claim_at(exam.check)
    value = claim.metrics["a"]
    return examined(exam, exam.because + 1, value if value >= HOLDS else 0.0)


def play(names, events, delay):
    """The race in which the match's own words come back `delay()` worker events late."""
    race, pending, later = Race(trials=names), [], [*events]
    while later or pending:
        if pending and (not later or pending[0][0] <= 0):
            payload, trial = pending.pop(0)[1], None
        else:
            payload, trial = later.pop(0)
            pending = [(wait - 1, word) for wait, word in pending]
        pending += [(delay(), word) for word in race.say(payload, trial)]
        if isinstance(payload, Exam):
            pending.append((delay(), examine(race, payload)))
    return race


@settings(max_examples=300, deadline=None)
@given(histories, st.data())
def test_reorderings_that_keep_the_order_of_claims_keep_the_verdict(stories, data):
    names = tuple(f"t{i}" for i in range(len(stories)))
    queues = [events_of(n, *story)[1:] for n, story in zip(names, stories, strict=True)]
    starts = [(ready(), name) for name in names]
    pick = lambda n: data.draw(st.integers(0, n - 1))  # noqa: E731
    first = list(interleaved(queues, pick))
    second = reorder_like(queues, claims_in(first), pick)
    assert claims_in(second) == claims_in(first)
    verdicts = [play(names, starts + told, lambda: 0).verdict for told in (first, second)]
    one, other = [(v.outcome, v.trial, v.epoch, v.claimed, v.examined) for v in verdicts]
    assert one == other


def reorder_like(queues, order, pick):
    """Another interleaving, in which claims come in the given order."""
    queues, order, out = [list(q) for q in queues], list(order), []
    while any(queues):
        live = [q for q in queues if q and (not claims_in(q[:1]) or claims_in(q[:1]) == order[:1])]
        out.append(live[pick(len(live))].pop(0))
        if claims_in(out[-1:]):
            order.pop(0)
    return out


@settings(max_examples=300, deadline=None)
@given(histories, st.data())
def test_every_race_ends_whatever_comes_between_a_decision_and_its_return(stories, data):
    names = tuple(f"t{i}" for i in range(len(stories)))
    queues = [events_of(n, *story) for n, story in zip(names, stories, strict=True)]
    told = list(interleaved(queues, lambda n: data.draw(st.integers(0, n - 1))))
    race = play(names, told, lambda: data.draw(st.integers(0, 4)))
    assert race.verdict is not None
    assert len(race.of(type(race.verdict))) == 1
    assert len(race.of(Start)) <= 1
    assert {race.state(name) for name in names} <= {"COMPLETED", "STOPPED", "FAILED"}
    answered = {(r.trial, r.check) for r in race.of(Rejected)}
    if race.verdict.outcome == "winner":
        assert race.verdict.examined["a"] >= HOLDS
        assert (race.verdict.trial, race.verdict.check) not in answered
    else:
        assert answered == {(c.trial, c.check) for c in race.of(Claim)}
