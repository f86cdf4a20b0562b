"""The framework and its referee know of no task: what is competed at is a plugin's affair."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FRAMEWORK = Path(__file__).parent.parent / "tournament"
WORDS = re.compile(r"attention|persisten|transient_|video|crop|pixel|consistency", re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(FRAMEWORK.rglob("*.py")), ids=lambda path: path.name)
def test_no_file_of_the_framework_knows_what_is_competed_at(path):
    assert WORDS.findall(path.read_text()) == []
