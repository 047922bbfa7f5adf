"""Mobile members: registered out and in, kept in contact with, and home again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from people import leading, mobility
from people.belonging import keeps_contact, needing_contact
from people.mobility import end_registration, name_contact, note_contact, register_in, register_out
from people.models import (
    Affiliation,
    AuditEntry,
    ContactMade,
    Member,
    MobileRegistration,
    Office,
    Organisation,
)
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.people.moves import belonging, day, everything_dated

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
LATER = moment("2026-07-01 09:00")
HERE, THERE = "柳溪社区支部", "东山村支部"


@pytest.fixture
def contact(branch: Organisation) -> Member:
    return make_member("contact", branch, name="周平")


@pytest.fixture
def above(county: Organisation) -> Member:
    above = make_member("above")
    give_office(above, county, Office.Kind.SECRETARY)
    return above


@pytest.fixture
def away(member, secretary, contact, other_branch) -> MobileRegistration:
    """Registered out on 10 March, away since the first."""
    facts = {"since": day("2026-03-01"), "months": 12, "contact": contact, "receiving": other_branch}
    return register_out(member, **facts, by=secretary, at=AT)


def refused(error, act, *args, **facts) -> None:
    before, audited = everything_dated(), AuditEntry.objects.count()
    contacts = list(ContactMade.objects.values())
    with pytest.raises(error):
        act(*args, **{"at": AT, **facts})
    assert everything_dated() == before
    assert list(ContactMade.objects.values()) == contacts
    assert AuditEntry.objects.count() == audited


def test_registered_out_and_in(away, member, stranger) -> None:
    assert (away.months, away.receiving.name, away.until) == (12, THERE, None)
    register_in(member, branch=away.receiving, since=day("2026-03-05"), by=stranger, at=AT)

    assert belonging(member) == [
        ("home", HERE, None, LONG_AGO, None),
        ("host", THERE, None, day("2026-03-05"), None),
    ]
    rows = AuditEntry.objects.filter(subject=member.key).order_by("id").values_list("action", "details")
    assert list(rows) == [
        (
            "mobility.registered_out",
            {"since": "2026-03-01", "months": 12, "contact": f"{away.contact.key}"},
        ),
        ("mobility.registered_in", {"since": "2026-03-05"}),
    ]


def test_without_a_receiving_branch_any_branch_may_receive(
    member, secretary, contact, stranger, other_branch
) -> None:
    register_out(member, since=AT.date(), months=6, contact=contact, by=secretary, at=AT)
    row = register_in(member, branch=other_branch, since=AT.date(), by=stranger, at=AT)

    assert row.receiving == other_branch


def test_one_above_both_registers_in_elsewhere_than_named(away, member, above, county) -> None:
    third = Organisation.objects.found(kind="branch", name="第三支部", under=county)
    give_office(leader := make_member("leader"), third, Office.Kind.SECRETARY)
    refused(mobility.ReceivedElsewhere, register_in, member, branch=third, since=AT.date(), by=leader)

    assert register_in(member, branch=third, since=AT.date(), by=above, at=AT).receiving == third


def test_a_host_that_is_there_already_is_the_receiving_branch(member, secretary, contact, other_branch):
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    row = register_out(member, since=AT.date(), months=6, contact=contact, by=secretary, at=AT)

    assert row.receiving == other_branch


@pytest.mark.parametrize(("months", "is_short"), [(1, True), (5, True), (6, False), (24, False)])
def test_a_short_stay_is_warned_of_and_registered(member, secretary, contact, months, is_short) -> None:
    row = register_out(member, since=AT.date(), months=months, contact=contact, by=secretary, at=AT)

    assert row.is_short is is_short


def test_the_return_ends_the_host_from_that_day(away, member, secretary, stranger) -> None:
    register_in(member, branch=away.receiving, since=day("2026-03-05"), by=stranger, at=AT)
    end_registration(away, by=secretary, at=LATER)

    assert belonging(member)[1] == ("host", THERE, None, day("2026-03-05"), day("2026-07-01"))
    away.refresh_from_db()
    assert away.until == day("2026-07-01")
    assert AuditEntry.objects.filter(action="mobility.returned", subject=member.key).count() == 1


def test_what_was_registered_today_is_taken_back_today(member, secretary, stranger, contact, other_branch):
    before = everything_dated()
    row = register_out(member, since=AT.date(), months=6, contact=contact, by=secretary, at=AT)
    register_in(member, branch=other_branch, since=AT.date(), by=stranger, at=AT)
    end_registration(row, by=stranger, at=AT)

    assert everything_dated() == before


# Contact


def test_a_contact_is_noted_once_a_day(away, contact, member) -> None:
    for _ in range(2):
        note_contact(away, on=day("2026-06-30"), by=contact, at=LATER)

    assert list(ContactMade.objects.values_list("member", "by", "on")) == [
        (member.pk, contact.pk, day("2026-06-30"))
    ]
    assert AuditEntry.objects.filter(action="mobility.noted_contact").count() == 1


@pytest.mark.parametrize(
    ("contacts", "on", "due"),
    [
        ([], "2026-05-29", False),
        ([], "2026-05-30", True),
        (["2026-04-15"], "2026-07-13", False),
        (["2026-04-15"], "2026-07-14", True),
        (["2026-06-01", "2026-04-15"], "2026-07-14", False),
    ],
)
def test_the_prompt_comes_after_ninety_days(away, contact, branch, contacts, on, due) -> None:
    for text in contacts:
        note_contact(away, on=day(text), by=contact, at=LATER)
    (row,) = keeps_contact(contact, on=day(on))

    assert (row.due_on(every=90) <= day(on)) is due
    asked = needing_contact(MobileRegistration.objects.filter(branch=branch), on=day(on))
    assert asked.exists() is due


def test_the_contact_person_sees_only_theirs_and_only_while_of_the_branch(away, contact, member) -> None:
    assert [row.member for row in keeps_contact(contact, on=AT.date())] == [member]
    assert keeps_contact(member, on=AT.date()) == []
    contact.affiliations.update(until=day("2026-03-11"))
    assert keeps_contact(contact, on=day("2026-03-11")) == []
    assert (
        needing_contact(MobileRegistration.objects.on(day("2026-03-11")), on=day("2026-03-11")).get() == away
    )


def test_another_contact_person_is_named(away, contact, secretary) -> None:
    name_contact(away, contact=secretary, by=secretary, at=AT)

    assert keeps_contact(contact, on=AT.date()) == []
    assert [row.pk for row in keeps_contact(secretary, on=AT.date())] == [away.pk]


# Refusals


def test_registering_out_is_for_the_home_branch(member, contact, stranger, other_branch) -> None:
    facts = {"since": AT.date(), "months": 6, "contact": contact}
    holder = make_member("holder")
    give_office(holder, other_branch, Office.Kind.COMMITTEE_MEMBER)
    for by in (stranger, contact, member, holder):
        refused(leading.NotYourBranch, register_out, member, **facts, by=by)


def test_registering_out_asks_for_fitting_days_and_people(
    member, contact, secretary, stranger, branch, county, other_branch
) -> None:
    facts = {"since": AT.date(), "months": 6, "contact": contact, "by": secretary}
    closed = Organisation.objects.found(
        kind="branch", name="旧支部", under=county, closed_on=day("2026-01-01")
    )
    for change, error in [
        ({"since": AT.date() + timedelta(days=1)}, leading.NotThatDay),
        ({"since": LONG_AGO - timedelta(days=1)}, leading.NotThatDay),
        ({"months": 0}, leading.NotThatDay),
        ({"contact": member}, mobility.NotOfTheBranch),
        ({"contact": stranger}, mobility.NotOfTheBranch),
        ({"receiving": branch}, mobility.NotAReceivingBranch),
        ({"receiving": county}, mobility.NotAReceivingBranch),
        ({"receiving": closed}, mobility.NotAReceivingBranch),
    ]:
        refused(error, register_out, member, **facts | change)
    refused(leading.NotForYourself, register_out, secretary, **facts)
    nowhere = make_member("nowhere")
    refused(leading.NoHomeBranch, register_out, nowhere, **facts)


def test_one_active_registration_a_member(away, member, secretary, contact, branch) -> None:
    refused(
        mobility.AlreadyRegistered,
        register_out,
        member,
        since=AT.date(),
        months=6,
        contact=contact,
        by=secretary,
    )
    with pytest.raises(IntegrityError, match="one_mobile_registration_at_a_time"), transaction.atomic():
        MobileRegistration.objects.create(member=member, branch=branch, since=AT.date(), months=6)


def test_registering_in_asks_for_registering_out_first(member, stranger, secretary, other_branch) -> None:
    facts = {"branch": other_branch, "since": AT.date()}
    refused(mobility.NotRegisteredOut, register_in, member, **facts, by=stranger)
    refused(leading.NotYourBranch, register_in, member, **facts, by=secretary)


def test_registering_in_once_and_not_before_the_member_was_away(away, member, stranger, other_branch) -> None:
    facts = {"branch": other_branch, "by": stranger}
    refused(leading.NotThatDay, register_in, member, **facts, since=day("2026-02-28"))
    refused(leading.NotThatDay, register_in, member, **facts, since=day("2026-03-11"))
    register_in(member, **facts, since=AT.date(), at=AT)
    refused(mobility.AlreadyReceived, register_in, member, **facts, since=AT.date())


def test_contacts_are_noted_by_the_contact_person_or_the_leaders(away, member, stranger, secretary, branch):
    for by in (member, stranger, make_member("colleague", branch)):
        refused(mobility.NotTheContactPerson, note_contact, away, on=AT.date(), by=by)
    for wrong in ("2026-02-28", "2026-03-11"):
        refused(leading.NotThatDay, note_contact, away, on=day(wrong), by=secretary)
    note_contact(away, on=AT.date(), by=secretary, at=AT)
    assert ContactMade.objects.get().by == secretary


def test_a_registration_that_ended_takes_nothing_more(away, member, secretary, contact, stranger) -> None:
    end_registration(away, by=secretary, at=LATER)

    refused(mobility.NotRegisteredOut, note_contact, away, on=LATER.date(), by=contact, at=LATER)
    refused(mobility.NotRegisteredOut, name_contact, away, contact=secretary, by=secretary, at=LATER)
    refused(mobility.NotRegisteredOut, end_registration, away, by=secretary, at=LATER)


def test_the_return_is_for_either_branch_and_the_contact_for_the_home(
    away, member, stranger, contact, editor
):
    refused(leading.NotYourBranch, end_registration, away, by=editor)
    refused(leading.NotYourBranch, end_registration, away, by=member)
    refused(leading.NotYourBranch, name_contact, away, contact=contact, by=stranger)
    refused(mobility.NotOfTheBranch, name_contact, away, contact=stranger, by=give(away))


def give(away: MobileRegistration) -> Member:
    """A deputy of the home branch."""
    deputy = make_member("deputy")
    give_office(deputy, away.branch, Office.Kind.DEPUTY)
    return deputy
