"""
What always holds, whatever a page, a device or a robber sends: thousands of random histories.

The subject is the database itself: each history is that of a member of their own, and at the end
`verify_ledger` looks at all of them. How many: XUECHENG_HISTORIES for each test, 200 when nothing is said.

The order of arrival never changes the time held as long as no limit is crossed, no meeting is written in
between, what has waited counts at once, and all of it has happened. With limits which seconds are held may
depend on the order; never more than the union, and never more than the limit.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours.beats import PageReport
from hours.clock import Beat, Sign
from hours.counting_rules import CountingRules
from hours.ledger import Event, add
from hours.record import year_record
from hours.sittings import BeatAnswer, close_all_sittings, close_ended_sittings, take_reports
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from hours.verifying import verify_ledger
from people.models import Member
from tests.cast import moment
from tests.hours.pages import TEN

pytestmark = pytest.mark.django_db

BASES = [TEN, moment("2026-03-10 23:50"), moment("2026-12-31 23:50")]
"""At noon, before midnight, before New Year: histories last twenty minutes."""

OPENED = (0, 0, 5, 40)
"""The seconds at which a member's pages are opened."""

LAST = 1200
ON = moment("2027-01-02 12:00")

few = settings(
    max_examples=int(os.environ.get("XUECHENG_HISTORIES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def roomy(_edition: int) -> ReadingTimes:
    return ReadingTimes((30.0,) * 400, 300)


def narrow(_edition: int) -> ReadingTimes:
    """Earns 45 seconds in a year."""
    return ReadingTimes((30.0,), 0)


Times = Callable[[int], ReadingTimes]


@dataclass
class Delivery:
    """One request: from which pages, when it arrives, and what each says."""

    at: int
    pages: list[tuple[int, list[Beat], int | None]]


@dataclass
class History:
    """A member's pages and what arrives of them."""

    member: Member
    base: datetime
    tokens: list[StudyToken]
    answers: list[BeatAnswer] = field(default_factory=list)
    times: Times = roomy

    def arrive(self, delivery: Delivery) -> BeatAnswer:
        reports = [PageReport(self.tokens[n], beats, clock) for n, beats, clock in delivery.pages]
        answer = take_reports(reports, at=self.base + timedelta(seconds=delivery.at), times=self.times)
        self.answers.append(answer)
        return answer

    def held(self) -> list[tuple[int, int]]:
        """Counted stretches of ledger and open sitting, united, in seconds from the beginning."""
        sql = """
            select extract(epoch from lower(s) - %(base)s)::int, extract(epoch from upper(s) - %(base)s)::int
                from (select unnest(coalesce(range_agg(held), '{}')) s from (
                    select tstzrange(started_at, ended_at) held from hours_countedinterval
                        where member_key = %(member)s
                    union all select unnest(pieces) from hours_studyclock where member_key = %(member)s) a) b
                order by 1
        """
        return _rows(sql, base=self.base, member=self.member.key)

    def close(self) -> None:
        close_all_sittings(at=self.base + timedelta(seconds=90_000))

    def rows(self) -> list[tuple]:
        return _rows(
            "select id, source, standing, seconds, refused::text, study_seconds(claimed),"
            " extract(epoch from ended_at - started_at)::int from hours_studyrecord"
            " where member_key = %(member)s order by id",
            member=self.member.key,
        )

    def digests(self) -> dict[int, str]:
        """Every closed row, as it is."""
        rows = _rows(
            "select id, md5(r::text) from hours_studyrecord r where member_key = %(m)s", m=self.member.key
        )
        return dict(rows)

    def shown(self) -> int:
        """What the member's own pages add up to, over both years."""
        return sum(year_record(self.member, year=year, on=ON.date()).total.counted for year in (2026, 2027))


def _rows(sql: str, **values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def length(spans: list[tuple[int, int]]) -> int:
    return sum(end - begin for begin, end in spans)


@contextmanager
def history(base: datetime = TEN, *, times: Times = roomy) -> Iterator[History]:
    """A new member with four pages, of three lessons, on two devices."""
    with transaction.atomic():
        member = Member.objects.create(number=f"m{uuid4().hex[:12]}", name="某", password="!")
        tokens = [
            StudyToken(member.key, UUID(int=subject), subject, base + timedelta(seconds=second))
            for subject, second in zip((1, 2, 1, 3), OPENED, strict=True)
        ]
        yield History(member, base, tokens, times=times)


@pytest.fixture(autouse=True)
def what_the_ledger_holds_is_what_its_records_say(db: None) -> Iterator[None]:
    """After all histories of a test."""
    yield
    assert verify_ledger(at=moment("2027-01-10 12:00")).findings == []


signs = st.builds(
    Sign,
    st.integers(-100, 600),
    st.sampled_from("ppphhmas"),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 200),
    st.sampled_from([0.25, 1.0, 4.0]),
)


@st.composite
def honest_beats(draw: st.DrawFn) -> list[Beat]:
    """A page's beats in a row, with gaps: what a page that works would send."""
    beats, at = [], draw(st.integers(0, 3000))
    for counter in range(draw(st.integers(1, 6))):
        size = draw(st.integers(5, 600))
        told = draw(st.lists(signs, max_size=3))
        beats.append(Beat(counter, at, size, tuple(s._replace(at=at + s.at) for s in told)))
        at += size + draw(st.sampled_from([0, 0, 0, 17, 900, 3000]))
    return beats


def _told(counter: int, start: int, size: int, told: list[Sign]) -> Beat:
    return Beat(counter, start, size, tuple(sign._replace(at=start + sign.at) for sign in told))


wild_beat = st.builds(
    _told,
    st.integers(0, 40),
    st.integers(-20_000, 20_000),
    st.integers(1, 900) | st.integers(1, 10**13),
    st.lists(signs, max_size=4),
)
clocks = st.none() | st.integers(-20_000, 2_000_000)
wild = st.lists(
    st.builds(
        Delivery,
        st.integers(0, LAST),
        st.lists(
            st.tuples(st.integers(0, 3), st.lists(wild_beat, max_size=4), clocks), min_size=1, max_size=4
        ),
    ),
    min_size=1,
    max_size=8,
)
bases = st.sampled_from(BASES)


@few
@given(bases, wild, st.lists(st.integers(0, 7), max_size=4), st.sampled_from([roomy, narrow]))
def test_whatever_is_sent_never_more_than_the_clock_and_all_sums_agree(
    base, deliveries, again, times
) -> None:
    """Forged, skewed, reordered and replayed; sweeps in between; two lessons, two devices."""
    with history(base, times=times) as mine:
        written: dict[int, str] = {}
        for n in [*range(len(deliveries)), *again]:
            delivery = deliveries[n % len(deliveries)]
            mine.arrive(delivery)
            written |= mine.digests()
            close_ended_sittings(base + timedelta(seconds=delivery.at))
        shown = mine.shown()
        counted = sum(answer.counted for answer in mine.answers)
        spans = mine.held()
        mine.close()
        assert written.items() <= mine.digests().items()  # no closed row has changed

        assert counted == shown == mine.shown() == length(spans) == length(mine.held())
        latest = max(delivery.at for delivery in deliveries)
        assert all(0 <= begin < end <= latest for begin, end in spans)  # in any window at most the window
        if times is narrow:
            assert counted <= 45 * 3 * 2  # three lessons, two years
        for _id, source, standing, seconds, told, awaiting, lasted in mine.rows():
            refused = json.loads(told)
            assert source in {"online", "offline"}
            assert standing == "counted"
            assert seconds + awaiting + sum(refused.values()) == lasted  # every refused second has a reason
            assert set(refused) <= {"quiet", "hidden", "elsewhere", "closed", "lesson_limit", "day_limit"}
            assert all(value > 0 for value in refused.values())


@few
@given(
    bases,
    st.lists(honest_beats(), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
    st.integers(0, 3),
)
def test_the_order_of_arrival_never_changes_the_time_held(base, pages, chance: random.Random, late) -> None:
    """All of it has happened when the first of it comes; in time or late, beat by beat or together."""
    order = [(n, beat) for n, beats in enumerate(pages) for beat in beats]
    end = max(
        token_begin + beat.start + beat.length for (n, beat) in order for token_begin in (OPENED[n] * 10,)
    )
    at = -(-end // 10) + (0, 90, 600, 86_400 * 3)[late]
    found = []
    for step in range(3):
        with history(base) as mine:
            if step:
                chance.shuffle(order)
            for start in range(0, len(order), step * 4 + 1):
                some = order[start : start + step * 4 + 1]
                mine.arrive(Delivery(at, [(n, [beat], None) for n, beat in some]))
            found.append(mine.held())
            assert sum(answer.counted for answer in mine.answers) == length(found[-1])
    assert found[0] == found[1] == found[2]


@few
@given(bases, st.lists(honest_beats(), min_size=4, max_size=4), st.integers(0, 100_000))
def test_sending_anything_again_changes_nothing(base, pages, later) -> None:
    """Each beat as it ends; then all of it again: at once, and much later."""
    sent = sorted(
        (OPENED[n] * 10 + beat.start + min(beat.length, 600), n, beat)
        for n, beats in enumerate(pages)
        for beat in beats
    )
    with history(base) as mine:
        for end, n, beat in sent:
            at = -(-end // 10)
            mine.arrive(Delivery(at, [(n, [beat], None)]))
            before = mine.held()
            assert mine.arrive(Delivery(at, [(n, [beat], None)])).counted == 0
            assert mine.held() == before
        last = -(-sent[-1][0] // 10)
        for moment_again in (last, last + later):
            for _end, n, beat in sent:
                answer = mine.arrive(Delivery(moment_again, [(n, [beat], None)]))
                assert (answer.counted, answer.awaiting) == (0, 0)
        assert mine.held() == before


@few
@given(st.lists(honest_beats(), min_size=4, max_size=4))
def test_all_pages_together_count_their_union_and_never_their_sum(pages) -> None:
    at = 90_000
    with history() as mine:
        mine.arrive(Delivery(at, [(n, beats, None) for n, beats in enumerate(pages)]))
        together = mine.held()
    seconds: set[int] = set()
    for n, beats in enumerate(pages):
        with history() as alone:
            alone.arrive(Delivery(at, [(n, beats, None)]))
            seconds |= {second for begin, end in alone.held() for second in range(begin, end)}

    assert {second for begin, end in together for second in range(begin, end)} == seconds
    assert length(together) == len(seconds)


@few
@given(st.lists(honest_beats(), min_size=4, max_size=4), st.randoms(use_true_random=False), st.booleans())
def test_with_limits_never_more_than_the_union_and_never_more_than_the_limit(pages, chance, late) -> None:
    order = [(n, beat) for n, beats in enumerate(pages) for beat in beats]
    chance.shuffle(order)
    at = 900 if not late else 90_000
    with history() as free:
        for n, beat in order:
            free.arrive(Delivery(at, [(n, [beat], None)]))
        union = {second for begin, end in free.held() for second in range(begin, end)}
    with history() as mine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(CountingRules, "most", lambda *_args, **_reader: 45)
        for n, beat in order:
            mine.arrive(Delivery(at, [(n, [beat], None)]))
        mine.close()
        held = {second for begin, end in mine.held() for second in range(begin, end)}
        by_lesson = _rows(
            "select subject, sum(seconds) from hours_countedinterval where member_key = %(m)s group by 1",
            m=mine.member.key,
        )
    assert held <= union
    assert all(seconds <= 45 for _subject, seconds in by_lesson)


others = st.lists(
    st.tuples(
        st.sampled_from(["meeting", "visit", "paper"]),
        st.integers(0, 900),
        st.integers(1, 600),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=4,
)
KINDS = {"meeting": "collective", "visit": "concentrated", "paper": "individual"}


@few
@given(bases, wild, others)
def test_meetings_and_visits_in_between_never_make_a_minute_count_twice(base, deliveries, events) -> None:
    with history(base) as mine:
        meeting_time: set[int] = set()
        written: dict[int, str] = {}
        for n, delivery in enumerate(deliveries):
            mine.arrive(delivery)
            for source, begin, size, when in events:
                if when % len(deliveries) != n:
                    continue
                written |= mine.digests()
                began = base + timedelta(seconds=begin)
                piece = (began, began + timedelta(seconds=size))
                add(
                    Event(
                        member=mine.member,
                        bucket=KINDS[source],
                        source=source,
                        key=f"{mine.member.key}:{source}:{begin}:{size}",
                        started_at=piece[0],
                        ended_at=piece[1],
                        pieces=[piece],
                    ),
                    at=base + timedelta(seconds=LAST + 600),
                )
                meeting_time |= set(range(begin, begin + size))
        shown = mine.shown()
        mine.close()
        assert written.items() <= mine.digests().items()
        held = {second for begin, end in mine.held() for second in range(begin, end)}

        assert shown == mine.shown() == len(held) == length(mine.held())
        assert meeting_time <= held  # what a meeting held is counted, once
        assert sum(row[3] for row in mine.rows()) == len(held)
