"""The desk of mobile members: who is where on both sides, what is due, and what each side sees."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.utils.timezone import localdate, now

from hours.models import Rule, StudyRecord
from outreach.mobile_desk import Attended, Only, attended_at, away_from, away_lines, narrowed, numbers_away
from people.belonging import contacts_due, keeps_contact
from people.models import Affiliation, AuditEntry, Member, MobileRegistration, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member
from tests.hours.rows import add_record, this_year
from tests.outreach.contacts_made import called, visited

pytestmark = pytest.mark.django_db

K = Office.Kind
OPEN, HIDDEN = HTTPStatus.OK, HTTPStatus.NOT_FOUND


@pytest.fixture
def contact(branch: Organisation) -> Member:
    return make_member("contact", branch, name="周平", phone="13900000009")


@pytest.fixture
def away(member: Member, branch: Organisation, other_branch: Organisation, contact: Member):
    """Away for 100 days, received by the other branch, never called."""
    since = localdate() - timedelta(days=100)
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=since)
    return MobileRegistration.objects.create(
        member=member, branch=branch, receiving=other_branch, contact=contact, since=since, months=12
    )


def send_away(branch: Organisation, name: str, *, days: int = 10, **fields: object) -> MobileRegistration:
    since = localdate() - timedelta(days=days)
    facts = {"member": make_member(name, branch), "branch": branch, "since": since, "months": 12}
    return MobileRegistration.objects.create(**facts | fields)


def look(client, viewer: Member, query: str = ""):
    client.force_login(viewer)
    return client.get(f"/mobile/{query}")


@pytest.mark.parametrize(
    ("place", "kind", "away_names", "guest_names"),
    [
        ("branch", K.SECRETARY, ["李慧"], []),
        ("branch", K.DEPUTY, ["李慧"], []),
        ("general_branch", K.SECRETARY, ["李慧"], []),
        ("county", K.SECRETARY, ["李慧"], ["李慧"]),
        ("other_branch", K.SECRETARY, [], ["李慧"]),
        ("branch", K.COMMITTEE_MEMBER, None, None),
        ("branch", K.GROUP_LEADER, None, None),
        ("branch", K.VISITOR, None, None),
        ("county", K.OBSERVER, None, None),
        ("county", K.EDITOR, None, None),
        ("county", K.SECURITY_ADMINISTRATOR, None, None),
        ("", "", None, None),
    ],
)
def test_who_may_look_and_at_whom(
    client, request, away, county, place, kind, away_names, guest_names
) -> None:
    viewer = make_member("viewer", request.getfixturevalue("branch"))
    if place:
        give_office(viewer, request.getfixturevalue(place), kind)
    answers = [look(client, viewer, query) for query in ("", "?side=here", "?side=sheets")]
    if away_names is None:
        assert [answer.status_code for answer in answers] == [HIDDEN] * 3
        return
    names = [[line.member.name for line in answer.context["lines"]] for answer in answers]

    assert names == [away_names, guest_names, []]


def test_every_look_at_a_person_is_in_the_audit_once(client, away, secretary, member) -> None:
    look(client, secretary)
    look(client, secretary, "?only=no_contact")

    entries = AuditEntry.objects.filter(action="mobile.looked").values_list("actor", "subject", "details")
    assert list(entries) == [(secretary.key, member.key, {})]


def test_the_home_side_reads_who_received_whom_and_when_we_last_spoke(
    client, away, secretary, contact, member, other_branch
) -> None:
    called(member, contact, localdate() - timedelta(days=30))
    visited(member, contact, localdate() - timedelta(days=20), way="telephone")
    (line,) = look(client, secretary).context["lines"]

    assert (line.host, line.has_contact, line.registration.last_contact) == (
        other_branch, True, localdate() - timedelta(days=30)
    )  # fmt: skip
    assert (line.due_on, line.is_due) == (localdate() + timedelta(days=60), False)
    assert (line.reached.last, line.reached.way, line.knows_way) == (
        localdate() - timedelta(days=20), "call", True
    )  # fmt: skip


def test_above_the_branch_the_way_of_the_last_contact_is_not_told(client, away, county) -> None:
    give_office(above := make_member("above"), county, K.SECRETARY)
    (line,) = look(client, above).context["lines"]

    assert line.knows_way is False


def test_the_host_side_reads_the_day_of_contact_and_not_who_called(
    client, away, stranger, contact, member, branch
) -> None:
    called(member, contact, localdate() - timedelta(days=30))
    page = look(client, stranger, "?side=here")
    (line,) = page.context["lines"]

    assert (line.member, line.home, line.last_contact) == (member, branch, localdate() - timedelta(days=30))
    assert contact.name not in page.content.decode()


def test_who_is_on_the_way_here_stands_first(client, branch, other_branch, stranger, contact) -> None:
    row = send_away(branch, "coming", receiving=other_branch, contact=contact)
    page = look(client, stranger, "?side=here")

    assert (page.context["expected"], page.context["lines"]) == ([row], [])


@pytest.fixture
def several(branch, other_branch, contact) -> dict[str, MobileRegistration]:
    """One of each kind, all away; the first has nothing to be done about them."""
    moved = make_member("moved", other_branch)
    rows = {
        "fine": send_away(branch, "fine", contact=contact, days=10),
        "late": send_away(branch, "late", contact=contact, days=95),
        "without": send_away(branch, "without", contact=None, days=20),
        "moved on": send_away(branch, "movedon", contact=moved, days=30),
    }
    for name in ("fine", "late", "without", "moved on"):
        since = localdate() - timedelta(days=5)
        Affiliation.objects.create(member=rows[name].member, branch=other_branch, kind="host", since=since)
    rows["nowhere"] = send_away(branch, "nowhere", contact=contact, days=40)
    return rows


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("", ["late", "nowhere", "moved on", "without", "fine"]),
        (Only.DUE, ["late"]),
        (Only.NO_CONTACT, ["moved on", "without"]),
        (Only.NOT_RECEIVED, ["nowhere"]),
    ],
)
def test_the_list_is_narrowed_to_what_is_to_be_done(secretary, several, only, names) -> None:
    today = localdate()
    rows = away_from(secretary, on=today)
    found = narrowed(rows, only, on=today, every=90)

    assert [row.pk for row in found] == [several[name].pk for name in names]
    assert numbers_away(rows, on=today, every=90) == {
        "all": 5, "due": 1, "no_contact": 2, "not_received": 1,
    }  # fmt: skip


def test_who_has_returned_or_was_erased_is_on_no_list(secretary, several) -> None:
    several["fine"].until = localdate()
    several["fine"].save()
    Member.objects.filter(pk=several["late"].member_id).update(erased_at=now())

    assert [row.pk for row in away_from(secretary, on=localdate())] == [
        several[name].pk for name in ("nowhere", "moved on", "without")
    ]


# The prompt


def set_rule(days: int, *, since: date = LONG_AGO + timedelta(days=1)) -> None:
    Rule.objects.create(name="contact_days", value=days, valid_from=since, source="x")


@pytest.mark.parametrize(("every", "is_due"), [(90, True), (100, True), (101, False), (182, False)])
def test_the_prompt_follows_the_dated_rule_on_every_page(
    client, away, secretary, contact, every, is_due
) -> None:
    set_rule(every)
    (line,) = look(client, secretary).context["lines"]
    client.force_login(contact)
    ((_row, due, _form),) = client.get("/contacts/").context["lines"]
    branch_page = client.get("/").context

    assert (line.is_due, line.due_on) == (is_due, away.since + timedelta(days=every))
    assert due == line.due_on
    assert contacts_due(contact, on=localdate()) == branch_page["contacts_due"] == int(is_due)
    client.force_login(secretary)
    care = client.get(f"/branch/{away.branch.key}/").context["care"]
    assert [row.pk for row in care.contacts_due] == ([away.pk] if is_due else [])


def test_a_rule_of_a_later_day_does_not_hold_yet(client, away, secretary) -> None:
    set_rule(182, since=localdate() + timedelta(days=1))
    (line,) = look(client, secretary).context["lines"]

    assert line.is_due is True


def test_the_prompt_goes_to_the_contact_person_and_never_to_the_member(client, away, contact, member) -> None:
    client.force_login(contact)
    assert client.get("/").context["contacts_due"] == 1
    client.force_login(member)

    assert "contacts_due" not in client.get("/").context
    assert client.get("/contacts/").status_code == HIDDEN
    assert keeps_contact(member, on=localdate()) == []


# What was recorded there


def test_attendance_is_what_the_host_recorded_in_the_year_each_minute_once(
    away, member, branch, other_branch
) -> None:
    def there(minute: int, **fields: object) -> StudyRecord:
        facts = {"bucket": "collective", "source": "meeting", "recorded_in": other_branch}
        return add_record(member, at=this_year(minute), **facts | fields)

    there(0, seconds=3600)
    there(100, seconds=1800, source="visit")
    there(200, seconds=600, bucket="individual", source="online")
    there(300, seconds=900, recorded_in=branch)
    there(-9000, seconds=900)
    waiting = there(400, seconds=0, standing="awaiting")
    emptied = there(500, seconds=1200)
    StudyRecord.objects.create(
        member=member, bucket="collective", source="correction", key="c", started_at=emptied.started_at,
        ended_at=emptied.ended_at, seconds=-1200, taken=emptied.counted, corrects=emptied,
        recorded_in=other_branch, received_at=emptied.ended_at, evidence={"from": 1200, "to": 0},
    )  # fmt: skip

    pairs = {(member.key, other_branch.pk)}
    assert attended_at(pairs, year=this_year().year) == {(member.key, other_branch.pk): Attended(2, 5400)}
    assert Attended(2, 5400).minutes == 90
    add_record(
        member, at=this_year(400), seconds=60, bucket="collective", source="meeting", key="settled",
        settles=waiting, recorded_in=other_branch,
    )  # fmt: skip
    assert attended_at(pairs, year=this_year().year) == {(member.key, other_branch.pk): Attended(3, 5460)}


def test_attendance_is_seen_on_both_sides(client, away, member, secretary, stranger, other_branch) -> None:
    add_record(
        member, at=this_year(), seconds=3600, bucket="collective", source="meeting", recorded_in=other_branch
    )
    (home,) = look(client, secretary).context["lines"]
    (host,) = look(client, stranger, "?side=here").context["lines"]

    assert home.attended == host.attended == Attended(1, 3600)


def test_which_branch_leads_is_said_by_the_rule(client, away, secretary) -> None:
    for leads in (0, 1):
        Rule.objects.create(
            name="host_leads", value=leads, valid_from=LONG_AGO + timedelta(days=1 + leads), source="x"
        )
        rule = Rule.objects.at("host_leads", localdate())

        assert rule.value == leads
        assert rule.in_words in words(client, secretary)


def words(client, viewer: Member) -> str:
    return look(client, viewer).content.decode()


# However many


@pytest.mark.parametrize("many", [1, 60])
@pytest.mark.parametrize(("query", "queries"), [("", 12), ("?side=here", 10)])
def test_the_lists_cost_the_same_for_few_and_many(
    client, branch, other_branch, county, contact, many, query, queries, django_assert_num_queries
) -> None:
    for n in range(many):
        row = send_away(branch, f"n{n}", contact=contact, receiving=other_branch)
        Affiliation.objects.create(member=row.member, branch=other_branch, kind="host", since=row.since)
    give_office(above := make_member("above"), county, K.SECRETARY)
    client.force_login(above)
    client.get(f"/mobile/{query}")
    with django_assert_num_queries(queries):
        client.get(f"/mobile/{query}")


def test_fifty_on_a_page(secretary, branch, contact, client) -> None:
    for n in range(51):
        send_away(branch, f"n{n}", contact=contact, days=n + 1)

    assert len(look(client, secretary).context["lines"]) == 50
    assert len(look(client, secretary, "?page=2").context["lines"]) == 1


def test_the_lines_of_a_page_take_three_queries(secretary, several, django_assert_num_queries) -> None:
    today = localdate()
    rows = list(away_from(secretary, on=today).select_related("member", "branch", "receiving", "contact"))
    secretary.held_offices(today)
    with django_assert_num_queries(3):
        lines = away_lines(secretary, rows, on=today, every=90)

    assert len(lines) == 5
