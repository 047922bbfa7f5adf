"""Entering a meeting, taking its roll, closing it: what is written, what is refused and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from hours.confirming import confirm
from hours.lessons import lessons_vouched
from hours.models import Rule, StudyRecord
from hours.slots import subjects
from meetings import holding
from meetings.closing import NobodyCame, NotOver, close_meeting
from meetings.holding import (
    AlreadyClosed,
    NotOnTheRoll,
    NotOpenThatDay,
    NotThatArrival,
    NotThatKind,
    NotTheseTimes,
    TooFarAway,
    TooMany,
    WasCalledOff,
)
from meetings.models import Attendance, Meeting
from people.audit import AuditEntry
from people.leading import NotYourBranch
from people.models import Office, Organisation
from tests.cast import give_office, make_member, moment
from tests.hours.acts import assert_all_agrees, held_by, write
from tests.meetings.room import (
    NOON,
    after,
    closed,
    everything,
    marked,
    minutes_of,
    opened,
    plan,
    said,
    state_of,
)

pytestmark = pytest.mark.django_db


def set_rule(name: str, value: int) -> None:
    Rule.objects.create(name=name, value=value, valid_from=date(2026, 1, 1), source="x")


# Entering


def test_a_meeting_is_entered_with_what_was_said_of_it(branch, secretary, member) -> None:
    lesson = uuid4()
    meeting = opened(
        branch, secretary, "lecture", title=" 群众路线 ", place="活动室", lessons=[lesson, lesson],
        chaired_by=secretary, lecturer=member,
    )  # fmt: skip
    meeting.refresh_from_db()

    assert (meeting.kind, meeting.title, meeting.place) == ("lecture", "群众路线", "活动室")
    assert (meeting.lessons, meeting.chaired_by, meeting.lecturer) == ([lesson], secretary, member)
    assert (meeting.is_open, meeting.minutes) == (True, 90)
    (entry,) = AuditEntry.objects.filter(action="meetings.opened")
    assert entry.organisation == branch.key
    assert entry.details == {"meeting": str(meeting.key), "kind": "lecture", "on": "2026-03-10"}


def test_the_place_is_kept_encrypted(branch, secretary) -> None:
    opened(branch, secretary, place="王秀英家")
    with connection.cursor() as cursor:
        cursor.execute("select place from meetings_meeting")
        assert "王秀英" not in cursor.fetchone()[0]


def test_the_same_form_sent_twice_is_one_meeting(branch, secretary) -> None:
    key = uuid4()
    two = [holding.open_meeting(branch, plan(), key=key, by=secretary, at=NOON) for _ in range(2)]

    assert two[0] == two[1]
    assert Meeting.objects.count() == 1


def test_only_a_lecture_has_a_lecturer(branch, secretary, member) -> None:
    assert opened(branch, secretary, "theme_day", lecturer=member).lecturer is None


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"begin": 90, "end": 90}, NotTheseTimes),
        ({"begin": 90, "end": 0}, NotTheseTimes),
        ({"begin": 0, "end": 481}, NotTheseTimes),
        ({"begin": 800, "end": 850}, NotTheseTimes),  # over midnight
        ({"kind": "group"}, NotThatKind),
        ({"begin": 370 * 1440, "end": 370 * 1440 + 60}, TooFarAway),
        ({"begin": -370 * 1440, "end": -370 * 1440 + 60}, TooFarAway),
    ],
)
def test_what_cannot_be_held_is_refused(branch, secretary, fields, refusal) -> None:
    with pytest.raises(refusal):
        opened(branch, secretary, **fields)

    assert Meeting.objects.count() == 0


def test_a_meeting_may_last_eight_hours_and_end_at_midnight(branch, secretary) -> None:
    assert opened(branch, secretary, begin=6 * 60, end=14 * 60).minutes == 480


def test_a_branch_that_is_closed_that_day_holds_no_meeting(branch, secretary) -> None:
    Organisation.objects.filter(pk=branch.pk).update(closed_on=date(2026, 3, 10))
    branch.refresh_from_db()

    with pytest.raises(NotOpenThatDay):
        opened(branch, secretary)


def test_nobody_whom_one_does_not_see_is_put_in_the_chair(branch, secretary, stranger) -> None:
    with pytest.raises(NotOnTheRoll):
        opened(branch, secretary, chaired_by=stranger)


K = Office.Kind
WHO = [
    # office, where, whether they hold meetings of the branch and of its group
    (K.SECRETARY, "branch", True, True),
    (K.DEPUTY, "branch", True, True),
    (K.COMMITTEE_MEMBER, "branch", True, True),
    (K.GROUP_LEADER, "group", False, True),
    (K.SECRETARY, "general_branch", True, True),
    (K.SECRETARY, "county", True, True),
    (K.COMMITTEE_MEMBER, "county", False, False),
    (K.OBSERVER, "county", False, False),
    (K.VISITOR, "branch", False, False),
    (K.EDITOR, "county", False, False),
    (K.SECURITY_ADMINISTRATOR, "county", False, False),
    (K.SECRETARY, "other_branch", False, False),
    (None, "branch", False, False),
]


@pytest.mark.parametrize(("kind", "where", "branch_too", "group_too"), WHO)
def test_who_holds_meetings_of_a_branch_and_of_its_group(
    request, branch, group, kind, where, branch_too, group_too
) -> None:
    by = make_member("by", branch)
    if kind:
        give_office(by, request.getfixturevalue(where), kind)
    for place, what, may in ((branch, "theme_day", branch_too), (group, "group", group_too)):
        before = everything()
        if may:
            assert marked(opened(place, by, what), by).kept == []
            continue
        with pytest.raises(NotYourBranch):
            opened(place, by, what)
        assert everything() == before


# Changing, calling off


def test_a_meeting_is_changed_until_it_is_closed(branch, secretary, member) -> None:
    meeting = opened(branch, secretary, place="活动室")
    holding.change_meeting(meeting, plan("general", 30, 60, title="x"), by=secretary, at=NOON)
    meeting.refresh_from_db()
    assert (meeting.kind, meeting.minutes, meeting.title, meeting.place) == ("general", 30, "x", None)

    closed(meeting, secretary, said(member))
    with pytest.raises(AlreadyClosed):
        holding.change_meeting(meeting, plan(), by=secretary, at=NOON)


def test_what_was_called_off_counts_nothing_and_takes_no_marks(branch, secretary, member) -> None:
    meeting = opened(branch, secretary, place="活动室")
    marked(meeting, secretary, said(member))
    holding.call_off(meeting, by=secretary, at=NOON)
    meeting.refresh_from_db()

    assert (meeting.is_called_off, meeting.place) == (True, None)
    for act in (
        lambda: marked(meeting, secretary, said(member)),
        lambda: close_meeting(meeting, by=secretary, at=NOON),
        lambda: holding.call_off(meeting, by=secretary, at=NOON),
    ):
        with pytest.raises(WasCalledOff):
            act()
    assert everything() == (1, 0, 0)


# The roll


def test_marks_are_added_and_the_last_one_holds(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(member))
    marked(meeting, secretary, said(member, "late", 20), said(member, "leave"))

    assert state_of(meeting, member) == "leave"
    assert list(meeting.attendances.order_by("pk").values_list("state", flat=True)) == [
        "present", "late", "leave",
    ]  # fmt: skip


def test_a_mark_sent_twice_is_one_row(branch, secretary, member) -> None:
    meeting, mark = opened(branch, secretary), said(member)
    first, again = (marked(meeting, secretary, mark) for _ in range(2))

    assert first.kept == again.kept == [mark.key]
    assert Attendance.objects.count() == 1


def test_many_are_marked_in_one_statement(branch, secretary, django_assert_num_queries) -> None:
    meeting = opened(branch, secretary)
    people = [make_member(f"ren{n}", branch) for n in range(40)]
    with django_assert_num_queries(5 + 2):  # meeting, members, rows, their keys, audit; a savepoint's two
        marked(meeting, secretary, *[said(person) for person in people])

    assert meeting.attendances.count() == 40
    (entry,) = AuditEntry.objects.filter(action="meetings.marked")
    assert entry.details == {"meeting": str(meeting.key), "marks": 40}


def test_a_mark_that_cannot_be_kept_is_told_and_the_others_are_kept(
    branch, secretary, member, stranger
) -> None:
    meeting = opened(branch, secretary)
    good, not_here = said(member), said(stranger)
    early, no_time = said(secretary, "late", -1), said(secretary, "late")
    nonsense = said(secretary, "asleep")
    taken = marked(meeting, secretary, good, not_here, early, no_time, nonsense)

    assert taken.kept == [good.key]
    assert {key: type(why) for key, why in taken.refused.items()} == {
        not_here.key: NotOnTheRoll,
        early.key: NotThatArrival,
        no_time.key: NotThatArrival,
        nonsense.key: NotThatArrival,
    }
    assert Attendance.objects.count() == 1


def test_more_marks_than_anybody_taps_are_refused(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    with pytest.raises(TooMany):
        marked(meeting, secretary, *[said(member)] * 2001)

    assert Attendance.objects.count() == 0


def test_after_closing_nothing_is_marked(branch, secretary, member) -> None:
    meeting = closed(opened(branch, secretary), secretary, said(secretary))
    with pytest.raises(AlreadyClosed):
        marked(meeting, secretary, said(member))

    assert everything() == (1, 1, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "update meetings_attendance set state = 'absent'",
        "delete from meetings_attendance",
        "truncate meetings_attendance cascade",
        "update meetings_meeting set title = 'x'",
        "update meetings_meeting set closed_at = null, closed_by_id = null",
        "delete from meetings_meeting",
    ],
)
def test_the_database_refuses_to_change_what_was_said(branch, secretary, member, statement) -> None:
    closed(opened(branch, secretary), secretary, said(member))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(statement)

    assert everything() == (1, 1, 0)


# Closing


def test_closing_writes_the_hours_of_who_came(branch, secretary, deputy, member, at_home, guest) -> None:
    meeting = opened(branch, secretary, place="活动室")
    closed(
        meeting, secretary, said(member), said(deputy, "late", 15), said(guest), said(secretary, "leave"),
        said(at_home, "absent"),
    )  # fmt: skip
    meeting.refresh_from_db()

    assert [minutes_of(each) for each in (member, deputy, guest, secretary, at_home)] == [90, 75, 90, 0, 0]
    record = StudyRecord.objects.get(member=member)
    assert (record.source, record.bucket, record.standing) == ("meeting", "collective", "counted")
    assert record.key == f"meeting:{meeting.key}:{member.key}"
    assert record.evidence == {"meeting": str(meeting.key)}
    assert (record.recorded_in, record.recorded_by, record.subject) == (branch, secretary, meeting.key)
    assert record.rule.name == "late_counts"
    assert (meeting.closed_by, meeting.closed_at, meeting.place) == (secretary, NOON, None)
    (entry,) = AuditEntry.objects.filter(action="meetings.closed")
    assert entry.details == {"meeting": str(meeting.key), "kind": "theme_day", "attended": 3}


def test_by_the_rule_of_the_day_who_came_late_has_the_whole_meeting(branch, secretary, member) -> None:
    set_rule("late_counts", 1)
    closed(opened(branch, secretary), secretary, said(member, "late", 60))

    assert minutes_of(member) == 90


def test_who_came_at_the_very_end_has_nothing(branch, secretary, member) -> None:
    closed(opened(branch, secretary), secretary, said(member, "late", 90), said(secretary))

    assert (minutes_of(member), StudyRecord.objects.count()) == (0, 1)


def test_closed_twice_it_counts_once(branch, secretary, deputy, member) -> None:
    meeting = closed(opened(branch, secretary), secretary, said(member))
    again = close_meeting(meeting, by=deputy, ends_at=after(100), at=NOON)

    assert (again.closed_by, again.minutes, minutes_of(member)) == (secretary, 90, 90)
    assert AuditEntry.objects.filter(action="meetings.closed").count() == 1


def test_it_is_closed_with_the_times_it_really_had(branch, secretary, member, deputy) -> None:
    meeting = opened(branch, secretary)
    closed(meeting, secretary, said(member), said(deputy, "late", 5), starts_at=after(10), ends_at=after(70))

    assert (minutes_of(member), minutes_of(deputy)) == (60, 60)


@pytest.mark.parametrize(
    ("times", "at", "refusal"),
    [
        ({}, after(89), NotOver),
        ({"ends_at": after(121)}, NOON, NotOver),
        ({"ends_at": after(0)}, NOON, NotTheseTimes),
        ({"starts_at": after(-400)}, NOON, NotTheseTimes),
    ],
)
def test_what_is_not_over_or_not_possible_is_not_closed(
    branch, secretary, member, times, at, refusal
) -> None:
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(member))
    before = everything()
    with pytest.raises(refusal):
        close_meeting(meeting, by=secretary, at=at, **times)

    assert everything() == before


def test_a_meeting_to_which_nobody_came_is_not_closed(branch, secretary, member) -> None:
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(member, "leave"))
    with pytest.raises(NobodyCame):
        close_meeting(meeting, by=secretary, at=NOON)

    assert everything() == (1, 0, 1)


def test_two_meetings_at_the_same_time_count_once(branch, secretary, member) -> None:
    closed(opened(branch, secretary), secretary, said(member))
    closed(opened(branch, secretary, "lecture", 60, 120), secretary, said(member))

    assert minutes_of(member) == 120
    assert held_by(member) == [(0, 120)]
    assert_all_agrees(member)


def test_individual_study_at_the_same_time_goes_over_to_the_meeting(branch, secretary, member) -> None:
    write(member, (80, 100))
    closed(opened(branch, secretary), secretary, said(member))

    assert minutes_of(member) == 100
    assert_all_agrees(member)


def test_lessons_of_the_meeting_are_done_for_who_came(branch, secretary, member, deputy) -> None:
    lesson = uuid4()
    closed(opened(branch, secretary, lessons=[lesson]), secretary, said(member), said(deputy, "leave"))

    assert list(lessons_vouched(member.key)) == [lesson]
    assert list(lessons_vouched(deputy.key)) == []
    assert StudyRecord.objects.get(member=member).evidence["lessons"] == [str(lesson)]


def test_a_group_records_in_its_branch(branch, group, group_leader, member) -> None:
    closed(opened(group, group_leader, "group"), group_leader, said(member))

    assert StudyRecord.objects.get().recorded_in == branch


def test_closing_takes_the_same_statements_for_few_and_for_many(
    branch, secretary, django_assert_max_num_queries
) -> None:
    for count in (2, 40):
        meeting = opened(branch, secretary)
        people = [make_member(f"ren{count}x{n}", branch) for n in range(count)]
        marked(meeting, secretary, *[said(person) for person in people])
        with django_assert_max_num_queries(12):
            close_meeting(meeting, by=secretary, at=NOON)
    assert StudyRecord.objects.count() == 42


# Lectures


def test_a_lecture_pays_its_preparation_by_the_rule_once_a_meeting(branch, secretary, member) -> None:
    set_rule("lecture_award_minutes", 45)
    meeting = opened(branch, secretary, "lecture", lecturer=member)
    closed(meeting, secretary, said(member))
    close_meeting(meeting, by=secretary, at=NOON)

    lecture = StudyRecord.objects.get(key=f"lecture:{meeting.key}")
    assert (lecture.member, lecture.award, lecture.standing) == (member, 45 * 60, "counted")
    assert lecture.rule.name == "lecture_award_minutes"
    assert minutes_of(member) == 90 + 45
    assert_all_agrees(member)


def test_who_closes_a_lecture_of_their_own_is_paid_when_a_second_person_confirms(
    branch, secretary, deputy, member
) -> None:
    set_rule("lecture_award_minutes", 45)
    meeting = closed(
        opened(branch, secretary, "lecture", lecturer=secretary), secretary, said(secretary), said(member)
    )
    lecture = StudyRecord.objects.get(key=f"lecture:{meeting.key}")
    assert (lecture.standing, minutes_of(secretary)) == ("awaiting", 90)

    confirm([lecture], by=deputy, at=NOON + timedelta(hours=1))
    assert minutes_of(secretary) == 90 + 45


def test_the_ledger_knows_the_meeting_by_its_name(branch, secretary, member) -> None:
    meeting = closed(opened(branch, secretary), secretary, said(member))
    found = subjects([meeting.key, UUID(int=1)])

    assert set(found) == {meeting.key}
    assert found[meeting.key].title == "主题党日（柳溪社区支部）"


def test_a_meeting_of_tomorrow_is_planned_and_not_closed(branch, secretary, member) -> None:
    meeting = opened(branch, secretary, at=moment("2026-03-01 09:00"))
    marked(meeting, secretary, said(member, "leave"), at=moment("2026-03-09 09:00"))

    assert state_of(meeting, member) == "leave"
