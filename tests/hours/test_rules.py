"""A rule is proposed, looked at, and put in force by a second person; then it holds for everybody."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from hours import ruling
from hours.models import Rule, RuleProposal
from hours.rules import CHOICES, NO_LIMIT, RuleName
from people.leading import Refusal
from people.models import AuditEntry, Member, Office, Organisation
from tests.cast import give_office, make_member, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
TODAY = date(2026, 3, 10)
LATER = date(2027, 1, 1)
K = Office.Kind


@pytest.fixture
def system(county: Organisation) -> Member:
    member = make_member("sysadmin", name="解宏伟", name_latin="Xie Hongwei")
    give_office(member, county, K.SYSTEM_ADMINISTRATOR)
    return member


@pytest.fixture
def leader(county: Organisation) -> Member:
    member = make_member("leader", name="何文涛", name_latin="He Wentao")
    give_office(member, county, K.SECRETARY)
    return member


@pytest.fixture
def guard(county: Organisation) -> Member:
    member = make_member("guard")
    give_office(member, county, K.SECURITY_ADMINISTRATOR)
    return member


def proposed(by: Member, name: str = "yearly_hours_member", value: Any = 40, **fields: Any) -> RuleProposal:
    given = {"value": Decimal(value), "valid_from": LATER, "source": "县委〔2026〕12号", "at": AT} | fields
    return ruling.propose(name, by=by, **given)


# Proposing


def test_a_proposal_changes_nothing_until_it_is_approved(system) -> None:
    proposal = proposed(system, source_en="County notice 12")

    assert (proposal.outcome, proposal.author, proposal.rule) == ("", system, None)
    assert Rule.objects.at("yearly_hours_member", LATER).value == 32
    entry = AuditEntry.objects.get(action="rule.proposed")
    assert entry.actor == system.key
    assert entry.details == {
        "proposal": str(proposal.key), "rule": "yearly_hours_member", "value": "40", "from": "2027-01-01",
    }  # fmt: skip


OFFICES = [
    # office, where, proposes, approves
    (K.SYSTEM_ADMINISTRATOR, "county", True, False),
    (K.SECRETARY, "county", True, True),
    (K.DEPUTY, "county", True, True),
    (K.SECURITY_ADMINISTRATOR, "county", False, True),
    (K.AUDIT_ADMINISTRATOR, "county", False, False),
    (K.COMMITTEE_MEMBER, "county", False, False),
    (K.OBSERVER, "county", False, False),
    (K.EDITOR, "county", False, False),
    (K.SECRETARY, "general_branch", False, False),
    (K.SYSTEM_ADMINISTRATOR, "general_branch", False, False),
    (K.SECURITY_ADMINISTRATOR, "general_branch", False, False),
    (K.SECRETARY, "branch", False, False),
]


@pytest.mark.parametrize(("kind", "place", "proposes", "approves"), OFFICES)
def test_rules_are_made_at_the_top(request, leader, kind, place, proposes, approves) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)

    if proposes:
        assert proposed(holder, "host_leads", 0).author == holder
    else:
        with pytest.raises(ruling.NotYoursToPropose):
            proposed(holder, "host_leads", 0)
        assert not RuleProposal.objects.exists()
    waiting = proposed(leader)
    if approves:
        assert ruling.approve(waiting, by=holder, at=AT).approver == holder
    else:
        with pytest.raises(ruling.NotYoursToApprove):
            ruling.approve(waiting, by=holder, at=AT)
        with pytest.raises(ruling.NotYoursToApprove):
            ruling.decline(waiting, reason="x", by=holder, at=AT)
        assert Rule.objects.at("yearly_hours_member", LATER).value == 32


REFUSED = [
    ({"source": "  "}, ruling.NoSource),
    ({"valid_from": TODAY - timedelta(days=1)}, ruling.DayHasPassed),
    ({"name": "minutes_per_study_hour", "value": 29}, ruling.OutOfBounds),
    ({"name": "minutes_per_study_hour", "value": 61}, ruling.OutOfBounds),
    ({"name": "minutes_per_study_hour", "value": "45.5"}, ruling.OutOfBounds),
    ({"value": 401}, ruling.OutOfBounds),
    ({"value": "32.25"}, ruling.OutOfBounds),
    ({"value": NO_LIMIT}, ruling.OutOfBounds),
    ({"name": "individual_cap_hours", "value": 401}, ruling.OutOfBounds),
    ({"name": "individual_day_hours", "value": 0}, ruling.OutOfBounds),
    ({"name": "fair_pace", "value": "0.4"}, ruling.OutOfBounds),
    ({"name": "lesson_factor", "value": "5.01"}, ruling.OutOfBounds),
    ({"name": "host_leads", "value": 2}, ruling.OutOfBounds),
    ({"name": "offline_counts", "value": "0.5"}, ruling.OutOfBounds),
    ({"name": "quiz_award_minutes", "value": 241}, ruling.OutOfBounds),
    ({"name": "pace_slowest", "value": 1}, ruling.PaceTurnedAround),
]


@pytest.mark.parametrize(("wrong", "refusal"), REFUSED)
def test_what_no_rule_can_say_is_refused_with_words(system, wrong, refusal) -> None:
    with pytest.raises(refusal) as raised:
        proposed(system, **wrong)
    assert str(raised.value)
    assert not RuleProposal.objects.exists()
    assert not AuditEntry.objects.filter(action="rule.proposed").exists()


def test_the_refusal_tells_the_bounds(system) -> None:
    with translation.override("en"), pytest.raises(ruling.OutOfBounds) as raised:
        proposed(system, "minutes_per_study_hour", 90)
    assert str(raised.value) == "Please give a value from 30 to 60, in steps of 1."


@pytest.mark.parametrize("name", list(RuleName))
def test_every_rule_can_be_proposed_as_it_is_with_a_new_source(system, name) -> None:
    now = Rule.objects.at(name, TODAY)

    assert proposed(system, name, now.value, is_confirmed=True).said == now.said


def test_what_the_rule_says_already_is_no_proposal(system) -> None:
    now = Rule.objects.at("yearly_hours_member", TODAY)
    same = {name: getattr(now, name) for name in ("value", "source", "source_en", "is_confirmed")}

    with pytest.raises(ruling.NothingChanges):
        proposed(system, **same)


def test_one_open_proposal_for_a_rule_and_a_day(system, leader) -> None:
    first = proposed(system)

    with pytest.raises(ruling.AlreadyProposed):
        proposed(leader, value=36)
    assert proposed(leader, value=36, valid_from=LATER + timedelta(days=1)).value == 36
    ruling.withdraw(first, by=system, at=AT)
    assert proposed(leader, value=36).value == 36


def test_the_paces_stay_in_order_on_every_day_to_come(system, leader) -> None:
    ruling.approve(proposed(system, "pace_slowest", "0.6"), by=leader, at=AT)

    with pytest.raises(ruling.PaceTurnedAround):
        proposed(system, "pace_fastest", "0.6", valid_from=TODAY)
    assert proposed(system, "pace_fastest", "0.7", valid_from=TODAY).value == Decimal("0.7")


# Deciding


def test_an_approved_rule_is_in_force_from_its_day_with_author_and_approver(system, leader) -> None:
    proposal = proposed(system, source_en="County notice 12", is_confirmed=True)
    rule = ruling.approve(proposal, by=leader, at=AT + timedelta(hours=1))

    assert (rule.author, rule.approver, rule.value) == (system, leader, 40)
    assert (rule.source, rule.source_en, rule.is_confirmed) == ("县委〔2026〕12号", "County notice 12", True)
    assert Rule.objects.at("yearly_hours_member", LATER - timedelta(days=1)).value == 32
    assert Rule.objects.at("yearly_hours_member", LATER) == rule
    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.settled_by, proposal.rule) == ("approved", leader, rule)
    assert AuditEntry.objects.get(action="rule.approved").actor == leader.key


def test_nobody_decides_about_a_rule_of_their_own(leader) -> None:
    proposal = proposed(leader)

    with pytest.raises(ruling.SecondPersonNeeded):
        ruling.approve(proposal, by=leader, at=AT)
    with pytest.raises(ruling.SecondPersonNeeded):
        ruling.decline(proposal, reason="x", by=leader, at=AT)
    proposal.refresh_from_db()
    assert (proposal.outcome, Rule.objects.filter(author=leader).count()) == ("", 0)


def test_the_database_refuses_it_too(leader) -> None:
    proposal = proposed(leader)
    facts = {"author": leader, "approver": leader, "valid_from": LATER, "value": 40, "source": "x"}

    with pytest.raises(IntegrityError, match="nobody_approves_a_rule_of_their_own"), transaction.atomic():
        Rule.objects.create(name="yearly_hours_member", **facts)
    rule = Rule.objects.create(name="yearly_hours_member", **facts | {"approver": None})
    settled = {"outcome": "approved", "settled_by": leader, "settled_at": AT, "rule": rule}
    with (
        pytest.raises(IntegrityError, match="a_second_person_approves_a_proposed_rule"),
        transaction.atomic(),
    ):
        RuleProposal.objects.filter(pk=proposal.pk).update(**settled)


def test_declined_with_a_reason_it_never_holds(system, leader) -> None:
    proposal = proposed(system)

    with pytest.raises(ruling.NoReason):
        ruling.decline(proposal, reason=" ", by=leader, at=AT)
    ruling.decline(proposal, reason="先征求意见", by=leader, at=AT)
    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.reason, proposal.rule) == ("declined", "先征求意见", None)
    assert AuditEntry.objects.get(action="rule.declined").reason == "先征求意见"
    with pytest.raises(ruling.AlreadySettled):
        ruling.approve(proposal, by=leader, at=AT)
    assert Rule.objects.at("yearly_hours_member", LATER).value == 32


def test_the_author_alone_withdraws(system, leader) -> None:
    proposal = proposed(system)

    with pytest.raises(ruling.OnlyTheAuthor):
        ruling.withdraw(proposal, by=leader, at=AT)
    ruling.withdraw(proposal, by=system, at=AT)
    for again in (
        lambda: ruling.withdraw(proposal, by=system, at=AT),
        lambda: ruling.approve(proposal, by=leader, at=AT),
        lambda: ruling.decline(proposal, reason="x", by=leader, at=AT),
    ):
        with pytest.raises(ruling.AlreadySettled):
            again()
    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.settled_by) == ("withdrawn", system)


def test_a_rule_put_in_force_for_that_day_meanwhile_is_a_clear_refusal(system, leader) -> None:
    proposal = proposed(system)
    Rule.objects.create(name="yearly_hours_member", value=36, valid_from=LATER, source="x")

    with pytest.raises(ruling.AlreadyInForce):
        ruling.approve(proposal, by=leader, at=AT)
    assert Rule.objects.at("yearly_hours_member", LATER).value == 36


def test_a_day_that_passed_while_it_waited_is_refused(system, leader) -> None:
    proposal = proposed(system, valid_from=TODAY)

    with pytest.raises(ruling.DayHasPassed):
        ruling.approve(proposal, by=leader, at=AT + timedelta(days=1))
    assert ruling.approve(proposal, by=leader, at=AT).valid_from == TODAY


@pytest.mark.parametrize(
    "change",
    ["value = 50", "valid_from = '2020-01-01'", "source = 'x'", "author_id = approver", "name = 'fair_pace'"],
)
def test_what_was_proposed_never_changes(system, leader, change) -> None:
    proposed(system)
    change = change.replace("approver", str(leader.pk))

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute(f"update hours_ruleproposal set {change}")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute("delete from hours_ruleproposal")
    assert RuleProposal.objects.get().value == 40


def test_a_decision_is_for_good(system, leader) -> None:
    proposal = proposed(system)
    ruling.decline(proposal, reason="x", by=leader, at=AT)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        RuleProposal.objects.update(reason="y")
    assert RuleProposal.objects.get().reason == "x"


# In words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("minutes_per_study_hour", "45", "45 minutes"),
        ("quiz_award_minutes", "1", "1 minute"),
        ("yearly_hours_member", "32.00", "32 study hours"),
        ("individual_day_hours", "1", "1 study hour"),
        ("individual_cap_hours", "16.50", "16.5 study hours"),
        ("individual_cap_hours", NO_LIMIT, "without a limit"),
        ("lesson_factor", "1.50", "1.5 times"),
        ("fair_pace", "1.15", "1.15 times"),
        ("host_leads", "0", ""),
        ("offline_counts", "1", "It counts at once."),
    ],
)
def test_a_rule_is_said_with_its_unit(name, value, words) -> None:
    with translation.override("en"):
        said = Rule(name=name, value=Decimal(value)).said
        expected = str(CHOICES[name][0]) if name == "host_leads" else words
    assert said == expected


def test_a_refusal_is_a_sentence_for_people() -> None:
    found = [one for one in vars(ruling).values() if isinstance(one, type) and issubclass(one, Refusal)]
    assert all(str(one.words).endswith((".", "。")) for one in found)


# Pages: who may look


PAGES = {
    "rules": {"member", "system", "leader", "guard", "branch secretary", "audit"},
    "rule_proposals": {"system", "leader", "guard"},
    "rule_propose": {"system", "leader"},
    "rule_proposal": {"system", "leader", "guard"},
}


@pytest.mark.parametrize("page", list(PAGES))
def test_who_may_look(client, system, leader, guard, member, secretary, county, page) -> None:
    audit = make_member("audit")
    give_office(audit, county, K.AUDIT_ADMINISTRATOR)
    proposal = proposed(system)
    people = {
        "member": member, "system": system, "leader": leader, "guard": guard,
        "branch secretary": secretary, "audit": audit,
    }  # fmt: skip
    keys = {"rule_propose": ["host_leads"], "rule_proposal": [proposal.key]}.get(page, [])
    address = reverse(f"hours:{page}", args=keys)

    assert client.get(address).url == f"/sign-in/?next={address}"
    found = set()
    for name, looking in people.items():
        visit = Client()
        visit.force_login(looking)
        status = visit.get(address).status_code
        assert status in {200, 404}
        if status == 200:
            found.add(name)
    assert found == PAGES[page]
    refused = AuditEntry.objects.filter(action="rule.looked_at", outcome="refused")
    guessed = {member.key, secretary.key, audit.key} if page == "rule_proposal" else set()
    assert set(refused.values_list("actor", flat=True)) == guessed
