"""Transfer of the study record: asked, answered, undone; the history stays whole."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from hours.models import StudyRecord
from people import leading, transfers
from people.models import (
    Affiliation,
    AuditEntry,
    Member,
    MobileRegistration,
    Office,
    Organisation,
    Pairing,
    Transfer,
)
from people.transfers import Refusal, accept, ask, ask_and_accept, decline, undo, withdraw
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.rows import add_record
from tests.people.moves import belonging, day, everything_dated

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
LATER = moment("2026-03-25 10:00")

HERE, THERE = "柳溪社区支部", "东山村支部"


@pytest.fixture
def above(county: Organisation) -> Member:
    """Leads the county, and so both branches."""
    above = make_member("above")
    give_office(above, county, Office.Kind.SECRETARY)
    return above


@pytest.fixture
def asked(member: Member, secretary: Member, stranger: Member, other_branch: Organisation) -> Transfer:
    """The present branch asked the other one."""
    return ask(member, target=other_branch, by=secretary, at=AT)


def told(member: Member) -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(subject=member.key).order_by("at", "id")
    return list(rows.values_list("action", "outcome"))


def test_accepted_the_new_branch_is_home_from_that_day(asked, member, stranger) -> None:
    accept(asked, by=stranger, at=LATER)

    assert belonging(member) == [
        ("home", HERE, None, LONG_AGO, day("2026-03-25")),
        ("home", THERE, None, day("2026-03-25"), None),
    ]
    asked.refresh_from_db()
    assert (asked.state, asked.effective_on, asked.answered_by) == ("accepted", day("2026-03-25"), stranger)
    assert told(member) == [("transfer.asked", "done"), ("transfer.accepted", "done")]


def test_the_receiving_branch_may_ask_and_the_present_one_answers(
    member, secretary, stranger, other_branch
) -> None:
    transfer = ask(member, target=other_branch, by=stranger, at=AT)
    with pytest.raises(transfers.NotTheOtherSide):
        accept(transfer, by=stranger, at=AT)
    accept(transfer, by=secretary, at=LATER)

    assert member.home(day("2026-03-25")).branch == other_branch


def test_the_history_keeps_the_home_of_its_moment(asked, member, branch, other_branch, stranger) -> None:
    before = add_record(member, uuid4(), at=moment("2026-02-01 09:00"), home=branch)
    accept(asked, by=stranger, at=LATER)
    after = add_record(member, uuid4(), at=moment("2026-04-01 09:00"), home=other_branch)

    rows = StudyRecord.objects.filter(member_id=member.key).order_by("started_at")
    assert list(rows.values_list("pk", "home_id")) == [(before.pk, branch.pk), (after.pk, other_branch.pk)]


def test_a_group_of_the_new_branch_can_be_chosen_by_who_accepts(
    asked, member, stranger, other_branch
) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=other_branch)
    accept(asked, group=group, by=stranger, at=LATER)

    assert member.home(day("2026-03-25")).group == group


def test_one_above_both_branches_asks_and_accepts_in_one_step(member, above, other_branch) -> None:
    transfer = ask_and_accept(member, target=other_branch, by=above, at=AT)

    assert (transfer.state, transfer.asked_from) == ("accepted", "above")
    assert member.home(AT.date()).branch == other_branch


def test_what_one_above_asks_the_receiving_branch_answers(
    member, above, secretary, stranger, other_branch
) -> None:
    transfer = ask(member, target=other_branch, by=above, at=AT)
    with pytest.raises(transfers.NotTheOtherSide):
        accept(transfer, by=secretary, at=AT)

    assert accept(transfer, by=stranger, at=AT).state == "accepted"


def test_a_host_that_becomes_home_is_a_host_no_longer(asked, member, other_branch, stranger) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=day("2025-09-01"))
    accept(asked, by=stranger, at=LATER)

    assert belonging(member) == [
        ("home", HERE, None, LONG_AGO, day("2026-03-25")),
        ("home", THERE, None, day("2026-03-25"), None),
        ("host", THERE, None, day("2025-09-01"), day("2026-03-25")),
    ]


def test_visitors_of_the_former_branch_no_longer_come(asked, member, branch, stranger) -> None:
    visitor = make_member("visitor", branch)
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    accept(asked, by=stranger, at=LATER)

    assert Pairing.objects.get().until == day("2026-03-25")


def test_a_mobile_member_stays_mobile_and_the_new_home_names_a_contact(
    asked, member, branch, stranger, other_branch, county
) -> None:
    third = Organisation.objects.found(kind="branch", name="第三支部", under=county)
    contact = make_member("contact", branch)
    Affiliation.objects.create(member=member, branch=third, kind="host", since=day("2025-09-01"))
    MobileRegistration.objects.create(
        member=member, branch=branch, receiving=third, contact=contact, since=day("2025-09-01"), months=12
    )
    accept(asked, by=stranger, at=LATER)

    rows = MobileRegistration.objects.order_by("since").values_list("branch", "contact", "since", "until")
    assert list(rows) == [
        (branch.pk, contact.pk, day("2025-09-01"), day("2026-03-25")),
        (other_branch.pk, None, day("2026-03-25"), None),
    ]
    assert member.affiliations.host().get().until is None


# Answers


def test_declined_with_a_reason_nothing_moves(asked, member, stranger) -> None:
    before = everything_dated()
    decline(asked, reason=" 已安排其他支部 ", by=stranger, at=LATER)

    assert everything_dated() == before
    assert Transfer.objects.get().reason == "已安排其他支部"
    entry = AuditEntry.objects.get(action="transfer.declined")
    assert (entry.actor, entry.subject, entry.reason) == (stranger.key, member.key, "已安排其他支部")


def test_withdrawn_it_can_be_asked_anew(asked, member, secretary, other_branch) -> None:
    withdraw(asked, by=secretary, at=LATER)

    assert ask(member, target=other_branch, by=secretary, at=LATER).state == "asked"
    assert member.transfers.count() == 2


# Undoing


def test_undone_on_the_same_day_the_tables_are_as_before(member, branch, other_branch, secretary, stranger):
    visitor = make_member("visitor", branch)
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=day("2025-09-01"))
    MobileRegistration.objects.create(
        member=member,
        branch=branch,
        receiving=other_branch,
        contact=visitor,
        since=day("2025-09-01"),
        months=12,
    )
    before = everything_dated()
    transfer = accept(ask(member, target=other_branch, by=secretary, at=AT), by=stranger, at=AT)
    assert everything_dated() != before
    undo(transfer, by=secretary, at=moment("2026-03-10 23:59"))

    assert everything_dated() == before
    assert told(member)[-1] == ("transfer.undone", "done")
    assert Transfer.objects.get().state == "undone"


def test_undone_later_the_old_branch_is_home_again_from_that_day(asked, member, stranger, secretary) -> None:
    transfer = accept(asked, by=stranger, at=AT)
    undo(transfer, by=secretary, at=LATER)

    assert belonging(member) == [
        ("home", HERE, None, LONG_AGO, day("2026-03-10")),
        ("home", THERE, None, day("2026-03-10"), day("2026-03-25")),
        ("home", HERE, None, day("2026-03-25"), None),
    ]


def test_undone_later_host_contact_person_and_visitor_begin_again(
    member, branch, other_branch, secretary, stranger
) -> None:
    visitor = make_member("visitor", branch)
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=day("2025-09-01"))
    out = {"branch": branch, "receiving": other_branch, "contact": visitor, "months": 12}
    MobileRegistration.objects.create(member=member, since=day("2025-09-01"), **out)
    transfer = accept(ask(member, target=other_branch, by=secretary, at=AT), by=stranger, at=AT)
    undo(transfer, by=stranger, at=LATER)

    first, second = ("2025-09-01", "2026-03-10"), ("2026-03-25", None)
    spans = member.affiliations.host().order_by("since").values_list("since", "until")
    assert [(f"{since}", until and f"{until}") for since, until in spans] == [first, second]
    again = MobileRegistration.objects.get(until=None)
    assert (again.branch, again.receiving, again.contact) == (branch, other_branch, visitor)
    assert Pairing.objects.get(until=None).since == day("2026-03-25")


def test_undone_and_moved_again_on_one_day_leaves_the_days_alone(
    asked, member, stranger, above, other_branch
):
    transfer = accept(asked, by=stranger, at=AT)
    undo(transfer, by=above, at=LATER)
    again = ask_and_accept(member, target=other_branch, by=above, at=LATER)

    assert belonging(member) == [
        ("home", HERE, None, LONG_AGO, day("2026-03-10")),
        ("home", THERE, None, day("2026-03-10"), day("2026-03-25")),
        ("home", THERE, None, day("2026-03-25"), None),
    ]
    undo(again, by=above, at=LATER)
    assert belonging(member)[-1] == ("home", HERE, None, day("2026-03-25"), None)


@pytest.mark.parametrize(("when", "works"), [("2026-04-09 23:00", True), ("2026-04-10 00:00", False)])
def test_thirty_days_to_undo(asked, member, stranger, when, works) -> None:
    transfer = accept(asked, by=stranger, at=AT)
    before = everything_dated()
    if works:
        undo(transfer, by=stranger, at=moment(when))
        assert member.home(day("2026-04-09")).branch.name == HERE
        return
    with pytest.raises(transfers.TooLateToUndo):
        undo(transfer, by=stranger, at=moment(when))
    assert everything_dated() == before


def test_a_member_who_moved_on_cannot_be_called_back(asked, member, stranger, county, above) -> None:
    first = accept(asked, by=stranger, at=AT)
    third = Organisation.objects.found(kind="branch", name="第三支部", under=county)
    ask_and_accept(member, target=third, by=above, at=LATER)
    before = everything_dated()

    with pytest.raises(transfers.NoLongerAtHome):
        undo(first, by=above, at=LATER)
    assert everything_dated() == before


# Refusals


def refused(error: type[Refusal], act, *args, **facts) -> None:
    before, transfers_before = everything_dated(), list(Transfer.objects.values())
    audited = AuditEntry.objects.count()
    with pytest.raises(error):
        act(*args, **{"at": LATER, **facts})
    assert everything_dated() == before
    assert list(Transfer.objects.values()) == transfers_before
    assert AuditEntry.objects.count() == audited


def test_who_leads_neither_branch_asks_for_nothing(member, other_branch, editor) -> None:
    refused(leading.NotYourBranch, ask, member, target=other_branch, by=editor)
    refused(leading.NotYourBranch, ask, member, target=other_branch, by=member)


@pytest.mark.parametrize("kind", [Office.Kind.COMMITTEE_MEMBER, Office.Kind.OBSERVER, Office.Kind.VISITOR])
def test_lesser_offices_ask_and_answer_nothing(asked, other_branch, member, kind) -> None:
    holder = make_member("holder")
    give_office(holder, other_branch, kind)

    refused(transfers.NotTheOtherSide, accept, asked, by=holder)
    refused(transfers.NotTheOtherSide, decline, asked, reason="不同意", by=holder)


def test_only_to_an_open_branch_that_is_not_home(member, above, branch, county, general_branch, other_branch):
    closed = Organisation.objects.found(
        kind="branch", name="旧支部", under=county, closed_on=day("2026-01-01")
    )
    for place in (branch, county, general_branch, closed):
        refused(transfers.NotABranchToJoin, ask, member, target=place, by=above)
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    refused(transfers.NotAGroupOfTheBranch, ask, member, target=other_branch, group=group, by=above)


def test_one_open_transfer_a_member(asked, member, stranger, other_branch) -> None:
    refused(transfers.AlreadyAsked, ask, member, target=other_branch, by=stranger)
    with pytest.raises(IntegrityError, match="one_open_transfer_a_member"), transaction.atomic():
        asked.pk, asked.key = None, UUID("6f1cbe4c-5f9f-4f0e-9a55-0b8c6c6f1f11")
        asked.save(force_insert=True)


def test_answered_once_is_answered(asked, stranger, secretary) -> None:
    decline(asked, reason="不同意", by=stranger, at=AT)

    refused(transfers.NoLongerOpen, accept, asked, by=stranger)
    refused(transfers.NoLongerOpen, decline, asked, reason="不同意", by=stranger)
    refused(transfers.NoLongerOpen, withdraw, asked, by=secretary)
    refused(transfers.NotAccepted, undo, asked, by=secretary)


def test_declining_needs_a_reason_and_withdrawing_the_asker(asked, stranger) -> None:
    refused(transfers.ReasonMissing, decline, asked, reason="  ", by=stranger)
    refused(transfers.NotTheAskingSide, withdraw, asked, by=stranger)


def test_nobody_accepts_their_own_transfer(stranger, branch, secretary) -> None:
    give_office(stranger, branch, Office.Kind.SECRETARY)
    transfer = ask(stranger, target=branch, by=stranger, at=AT)

    refused(leading.NotForYourself, accept, transfer, by=stranger)


def test_a_member_who_left_in_the_meantime_is_not_moved(asked, member, stranger, county) -> None:
    third = Organisation.objects.found(kind="branch", name="第三支部", under=county)
    member.affiliations.update(until=day("2026-03-20"))
    Affiliation.objects.create(member=member, branch=third, kind="home", since=day("2026-03-20"))

    refused(transfers.NoLongerAtHome, accept, asked, by=stranger)


def test_undoing_is_for_leaders_of_either_side(asked, stranger, editor) -> None:
    transfer = accept(asked, by=stranger, at=AT)

    refused(leading.NotYourBranch, undo, transfer, by=editor)
