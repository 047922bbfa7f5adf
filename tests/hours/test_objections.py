"""Objections: only to one's own record, one at a time, answered once by the branch that recorded it."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from hours.confirming import confirm
from hours.correcting import Wanted, correct
from hours.models import Objection, ObjectionAnswer, StudyRecord
from hours.objections import (
    AlreadyAnswered,
    NotThatCorrection,
    NotYourRecord,
    ObjectionOpen,
    TooManyOpen,
    WordsNeeded,
    answer,
    raise_objection,
)
from people.audit import AuditEntry
from people.leading import NotForYourself, NotYourBranch
from people.models import Office
from tests.cast import give_office, make_member
from tests.hours.acts import NOON, awaiting, stretch, write

pytestmark = pytest.mark.django_db

WORDS = "我一直读到十点半。"


def objected(member, record=None, text=WORDS) -> Objection:
    return raise_objection(record or write(member, (0, 20)), by=member, text=text, at=NOON)


def refused(act: Callable[[], object], exception: type[Exception], *kinds: type[Model]) -> None:
    """The act is refused, and nothing is written."""
    before = [kind.objects.count() for kind in (*kinds, AuditEntry)]
    with pytest.raises(exception), transaction.atomic():
        act()
    assert [kind.objects.count() for kind in (*kinds, AuditEntry)] == before


def test_a_member_says_that_a_record_is_not_right(member, branch) -> None:
    record = write(member, (0, 20))
    objection = objected(member, record, f"  {WORDS} ")

    assert (objection.record, objection.member, objection.text, objection.at) == (record, member, WORDS, NOON)
    entry = AuditEntry.objects.get(action="hours.objection_raised")
    assert (entry.actor, entry.subject, entry.organisation) == (member.key, member.key, branch.key)
    assert entry.details == {"record": record.pk}


@pytest.mark.parametrize("text", ["", " \n ", "字" * 501])
def test_an_objection_needs_a_few_words_and_not_a_book(member, text) -> None:
    record = write(member, (0, 20))

    refused(lambda: objected(member, record, text), WordsNeeded, Objection)
    assert objected(member, record, "字" * 500).text == "字" * 500


def test_nobody_objects_to_anothers_record(member, secretary) -> None:
    record = write(member, (0, 20))

    refused(lambda: raise_objection(record, by=secretary, text=WORDS, at=NOON), NotYourRecord, Objection)


def test_one_objection_to_a_record_is_open_at_a_time(member, secretary) -> None:
    record = write(member, (0, 20))
    first = objected(member, record)

    refused(lambda: objected(member, record, "还是不对"), ObjectionOpen, Objection)
    answer(first, "经核对无误", by=secretary, at=NOON)
    assert objected(member, record, "还是不对").pk != first.pk


def test_an_objection_to_a_confirmation_is_one_to_the_record_itself(member, secretary) -> None:
    record = awaiting(member, (0, 20))
    (confirmed,) = confirm([record], by=secretary, at=NOON)

    assert objected(member, confirmed).record == record
    refused(lambda: objected(member, record), ObjectionOpen, Objection)


def test_no_more_than_twenty_objections_of_a_member_are_open(member, secretary) -> None:
    records = [write(member, (minute, minute + 1)) for minute in range(21)]
    first, *_others = [objected(member, record) for record in records[:20]]

    refused(lambda: objected(member, records[20]), TooManyOpen, Objection)
    answer(first, "经核对无误", by=secretary, at=NOON)
    assert objected(member, records[20]).record == records[20]


def test_the_secretary_answers_with_an_explanation(member, secretary, branch) -> None:
    objection = objected(member)
    found = answer(objection, " 10:20 以后没有操作 ", by=secretary, at=NOON)

    assert (found.text, found.by, found.correction) == ("10:20 以后没有操作", secretary, None)
    entry = AuditEntry.objects.get(action="hours.objection_answered")
    assert (entry.actor, entry.subject, entry.organisation) == (secretary.key, member.key, branch.key)
    assert entry.details == {"record": objection.record_id, "corrected": False}


def test_the_secretary_answers_with_a_correction(member, secretary) -> None:
    objection = objected(member)
    correction = correct(
        objection.record, Wanted([stretch(0, 30)]), key="a", by=secretary, reason="读到十点半", at=NOON
    )
    found = answer(objection, "已更正", correction, by=secretary, at=NOON)

    assert found.correction == correction
    assert AuditEntry.objects.get(action="hours.objection_answered").details["corrected"] is True


def test_a_correction_of_another_record_is_no_answer(member, secretary) -> None:
    objection, other = objected(member), write(member, (30, 40))
    correction = correct(other, Wanted([]), key="a", by=secretary, reason="记错", at=NOON)

    for wrong in (correction, objection.record):
        refused(
            lambda wrong=wrong: answer(objection, "已更正", wrong, by=secretary, at=NOON),
            NotThatCorrection,
            ObjectionAnswer,
        )


def test_an_objection_is_answered_once(member, secretary) -> None:
    objection = objected(member)
    answer(objection, "经核对无误", by=secretary, at=NOON)

    refused(lambda: answer(objection, "另一个答复", by=secretary, at=NOON), AlreadyAnswered, ObjectionAnswer)


@pytest.mark.parametrize("text", ["", "  ", "字" * 501])
def test_an_answer_needs_a_few_words_and_not_a_book(member, secretary, text) -> None:
    objection = objected(member)

    refused(lambda: answer(objection, text, by=secretary, at=NOON), WordsNeeded, ObjectionAnswer)


ANSWERS = {
    "secretary": ("branch", Office.Kind.SECRETARY, True),
    "deputy": ("branch", Office.Kind.DEPUTY, True),
    "leader above": ("general_branch", Office.Kind.SECRETARY, True),
    "county leader": ("county", Office.Kind.DEPUTY, True),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER, False),
    "group leader": ("branch", Office.Kind.GROUP_LEADER, False),
    "visitor": ("branch", Office.Kind.VISITOR, False),
    "observer": ("county", Office.Kind.OBSERVER, False),
    "secretary elsewhere": ("other_branch", Office.Kind.SECRETARY, False),
}


@pytest.mark.parametrize("who", list(ANSWERS))
def test_who_finds_an_objection_may_answer_it_and_nobody_else(request, member, branch, who) -> None:
    place, kind, may = ANSWERS[who]
    holder = make_member("holder", branch)
    give_office(holder, request.getfixturevalue(place), kind)
    objection = objected(member)
    found = Objection.objects.for_leader(holder, on=NOON.date())

    assert list(found) == [objection] * may
    assert list(Objection.objects.visible_to(holder, on=NOON.date())) == [objection] * may
    if may:
        assert answer(objection, "经核对无误", by=holder, at=NOON).by == holder
        assert list(found.open()) == []
    else:
        refused(lambda: answer(objection, "x", by=holder, at=NOON), NotYourBranch, ObjectionAnswer)


def test_nobody_answers_their_own_objection(secretary) -> None:
    objection = objected(secretary)

    refused(lambda: answer(objection, "x", by=secretary, at=NOON), NotForYourself, ObjectionAnswer)
    assert list(Objection.objects.for_leader(secretary, on=NOON.date())) == []
    assert list(Objection.objects.visible_to(secretary, on=NOON.date())) == [objection]


def test_the_objections_to_answer_are_one_query_however_many(
    member, secretary, django_assert_num_queries
) -> None:
    for minute in range(12):
        objected(member, write(member, (minute, minute + 1)))
    secretary.held_offices(NOON.date())

    with django_assert_num_queries(1):
        assert len(Objection.objects.for_leader(secretary, on=NOON.date()).open()) == 12


@pytest.mark.parametrize("table", ["hours_objection", "hours_objectionanswer"])
@pytest.mark.parametrize("sql", ["delete from {}", "update {} set at = now()", "truncate {} cascade"])
def test_objections_and_answers_are_only_added(db_cursor, member, secretary, table, sql) -> None:
    answer(objected(member), "经核对无误", by=secretary, at=NOON)

    with pytest.raises(DatabaseError), transaction.atomic():
        db_cursor(sql.format(table))
    assert (Objection.objects.count(), ObjectionAnswer.objects.count()) == (1, 1)


@pytest.fixture
def db_cursor(db: None) -> Callable[[str], None]:
    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


# The pages


def test_a_member_objects_on_the_page_of_the_record(client, member) -> None:
    record = write(member, (0, 20))
    client.force_login(member)
    assert client.get(f"/record/{record.pk}/objection/").status_code == 200
    answered = client.post(f"/record/{record.pk}/objection/", {"text": WORDS})

    assert (answered.status_code, answered.url) == (302, f"/record/{record.pk}/")
    assert WORDS in client.get(f"/record/{record.pk}/").content.decode()
    assert WORDS in client.get("/record/?day=2026-03-10").content.decode()


def test_the_answer_stands_at_the_record_for_the_member(client, member, secretary) -> None:
    objection = objected(member)
    client.force_login(member)
    assert not client.get(f"/record/{objection.record_id}/").context["one"].may_object
    answer(objection, "十点二十以后没有操作", by=secretary, at=NOON)
    page = client.get(f"/record/{objection.record_id}/")

    assert "十点二十以后没有操作" in page.content.decode()
    assert page.context["one"].may_object


@pytest.mark.parametrize("text", ["", "字" * 501])
def test_the_form_says_what_is_missing(client, member, text) -> None:
    record = write(member, (0, 20))
    client.force_login(member)
    page = client.post(f"/record/{record.pk}/objection/", {"text": text})

    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Objection.objects.exists()


def test_a_second_objection_is_refused_on_the_page_in_words(client, member) -> None:
    objection = objected(member)
    client.force_login(member)
    page = client.post(f"/record/{objection.record_id}/objection/", {"text": "再说一次"})

    assert str(ObjectionOpen.words) in page.content.decode()
    assert Objection.objects.count() == 1


def test_nobody_objects_on_the_page_of_anothers_record(client, member, secretary, stranger) -> None:
    record = write(member, (0, 20))
    for other in (secretary, stranger):
        client.force_login(other)
        address = f"/record/{record.pk}/objection/"
        assert [client.get(address).status_code, client.post(address, {"text": "x"}).status_code] == [404] * 2

    assert not Objection.objects.exists()
    assert AuditEntry.objects.filter(actor=stranger.key, outcome="refused").count() == 2


def test_the_words_of_an_objection_are_for_the_member_and_who_answers(
    client, member, branch, secretary
) -> None:
    objection = objected(member)
    treasurer = make_member("treasurer", branch)
    give_office(treasurer, branch, Office.Kind.COMMITTEE_MEMBER)
    for viewer, shown in ((member, True), (secretary, True), (treasurer, False)):
        client.force_login(viewer)
        page = client.get(f"/record/{objection.record_id}/")
        assert (page.status_code, WORDS in page.content.decode()) == (200, shown)
    assert StudyRecord.objects.count() == 1
