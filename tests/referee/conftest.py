"""A log to be written by hand."""

from __future__ import annotations

import pytest

from .race import Story


@pytest.fixture
def story() -> Story:
    return Story()
