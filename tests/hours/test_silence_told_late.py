"""A silence within a sitting is told when it is over; it belongs to the sitting, and not to what waited."""

import pytest

from hours.clock import Beat
from hours.sittings import close_all_sittings
from tests.cast import moment
from tests.hours.pages import TEN, Page, beat, rows

pytestmark = pytest.mark.django_db


def silence(begin: int, end: int, kind: str) -> list[Beat]:
    """A stretch without anybody, as pages tell it: a minute a beat, each with the sign that rules."""
    head = [(begin, kind)]
    return [beat(begin + at, begin + at, min(60, end - begin - at), head) for at in range(0, end - begin, 60)]


@pytest.mark.parametrize("kind", ["s", "h"])
def test_a_silence_of_eight_minutes_is_told_when_it_is_over(member, kind) -> None:
    page = Page(member)
    page.read(0, 60)
    answer = page.send(*silence(60, 540, kind), at=540)
    page.read(540, 600)
    close_all_sittings(at=moment("2026-03-10 12:00"))

    why = {"s": "quiet", "h": "hidden"}[kind]
    assert (answer.counted, answer.refused) == (0, {why: 480})
    (record,) = rows(member)
    assert (record.source, record.seconds, record.refused) == ("online", 120, {why: 480})
    assert (record.started_at, (record.ended_at - TEN).total_seconds()) == (TEN, 600)


def test_a_silence_of_yesterday_begins_no_sitting(member) -> None:
    page = Page(member)
    page.send(*silence(60, 540, "h"), at=80_000)
    close_all_sittings(at=moment("2026-03-11 18:00"))

    assert rows(member) == []
