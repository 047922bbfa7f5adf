"""For the tests of this room: rules are read anew in each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hours import counting_rules


@pytest.fixture(autouse=True)
def rules_are_read_anew() -> Iterator[None]:
    """Each process keeps the rules of a minute; a test that changes one must not leave it to the next."""
    counting_rules._read.cache_clear()
    yield
    counting_rules._read.cache_clear()
