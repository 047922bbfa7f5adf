"""Several hands on the same roll at the same moment, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from hours.models import StudyRecord
from meetings.closing import close_meeting
from meetings.models import Attendance, Meeting
from people.leading import Refusal
from people.models import Affiliation, Member, Office, Organisation, OrganisationState
from tests.cast import give_office, make_member
from tests.committed import AUDIT, empty
from tests.hours.acts import assert_all_agrees
from tests.meetings.room import NOON, closed, marked, minutes_of, opened, said, state_of

TABLES = ("meetings_attendance", "meetings_meeting")
LEDGER = ("hours_countedinterval", "hours_studyrecord", "hours_studyclock")


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def people(db) -> Iterator[tuple[Member, Member, Member]]:
    """A member and two who lead the branch, as other connections see them; taken away afterwards."""
    branch = Organisation.objects.found(kind="branch", name="此支部")
    found = tuple(make_member(f"{name}{uuid4().hex[:8]}", branch) for name in ("studies", "first", "second"))
    for leader, kind in zip(found[1:], (Office.Kind.SECRETARY, Office.Kind.DEPUTY), strict=True):
        give_office(leader, branch, kind)
    yield found
    empty(*AUDIT, *LEDGER, *TABLES, "people_noticeread")
    for rows in (Office.objects, Affiliation.objects):
        rows.filter(member__in=found).delete()
    Member.objects.filter(pk__in=[member.pk for member in found]).delete()
    OrganisationState.objects.filter(organisation=branch).delete()
    Organisation.objects.filter(pk=branch.pk).delete()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; return what each came to: done, or the name of its refusal."""
    together = Barrier(len(acts))

    def one_hand(act: Callable[[], object]) -> str:
        try:
            connection.ensure_connection()
            together.wait()
            act()
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as hands:
        return [hand.result() for hand in [hands.submit(one_hand, act) for act in acts]]


def meeting_of(people: tuple[Member, ...]) -> Meeting:
    home = people[1].home(NOON.date())
    assert home is not None
    return opened(home.branch, people[1])


def test_two_phones_mark_the_same_person_and_the_one_received_later_holds(people) -> None:
    member, first, second = people
    for _ in range(5):
        meeting = meeting_of(people)
        got = at_once(
            lambda meeting=meeting: marked(meeting, first, said(member)),
            lambda meeting=meeting: marked(meeting, second, said(member, "leave")),
        )
        rows = list(meeting.attendances.order_by("pk"))

        assert got == ["done", "done"]
        assert sorted(row.state for row in rows) == ["leave", "present"]
        assert state_of(meeting, member) == rows[-1].state


def test_the_same_marks_sent_twice_at_once_are_one_row_each(people) -> None:
    member, first, second = people
    meeting, marks = meeting_of(people), [said(member), said(first), said(second)]

    assert at_once(*[lambda: marked(meeting, first, *marks)] * 3) == ["done"] * 3
    assert Attendance.objects.filter(meeting=meeting).count() == 3


def test_a_mark_beside_the_closing_is_counted_or_refused_and_never_lost(people) -> None:
    member, first, second = people
    for _ in range(8):
        meeting = meeting_of(people)
        marked(meeting, first, said(first))
        _closed, mark = at_once(
            lambda meeting=meeting: close_meeting(meeting, by=first, at=NOON),
            lambda meeting=meeting: marked(meeting, second, said(member)),
        )
        counted = StudyRecord.objects.filter(key=meeting.event_of(member.key)).exists()

        assert (mark, counted) in {("done", True), ("AlreadyClosed", False)}
        assert (state_of(meeting, member) is not None) == counted
    assert_all_agrees(member)


def test_closed_by_two_at_once_it_counts_once(people) -> None:
    member, first, second = people
    meeting = meeting_of(people)
    marked(meeting, first, said(member))

    assert at_once(*[lambda by=by: close_meeting(meeting, by=by, at=NOON) for by in (first, second)]) == [
        "done",
        "done",
    ]
    assert (minutes_of(member), StudyRecord.objects.filter(member=member).count()) == (90, 1)


def test_two_meetings_of_the_same_people_closed_at_once_count_the_union(people) -> None:
    member, first, second = people
    two = [meeting_of(people) for _ in range(2)]
    for meeting in two:
        marked(meeting, first, said(second), said(member), said(first))

    assert at_once(*[lambda m=m: closed(m, first) for m in two]) == ["done", "done"]
    assert minutes_of(member) == 90
    assert_all_agrees(member)
