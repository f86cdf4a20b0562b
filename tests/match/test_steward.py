"""What a match does about its log: the same whether it wrote the log itself or took it over."""

from __future__ import annotations

import pytest

from tests.referee.race import Race, Story, check, ended, opened, ready
from tournament.errors import LogError
from tournament.match.steward import Bury, Dismiss, EndExams, Hold, Say, Spawn, Steward
from tournament.record.events import AnyEvent
from tournament.record.payloads import Exam, Failed, Interrupted, Resumed, Spawned, Stop, Verdict


class Play:
    """A steward whose sayings come back, as from the hub; collects what else it does."""

    def __init__(self, steward: Steward, story: Story) -> None:
        self.steward, self.story = steward, story
        self.done: list[object] = []

    def say(self, payload, trial=None) -> None:
        queue = [(payload, trial)]
        while queue:
            event = self.story.add(*queue.pop(0))
            for action in self.steward.take(event):
                if isinstance(action, Say):
                    queue.append((action.payload, None))
                else:
                    self.done.append(action)

    def of(self, *kinds: type) -> list[object]:
        return [action for action in self.done if isinstance(action, kinds)]


@pytest.fixture
def play() -> Play:
    made = Play(Steward(), Story())
    made.say(opened({"all": ["a >= 1"]}, "x", "y", retries=2))
    for trial in ("x", "y"):
        made.say(Spawned(trial=trial, attempt=1, pid=1, check=None))
        made.say(ready(), trial)
    return made


def taken_over(play: Play, left=()) -> Play:
    """Another steward, who knows the log only; what it does from then on."""
    steward = Steward()
    owed = steward.take_over(play.story.events, left)
    again = Play(steward, play.story)
    for payload in [*owed, Resumed(version="1")]:
        again.say(payload)
    return again


def test_everybody_is_started_when_the_run_is_opened(play):
    assert play.of(Spawn) == [Spawn("x", 1), Spawn("y", 1)]


def test_a_claim_leads_to_an_exam_and_its_verdict_to_the_end_of_exams(play):
    play.say(check(1, a=2.0), "x")
    (hold,) = play.of(Hold)
    assert (hold.exam.trial, hold.claim.check) == ("x", 1)
    assert play.story.events[hold.because].data == hold.exam


def test_who_is_told_to_stop_or_has_said_his_last_word_is_dismissed(play):
    play.say(Failed(reason="no"), "x")
    assert play.of(Dismiss) == [Dismiss("x")]


def test_who_takes_over_buries_those_whose_end_nobody_saw_and_starts_them_again(play):
    again = taken_over(play)
    assert again.of(Bury, Spawn) == [Bury("x", 1), Bury("y", 1)]
    again.say(ended("x", None))
    assert again.of(Spawn) == [Spawn("x", 2)]


def test_who_takes_over_starts_those_who_never_began():
    story = Story()
    Play(Steward(), story).say(opened({"all": ["a >= 1"]}, "x", "y"))
    again = taken_over(Play(Steward(), story), left={("y", 1)})
    assert again.of(Bury, Spawn) == [Spawn("x", 1), Bury("y", 1)]


def test_who_takes_over_holds_the_exam_that_was_going_on(play):
    play.say(check(1, a=2.0), "x")
    again = taken_over(play)
    assert again.of(Hold) == play.of(Hold)


def test_a_decision_that_was_not_logged_any_more_is_said_and_carried_out_once(play):
    play.say(check(1, a=2.0), "x")
    events = play.story.events
    cut = next(e.offset for e in events if isinstance(e.data, Exam))
    play.story.events = events[:cut]
    again = taken_over(play)
    assert len(again.of(Hold)) == 1
    assert sum(isinstance(e.data, Exam) for e in play.story.events) == 1


def test_after_a_verdict_nobody_is_started_any_more():
    race = Race(trials=("x", "y"), retries=2).start()
    race.say_all(check(1, a=2.0), "x")
    again = taken_over(Play(Steward(), race.story))
    assert again.of(Spawn) == []
    assert again.of(Bury) == [Bury("x", 1), Bury("y", 1)]
    assert not again.steward.over
    for trial in ("x", "y"):
        again.say(ended(trial, None))
    assert again.steward.over


def test_every_prefix_of_a_race_can_be_taken_over():
    race = Race(trials=("x", "y"), retries=2).start()
    race.say_all(check(1, a=0.0), "y")
    race.say_all(ended("y", None, "SIGKILL"))
    race.say_all(Spawned(trial="y", attempt=2, pid=1, check=1))
    race.say_all(check(1, a=2.0), "x")
    events = race.story.events
    for length in range(1, len(events) + 1):
        steward = Steward()
        owed = steward.take_over(events[:length], ())
        decided = [e.data for e in events[length:] if e.data in race.decisions]
        assert owed == decided[: len(owed)]


def test_a_log_with_other_decisions_than_follow_is_refused(play):
    play.say(check(1, a=2.0), "x")
    events: list[AnyEvent] = [*play.story.events]
    for at, event in enumerate(events):
        if isinstance(event.data, (Exam, Verdict, Stop)):
            changed = event.data.model_copy(update={"because": 0})
            events[at] = event.model_copy(update={"data": changed})
            with pytest.raises(LogError, match="is not the decision that follows"):
                Steward().take_over(events, ())
            return
    raise AssertionError("there was no such decision")


def test_an_exam_ends_with_the_verdict(play):
    play.say(check(1, a=2.0), "x")
    assert play.of(EndExams) == []


def test_an_exam_that_an_owed_interruption_ends_is_held_when_the_run_goes_on(play):
    """The match before had logged the claim and Ctrl-C, but neither exam nor verdict."""
    play.say(check(1, a=2.0), "x")
    events = play.story.events
    cut = next(e.offset for e in events if isinstance(e.data, Exam))
    play.story.events = events[:cut]
    play.story.add(Interrupted(signal="SIGINT"))
    again = taken_over(play)
    assert [type(action) for action in again.of(Hold, EndExams)] == [Hold]
