"""A finished log under other criteria: who would have claimed, and what the others lacked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tournament.config.criteria import Criteria, criteria_from_json
from tournament.record.payloads import Claim, Note
from tournament.referee.rejudge import claims_under, metrics_of

from .race import Race, check, ended, finished


def criteria(*texts: str, **more) -> Criteria:
    return criteria_from_json({"every": 1, "all": list(texts), **more})


def raced(told, asked="a >= 9", **more) -> Race:
    """Checks (trial, a, b), in the order of the log, in a race for something out of reach."""
    names = tuple(dict.fromkeys(trial for trial, *_ in told))
    race = Race({"all": [asked]}, trials=names, judge=lambda exam: (0.0,), **more).start()
    counts = dict.fromkeys(names, 0)
    for trial, a, b in told:
        counts[trial] += 1
        race.say_all(check(counts[trial], 5 * counts[trial], a=a, b=b), trial)
    return race


TOLD = [("x", 0.2, 5), ("y", 0.9, 1), ("x", 0.8, 5), ("y", 0.5, 7), ("z", 0.1, 0), ("x", 0.9, 9)]


def claims(asked: Criteria, race: Race):
    return claims_under(asked, race.story.events)


def test_each_trials_first_claim_is_told_in_the_order_of_the_log():
    found, silent = claims(criteria("a >= 0.8"), raced(TOLD))
    assert [(claim.trial, claim.epoch) for claim in found] == [("y", 5), ("x", 10)]
    assert found[1].metrics == {"a": 0.8, "b": 5}
    assert [(name, str(change)) for name, change in silent] == [("z", "at epoch 5 with a >= 0.1")]


def test_other_criteria_may_turn_the_order_around():
    found, _ = claims(criteria("b >= 5"), raced(TOLD))
    assert [(claim.trial, claim.epoch) for claim in found] == [("x", 5), ("y", 10)]


def test_for_several_checks_counts_the_checks_of_the_run():
    found, silent = claims(criteria("a >= 0.8 for 2 checks"), raced(TOLD))
    assert [(claim.trial, claim.epoch) for claim in found] == [("x", 15)]
    assert dict(silent)["z"] is None


def test_everything_else_in_the_log_changes_nothing():
    race = raced(TOLD)
    race.say_all(Note(text="noise"), "x")
    for trial in "xyz":
        race.say_all(finished(), trial)
        race.say_all(ended(trial))
    assert claims(criteria("a >= 0.8"), race) == claims(criteria("a >= 0.8"), raced(TOLD))


def test_check_zero_would_have_claimed_nothing():
    race = Race(trials=("x",)).start()
    race.say_all(check(0, a=5), "x")
    found, silent = claims(criteria("a >= 1"), race)
    assert found == []
    assert silent == [("x", None)]


def test_only_checks_that_every_asks_for_count():
    found, silent = claims(criteria("a >= 0.8", every=10), raced(TOLD))
    assert [(claim.trial, claim.epoch) for claim in found] == [("x", 10)]
    assert [name for name, _ in silent] == ["y", "z"]


def test_the_last_check_counts_whatever_every_says():
    race = Race({"all": ["a >= 9"]}, trials=("x",)).start()
    race.say_all(check(1, 7, a=1), "x")
    race.say_all(check(2, 10, a=1), "x")
    found, _ = claims(criteria("a >= 1", every=4), race)
    assert [claim.epoch for claim in found] == [10]


def test_the_metrics_of_all_checks_are_told():
    assert metrics_of(raced(TOLD).story.events) == {"a", "b"}


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.floats(0, 2), st.just(0.0)), min_size=1),
    st.sampled_from(["a >= 1", "a >= 0.5 for 2 checks"]),
)
def test_under_its_own_criteria_a_race_has_the_claims_that_it_had(told, asked):
    race = raced(told, asked, attempts=1)
    logged = race.of(Claim)
    first = {claim.trial: claim.epoch for claim in reversed(logged)}
    found, silent = claims(criteria(asked), race)
    assert {claim.trial: claim.epoch for claim in found} == first
    order = list(dict.fromkeys(claim.trial for claim in logged))
    assert [claim.trial for claim in found] == order
    assert {name for name, _ in silent} == {trial for trial, *_ in told} - set(first)
