"""Words said at visits are encrypted, go in time or with the member, and are one's own to see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

from hours.models import CountedInterval
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.reports import Visited
from outreach.visit_holdings import empty_old_words
from outreach.visiting import Visit, VisitMember
from outreach.visits import record_visit
from people import erasure
from people.audit import AuditEntry
from people.models import Member, Office
from people.own_data import in_words, own_data
from tests.cast import give_office, make_member
from tests.outreach.visiting import make_visitor, report


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


@pytest.fixture
def visited(member, visitor, lesson) -> Visit:
    """A visit with every kind of words, two hours ago; and one that is planned."""
    PlannedVisit.objects.create(
        visitor=visitor, member=member, day=localdate() + timedelta(days=9), planned_by=visitor,
        planned_at=now(), note="带放大镜",
    )  # fmt: skip
    said = Visited(member.key, "companion", companion="李强", wishes="大字版", questions=["医保怎么报？"])
    return record_visit(
        report(
            visited=[said], start=now() - timedelta(hours=2), place="院子里", lessons=[lesson.translation_key]
        ),
        by=visitor,
        at=now(),
    ).visit


def words() -> list[str | None]:
    row = VisitMember.objects.get()
    asked = MemberQuestion.objects.get()
    plan = PlannedVisit.objects.get()
    return [Visit.objects.get().place, row.companion, row.wishes, asked.text, asked.answer, plan.note]


def test_no_word_stands_in_the_database_as_it_was_said(visited) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select place from outreach_visit union all select companion from outreach_visitmember union all"
            " select wishes from outreach_visitmember union all select text from outreach_memberquestion"
            " union all select note from outreach_plannedvisit"
        )
        stored = [text for (text,) in cursor.fetchall()]

    assert len(stored) == 5
    assert all(text.startswith("gAAAA") for text in stored)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (29, ["院子里", "李强", "大字版", "医保怎么报？", "到窗口", "带放大镜"]),
        (31, [None, "李强", "大字版", "医保怎么报？", "到窗口", "带放大镜"]),
        (40, [None, "李强", "大字版", "医保怎么报？", "到窗口", None]),
        (179, [None, "李强", "大字版", "医保怎么报？", "到窗口", None]),
        (181, [None, None, None, None, None, None]),
    ],
)
def test_each_word_goes_when_its_time_is_over(visited, days, left) -> None:
    MemberQuestion.objects.update(answer="到窗口", answered_at=now(), told_on=localdate())
    empty_old_words(now() + timedelta(days=days))

    assert words() == left
    assert CountedInterval.objects.seconds() == 2400


def test_a_question_that_was_never_answered_goes_after_twice_the_time(visited) -> None:
    empty_old_words(now() + timedelta(days=359))
    assert MemberQuestion.objects.get().text == "医保怎么报？"
    empty_old_words(now() + timedelta(days=362))

    assert MemberQuestion.objects.get().text is None


def test_the_audit_keeps_how_much_was_emptied_and_a_second_night_does_nothing(visited) -> None:
    at = now() + timedelta(days=400)
    assert empty_old_words(at) == {"places": 1, "notes": 1, "said": 1, "questions": 1}
    assert empty_old_words(at) == {"places": 0, "notes": 0, "said": 0, "questions": 0}

    assert [entry.details for entry in AuditEntry.objects.filter(action="visits.words_emptied")] == [
        {"places": 1, "notes": 1, "said": 1, "questions": 1}
    ]


def test_an_erased_members_words_go_and_the_visit_stays_under_the_key(visited, member, county) -> None:
    guard = make_member("secadmin")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())
    erasure.confirm(asked.key, by=guard, at=now())

    assert words() == [None] * 6
    assert PlannedVisit.objects.get().cancelled_at is not None
    assert (VisitMember.objects.get().member, Visit.objects.get().minutes) == (member, 40)
    assert CountedInterval.objects.seconds() == 2400


def test_an_erased_visitor_plans_no_visit_any_more(visited, visitor, county) -> None:
    guard = make_member("secadmin")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    asked = erasure.ask(member=visitor, reason="own_request", by=visitor, at=now())
    erasure.confirm(asked.key, by=guard, at=now())

    assert PlannedVisit.objects.open().count() == 0
    assert Visit.objects.get().place == "院子里"


def test_a_member_sees_everything_about_them_in_their_own_data(visited, member, lesson) -> None:
    shown = {section.title: section for section in in_words(own_data(member))}
    said = str([section.lines for section in shown.values()])

    for text in ("院子里", "李强", "大字版", "医保怎么报？", "带放大镜", lesson.title, "王红"):
        assert text in said, text


def test_a_visitor_sees_what_they_did_and_nothing_of_what_was_said(visited, visitor) -> None:
    said = str([section.lines for section in in_words(own_data(visitor))])

    for text in ("院子里", "李强", "大字版", "医保怎么报？", "带放大镜"):
        assert text not in said, text
