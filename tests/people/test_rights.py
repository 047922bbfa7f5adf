"""Corrections and consents: what members ask for is kept, answered by the right person, and only added to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from people import consents, corrections
from people.contacts import contact_for
from people.models import (
    Affiliation,
    AuditEntry,
    Consent,
    CorrectionAnswer,
    CorrectionRequest,
    Member,
    NoticeRead,
    Office,
)
from people.privacy_notice import in_force, notice, versions
from tests.cast import LONG_AGO, give_office, make_member, moment

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-11-23 10:00")
"""A working day; fifteen working days later is Monday, 14 December."""


def ask(member: Member, at=MONDAY, matter: str = "name") -> CorrectionRequest:
    return corrections.ask(member=member, matter=matter, should_be="李惠", at=at)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 14)),  # Monday
        (date(2026, 11, 27), date(2026, 12, 18)),  # Friday
        (date(2026, 11, 28), date(2026, 12, 18)),  # Saturday
        (date(2026, 11, 29), date(2026, 12, 18)),  # Sunday
    ],
)
def test_fifteen_working_days_are_three_weeks_without_weekends(asked, due) -> None:
    assert corrections.working_days_after(asked, 15) == due


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_working_days_are_counted_one_by_one(day, count) -> None:
    found = corrections.working_days_after(day, count)

    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert sum(each.weekday() < 5 for each in between) == count
    assert found.weekday() < 5


def test_a_request_has_its_due_date_and_is_in_the_audit_without_its_words(member) -> None:
    asked = ask(member)

    assert (asked.due_on, asked.should_be) == (date(2026, 12, 14), "李惠")
    entry = AuditEntry.objects.get(action="correction.asked")
    assert (entry.actor, entry.subject) == (member.key, member.key)
    assert entry.details == {"request": str(asked.key), "matter": "name"}


def test_the_words_are_kept_encrypted(member) -> None:
    ask(member)

    with connection.cursor() as cursor:
        cursor.execute("select should_be from people_correctionrequest")
        (stored,) = cursor.fetchone()
    assert "李惠" not in stored
    assert CorrectionRequest.objects.get().should_be == "李惠"


def test_the_leader_of_the_branch_answers_once(member, secretary) -> None:
    asked = ask(member)

    given_answer = corrections.answer(asked.key, outcome="done", words="", by=secretary, at=MONDAY)
    assert (given_answer.outcome, given_answer.words, given_answer.by) == ("done", None, secretary)
    entry = AuditEntry.objects.get(action="correction.answered")
    assert (entry.actor, entry.subject, entry.details["outcome"]) == (secretary.key, member.key, "done")

    with pytest.raises(corrections.AlreadyAnswered):
        corrections.answer(asked.key, outcome="refused", words="不", by=secretary, at=MONDAY)
    assert CorrectionAnswer.objects.get().outcome == "done"


def test_a_refusal_needs_its_reason(member, secretary) -> None:
    asked = ask(member)

    with pytest.raises(corrections.NoReason):
        corrections.answer(asked.key, outcome="refused", words="  ", by=secretary, at=MONDAY)
    with pytest.raises(IntegrityError, match="a_refused_correction_has_a_reason"), transaction.atomic():
        CorrectionAnswer.objects.create(request=asked, outcome="refused", by=secretary, at=MONDAY)
    assert not CorrectionAnswer.objects.exists()


def test_nobody_else_answers(member, secretary, stranger, county, general_branch) -> None:
    asked = ask(member)
    above = make_member("above")
    give_office(above, general_branch, Office.Kind.SECRETARY)
    committee_member = make_member("committee")
    give_office(committee_member, county, Office.Kind.COMMITTEE_MEMBER)

    for other in (stranger, above, committee_member, member):
        with pytest.raises(corrections.NotYoursToAnswer):
            corrections.answer(asked.key, outcome="done", words="", by=other, at=MONDAY)
    assert not CorrectionAnswer.objects.exists()


def test_of_the_only_leader_of_a_branch_the_organisation_above_answers(secretary, general_branch) -> None:
    above = make_member("above")
    give_office(above, general_branch, Office.Kind.SECRETARY)
    asked = ask(secretary)

    with pytest.raises(corrections.NotYoursToAnswer):
        corrections.answer(asked.key, outcome="done", words="", by=secretary, at=MONDAY)
    corrections.answer(asked.key, outcome="done", words="", by=above, at=MONDAY)
    assert CorrectionAnswer.objects.get().by == above


def test_of_a_secretary_the_deputy_answers_and_nobody_above(secretary, branch, general_branch) -> None:
    above, deputy = make_member("above"), make_member("deputy", branch)
    give_office(above, general_branch, Office.Kind.SECRETARY)
    give_office(deputy, branch, Office.Kind.DEPUTY)
    asked = ask(secretary)

    with pytest.raises(corrections.NotYoursToAnswer):
        corrections.answer(asked.key, outcome="done", words="", by=above, at=MONDAY)
    corrections.answer(asked.key, outcome="done", words="", by=deputy, at=MONDAY)
    assert CorrectionAnswer.objects.get().by == deputy


def test_of_a_member_without_a_branch_the_security_administrator_answers(editor, county) -> None:
    guard = make_member("secadmin")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    asked = ask(editor)

    corrections.answer(asked.key, outcome="done", words="改好了", by=guard, at=MONDAY)
    assert CorrectionAnswer.objects.get().words == "改好了"


def test_a_member_may_wait_for_twenty_answers_and_no_more(member) -> None:
    for _number in range(20):
        ask(member)

    with pytest.raises(corrections.TooManyAtOnce):
        ask(member)
    assert CorrectionRequest.objects.count() == 20


def test_those_above_see_what_is_overdue_as_counts(
    member, secretary, stranger, county, general_branch, branch, other_branch
) -> None:
    late, in_time = moment("2026-10-01 09:00"), MONDAY
    ask(member, late)
    ask(member, late, "quiz")
    ask(member, in_time)
    ask(make_member("far", other_branch), late)
    answered = ask(member, late)
    corrections.answer(answered.key, outcome="done", words="", by=secretary, at=MONDAY)
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)

    on = date(2026, 11, 23)
    found = [(line.organisation, line.requests) for line in corrections.overdue_below(leader, on=on)]
    assert found == [(general_branch, 2), (other_branch, 1)]
    assert corrections.overdue_below(secretary, on=on) == []
    assert corrections.overdue_below(member, on=on) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update people_correctionrequest set matter = 'quiz'",
        "update people_correctionrequest set due_on = due_on + 100",
        "update people_correctionanswer set outcome = 'refused', words = 'x'",
        "update people_consent set given = not given",
        "update people_noticeread set version = 9",
    ],
)
def test_the_database_refuses_to_change_what_was_asked_and_agreed(member, secretary, statement) -> None:
    asked = ask(member)
    corrections.answer(asked.key, outcome="done", words="", by=secretary, at=MONDAY)
    consents.withdraw(member=member, purpose="telephone", at=MONDAY)
    with (
        pytest.raises(IntegrityError, match="only added, never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_new_key_may_renew_the_cipher_of_the_words(member) -> None:
    asked = ask(member)
    asked.save(update_fields=["should_be"])

    assert CorrectionRequest.objects.get().should_be == "李惠"


def test_withdrawing_the_consent_removes_the_telephone_at_once(member, secretary, today) -> None:
    consents.withdraw(member=secretary, purpose="telephone", at=MONDAY)

    kept = Member.objects.get(pk=secretary.pk)
    assert (kept.phone, kept.phone_index) == (None, None)
    assert not Member.objects.with_phone("13900000002").exists()
    assert contact_for(member, on=today) is None
    row = Consent.objects.get()
    assert (row.member, row.purpose, row.given, row.notice) == (secretary, "telephone", False, 1)
    assert AuditEntry.objects.get(action="consent.withdrawn").subject == secretary.key


def test_a_consent_is_given_with_the_number_and_the_latest_row_holds(member) -> None:
    consents.withdraw(member=member, purpose="telephone", at=MONDAY)
    consents.keep_telephone(member=member, phone="13900000009", at=MONDAY + timedelta(hours=1))

    assert Member.objects.get(pk=member.pk).phone == "13900000009"
    assert [row.given for row in Consent.objects.order_by("pk")] == [False, True]
    assert consents.consent_of(member, "telephone").given is True


def test_anothers_number_is_not_taken_and_nothing_is_kept(member, secretary) -> None:
    with pytest.raises(consents.TelephoneTaken):
        consents.keep_telephone(member=member, phone="13900000002", at=MONDAY)

    assert member.phone == "13900000001"
    assert Member.objects.get(pk=member.pk).phone == "13900000001"
    assert not Consent.objects.exists()
    assert not AuditEntry.objects.filter(action="consent.given").exists()


def test_a_notice_is_confirmed_once_for_each_version(member) -> None:
    NoticeRead.objects.filter(member=member).delete()
    assert not consents.has_read_notice(member, at=MONDAY)

    consents.confirm_notice(member=member, version=1, at=MONDAY)
    consents.confirm_notice(member=member, version=1, at=MONDAY + timedelta(days=1))

    assert [(row.version, row.at) for row in NoticeRead.objects.filter(member=member)] == [(1, MONDAY)]
    assert consents.has_read_notice(member, at=MONDAY)


def test_every_version_of_the_notice_is_there_in_both_languages_alike() -> None:
    assert versions()[0] == 1
    for version in versions():
        chinese, english = notice(version, "zh-hans"), notice(version, "en")
        assert chinese.valid_from == english.valid_from
        assert [len(p.paragraphs) for p in chinese.parts] == [len(p.paragraphs) for p in english.parts]
        assert len(chinese.parts) >= 8
    assert in_force(date(2026, 11, 23)) == 1
    assert in_force(date(2020, 1, 1)) == 1


def test_a_host_branch_does_not_answer_for_its_guest(member, stranger, other_branch) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    asked = ask(member)

    with pytest.raises(corrections.NotYoursToAnswer):
        corrections.answer(asked.key, outcome="done", words="", by=stranger, at=MONDAY)
    assert not CorrectionAnswer.objects.exists()
