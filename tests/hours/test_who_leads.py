"""Who leads for a mobile member is a dated rule: the clock writes the record where it says."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from hours.models import Rule, StudyRecord
from hours.sittings import close_all_sittings
from people.models import Affiliation, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.pages import Page
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

TEN = moment("2026-03-10 10:00")
DAY = date(2026, 3, 10)


def study(member: Member) -> StudyRecord:
    """Half a minute at ten o'clock, written to the ledger by the clock."""
    Page(member).read(0, 30)
    close_all_sittings(at=TEN + timedelta(hours=1))
    return StudyRecord.objects.get(member=member)


def with_host(
    member: Member, branch: Organisation, since: date = LONG_AGO, until: date | None = None
) -> None:
    Affiliation.objects.create(member=member, branch=branch, kind="host", since=since, until=until)


def set_rule(value: int, valid_from: date) -> None:
    Rule.objects.create(name="host_leads", value=value, valid_from=valid_from, source="县委通知")


def test_from_the_beginning_the_host_leads_and_it_is_not_confirmed() -> None:
    rule = Rule.objects.at(Rule.Name.HOST_LEADS, LONG_AGO)

    assert (rule.value, rule.is_confirmed, rule.valid_from) == (1, False, LONG_AGO)
    assert "流动党员参加教育实践活动以流入地党组织为主、流出地党组织为辅" in rule.source
    assert "2014" in rule.source
    assert "第三十二条" in rule.source


@pytest.mark.parametrize(
    ("rules", "leads"),
    [
        ([], "host"),
        ([(0, DAY)], "home"),
        ([(0, DAY + timedelta(days=1))], "host"),
        ([(0, date(2026, 1, 1)), (1, date(2026, 2, 1))], "host"),
    ],
)
def test_the_record_of_a_mobile_member_is_written_by_the_branch_that_leads_that_day(
    member, branch, other_branch, rules, leads
) -> None:
    with_host(member, other_branch)
    for rule in rules:
        set_rule(*rule)
    record = study(member)

    assert record.home == branch
    assert record.recorded_in == {"host": other_branch, "home": branch}[leads]


@pytest.mark.parametrize(
    ("since", "until", "there"),
    [
        (DAY, None, True),
        (DAY + timedelta(days=1), None, False),
        (LONG_AGO, DAY, False),
        (LONG_AGO, DAY + timedelta(days=1), True),
    ],
)
def test_a_host_records_on_the_days_the_member_is_with_it(
    member, branch, other_branch, since, until, there
) -> None:
    with_host(member, other_branch, since, until)
    record = study(member)

    assert (record.home, record.recorded_in) == (branch, other_branch if there else branch)


def test_who_is_not_mobile_is_recorded_at_home_whatever_the_rule_says(member, branch) -> None:
    record = study(member)

    assert (record.home, record.recorded_in) == (branch, branch)


@pytest.mark.parametrize("value", ["0.5", "2"])
def test_the_rule_says_host_or_home_and_nothing_else(value) -> None:
    with (
        pytest.raises(IntegrityError, match="a_rule_that_is_a_choice_is_one_or_the_other"),
        transaction.atomic(),
    ):
        set_rule(value, DAY)
    assert Rule.objects.filter(name="host_leads").count() == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [(1, "The host branch leads, the home branch assists."), (0, "The home branch leads, the host branch")],
)
def test_the_rules_page_says_it_in_words(client, member, today, value, words) -> None:
    set_rule(value, today)
    client.force_login(member)
    page = client.get("/en/rules/").content.decode()
    card = page[page.index("Who leads for a mobile member") :].split("</section>")[0]

    assert words in card
    assert 'class="figure"' not in card


# Whose rows an office lets one see


@pytest.fixture
def recorded(member, branch, other_branch) -> dict[str, StudyRecord]:
    """The member is with the other branch; each branch recorded something."""
    with_host(member, other_branch)
    return {
        "home": add_record(member, at=this_year(0), recorded_in=branch),
        "host": add_record(member, at=this_year(10), recorded_in=other_branch),
    }


SEEN = [
    ("branch", Office.Kind.SECRETARY, {"home", "host"}),
    ("branch", Office.Kind.COMMITTEE_MEMBER, {"home", "host"}),
    ("general_branch", Office.Kind.SECRETARY, {"home", "host"}),
    ("county", Office.Kind.SECRETARY, {"home", "host"}),
    ("other_branch", Office.Kind.SECRETARY, {"host"}),
    ("other_branch", Office.Kind.COMMITTEE_MEMBER, {"host"}),
    ("other_branch", Office.Kind.GROUP_LEADER, set()),
    ("branch", Office.Kind.GROUP_LEADER, set()),
    ("county", Office.Kind.OBSERVER, set()),
    ("branch", Office.Kind.VISITOR, set()),
    ("county", Office.Kind.EDITOR, set()),
    ("county", Office.Kind.SECURITY_ADMINISTRATOR, set()),
]


@pytest.mark.parametrize(("place", "kind", "seen"), SEEN)
def test_rows_are_for_the_home_and_of_the_host_for_what_it_recorded(
    request, recorded, today, place, kind, seen
) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)

    assert set(StudyRecord.objects.visible_to(holder, on=today)) == {recorded[name] for name in seen}


def test_ones_own_rows_are_all_there_and_come_once(recorded, member, county, branch, today) -> None:
    give_office(member, county, Office.Kind.SECRETARY)
    give_office(member, branch, Office.Kind.DEPUTY)

    rows = StudyRecord.objects.visible_to(member, on=today).order_by("pk")
    assert list(rows) == [recorded["home"], recorded["host"]]


def test_when_the_guest_has_gone_the_host_sees_nothing_any_more(recorded, member, stranger, today) -> None:
    assert StudyRecord.objects.visible_to(stranger, on=today).filter(member=member).count() == 1
    member.affiliations.host().update(until=today)

    assert not StudyRecord.objects.visible_to(stranger, on=today).filter(member=member).exists()


def test_asking_for_rows_costs_one_query_beside_the_offices(
    recorded, stranger, today, django_assert_num_queries
) -> None:
    viewer = Member.objects.get(pk=stranger.pk)

    with django_assert_num_queries(2):  # offices, rows
        assert len(StudyRecord.objects.visible_to(viewer, on=today)) == 1
