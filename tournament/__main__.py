"""`python -m tournament`: the same as the command `tournament`."""

from __future__ import annotations

from .cli import main

main()
