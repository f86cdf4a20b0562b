"""The race's rules: barrier, first claim, stops, no winner; and that order alone decides."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tournament.record.payloads import (
    Accepted,
    Claim,
    Complaint,
    Failed,
    Interrupted,
    Note,
    Overdue,
    Problems,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from tournament.referee.referee import Referee

from .conftest import Story, check, ended, finished, opened, ready

CRITERIA = {"all": ["a >= 1"]}
COMPLAINT = Problems(problems=(Complaint(key="k", message="no"),))


class Race:
    """A referee on a log that its decisions are written back to, as the hub does."""

    def __init__(self, criteria=CRITERIA, trials=("x", "y")) -> None:
        self.story, self.referee = Story(), Referee()
        self.decisions = []
        self.say(opened(criteria, *trials))

    def say(self, payload, trial=None):
        """An event reaches the log; what the referee decides from it comes back."""
        decided = self.referee.apply(self.story.add(payload, trial))
        self.decisions += decided
        return decided

    def say_all(self, payload, trial=None):
        queue = [(payload, trial)]
        while queue:
            queue += [(decision, None) for decision in self.say(*queue.pop(0))]

    def start(self):
        for trial in self.referee.standings.trials:
            self.say_all(ready(), trial)
        return self

    @property
    def verdict(self):
        return self.referee.standings.verdict

    def state(self, trial):
        return self.referee.standings.trials[trial].state


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


def test_the_first_claim_wins_and_everybody_is_stopped():
    race = Race().start()
    race.say_all(check(1, a=1.5), "x")
    assert (race.verdict.outcome, race.verdict.trial, race.verdict.epoch) == ("winner", "x", 1)
    assert race.verdict.examined is None
    assert {d.trial for d in race.decisions if isinstance(d, Stop)} == {"x", "y"}


def test_a_second_claim_changes_nothing():
    race = Race().start()
    race.say(check(1, a=1.5), "x")
    race.say(check(1, a=9.0), "y")
    claims = [d for d in race.decisions if isinstance(d, Claim)]
    for claim in claims:
        race.say_all(claim)
    assert [claim.trial for claim in claims] == ["x", "y"]
    assert race.verdict.trial == "x"
    assert sum(isinstance(d, Verdict) for d in race.decisions) == 1


def test_a_claim_of_a_trial_that_was_given_up_does_not_count():
    race = Race().start()
    race.say_all(Overdue(trial="x", reason="hangs"))
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


# Each trial's own events, in their order; a race is some interleaving of them.
histories = st.lists(
    st.tuples(st.lists(st.floats(0, 1.2), max_size=6), st.sampled_from(["finish", "fail", "kill"])),
    min_size=2,
    max_size=5,
)


def events_of(trial, values, end):
    told = [(check(i, a=v), trial) for i, v in enumerate([0.0, *values])]
    told.insert(1, (Note(text="noise"), trial))
    last = {"finish": [(finished(), trial)], "fail": [(Failed(reason="x"), trial)], "kill": []}
    return [*told, *last[end], (ended(trial, 0 if end == "finish" else 1), None)]


def interleaved(queues, choose):
    """One interleaving of the queues, each of them kept in its order."""
    queues = [list(queue) for queue in queues]
    while any(queues):
        live = [queue for queue in queues if queue]
        yield live[choose(len(live))].pop(0)


def claims_in(events):
    return [t for p, t in events if getattr(p, "metrics", {}).get("a", 0) >= 1 and p.index > 0]


@settings(max_examples=300)
@given(histories, st.data())
def test_reorderings_that_keep_the_order_of_claims_keep_the_verdict(stories, data):
    names = tuple(f"t{i}" for i in range(len(stories)))
    queues = [events_of(n, *story) for n, story in zip(names, stories, strict=True)]
    pick = lambda n: data.draw(st.integers(0, n - 1))  # noqa: E731
    first = list(interleaved(queues, pick))
    order = claims_in(first)
    second = reorder_like(queues, order, pick)
    assert claims_in(second) == order
    verdicts = [play(names, events) for events in (first, second)]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0][0] == ("winner" if order else verdicts[0][0])
    assert verdicts[0][1] == (order[0] if order else None)


def reorder_like(queues, order, pick):
    """Another interleaving, in which claims come in the given order."""
    queues, order, out = [list(q) for q in queues], list(order), []
    while any(queues):
        live = [q for q in queues if q and (not claims_in(q[:1]) or claims_in(q[:1]) == order[:1])]
        out.append(live[pick(len(live))].pop(0))
        if claims_in(out[-1:]):
            order.pop(0)
    return out


def play(names, events):
    race = Race(trials=names).start()
    for payload, trial in events:
        race.say_all(payload, trial)
    verdict = race.verdict
    return verdict.outcome, verdict.trial, verdict.epoch, verdict.claimed
