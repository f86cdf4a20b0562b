"""Names are compared with what is installed."""

from __future__ import annotations

from collections.abc import Callable

from tournament.config import Loaded, check_names

Load = Callable[[str], Loaded]

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


def test_unknown_names_are_told_with_the_nearest(load: Load) -> None:
    found = check_names(load(TEXT), {"attention-supervised", "toy"}, ["persistence"])
    assert [str(problem) for problem in found] == [
        "c.yaml:1: task.use: no task is called 'persistance'. Did you mean 'persistence'?",
        "c.yaml:5: entrants.control.use: no strategy is called 'attention-supervise'. Did you mean "
        "'attention-supervised'?",
        "c.yaml:6: entrants.hybrid.use: no strategy is called 'hybrid'. Known: "
        "attention-supervised, toy. An entrant with a name of its own says `use: STRATEGY`.",
    ]


def test_nothing_is_said_about_names_that_are_installed(load: Load) -> None:
    strategies = ["attention-supervised", "attention-supervise", "hybrid"]
    assert check_names(load(TEXT), strategies, {"persistance"}) == []


def test_where_nothing_is_installed_that_is_said(load: Load) -> None:
    first = check_names(load(TEXT), [], [])[0]
    assert first.message == "no task is called 'persistance'. None is installed."
