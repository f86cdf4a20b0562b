"""Declares the built-in tasks and reporters, by the same door as anyone's."""

from __future__ import annotations

from tournament import Plugin, hookimpl


@hookimpl
def tournament_register() -> list[Plugin]:
    """The task of the original and its picture."""
    return [
        Plugin(
            "task",
            "persistence",
            "tournament_plugins.persistence.task:Persistence",
            "tell lasting objects from flashes in short videos, and attend to the lasting ones",
        ),
        Plugin(
            "reporter",
            "success-figure",
            "tournament_plugins.reporters.success_figure:SuccessFigure",
            "the four-panel figure of a winner, or of the best trial of a run without one",
            needs=("matplotlib",),
            extra="strategy-tournament[figures]",
        ),
    ]
