"""The pages of rules: filled in by who makes them, read by all; and what the clock makes of a new rule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from hours import ruling
from hours.counting_rules import counting_rules, rules_of_day
from hours.models import Rule, RuleProposal
from people.models import Member, Office, Organisation
from tests.cast import give_office, make_member, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(county: Organisation) -> Member:
    member = make_member("sysadmin", name="解宏伟", name_latin="Xie Hongwei")
    give_office(member, county, Office.Kind.SYSTEM_ADMINISTRATOR)
    return member


@pytest.fixture
def leader(county: Organisation) -> Member:
    member = make_member("leader", name="何文涛", name_latin="He Wentao")
    give_office(member, county, Office.Kind.SECRETARY)
    return member


def visit(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def filled(today: date, **fields: str) -> dict[str, str]:
    return {"valid_from": (today + timedelta(days=1)).isoformat(), "source": "县委通知"} | fields


def test_a_rule_goes_from_the_form_to_everybody_s_page(system, leader, member, today) -> None:
    form = reverse("hours:rule_propose", args=["yearly_hours_member"])
    sent = visit(system).post(form, filled(today, number="40", source_en="County notice", is_confirmed="on"))
    proposal = RuleProposal.objects.get()
    address = reverse("hours:rule_proposal", args=[proposal.key])
    assert (sent.status_code, sent.url) == (302, address)
    before = visit(member).get("/en/rules/").content.decode()
    assert "40 study hours" not in before

    assert 'value="approve"' not in visit(system).get(address).content.decode()
    assert visit(system).post(address, {"act": "approve"}).status_code == 200
    assert not Rule.objects.filter(author=system).exists()
    assert visit(leader).post(address, {"act": "approve"}).url == address
    rule = Rule.objects.get(author=system)
    assert (rule.approver, rule.value, rule.is_confirmed) == (leader, 40, True)

    page = visit(member).get("/en/rules/").content.decode()
    card = page[page.index('id="yearly_hours_member"') :].split("</section>")[0]
    assert "32 study hours" in card
    assert "40 study hours" in card
    assert "County notice" in card
    assert "System administrator" in card
    assert "Secretary" in card
    assert "Xie Hongwei" not in page
    assert "He Wentao" not in page
    assert "Xie Hongwei" in visit(leader).get("/en/rules/").content.decode()


@pytest.mark.parametrize(
    ("name", "fields", "value"),
    [
        ("host_leads", {"choice": "0"}, 0),
        ("individual_cap_hours", {"no_limit": "on"}, 8784),
        ("individual_cap_hours", {"number": "0"}, 0),
        ("lesson_factor", {"number": "1.25"}, Decimal("1.25")),
        ("quiz_award_minutes", {"number": "10"}, 10),
    ],
)
def test_the_form_asks_what_the_rule_is_about(system, today, name, fields, value) -> None:
    visit(system).post(reverse("hours:rule_propose", args=[name]), filled(today, **fields))

    assert RuleProposal.objects.get().value == value


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("host_leads", {}),
        ("host_leads", {"choice": "2"}),
        ("individual_cap_hours", {}),
        ("minutes_per_study_hour", {"number": "90"}),
        ("yearly_hours_member", {"number": ""}),
        ("yearly_hours_member", {"number": "40", "source": ""}),
        ("yearly_hours_member", {"number": "40", "valid_from": "2020-01-01"}),
        ("pace_slowest", {"number": "1"}),
    ],
)
def test_what_does_not_fit_is_shown_again_and_nothing_is_proposed(system, today, name, fields) -> None:
    page = visit(system).post(reverse("hours:rule_propose", args=[name]), filled(today, **fields))

    assert page.status_code == 200
    assert page.context["form"].errors
    assert not RuleProposal.objects.exists()


def test_a_proposal_is_declined_or_withdrawn_on_its_page(system, leader, today) -> None:
    at = now()
    proposals = [
        ruling.propose(
            "host_leads", value=Decimal(0), valid_from=today + timedelta(days=n), source="x", by=system, at=at
        )
        for n in (1, 2)
    ]
    addresses = [reverse("hours:rule_proposal", args=[proposal.key]) for proposal in proposals]

    assert visit(leader).post(addresses[0], {"act": "decline", "reason": ""}).status_code == 200
    assert visit(leader).post(addresses[0], {"act": "decline", "reason": "再议"}).status_code == 302
    assert visit(leader).post(addresses[1], {"act": "withdraw"}).status_code == 200
    assert visit(system).post(addresses[1], {"act": "withdraw"}).status_code == 302
    assert visit(system).post(addresses[1], {"act": "nothing"}).status_code == 404
    outcomes = list(RuleProposal.objects.order_by("pk").values_list("outcome", "reason"))
    assert outcomes == [("declined", "再议"), ("withdrawn", "")]
    assert "再议" in visit(system).get(addresses[0]).content.decode()


def test_what_held_before_stays_to_be_read(member) -> None:
    page = visit(member).get("/en/rules/").content.decode()
    card = page[page.index('id="fair_pace"') :].split("</section>")[0]

    assert card.index("1.15 times") < card.index("What held before") < card.index("1 times")


# What the clock makes of a new rule


def test_the_clock_reads_a_new_rule_within_the_minute_and_an_old_day_by_its_own(system, leader) -> None:
    at = moment("2026-11-10 10:00:10")
    assert counting_rules(at).lesson_factor == 1.5
    proposal = ruling.propose(
        "lesson_factor", value=Decimal(2), valid_from=date(2026, 11, 10), source="x", by=system, at=at
    )
    ruling.approve(proposal, by=leader, at=at)
    later = at + timedelta(minutes=1)

    assert counting_rules(later).lesson_factor == 2
    assert rules_of_day(date(2026, 11, 9), at=later).lesson_factor == 1.5
