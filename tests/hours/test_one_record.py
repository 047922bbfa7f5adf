"""A record with all that was said of it: a corrected row is never read as still counting; who may look."""

from datetime import date
from http import HTTPStatus

import pytest
from django.utils.translation import override

from hours.confirming import confirm, decline
from hours.correcting import Wanted, correct
from hours.models import Rule
from hours.one_record import one_record
from hours.record import lines, records_of_year
from people.audit import AuditEntry
from people.models import Affiliation, HomeStudy, Office
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.acts import NOON, TEN, awaiting, stretch, write
from tests.hours.rows import add_record

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 10)


@pytest.fixture
def leader(county):
    """Leads the county, and is the second person."""
    leader = make_member("leader", name="何文涛", name_latin="He Wentao")
    give_office(leader, county, Office.Kind.SECRETARY)
    return leader


def told(member):
    """The one line of the member's record, in English."""
    with override("en"):
        (line,) = lines(records_of_year(member.study_records.all(), 2026), viewer=member)
    return line


def said(line) -> list[tuple[str, str | None, str]]:
    with override("en"):
        return [(change.words, change.by and change.by.local_name, change.reason) for change in line.history]


def corrected(record, *pieces, by, reason="记错"):
    wanted = Wanted([stretch(*piece) for piece in pieces])
    return correct(record, wanted, key="a", by=by, reason=reason, at=NOON)


def test_what_awaits_counts_nothing_and_says_so(member) -> None:
    awaiting(member, (0, 20))
    line = told(member)

    assert (line.counted, line.at_first, line.family.is_awaiting) == ("0 minutes", "", True)
    assert line.counted_because[-1] == "20 minutes: counted when the branch has confirmed it."


def test_what_was_confirmed_counts_and_names_who_confirmed_it(member, secretary) -> None:
    confirm([awaiting(member, (0, 20))], by=secretary, reason="核对无误", at=NOON)
    line = told(member)

    assert (line.counted, line.at_first, line.family.is_awaiting) == ("20 minutes", "", False)
    assert said(line) == [("Confirmed: 20 minutes count.", "Zhang Wei", "核对无误")]


def test_what_was_confirmed_later_than_a_meeting_says_what_was_counted_there(member, secretary) -> None:
    record = awaiting(member, (0, 20))
    write(member, (10, 60), bucket="collective", source="meeting")
    (row,) = confirm([record], by=secretary, at=NOON)

    with override("en"):
        line = lines([record], viewer=member)[0]
    assert (row.seconds, line.counted) == (600, "10 minutes")
    assert line.not_counted == ["10 minutes: already counted on another page or device, or at a meeting."]


def test_what_was_not_confirmed_says_why(member, secretary) -> None:
    decline([awaiting(member, (0, 20))], by=secretary, reason="日期不符", at=NOON)
    line = told(member)

    assert (line.counted, line.family.is_declined) == ("0 minutes", True)
    assert line.not_counted == ["20 minutes: not confirmed. 日期不符"]
    assert said(line) == [("Not confirmed; it does not count.", "Zhang Wei", "日期不符")]


def test_a_proposed_correction_changes_nothing_yet(member, secretary) -> None:
    corrected(write(member, (0, 20)), (0, 5), by=secretary)
    line = told(member)

    assert (line.counted, line.at_first, len(line.family.proposals)) == ("20 minutes", "", 1)
    assert said(line) == [
        (
            "A correction is proposed: 5 minutes should count. "
            "A second person has to confirm it. 10:00–10:05",
            "Zhang Wei",
            "记错",
        )
    ]


def test_a_confirmed_correction_shows_what_counts_now_and_at_first(member, secretary, leader) -> None:
    proposal = corrected(write(member, (0, 20)), (0, 5), (30, 40), by=secretary)
    confirm([proposal], by=leader, at=NOON)
    line = told(member)

    assert (line.counted, line.at_first, line.family.proposals) == ("15 minutes", "20 minutes", [])
    assert said(line)[1] == (
        "The correction was confirmed: 15 minutes taken away, 10 minutes added.",
        "He Wentao",
        "记错",
    )
    change = line.history[1]
    assert [found.clock for found in change.taken] == ["10:05–10:20"]
    assert [found.clock for found in change.added] == ["10:30–10:40"]


def test_a_correction_that_was_not_confirmed_changes_nothing(member, secretary, leader) -> None:
    decline([corrected(write(member, (0, 20)), by=secretary)], by=leader, reason="签到表属实", at=NOON)
    line = told(member)

    assert (line.counted, line.at_first) == ("20 minutes", "")
    assert [words for words, _by, _reason in said(line)] == [
        "A correction is proposed: nothing of it should count. A second person has to confirm it.",
        "The proposed correction was not confirmed; nothing changes.",
    ]


def test_a_correction_of_which_nothing_is_left_counts_nothing(member, secretary, leader) -> None:
    confirm([corrected(write(member, (0, 20)), by=secretary)], by=leader, at=NOON)
    line = told(member)

    assert (line.counted, line.at_first, line.family.seconds) == ("0 minutes", "20 minutes", 0)


def test_where_one_person_corrects_it_is_one_line(member, secretary) -> None:
    Rule.objects.create(
        name="correction_second_person", value=0, valid_from=date(2026, 1, 1), source="县委通知"
    )
    corrected(write(member, (0, 20)), (0, 5), by=secretary)

    assert said(told(member)) == [("Corrected: 15 minutes taken away.", "Zhang Wei", "记错")]


@pytest.mark.parametrize(
    ("source", "where"),
    [("meeting", "the meeting at"), ("visit", "the visit at"), ("import", "another record of")],
)
def test_what_a_meeting_took_over_says_so_by_itself(member, source, where) -> None:
    record = write(member, (0, 20))
    write(member, (10, 60), bucket="collective", source=source)
    with override("en"):
        (line,) = lines([record], viewer=member)

    assert (line.counted, line.at_first) == ("10 minutes", "20 minutes")
    assert said(line) == [
        (f"10 minutes of it are counted with {where} the same time, and so not twice.", None, "")
    ]


def test_a_family_stands_once_in_the_record_and_not_row_by_row(member, secretary, leader) -> None:
    record = awaiting(member, (0, 20))
    (confirmed,) = confirm([record], by=secretary, at=NOON)
    confirm([corrected(confirmed, (0, 5), by=secretary)], by=leader, at=NOON)

    assert records_of_year(member.study_records.all(), 2026) == [record]
    assert [row.seconds for row in told(member).family.rows] == [0, 1200, 0, -900]


def test_a_device_whose_clock_was_wrong_says_so(member) -> None:
    write(member, (0, 20), evidence={"screens": 1, "clock_off": -400})

    assert told(member).counted_because[-1] == "The device's clock was 6 minutes fast; it was put right."


def test_an_award_names_its_length(member) -> None:
    write(member, award=600, source="quiz", key="q")

    assert told(member).counted_because == ["A passed quiz.", "The rule awards 10 minutes for it."]


def test_one_record_has_its_minutes_by_the_clock_and_its_rules(member) -> None:
    quiet = [[int(moment("2026-03-10 10:02").timestamp()), 300]]
    rule = Rule.objects.at("fair_pace", DAY)
    record = add_record(
        member, at=TEN, seconds=120, evidence={"quiet": quiet, "rules": {"fair_pace": rule.pk}}
    )
    found = one_record(record, viewer=member, on=DAY)

    assert [stretch.clock for stretch in found.now] == ["10:00–10:02"]
    assert [stretch.clock for stretch in found.quiet] == ["10:02–10:07"]
    assert found.rules == [rule]
    assert found.may_object


def test_what_awaits_is_shown_by_the_clock(member, secretary) -> None:
    record = awaiting(member, (0, 20))
    assert [part.clock for part in one_record(record, viewer=member, on=DAY).waiting] == ["10:00–10:20"]

    confirm([record], by=secretary, at=NOON)
    found = one_record(record, viewer=member, on=DAY)
    assert (found.waiting, [part.clock for part in found.now]) == ([], ["10:00–10:20"])


@pytest.mark.parametrize("rows", [1, 15])
def test_a_record_costs_the_same_however_much_was_said_of_it(
    client, member, secretary, leader, django_assert_num_queries, rows
) -> None:
    record = write(member, (0, 60))
    for number in range(rows):
        wanted = Wanted([stretch(0, 50 - number)])
        proposal = correct(record, wanted, key=str(number), by=secretary, reason="记错", at=NOON)
        confirm([proposal], by=leader, at=NOON)
    client.force_login(member)

    # session, member; offices, the record; family, titles of four rooms, objections, minutes, rules
    with django_assert_num_queries(12):
        page = client.get(f"/record/{record.pk}/")
    assert len(page.context["one"].line.history) == 2 * rows


# Who may look

LOOKS = {
    "member": HTTPStatus.OK,
    "secretary": HTTPStatus.OK,
    "leader": HTTPStatus.OK,
    "treasurer": HTTPStatus.OK,
    "group leader": HTTPStatus.NOT_FOUND,
    "visitor": HTTPStatus.NOT_FOUND,
    "colleague": HTTPStatus.NOT_FOUND,
    "stranger": HTTPStatus.NOT_FOUND,
}
OFFICES = {
    "treasurer": Office.Kind.COMMITTEE_MEMBER,
    "group leader": Office.Kind.GROUP_LEADER,
    "visitor": Office.Kind.VISITOR,
}


@pytest.mark.parametrize("page", ["record", "statement"])
@pytest.mark.parametrize("who", list(LOOKS))
def test_who_may_look_and_every_look_is_audited(request, client, member, branch, page, who) -> None:
    record = write(member, (0, 20))
    if who in {"colleague", *OFFICES}:
        viewer = make_member("viewer", branch)
        if who in OFFICES:
            give_office(viewer, branch, OFFICES[who])
    else:
        viewer = request.getfixturevalue(who)
    client.force_login(viewer)
    address, action = {
        "record": (f"/record/{record.pk}/", "hours.record_looked"),
        "statement": (f"/record/statement/{member.key}/", "hours.statement_printed"),
    }[page]
    answer = client.get(address)
    entries = AuditEntry.objects.filter(action=action, actor=viewer.key, subject=member.key)

    assert answer.status_code == LOOKS[who]
    expected = [] if who == "member" else ["done" if answer.status_code == HTTPStatus.OK else "refused"]
    assert [entry.outcome for entry in entries] == expected


def test_who_is_not_signed_in_is_asked_to_sign_in(client, member) -> None:
    record = write(member, (0, 20))
    pages = (f"/record/{record.pk}/", f"/record/{record.pk}/objection/", "/record/statement/")

    assert [client.get(page).status_code for page in pages] == [302] * 3


def test_a_record_that_there_is_not_is_not_there(client, member) -> None:
    client.force_login(member)

    assert [client.get(f"/record/{pk}/").status_code for pk in (0, 999_999, 10**30)] == [404] * 3
    assert not AuditEntry.objects.filter(action="hours.record_looked").exists()


def test_a_correction_leads_to_the_record_that_it_corrects(client, member, secretary) -> None:
    record = write(member, (0, 20))
    proposal = corrected(record, by=secretary)
    client.force_login(member)

    assert client.get(f"/record/{proposal.pk}/").url == f"/record/{record.pk}/"


def test_a_host_branch_sees_what_it_recorded_and_no_more(
    client, member, stranger, branch, other_branch
) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    theirs = write(member, (0, 20), recorded_in=other_branch)
    ours = write(member, (30, 40), recorded_in=branch)
    client.force_login(stranger)

    assert client.get(f"/record/{theirs.pk}/").status_code == HTTPStatus.OK
    assert client.get(f"/record/{ours.pk}/").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"/record/statement/{member.key}/").status_code == HTTPStatus.NOT_FOUND


# The statement


def test_the_statement_has_the_year_from_its_beginning(client, member) -> None:
    rows = [add_record(member, at=moment(text)) for text in ("2026-01-05 09:00", "2026-03-05 09:00")]
    add_record(member, at=moment("2025-03-05 09:00"))
    client.force_login(member)
    found = client.get("/record/statement/?year=2026").context["statement"]

    assert [line.record for line in found.lines] == rows
    assert {"minutes_per_study_hour", "yearly_hours_member", "fair_pace"} <= {
        rule.name for rule in found.rules
    }


@pytest.mark.parametrize(("kind", "shown"), [("secretary", True), ("observer", None)])
def test_the_statement_tells_of_home_study_only_where_it_may(client, member, branch, kind, shown) -> None:
    HomeStudy.objects.create(member=member, since=date(2020, 1, 1), review_on=date(2099, 1, 1))
    viewer = make_member("viewer")
    give_office(viewer, branch, kind)
    client.force_login(viewer)
    answer = client.get(f"/record/statement/{member.key}/")

    if shown is None:
        assert answer.status_code == HTTPStatus.NOT_FOUND
    else:
        assert answer.context["statement"].shows_required is shown


@pytest.mark.parametrize("rows", [1, 40])
def test_the_statement_costs_the_same_however_long(client, member, django_assert_num_queries, rows) -> None:
    for minute in range(rows):
        add_record(member, at=moment(f"2026-03-05 09:{minute:02}"))
    client.force_login(member)

    # session, member; rules, studied, offices, home study; rows, families, rules applied; home, what awaits
    with django_assert_num_queries(11):
        assert len(client.get("/record/statement/?year=2026").context["lines"]) == rows
