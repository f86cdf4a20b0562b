"""What this distribution brings. Keep this module light: it is asked at every start."""

from tournament import Plugin, hookimpl


@hookimpl
def tournament_register():
    """One strategy, by name and import string; torch is imported only where it trains."""
    return [
        Plugin(
            kind="strategy",
            name="positions-only",
            target="positions_only_strategy:PositionsOnly",
            summary="where and when an object is seen, never what it looks like",
            needs=("torch",),
            tasks=("persistence",),
        )
    ]
