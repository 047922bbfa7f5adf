"""Erasing a member: two people, no way back; the row names nobody, what was counted stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import now

from hours.models import CountedInterval, Objection, ObjectionAnswer, StudyClock, StudyRecord
from hours.objections import answer, raise_objection
from hours.sittings import close_all_sittings
from hours.tokens import StudyToken
from people import corrections, erasure
from people.models import (
    Affiliation,
    AuditEntry,
    Erasure,
    ErasureDecision,
    HomeStudy,
    Member,
    Office,
    Pairing,
    Sight,
    Standing,
)
from tests.cast import LONG_AGO, PASSWORD, give_office, make_member, moment
from tests.hours.rows import add_record, this_year
from tests.studying import study

pytestmark = pytest.mark.django_db

LONG_BEFORE = moment("2026-01-01 08:00")


@pytest.fixture
def guard(county) -> Member:
    """The security administrator of the county."""
    guard = make_member("secadmin", name="孙岚")
    give_office(guard, county, Office.Kind.SECURITY_ADMINISTRATOR)
    return guard


def erase(member: Member, guard: Member) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())
    erasure.confirm(asked.key, by=guard, at=now())


def test_an_erased_row_names_nobody_and_keeps_its_key(member, guard) -> None:
    Member.objects.filter(pk=member.pk).update(birth_year=1950, prefers_large_print=True, last_login=now())
    erase(member, guard)

    row = Member.objects.get(pk=member.pk)
    assert (row.name, row.name_latin) == ("已删除", "Erased")
    assert row.number == f"x{member.key.hex[:19]}"
    assert (row.phone, row.phone_index, row.birth_year, row.last_login) == (None, None, None, None)
    assert (row.is_active, row.is_superuser, row.prefers_large_print) == (False, False, False)
    assert row.erased_at is not None
    assert row.key == member.key
    assert not row.has_usable_password()
    entry = AuditEntry.objects.get(action="erasure.done")
    assert (entry.actor, entry.subject, entry.details["reason"]) == (guard.key, member.key, "own_request")


def test_an_erased_member_cannot_sign_in_and_an_open_session_is_over(member, guard) -> None:
    visit = Client()
    visit.force_login(member)
    assert visit.get("/record/").status_code == 200
    erase(member, guard)

    assert visit.get("/record/").url.startswith("/sign-in/")
    for identifier in ("lihui", "13900000001", f"x{member.key.hex[:19]}"):
        assert authenticate(None, username=identifier, password=PASSWORD) is None


def test_nobody_sees_an_erased_member_today_or_on_earlier_days(member, secretary, guard, today) -> None:
    erase(member, guard)

    for viewer in (secretary, guard, member):
        fresh = Member.objects.get(pk=viewer.pk)
        for sight in Sight:
            for day in (today, today - timedelta(days=30)):
                assert member not in Member.objects.visible_to(fresh, sight=sight, on=day)


def test_affiliations_and_offices_end_that_day(member, guard, branch, other_branch, county, today) -> None:
    held = give_office(member, branch, Office.Kind.DEPUTY)
    Office.objects.create(member=member, organisation=county, kind="observer", since=today)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=today)
    erase(member, guard)

    assert [(a.kind, a.since, a.until) for a in member.affiliations.all()] == [("home", LONG_AGO, today)]
    assert [(o.pk, o.until) for o in member.offices.all()] == [(held.pk, today - timedelta(days=1))]
    assert not Affiliation.objects.of(member, on=today).exists()
    assert not Office.objects.held_on(today).filter(member=member).exists()


def test_what_describes_the_person_is_deleted(member, secretary, guard, today) -> None:
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=date(2030, 1, 1))
    Standing.objects.create(member=member, aspect="work", value="retired", since=LONG_AGO)
    Pairing.objects.create(member=member, visitor=secretary, since=LONG_AGO)
    visits = Pairing.objects.create(member=secretary, visitor=member, since=LONG_AGO)
    corrections.ask(member=member, matter="name", should_be="李惠", at=now())
    erase(member, guard)

    assert (member.home_studies.count(), member.standings.count(), member.visitors.count()) == (0, 0, 0)
    assert member.correction_requests.count() == 0
    visits.refresh_from_db()
    assert visits.until == today


def test_study_stays_under_the_key_and_a_page_that_is_open_counts_no_more(member, guard, lesson) -> None:
    opened = now().replace(microsecond=0) - timedelta(minutes=20)
    token = StudyToken(member.key, lesson.translation_key, lesson.pk, opened)

    assert study(token, 30, after=300).counted == 30
    erase(member, guard)
    assert StudyRecord.objects.get(member=member).seconds == 30
    assert StudyRecord.objects.get().home is not None

    for minutes in (10, 15, 20):
        assert study(token, 30, after=minutes * 60).counted == 0
    close_all_sittings(at=now() + timedelta(hours=1))

    assert StudyClock.objects.get(member=member).subject is None
    assert (StudyRecord.objects.count(), CountedInterval.objects.count()) == (1, 1)


def test_what_was_objected_loses_its_words_and_the_pace_is_forgotten(
    member, secretary, guard, branch
) -> None:
    record = add_record(member, at=this_year(), seconds=600, recorded_in=branch)
    objection = raise_objection(record, by=member, text="少计了十分钟。", at=now())
    answer(objection, "已核对，请看说明。", by=secretary, at=now())
    StudyClock.objects.create(member=member, pace=70, pace_lessons=3)
    erase(member, guard)

    objection.refresh_from_db()
    assert (objection.text, objection.answer.text) == (None, None)
    assert ObjectionAnswer.objects.get().by == secretary
    clock = StudyClock.objects.get(member=member)
    assert (clock.pace, clock.pace_lessons) == (100, 0)


@pytest.mark.parametrize("changes", [{"text": None}, {"at": LONG_BEFORE}])
def test_an_objection_stays_as_it_was_while_its_member_does(member, branch, changes) -> None:
    record = add_record(member, at=this_year(), seconds=600, recorded_in=branch)
    objection = raise_objection(record, by=member, text="少计了十分钟。", at=now())

    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).delete()
    objection.refresh_from_db()
    assert objection.text == "少计了十分钟。"


def test_a_member_who_never_studied_does_not_begin_after_being_erased(member, guard, lesson) -> None:
    opened = now() - timedelta(minutes=5)
    erase(member, guard)
    token = StudyToken(member.key, lesson.translation_key, lesson.pk, opened)

    assert study(token, 30, after=270).counted == 0
    assert StudyClock.objects.get(member=member).subject is None
    assert not StudyRecord.objects.exists()


def test_two_people_are_needed(member, secretary, stranger, guard) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())

    for other in (member, secretary, stranger):  # on own request the security administrator decides
        with pytest.raises(erasure.NotTheSecondPerson):
            erasure.confirm(asked.key, by=other, at=now())
    assert Member.objects.get(pk=member.pk).name == "李慧"
    assert not ErasureDecision.objects.exists()


def test_what_a_security_administrator_began_a_leader_confirms(member, secretary, guard) -> None:
    asked = erasure.ask(member=member, reason="near_relatives", by=guard, at=now())

    with pytest.raises(erasure.NotTheSecondPerson):
        erasure.confirm(asked.key, by=guard, at=now())
    assert Member.objects.get(pk=member.pk).erased_at is None
    erasure.confirm(asked.key, by=secretary, at=now())

    assert Member.objects.get(pk=member.pk).erased_at is not None
    decision = ErasureDecision.objects.get()
    assert (decision.outcome, decision.by, decision.erasure.reason) == ("done", secretary, "near_relatives")


@pytest.mark.parametrize("reason", ["purpose_done", "near_relatives", "own_request"])
def test_only_a_security_administrator_begins_it_for_another(member, secretary, stranger, reason) -> None:
    for other in (secretary, stranger):
        with pytest.raises(erasure.NotASecurityAdministrator):
            erasure.ask(member=member, reason=reason, by=other, at=now())
    assert not Erasure.objects.exists()


def test_the_security_administrator_of_another_organisation_is_no_second_person(member, other_branch) -> None:
    elsewhere = make_member("elsewhere")
    give_office(elsewhere, other_branch, Office.Kind.SECURITY_ADMINISTRATOR)
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())

    with pytest.raises(erasure.NotTheSecondPerson):
        erasure.confirm(asked.key, by=elsewhere, at=now())
    with pytest.raises(erasure.NotASecurityAdministrator):
        erasure.ask(member=member, reason="purpose_done", by=elsewhere, at=now())


def test_it_is_asked_for_once_and_may_be_taken_back_or_refused(member, guard) -> None:
    asked = erasure.ask(member=member, reason="own_request", by=member, at=now())
    with pytest.raises(erasure.AlreadyAsked):
        erasure.ask(member=member, reason="own_request", by=member, at=now())
    erasure.take_back(asked, by=member, at=now())
    with pytest.raises(erasure.AlreadyDecided):
        erasure.confirm(asked.key, by=guard, at=now())
    again = erasure.ask(member=member, reason="own_request", by=member, at=now())
    with pytest.raises(corrections.NoReason):
        erasure.refuse(again.key, words=" ", by=guard, at=now())
    erasure.refuse(again.key, words="您的组织关系还在本支部。", by=guard, at=now())

    outcomes = [d.outcome for d in ErasureDecision.objects.order_by("pk")]
    assert outcomes == ["taken_back", "refused"]
    assert Member.objects.get(pk=member.pk).erased_at is None


def test_what_is_erased_is_not_erased_again(member, guard) -> None:
    erase(member, guard)

    with pytest.raises((erasure.AlreadyErased, erasure.NotASecurityAdministrator)):
        erasure.ask(member=member, reason="purpose_done", by=guard, at=now())
    assert Erasure.objects.count() == 1


def test_the_audit_and_results_keep_the_key_alone(member, guard) -> None:
    corrections.ask(member=member, matter="name", should_be="李惠", at=now())
    erase(member, guard)

    kept = AuditEntry.objects.filter(subject=member.key)
    assert set(kept.values_list("action", flat=True)) >= {"correction.asked", "erasure.asked", "erasure.done"}
    told = " ".join(f"{entry.details} {entry.reason}" for entry in kept)
    assert "李" not in told
    assert "lihui" not in told
