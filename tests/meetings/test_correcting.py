"""After closing: who was there is put right by a further row, and the hours follow; and by whom."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from hours.confirming import confirm
from hours.correcting import CorrectionAwaits, NothingChanges
from hours.ledger import NoReason
from hours.lessons import lessons_vouched
from hours.models import Rule, StudyRecord
from meetings.closing import NotClosed, correct_attendance
from meetings.holding import NotOnTheRoll, NotThatArrival
from meetings.models import Attendance
from people.audit import AuditEntry
from people.leading import NotForYourself, NotYourBranch
from people.models import Office
from tests.cast import give_office, make_member
from tests.hours.acts import assert_all_agrees
from tests.meetings.room import NOON, after, closed, everything, minutes_of, opened, said, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def corrections_take_effect_at_once(db) -> None:
    rule(0)


def rule(value: int, day: date = date(2026, 1, 1)) -> None:
    """Whether a second person has to confirm a correction."""
    Rule.objects.create(name="correction_second_person", value=value, valid_from=day, source="x")


def put_right(meeting, member, state, by, arrived=None, reason="核对签到表。", key=None) -> Attendance:
    arrived_at = None if arrived is None else after(arrived)
    fields = {"arrived_at": arrived_at, "key": key or uuid4(), "by": by, "reason": reason, "at": NOON}
    return correct_attendance(meeting, member, state, **fields)


@pytest.fixture
def meeting(branch, secretary, deputy, member):
    """`member` was there for ninety minutes, the deputy on leave, of the secretary nothing is said."""
    lesson = uuid4()
    return closed(opened(branch, secretary, lessons=[lesson]), secretary, said(member), said(deputy, "leave"))


@pytest.mark.parametrize(
    ("state", "arrived", "minutes"),
    [("late", 30, 60), ("late", 0, 90), ("late", 90, 0), ("leave", None, 0), ("absent", None, 0)],
)
def test_what_is_said_instead_counts_instead(meeting, member, secretary, state, arrived, minutes) -> None:
    put_right(meeting, member, state, secretary, arrived)

    assert (state_of(meeting, member), minutes_of(member)) == (state, minutes)
    assert Attendance.objects.filter(member=member).count() == 2
    assert_all_agrees(member)


def test_who_was_there_after_all_has_the_hours(meeting, deputy, secretary) -> None:
    put_right(meeting, deputy, "present", secretary)

    record = StudyRecord.objects.get(member=deputy)
    assert (record.seconds, record.standing, record.reason) == (90 * 60, "counted", "核对签到表。")
    assert list(lessons_vouched(deputy.key)) == meeting.lessons


def test_who_was_not_there_after_all_has_the_lessons_no_longer(meeting, member, secretary) -> None:
    assert list(lessons_vouched(member.key)) == meeting.lessons
    put_right(meeting, member, "absent", secretary)

    assert list(lessons_vouched(member.key)) == []


def test_there_and_not_and_there_again(meeting, member, secretary) -> None:
    for state in ("absent", "present", "leave", "present"):
        put_right(meeting, member, state, secretary)

    assert minutes_of(member) == 90
    assert_all_agrees(member)


def test_leave_in_place_of_absence_changes_no_hours(meeting, deputy, secretary) -> None:
    put_right(meeting, deputy, "absent", secretary)

    assert (state_of(meeting, deputy), StudyRecord.objects.filter(member=deputy).count()) == ("absent", 0)


def test_a_correction_is_audited_with_its_reason(meeting, member, secretary, branch) -> None:
    put_right(meeting, member, "absent", secretary)

    (entry,) = AuditEntry.objects.filter(action="meetings.corrected")
    assert (entry.subject, entry.organisation, entry.reason) == (member.key, branch.key, "核对签到表。")
    assert entry.details == {"meeting": str(meeting.key), "state": "absent"}


def test_the_same_form_sent_twice_is_one_row(meeting, member, secretary) -> None:
    key = uuid4()
    first, again = (put_right(meeting, member, "absent", secretary, key=key) for _ in range(2))

    assert first == again
    assert Attendance.objects.filter(member=member).count() == 2


def test_where_the_rule_asks_for_it_a_second_person_confirms(meeting, member, deputy, secretary) -> None:
    rule(1, date(2026, 2, 1))
    put_right(meeting, member, "late", secretary, 30)
    assert minutes_of(member) == 90
    (waits,) = StudyRecord.objects.awaiting()

    with pytest.raises(CorrectionAwaits):
        put_right(meeting, member, "absent", deputy)
    assert Attendance.objects.filter(member=member).count() == 2
    confirm([waits], by=deputy, at=NOON)
    assert minutes_of(member) == 60


def test_who_had_no_record_awaits_the_second_person_too(meeting, deputy, secretary, county) -> None:
    rule(1, date(2026, 2, 1))
    put_right(meeting, deputy, "present", secretary)
    (waits,) = StudyRecord.objects.awaiting()
    assert (waits.member, minutes_of(deputy)) == (deputy, 0)

    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    confirm([waits], by=leader, at=NOON)
    assert minutes_of(deputy) == 90


@pytest.mark.parametrize(
    ("kind", "where", "may"),
    [
        (Office.Kind.DEPUTY, "branch", True),
        (Office.Kind.SECRETARY, "county", True),
        (Office.Kind.COMMITTEE_MEMBER, "branch", False),
        (Office.Kind.GROUP_LEADER, "group", False),
        (Office.Kind.OBSERVER, "county", False),
        (None, "branch", False),
    ],
)
def test_who_corrects(request, meeting, member, branch, group, kind, where, may) -> None:
    by = make_member("by", branch)
    if kind:
        give_office(by, request.getfixturevalue(where), kind)
    before = everything()
    if may:
        assert put_right(meeting, member, "leave", by).state == "leave"
        return
    with pytest.raises(NotYourBranch):
        put_right(meeting, member, "leave", by)
    assert everything() == before


@pytest.mark.parametrize(
    ("whom", "state", "arrived", "reason", "refusal"),
    [
        ("secretary", "present", None, "x", NotForYourself),
        ("member", "absent", None, " ", NoReason),
        ("member", "present", None, "x", NothingChanges),
        ("member", "late", None, "x", NotThatArrival),
        ("member", "late", 91, "x", NotThatArrival),
        ("stranger", "present", None, "x", NotOnTheRoll),
    ],
)
def test_what_cannot_be_corrected_changes_nothing(
    request, meeting, secretary, whom, state, arrived, reason, refusal
) -> None:
    somebody = request.getfixturevalue(whom)
    before = everything()
    with pytest.raises(refusal):
        put_right(meeting, somebody, state, secretary, arrived, reason)

    assert everything() == before


def test_an_open_meeting_is_marked_and_not_corrected(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    with pytest.raises(NotClosed):
        put_right(meeting, member, "present", secretary)

    assert everything() == (0, 0, 1)
