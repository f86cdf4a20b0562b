"""Names are compared with what is installed."""

from __future__ import annotations

from collections.abc import Callable

from tournament.config import Draft, check_names

Read = Callable[[str], Draft]

TEXT = """\
task: {use: persistance}
entrants:
  attention-supervised: {}
  control:
    use: attention-supervise
  hybrid: {}
criteria:
  every: 5
  all:
    - val_accuracy >= 0.75
    - any:
        - consistancy > 0.7
        - f1 > 0.5
"""


def test_unknown_names_are_told_with_the_nearest(draft: Read) -> None:
    found = check_names(draft(TEXT), {"attention-supervised", "toy"}, ["persistence"])
    assert [str(problem) for problem in found] == [
        "c.yaml:1: task.use: no task is called 'persistance'. Did you mean 'persistence'?",
        "c.yaml:5: entrants.control.use: no strategy is called 'attention-supervise'. Did you mean "
        "'attention-supervised'?",
        "c.yaml:6: entrants.hybrid.use: no strategy is called 'hybrid'. Known: "
        "attention-supervised, toy. An entrant with a name of its own says `use: STRATEGY`.",
    ]


def test_nothing_is_said_about_names_that_are_installed(draft: Read) -> None:
    strategies = ["attention-supervised", "attention-supervise", "hybrid"]
    assert check_names(draft(TEXT), strategies, {"persistance"}) == []


def test_where_nothing_is_installed_that_is_said(draft: Read) -> None:
    first = check_names(draft(TEXT), [], [])[0]
    assert first.message == "no task is called 'persistance'. None is installed."


def test_names_are_checked_where_other_things_are_wrong(draft: Read) -> None:
    text = TEXT.replace("  hybrid: {}", "  hybrid: {max_epochs: 0}\n  odd: 3\n  other: {use: [1]}")
    found = check_names(draft(text), {"attention-supervised"}, ["persistence"])
    assert [problem.key for problem in found] == [
        "task.use",
        "entrants.control.use",
        "entrants.hybrid.use",
    ]


def test_nothing_can_be_said_of_what_is_not_there(draft: Read) -> None:
    assert check_names(draft("seed: -1\n"), [], []) == []
