"""A branch of sixty with nine who study at home: a month of packs, visits, calls, a meeting."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import Sum
from django.utils.timezone import localdate

from hours.confirming import confirm
from hours.models import CountedInterval, StudyRecord
from hours.totals import studied, year_totals
from hours.verifying import verify_ledger
from meetings.closing import close_meeting
from meetings.holding import Mark, Plan, mark, open_meeting
from outreach.packet_steps import take_steps
from outreach.reach import Way, reached_in
from outreach.slips import Told, record_slip
from people.models import HomeStudy, Member, Organisation
from tests.cast import LONG_AGO, make_member, moment
from tests.outreach.packing import ask, freeze, lesson_with_quiz, right, wanted
from tests.outreach.visiting import make_visitor, visit

pytestmark = pytest.mark.django_db

MINUTE = 60
END = moment("2026-04-01 08:00")


@pytest.fixture
def nine(branch: Organisation) -> list[Member]:
    """Those who study at home."""
    members = [make_member(f"home{n}", branch, name=f"居家{n}") for n in range(9)]
    HomeStudy.objects.bulk_create(
        HomeStudy(member=member, since=LONG_AGO, review_on=date(2026, 12, 1)) for member in members
    )
    return members


@pytest.fixture
def helpers(branch: Organisation, nine: list[Member]) -> list[Member]:
    """Three visitors, each for three of them."""
    return [make_visitor(f"helper{n}", branch, *nine[3 * n : 3 * n + 3]) for n in range(3)]


@pytest.fixture
def others(
    branch: Organisation, nine: list[Member], helpers: list[Member], secretary: Member
) -> list[Member]:
    """So many that the branch has sixty members."""
    return [make_member(f"other{n}", branch, name=f"同志{n}") for n in range(60 - 9 - 3 - 1)]


def at(day: int, clock: str) -> datetime:
    return moment(f"2026-03-{day:02} {clock}")


def seconds(member: Member) -> Counter[str]:
    """Counted seconds by source; what a confirmation counts has the source of what it confirms."""
    rows = StudyRecord.objects.filter(member=member.key).values("source").annotate(sum=Sum("seconds"))
    return Counter({row["source"]: row["sum"] for row in rows if row["sum"]})


def test_a_month_of_packs_visits_calls_and_a_meeting(
    branch, nine, helpers, others, secretary, work_waits
) -> None:
    part = lesson_with_quiz()

    # Packs for the nine: printed and delivered; six slips come back, and the branch confirms five.
    packets = freeze(ask(branch, wanted(part), by=secretary, members=[m.key for m in nine]))
    take_steps(packets, "printed", on=date(2026, 3, 2), by=secretary, at=at(2, "09:00"))
    take_steps(packets, "delivered", on=date(2026, 3, 3), by=secretary, at=at(3, "18:00"))

    # Visits: each helper sits with three neighbours at one table for 40 minutes, twice in the month.
    for week, day in enumerate((3, 17)):
        for n, helper in enumerate(helpers):
            table = nine[3 * n : 3 * n + 3]
            visit(
                *table,
                by=helper,
                start=at(day, "09:00"),
                minutes=40,
                at=at(day, "12:00"),
                lessons=[part[0].translation_key] if week else [],
            )
    # The secretary was there too, and reports the first table from 9:20 to 10:00: twenty minutes more.
    visit(*nine[:3], by=secretary, start=at(17, "09:20"), minutes=40, at=at(17, "13:00"))
    # Nobody was home on the 24th; a call on the 25th instead.
    visit(nine[8], by=helpers[2], start=at(24, "09:00"), minutes=0, at=at(24, "12:00"), outcome="nobody_home")
    visit(nine[8], by=helpers[2], start=at(25, "16:00"), minutes=5, at=at(25, "17:00"), way="telephone")

    awaiting = []
    for number, packet in enumerate(packets[:6]):
        drawn = packet.contents["quizzes"][0]
        told = Told(
            read_on=date(2026, 3, 19),
            minutes=2,
            signed_by="reader",
            lessons=[part[0].translation_key],
            chosen=[right(drawn)],
        )
        slip = record_slip(packet, told, key=uuid4(), by=secretary, at=at(20, f"10:{number:02}"))
        awaiting.append(slip.record)
    confirm(awaiting[:5], by=secretary, at=at(21, "09:00"))

    # A theme Party day: forty come, three of them a quarter of an hour late; four are on leave.
    begin = at(10, "14:00")
    plan = Plan(kind="theme_day", starts_at=begin, ends_at=begin + timedelta(minutes=90))
    meeting = open_meeting(branch, plan, by=secretary, at=at(9, "10:00"))
    marks = [Mark(uuid4(), member.key, "present") for member in others[:37]]
    marks += [Mark(uuid4(), m.key, "late", begin + timedelta(minutes=15)) for m in others[37:40]]
    marks += [Mark(uuid4(), member.key, "leave") for member in others[40:44]]
    mark(meeting, marks, by=secretary, at=begin + timedelta(minutes=20))
    close_meeting(meeting, by=secretary, at=at(10, "16:00"))

    # The ledger, to the second.
    assert len(packets) == 9
    assert [seconds(m)["visit"] for m in nine] == [100 * MINUTE] * 3 + [80 * MINUTE] * 6
    assert [seconds(m)["paper"] for m in nine] == [2 * MINUTE] * 5 + [0] * 4
    assert [seconds(m)["meeting"] for m in others] == [90 * MINUTE] * 37 + [75 * MINUTE] * 3 + [0] * 7
    assert StudyRecord.objects.awaiting().count() == 1
    assert not CountedInterval.objects.filter(member__in=[h.key for h in helpers]).exists()
    assert verify_ledger(at=END).findings == []

    # Whoever reads the branch's totals reads the same.
    totals = year_totals(studied([m.key for m in (*nine, *others)], 2026))
    assert sum(total.counted for total in totals.values()) == (300 + 480 + 10 + 37 * 90 + 3 * 75) * MINUTE

    # Reached by us: on which day and how.
    reached = {one.member: one for one in reached_in(branch, on=localdate(END))}
    assert len(reached) == 60
    assert {reached[m.pk].days[Way.VISIT] for m in nine} == {date(2026, 3, 17)}
    assert {reached[m.pk].last for m in nine[:6]} == {
        date(2026, 3, 20)
    }  # the day on which the slip was recorded
    assert reached[nine[8].pk].days[Way.CALL] == date(2026, 3, 25)
    assert reached[nine[8].pk].tried == date(2026, 3, 24)
    assert reached[nine[7].pk].days == {Way.PACK: date(2026, 3, 3), Way.VISIT: date(2026, 3, 17)}
    assert all(reached[m.pk].days == {Way.MEETING: date(2026, 3, 10)} for m in others[:40])
    unreached = {one.member for one in reached.values() if one.is_unreached(30, on=localdate(END))}
    assert unreached == {m.pk for m in (*others[40:], secretary, *helpers)}
