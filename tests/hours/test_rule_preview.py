"""Before a rule is in force: exactly who would change, from what to what, and who may be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from hours import ledger, ruling
from hours.models import Rule, RuleProposal, StudyClock
from hours.record import year_record
from hours.rule_facts import counting_facts
from hours.rule_preview import Changes, MemberChange, year_preview
from people.models import Affiliation, AuditEntry, HomeStudy, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.rows import add_record

pytestmark = pytest.mark.django_db

AT = moment("2026-11-10 10:00")
TODAY = date(2026, 11, 10)
LATER = date(2027, 1, 1)
HOUR = 45 * 60


@pytest.fixture
def system(county: Organisation) -> Member:
    member = make_member("sysadmin")
    give_office(member, county, Office.Kind.SYSTEM_ADMINISTRATOR)
    return member


@pytest.fixture
def leader(county: Organisation) -> Member:
    """Leads the county; belongs to no branch, so is not counted."""
    member = make_member("leader")
    give_office(member, county, Office.Kind.SECRETARY)
    return member


def proposed(by: Member, name: str, value: object, valid_from: date = LATER) -> RuleProposal:
    return ruling.propose(
        name, value=Decimal(str(value)), valid_from=valid_from, source="县委通知", by=by, at=AT
    )


def members_changed(proposal: RuleProposal, *, viewer: Member, on: date) -> tuple[list[MemberChange], bool]:
    preview = year_preview(proposal, viewer=viewer, on=on)
    return preview.lines, preview.has_more_lines


def study(member: Member, hours: float, *, bucket: str = "collective", day: int = 0) -> None:
    """So many study hours of 45 minutes, in this year."""
    at = moment("2026-02-01 00:00") + timedelta(days=day)
    add_record(member, at=at, seconds=int(hours * HOUR), bucket=bucket, source="meeting")


@pytest.fixture
def people(branch: Organisation, other_branch: Organisation) -> dict[str, Member]:
    """Six members of a branch and a deputy; six of another branch, five of them on home study."""
    found = {}
    for number in range(6):
        found[f"a{number}"] = make_member(f"a{number}", branch, name_latin=f"A{number}")
        found[f"b{number}"] = make_member(f"b{number}", other_branch, name_latin=f"B{number}")
    found["deputy"] = make_member("deputy", branch, name_latin="Deputy")
    give_office(found["deputy"], branch, Office.Kind.DEPUTY)
    study(found["a0"], 33)
    study(found["a1"], 32)
    study(found["a2"], 31.5)
    study(found["b0"], 36)
    study(found["deputy"], 57)
    for number in range(1, 6):
        HomeStudy.objects.create(member=found[f"b{number}"], since=LONG_AGO, review_on=date(2027, 6, 1))
    return found


def test_a_longer_study_hour_takes_hours_away(people, leader) -> None:
    proposal = proposed(leader, "minutes_per_study_hour", 48)
    preview = year_preview(proposal, viewer=leader, on=TODAY)

    # a0: 33 → 30.5, a1: 32 → 30, a2: 31.5 → 29.5, b0: 36 → 33.5, deputy: 57 → 53
    assert preview.everybody == Changes(13, changed=5, done_now=4, done_then=1, gained=0, lost=3)
    assert preview.home_study == 5
    assert preview.kinds == {
        "members": Changes(7, changed=4, done_now=3, done_then=1, gained=0, lost=2),
        "offices": Changes(1, changed=1, done_now=1, done_then=0, gained=0, lost=1),
    }
    with translation.override("en"):
        lines, more = members_changed(proposal, viewer=leader, on=TODAY)
        assert [(line.member.number, line.words) for line in lines] == [
            ("a0", "from 33 to 30.5 study hours of 32"),
            ("a1", "from 32 to 30 study hours of 32"),
            ("a2", "from 31.5 to 29.5 study hours of 32"),
            ("deputy", "from 57 to 53 study hours of 56"),
            ("b0", "from 36 to 33.5 study hours of 32"),
        ]
    assert more is False


def test_by_branch_home_study_is_counted_along(people, leader, branch, other_branch) -> None:
    preview = year_preview(proposed(leader, "minutes_per_study_hour", 48), viewer=leader, on=TODAY)

    assert [(line.place, line.counts) for line in preview.branches] == [
        (branch, Changes(7, changed=4, done_now=3, done_then=0, gained=0, lost=3)),
        (other_branch, Changes(6, changed=1, done_now=1, done_then=1, gained=0, lost=0)),
    ]


def test_another_requirement_changes_everybody_of_whom_it_asks(people, leader) -> None:
    proposal = proposed(leader, "yearly_hours_member", 30)
    preview = year_preview(proposal, viewer=leader, on=TODAY)

    assert preview.kinds == {
        "members": Changes(7, changed=7, done_now=3, done_then=4, gained=1, lost=0),
        "offices": Changes(1, changed=0, done_now=1, done_then=1, gained=0, lost=0),
    }
    with translation.override("en"):
        lines, _more = members_changed(proposal, viewer=leader, on=TODAY)
        assert lines[2].words == "31.5 study hours of 32; then 31.5 of 30"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        # 20 hours individual (16 count), 10 collective, 2 concentrated: 28
        ("individual_cap_hours", 12, "from 28 to 24 study hours of 32"),
        ("individual_cap_hours", 8784, "from 28 to 32 study hours of 32"),
        ("collective_cap_hours", 4, "from 28 to 22 study hours of 32"),
        ("concentrated_cap_hours", 0, "from 28 to 26 study hours of 32"),
        ("concentrated_cap_hours", 2, None),
    ],
)
def test_a_cap_limits_one_kind_of_study(member, leader, name, value, words) -> None:
    for day, (bucket, hours) in enumerate({"individual": 20, "collective": 10, "concentrated": 2}.items()):
        study(member, hours, bucket=bucket, day=day)
    proposal = proposed(leader, name, value)

    assert year_record(member, on=TODAY).hours == 28
    with translation.override("en"):
        lines, _more = members_changed(proposal, viewer=leader, on=TODAY)
        assert [line.words for line in lines] == ([words] if words else [])


def test_the_preview_is_what_the_record_says_when_the_rule_is_in_force(people, leader, system) -> None:
    proposal = proposed(system, "minutes_per_study_hour", 48, valid_from=TODAY)
    lines, _more = members_changed(proposal, viewer=leader, on=TODAY)
    foreseen = {line.member: (line.hours_then, line.asked_then) for line in lines}
    ruling.approve(proposal, by=leader, at=AT)

    assert foreseen == {
        member: ((record := year_record(member, on=TODAY)).hours, record.required) for member in foreseen
    }


def test_awards_are_reckoned_along(member, leader) -> None:
    march = moment("2026-03-01 10:00")
    Rule.objects.create(name="quiz_award_minutes", value=45, valid_from=date(2026, 1, 1), source="x")
    ledger.award(member=member, source="quiz", key="x", rule="quiz_award_minutes", at=march)

    lines, _more = members_changed(proposed(leader, "minutes_per_study_hour", 60), viewer=leader, on=TODAY)
    assert [(line.hours_now, line.hours_then) for line in lines] == [(1, Decimal("0.5"))]


def test_a_year_that_has_ended_keeps_its_rules(member, leader, system) -> None:
    study(member, 33)
    ruling.approve(proposed(system, "yearly_hours_member", 40), by=leader, at=AT)
    ruling.approve(proposed(system, "minutes_per_study_hour", 60), by=leader, at=AT)
    in_spring = date(2027, 3, 1)

    ended = year_record(member, on=in_spring, year=2026)
    assert (ended.hours, ended.required) == (33, 32)
    assert year_record(member, on=in_spring).required == 40


# Who may be told


def test_who_sees_nobody_s_hours_is_told_counts_alone(people, system, leader) -> None:
    proposal = proposed(leader, "minutes_per_study_hour", 48)
    preview = year_preview(proposal, viewer=system, on=TODAY)

    assert (preview.sees_hours, preview.everybody.changed) == (False, 5)
    assert preview.kinds == {}  # one deputy alone would be pointed at
    assert members_changed(proposal, viewer=system, on=TODAY) == ([], False)


def test_of_small_branches_who_sees_no_hours_is_told_nothing(
    people, system, leader, county, other_branch
) -> None:
    small = Organisation.objects.found(kind="branch", name="小支部", under=county)
    study(make_member("c0", small), 40)
    proposal = proposed(leader, "minutes_per_study_hour", 48)

    assert year_preview(proposal, viewer=system, on=TODAY).branches == []  # the rest would be one member
    for number in range(1, 4):
        make_member(f"c{number}", small)
    second = Organisation.objects.found(kind="branch", name="又一小支部", under=county)
    study(make_member("d0", second), 40)
    told = year_preview(proposal, viewer=system, on=TODAY).branches
    assert [line.counts is None for line in told] == [False, False, True, True]
    exact = year_preview(proposal, viewer=leader, on=TODAY).branches
    assert [line.counts.changed for line in exact] == [4, 1, 1, 1]


def test_a_guest_s_hours_are_their_home_s(branch, other_branch, leader) -> None:
    guest = make_member("guest", None)
    Affiliation.objects.create(member=guest, branch=other_branch, kind="host", since=LONG_AGO)
    study(guest, 40)

    proposal = proposed(leader, "minutes_per_study_hour", 60)
    assert members_changed(proposal, viewer=leader, on=TODAY) == ([], False)
    assert year_preview(proposal, viewer=leader, on=TODAY).everybody == Changes()


def test_the_page_shows_names_to_the_leader_and_audits_it(client, people, leader, system) -> None:
    proposal = proposed(system, "minutes_per_study_hour", 48)
    address = reverse("hours:rule_proposal", args=[proposal.key])
    client.force_login(leader)
    seen = client.get(address)

    assert "党员a0" in seen.content.decode()
    look = AuditEntry.objects.get(action="rule.looked_at")
    assert (look.actor, look.details) == (leader.key, {"proposal": str(proposal.key), "members": 5})
    other = Client()
    other.force_login(system)
    assert "党员a0" not in other.get(address).content.decode()


def test_the_pages_cost_the_same_with_many_members(
    client, branch, people, leader, system, django_assert_max_num_queries
) -> None:
    proposal = proposed(system, "minutes_per_study_hour", 48)
    client.force_login(leader)

    def costs(address: str) -> int:
        with django_assert_max_num_queries(40) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    ruling.approve(proposed(system, "host_leads", 0), by=leader, at=AT)
    addresses = [
        reverse("hours:rule_proposal", args=[proposal.key]),
        reverse("hours:rules"),
        reverse("hours:rule_proposals"),
    ]
    few = [min(costs(address), costs(address)) for address in addresses]
    for number in range(30):
        study(make_member(f"m{number}", branch), 20 + number / 2)
        if number < 12:
            proposed(system, "yearly_hours_member", 33 + number, valid_from=LATER + timedelta(days=number))
    ruling.approve(RuleProposal.objects.filter(value=33).get(), by=leader, at=AT)
    assert [costs(address) for address in addresses] == few
    second = client.get(addresses[0], {"page": 2})
    assert (len(second.context["preview"].lines), second.context["next_page"]) == (15, None)


# Rules of counting: nothing that was counted changes, and what can be said is said


def told(name: str, value: object, *, by: Member, viewer: Member) -> list[str]:
    with translation.override("en"):
        return counting_facts(proposed(by, name, value), viewer=viewer, on=TODAY)


def refused_lately(members: Iterable[Member], why: str, seconds: int) -> None:
    for member in members:
        add_record(member, at=AT - timedelta(days=5), seconds=60, refused={why: seconds})


@pytest.mark.parametrize(
    ("name", "value", "why", "sentence"),
    [
        ("fair_pace", "1.3", "quiet", "were not counted because nobody seemed to be there"),
        ("individual_day_hours", 10, "day_limit", "were beyond the limit of a day"),
        ("lesson_factor", 2, "lesson_limit", "were beyond the limit of a lesson"),
    ],
)
def test_what_was_refused_lately_is_told(people, leader, system, name, value, why, sentence) -> None:
    refused_lately([people["a0"], people["a1"]], why, 600)
    facts = told(name, value, by=system, viewer=leader)

    start = "In the last 30 days 20 minutes of 2 members "
    assert any(fact.startswith(start) and sentence in fact for fact in facts)
    unseen = counting_facts(RuleProposal.objects.get(), viewer=system, on=TODAY)
    assert not any("In the last 30 days" in fact or "30天" in fact for fact in unseen)


def test_days_above_the_new_limit_are_counted(people, leader) -> None:
    study(people["a0"], 5, bucket="individual", day=60)
    study(people["a0"], 4.5, bucket="individual", day=61)
    study(people["a1"], 4, bucket="individual", day=60)

    first, *_rest = told("individual_day_hours", 4, by=leader, viewer=leader)
    assert first == (
        "This year there were 2 days on which a member had more individual study than the new limit "
        "(1 member). They stay counted."
    )


def test_lessons_above_the_new_limit_are_counted(people, leader, lesson) -> None:
    # three screens of 37.5 seconds: the lesson takes 112.5 seconds
    for name, seconds in (("a0", 170), ("a1", 110)):
        add_record(
            people[name], lesson.page.translation_key, at=AT - timedelta(days=1), seconds=seconds,
            edition=lesson.pk,
        )  # fmt: skip
    first, *_rest = told("lesson_factor", 1, by=leader, viewer=leader)

    assert first.startswith(
        "More time in a lesson than the new limit, this year until now: 1 member, 1 times"
    )


def test_what_awaits_and_what_was_counted_lately_is_told(people, leader) -> None:
    add_record(people["a0"], at=AT - timedelta(days=2), seconds=60, source="offline")
    add_record(
        people["a1"], at=AT - timedelta(days=2), seconds=0, source="offline", standing="awaiting",
        ended_at=AT, received_at=AT,
    )  # fmt: skip

    assert told("offline_counts", 0, by=leader, viewer=leader) == [
        "1 such record of this year awaits confirmation (1 member). It goes on waiting.",
        "1 such record was counted in the last 30 days (1 member).",
    ]


def test_mobile_members_large_print_and_pace_are_counted(people, leader, system, other_branch) -> None:
    Affiliation.objects.create(member=people["a0"], branch=other_branch, kind="host", since=LONG_AGO)
    Member.objects.filter(number__startswith="b").update(prefers_large_print=True)
    StudyClock.objects.create(member=people["a1"], pace=45, pace_lessons=2)

    assert told("host_leads", 0, by=leader, viewer=leader)[0].startswith(
        "With a host branch today: 1 member."
    )
    assert told("large_print", 2, by=leader, viewer=leader) == ["Large print is set today for 6 members."]
    assert told("pace_slowest", "0.5", by=leader, viewer=leader) == [
        "The pace learned until today lies beyond the new bound for 1 member."
    ]
    proposal = RuleProposal.objects.get(name="pace_slowest")
    with translation.override("en"):
        assert counting_facts(proposal, viewer=system, on=TODAY) == [
            "The pace learned until today lies beyond the new bound for fewer than five members."
        ]
