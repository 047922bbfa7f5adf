"""Recording visits: what is kept, what counts, what is refused in words, and that nothing is told twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from hours import ledger
from hours.confirming import confirm
from hours.lessons import lessons_vouched
from hours.models import Bucket, CountedInterval, Rule, StudyRecord
from outreach import reports
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.reports import Visited
from outreach.visiting import Visit, VisitLesson, VisitMember, VisitVisitor
from outreach.visits import other_reports, record_visit
from people.audit import AuditEntry
from people.leading import NotYourBranch
from people.models import Affiliation, Member, Pairing
from tests.cast import LONG_AGO, add_lesson, add_module, make_member, moment
from tests.outreach.visiting import NOON, make_visitor, report, visit


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


def written() -> tuple[int, int, int]:
    return Visit.objects.count(), VisitMember.objects.count(), StudyRecord.objects.count()


def test_a_visit_is_kept_with_its_people_lessons_and_time(branch, member, visitor, lesson) -> None:
    done = visit(
        visited=[Visited(member.key, "companion", companion="李强", wishes="大字版")],
        by=visitor,
        lessons=[lesson.translation_key],
        place="院子里",
        device_at=moment("2026-03-10 09:41"),
        counter=3,
    )

    kept = Visit.objects.get()
    assert (done.is_new, done.visit) == (True, kept)
    assert (kept.way, kept.outcome, kept.minutes, kept.place) == ("visit", "held", 40, "院子里")
    assert (kept.branch, kept.recorded_by, kept.counter) == (branch, visitor, 3)
    assert kept.received_at == NOON
    assert list(VisitVisitor.objects.values_list("visitor", flat=True)) == [visitor.pk]
    row = VisitMember.objects.get()
    assert (row.member, row.branch, row.confirmed) == (member, branch, "companion")
    assert (row.companion, row.wishes) == ("李强", "大字版")
    read = VisitLesson.objects.get()
    assert (read.edition, read.lesson) == (lesson, lesson.translation_key)


def test_its_time_is_collective_study_in_the_ledger_by_the_rule_of_its_day(
    member, visitor, lesson, branch
) -> None:
    done = visit(member, by=visitor, lessons=[lesson.translation_key])

    record = StudyRecord.objects.get()
    assert record == done.visit.members.get().record
    assert (record.source, record.bucket, record.standing, record.seconds) == (
        "visit", "collective", "counted", 2400,
    )  # fmt: skip
    assert record.key == f"visit:{done.visit.key}:{member.key}"
    assert (record.rule.name, record.recorded_in, record.recorded_by) == ("visit_counts", branch, visitor)
    assert record.evidence == {
        "lessons": [str(lesson.translation_key)], "visit": str(done.visit.key), "confirmed": "tap",
    }  # fmt: skip
    assert list(lessons_vouched(member.key)) == [lesson.translation_key]


def test_not_confirmed_by_the_member_it_awaits_the_branch(member, visitor, secretary, lesson) -> None:
    visit(member, by=visitor, confirmed="none", lessons=[lesson.translation_key])

    record = StudyRecord.objects.get()
    assert (record.standing, record.seconds) == ("awaiting", 0)
    assert list(lessons_vouched(member.key)) == []
    confirm([record], by=secretary, at=NOON + timedelta(hours=1))
    assert CountedInterval.objects.seconds() == 2400
    assert list(lessons_vouched(member.key)) == [lesson.translation_key]


def test_where_the_rule_says_so_every_visit_awaits_the_branch(member, visitor) -> None:
    Rule.objects.create(
        name=Rule.Name.VISIT_COUNTS,
        value=0,
        valid_from=date(2026, 3, 1),
        source="支部大会",
        source_en="Branch",
    )
    visit(member, by=visitor)
    visit(member, by=visitor, start="2026-02-20 09:00")

    assert list(StudyRecord.objects.order_by("started_at").values_list("standing", "seconds")) == [
        ("counted", 2400), ("awaiting", 0),
    ]  # fmt: skip


def test_the_same_key_again_is_the_same_visit(member, visitor) -> None:
    told = report(member, visited=[Visited(member.key, "tap", questions=["医保怎么报？"])])
    first = record_visit(told, by=visitor, at=NOON)
    again = record_visit(replace(told, minutes=55), by=visitor, at=NOON + timedelta(days=1))

    assert (first.is_new, again.is_new, again.visit.minutes) == (True, False, 40)
    assert written() == (1, 1, 1)
    assert MemberQuestion.objects.count() == 1


def test_anothers_key_is_not_told_about(member, visitor, branch) -> None:
    told = report(member)
    record_visit(told, by=visitor, at=NOON)
    other = make_visitor("second", branch, member)
    with pytest.raises(reports.NotTheirReport):
        record_visit(told, by=other, at=NOON)

    assert written() == (1, 1, 1)


def test_two_telephones_tell_of_one_visit_both_are_kept_and_it_counts_once(member, visitor, branch) -> None:
    other = make_visitor("second", branch, member)
    first = visit(member, by=visitor)
    second = visit(member, by=other, start="2026-03-10 09:20", minutes=40)

    assert written() == (2, 2, 2)
    assert CountedInterval.objects.seconds() == 3600
    assert StudyRecord.objects.latest("pk").refused == {"elsewhere": 1200}
    assert [row.visit for row in other_reports(second.visit)] == [first.visit]
    assert [row.visit for row in other_reports(first.visit)] == [second.visit]


def test_visits_that_only_touch_are_no_second_report(member, visitor) -> None:
    first = visit(member, by=visitor)
    visit(member, by=visitor, start="2026-03-10 09:40")

    assert other_reports(first.visit) == []
    assert CountedInterval.objects.seconds() == 4800


def test_two_visitors_who_came_together_count_once(member, visitor, branch) -> None:
    other = make_visitor("second", branch)
    visit(member, by=visitor, visitors=[visitor.key, other.key])

    assert VisitVisitor.objects.count() == 2
    assert written() == (1, 1, 1)
    assert CountedInterval.objects.seconds() == 2400


def test_neighbours_at_one_table_are_one_visit_and_count_each(branch, member, visitor, lesson) -> None:
    neighbour = make_member("neighbour", branch)
    Pairing.objects.create(visitor=visitor, member=neighbour, since=LONG_AGO)
    visit(member, neighbour, by=visitor, lessons=[lesson.translation_key])

    assert written() == (1, 2, 2)
    assert {r.member_id: r.seconds for r in StudyRecord.objects.all()} == {
        member.key: 2400,
        neighbour.key: 2400,
    }


@pytest.mark.parametrize("said", [{"way": "telephone"}, {"outcome": "nobody_home"}])
def test_calls_and_closed_doors_earn_no_time_and_read_no_lesson(member, visitor, lesson, said) -> None:
    done = visit(member, by=visitor, minutes=10, lessons=[lesson.translation_key], place="楼下", **said)

    assert written() == (1, 1, 0)
    assert VisitLesson.objects.count() == 0
    assert (done.visit.minutes, done.visit.place) == ((10, None) if "way" in said else (0, "楼下"))


def test_what_was_studied_online_meanwhile_is_taken_over_and_said(member, visitor) -> None:
    begin = moment("2026-03-10 09:30")
    ledger.add(
        ledger.Event(
            member=member, bucket=Bucket.INDIVIDUAL, source="online", key="o", started_at=begin,
            ended_at=begin + timedelta(minutes=30), pieces=[(begin, begin + timedelta(minutes=30))],
        ),
        at=moment("2026-03-10 10:01"),
    )  # fmt: skip
    visit(member, by=visitor)

    assert CountedInterval.objects.seconds() == 3600
    taken = StudyRecord.objects.get(source="correction")
    assert (taken.seconds, taken.bucket, taken.evidence) == (-600, "individual", {"also": "visit"})


def test_questions_become_tasks_of_the_visitor(member, visitor) -> None:
    done = visit(
        visited=[Visited(member.key, "tap", questions=["医保怎么报？", " ", "党费多少？"])], by=visitor
    )

    asked = MemberQuestion.objects.order_by("pk")
    assert [(q.text, q.taken_by, q.visit, q.asked_on, q.state) for q in asked] == [
        ("医保怎么报？", visitor, done.visit, date(2026, 3, 10), "open"),
        ("党费多少？", visitor, done.visit, date(2026, 3, 10), "open"),
    ]


def test_a_visit_does_the_plans_of_its_week_and_a_call_does_none(member, visitor) -> None:
    days = [date(2026, 3, 9), date(2026, 3, 15), date(2026, 3, 16)]
    for day in days:
        PlannedVisit.objects.create(
            visitor=visitor, member=member, day=day, planned_by=visitor, planned_at=NOON
        )
    visit(member, by=visitor, way="telephone")
    assert PlannedVisit.objects.open().count() == 3
    done = visit(member, by=visitor)

    assert dict(PlannedVisit.objects.values_list("day", "visit")) == dict(
        zip(days, [done.visit.pk, done.visit.pk, None], strict=True)
    )


LATER = {"minutes": 40, "start": "2026-03-10 11:21"}


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (LATER, reports.InTheFuture),
        ({"start": "2026-03-11 09:00", "outcome": "nobody_home"}, reports.InTheFuture),
        ({"minutes": 361, "start": "2026-03-10 01:00"}, reports.TooLong),
        ({"minutes": 0}, reports.TooShort),
        ({"start": "2026-01-09 11:59"}, reports.TooLongAgo),
        ({"lessons": [uuid4()]}, reports.NotReadTogether),
        ({"visitors": [uuid4()]}, reports.NoVisitor),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(member, visitor, said, refusal) -> None:
    with pytest.raises(refusal) as refused:
        visit(member, by=visitor, **said)

    assert str(refused.value).endswith(("。", "."))
    assert written() == (0, 0, 0)


def test_nobody_or_too_many_at_the_table_is_refused(member, visitor, branch) -> None:
    with pytest.raises(reports.NobodyVisited):
        visit(by=visitor)
    many = [make_member(f"m{n}", branch) for n in range(13)]
    with pytest.raises(reports.TooMany):
        visit(*many, by=visitor)
    with pytest.raises(reports.VisitedThemself):
        visit(member, visitor, by=visitor)

    assert written() == (0, 0, 0)


def test_who_is_not_paired_records_nothing_and_reads_whom_it_is_about(member, visitor, branch) -> None:
    other = make_member("other", branch, name="赵敏", name_latin="Zhao Min")
    with pytest.raises(reports.NotPaired) as refused:
        visit(member, other, by=visitor)

    assert "赵敏" in str(refused.value)
    assert written() == (0, 0, 0)


def test_before_the_pairing_there_was_no_visit_and_after_it_neither(member, branch) -> None:
    visitor = make_visitor("wanghong", branch)
    Pairing.objects.create(visitor=visitor, member=member, since=date(2026, 3, 5), until=date(2026, 3, 9))
    with pytest.raises(reports.BeforeThePairing):
        visit(member, by=visitor, start="2026-03-04 09:00")
    with pytest.raises(reports.NotPaired):
        visit(member, by=visitor, start="2026-03-09 09:00")
    visit(member, by=visitor, start="2026-03-08 09:00")

    assert written() == (1, 1, 1)


def test_a_member_of_no_office_and_a_stranger_record_nothing(member, branch, stranger) -> None:
    plain = make_member("plain", branch)
    Pairing.objects.create(visitor=plain, member=member, since=LONG_AGO)
    for nobody in (plain, stranger):
        with pytest.raises(NotYourBranch):
            visit(member, by=nobody)

    assert written() == (0, 0, 0)


def test_the_leaders_record_for_a_visitor_without_a_telephone(member, visitor, secretary) -> None:
    done = visit(member, by=secretary, visitors=[visitor.key])

    assert (done.visit.recorded_by, done.visit.visitors.get().visitor) == (secretary, visitor)


def test_a_member_who_moved_meanwhile_is_kept_with_the_branch_of_that_day(
    member, visitor, branch, other_branch
) -> None:
    day = date(2026, 3, 8)
    Pairing.objects.filter(member=member).update(until=day)
    Affiliation.objects.filter(member=member).update(until=day)
    Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=day)
    before = visit(member, by=visitor, start="2026-03-07 09:00")
    after = visit(member, by=visitor, start="2026-03-09 09:00")

    assert [v.visit.members.get().branch for v in (before, after)] == [branch, other_branch]
    assert [v.visit.members.get().record.recorded_in for v in (before, after)] == [branch, other_branch]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"erased_at": NOON}])
def test_of_a_member_who_is_no_longer_here_nothing_is_recorded(member, visitor, gone) -> None:
    Member.objects.filter(pk=member.pk).update(**gone)
    with pytest.raises(reports.NoLongerAMember):
        visit(member, by=visitor)

    assert written() == (0, 0, 0)


def test_a_lesson_that_was_withdrawn_is_refused_by_name_of_the_matter(member, visitor) -> None:
    page = add_lesson(add_module())
    key = page.translation_key
    page.unpublish()
    with pytest.raises(reports.NotReadTogether):
        visit(member, by=visitor, lessons=[key])

    assert written() == (0, 0, 0)


def test_every_visit_is_in_the_audit_and_no_word_of_it(member, visitor, branch) -> None:
    done = visit(visited=[Visited(member.key, "tap", wishes="大字版")], by=visitor, place="院子里")

    entry = AuditEntry.objects.get(action="visit.recorded")
    assert (entry.actor, entry.subject, entry.organisation) == (visitor.key, member.key, branch.key)
    assert entry.details == {"visit": str(done.visit.key), "way": "visit", "outcome": "held"}


@pytest.mark.parametrize(
    "change",
    [
        lambda: Visit.objects.update(minutes=50),
        lambda: Visit.objects.all().delete(),
        lambda: VisitMember.objects.update(confirmed="slip"),
        lambda: VisitMember.objects.update(wishes="又"),
        lambda: VisitVisitor.objects.all().delete(),
        lambda: VisitVisitor.objects.update(visitor=Member.objects.first()),
        lambda: VisitLesson.objects.update(lesson=uuid4()),
    ],
)
def test_the_database_refuses_every_change_but_forgetting_words(member, visitor, lesson, change) -> None:
    visit(member, by=visitor, lessons=[lesson.translation_key], place="院子里")
    Visit.objects.update(place=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()

    assert Visit.objects.get().minutes == 40
