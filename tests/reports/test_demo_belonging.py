"""The demonstration: who is away, who visits whom, what was brought to them, who moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client

from hours.models import StudyRecord
from outreach.packet_records import Packet, Slip
from outreach.pairing import missing_consents
from outreach.planning import plans_of
from outreach.sheets import ActivitySheet
from outreach.visiting import Visit, VisitMember
from people.belonging import keeps_contact, needing_contact
from people.models import Affiliation, HomeStudy, Member, MobileRegistration, Pairing, Standing, Transfer
from people.transfers import accept, undo
from tests.cast import moment

AT = moment("2026-11-22 20:00")
TODAY = AT.date()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", at=AT, stdout=StringIO())
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(made: None, db: None) -> None:
    """The demonstration; what a test changes is undone."""


def test_all_nine_mobile_members_are_registered_with_a_contact_person(demo: None) -> None:
    rows = MobileRegistration.objects.on(TODAY).with_last_contact().select_related("member", "receiving")
    hosts = {host.member_id: host for host in Affiliation.objects.on(TODAY).host()}

    assert rows.count() == 9
    assert {row.member_id: row.receiving_id for row in rows} == {m: h.branch_id for m, h in hosts.items()}
    assert all(row.since <= hosts[row.member_id].since and row.last_contact for row in rows)
    assert needing_contact(MobileRegistration.objects.on(TODAY), on=TODAY).count() == 2


def test_the_account_visitor_keeps_contact_with_one_member(demo: None) -> None:
    (row,) = keeps_contact(Member.objects.get(number="visitor"), on=TODAY)

    assert (row.branch.name, row.receiving.name) == ("柳溪社区第一党支部", "物流园联合党支部")


def test_everyone_on_home_study_has_a_visitor_and_the_accounts_have_each_other(demo: None) -> None:
    pairings = Pairing.objects.on(TODAY)
    at_home = HomeStudy.objects.on(TODAY).values_list("member", flat=True)

    assert sorted(pairings.values_list("member", flat=True)) == sorted(at_home)
    assert pairings.get(member__number="elder").visitor.number == "visitor"


def test_two_are_on_probation_and_whoever_turned_sixty_is_retired(demo: None) -> None:
    held = list(Standing.objects.on(TODAY).select_related("member"))
    values = {}
    for row in held:
        values.setdefault(row.value, []).append(row.member)

    assert len(held) == 320
    assert len(values["probationary"]) == 2
    assert set(values["retired"]) == set(Member.objects.filter(birth_year__lte=1966))
    assert set(values["on_the_job"]) == set(Member.objects.filter(birth_year__gt=1966))


def test_one_transfer_waits_for_the_secretary_and_one_can_be_undone(demo: None) -> None:
    secretary = Member.objects.get(number="secretary")
    (waiting,) = Transfer.objects.waiting()
    (recent,) = Transfer.objects.undoable(on=TODAY)
    assert Transfer.objects.count() == 5

    assert waiting.is_answered_by(secretary, on=TODAY)
    accept(waiting, by=secretary, at=AT)
    undo(recent, by=secretary, at=AT)
    assert waiting.member.home(TODAY).branch.name == "柳溪社区第一党支部"
    assert recent.member.home(TODAY).branch.name == "物流园联合党支部"


def test_the_secretary_finds_what_waits_on_the_branchs_page(demo: None, client: Client) -> None:
    client.force_login(Member.objects.get(number="secretary"))
    care = client.get("/branch/", follow=True).context["care"]

    assert (len(care.waiting), len(care.undoable), len(care.lines)) == (1, 1, 26)


# Study brought to members


def test_both_agreed_to_each_pairing_but_one_where_the_member_has_still_to_be_asked(demo: None) -> None:
    missing = {pk: sides for pk, sides in missing_consents(Pairing.objects.on(TODAY)).items() if sides}

    ((pk, sides),) = missing.items()
    assert sides == ["member"]
    assert Pairing.objects.get(pk=pk).member.home(TODAY).branch.name == "柳溪社区第一党支部"


def test_each_visit_of_two_months_in_the_ledger_has_its_report(demo: None) -> None:
    visits = StudyRecord.objects.filter(source="visit", started_at__gte=AT - timedelta(days=60))
    willow = Visit.objects.filter(branch__name="柳溪社区第一党支部")
    acts = Counter(willow.values_list("way", "outcome"))
    tables = willow.annotate(people=Count("members")).filter(people=3)

    assert visits.filter(visit_member=None).count() == 0
    assert (acts["telephone", "held"], acts["visit", "nobody_home"], tables.count()) == (2, 1, 1)
    assert not VisitMember.objects.filter(visit__way="telephone").exclude(record=None).exists()


def test_the_account_visitor_has_two_plans_and_two_questions_to_find_out_about(demo: None) -> None:
    visitor = Member.objects.get(number="visitor")
    states = Counter(visitor.questions_taken.values_list("told_on", flat=True))

    assert [plan.member.number == "elder" for plan in plans_of(visitor, to=date(2026, 11, 29))] == [
        True,
        False,
    ]
    assert (states[None], states.total()) == (2, 3)


def test_the_slip_of_the_account_elder_awaits_confirmation_and_two_packs_are_on_their_way(demo: None) -> None:
    states = dict(Packet.objects.with_state().values_list("member__number", "state"))
    (slip,) = Slip.objects.select_related("record", "packet__member")

    assert states.pop("elder") == "recorded"
    assert sorted(states.values()) == ["delivered", "printed"]
    assert (slip.packet.member.number, slip.recorded_by.number) == ("elder", "visitor")
    assert (slip.record.standing, slip.record.seconds, slip.record.evidence["award"]) == ("awaiting", 0, 900)


def test_two_lines_of_an_activity_record_await_the_secretary(demo: None) -> None:
    sheets = ActivitySheet.objects.annotate(recorded=Count("lines")).order_by("recorded")
    standings = StudyRecord.objects.exclude(sheet_line=None).values_list("standing", flat=True)

    assert [sheet.recorded for sheet in sheets] == [0, 2]
    assert sheets[0].member.number == "mobile"
    assert list(standings) == ["awaiting", "awaiting"]
