"""A mobile member: two branches, one record. The host records, the home sees, the county counts once."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from hours.models import Rule, StudyRecord
from hours.sittings import close_all_sittings
from hours.tokens import StudyToken
from people import transfers
from people.models import Affiliation, Member, Office, Organisation
from programmes.progress import mark_reached
from quizzes.attempts import begin, hand_in
from reports.tree import branch_lines
from tests.cast import LONG_AGO, add_module, give_office, make_member
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz
from tests.studying import study

pytestmark = pytest.mark.django_db

EARLY = this_year(60)
LATER = this_year(600)


@pytest.fixture
def edition(db):
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    return add_edition(module)


@pytest.fixture
def mobile(member, branch, other_branch, edition) -> Member:
    """
    At home in `branch`, with `other_branch` since long ago. A visit of 40 minutes was recorded at home, then
    the clock counted two minutes; the lesson is done and its quiz handed in.
    """
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    visit = {"bucket": "collective", "source": "visit"}
    add_record(member, edition.translation_key, at=EARLY, seconds=40 * 60, recorded_in=branch, **visit)
    token = StudyToken(member.key, edition.translation_key, edition.pk, LATER)
    study(token, 120)
    close_all_sittings(at=LATER + timedelta(hours=1))
    mark_reached(member_id=member.pk, edition=edition, at=LATER)
    attempt = begin(member=member, quiz=edition.page.get_parent().specific.quiz, at=LATER)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=LATER)
    return member


@pytest.fixture
def leader(county) -> Member:
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    return leader


def page(viewer: Member, address: str):
    client = Client()
    client.force_login(viewer)
    return client.get(address)


def row_in(organisation: Organisation, viewer: Member, member: Member):
    found = page(viewer, f"/overview/{organisation.key}/").context["overview"]
    (row,) = [row for row in found.rows if row.member == member]
    return row


def words_of(response) -> str:
    text = response.content.decode()
    return re.sub(r"<[^>]+>|\s+", " ", text[text.index("<main") : text.index("</main>")])


def test_the_host_records_and_the_home_stays_home(mobile, branch, other_branch) -> None:
    rows = StudyRecord.objects.filter(member=mobile).order_by("started_at")

    assert [(row.home, row.recorded_in, row.seconds) for row in rows] == [
        (branch, branch, 2400),
        (branch, other_branch, 120),
    ]


def test_the_host_sees_completion_and_what_it_recorded_and_no_scores(mobile, stranger, other_branch) -> None:
    row = row_in(other_branch, stranger, mobile)
    (cell,) = row.cells
    assert (row.is_guest, cell.minutes, cell.percent, cell.done, cell.is_done) == (True, 2, None, 1, True)

    found = page(stranger, f"/members/{mobile.key}/")
    assert [line.counted for line in found.context["lines"]] == ["2 分钟"]
    assert found.context["record"].total.counted == 120
    assert "attempts" not in found.context
    assert [course.done for course in found.context["courses"]] == [1]
    words = words_of(found)
    assert "40 分钟" not in words
    assert "42 分" not in words


def test_the_home_sees_completion_and_all_hours_and_no_scores(mobile, secretary, branch) -> None:
    row = row_in(branch, secretary, mobile)
    (cell,) = row.cells
    assert (row.is_guest, cell.minutes, cell.percent, cell.done, cell.is_done) == (False, 42, None, 1, True)

    found = page(secretary, f"/members/{mobile.key}/").context
    assert [line.counted for line in found["lines"]] == ["2 分钟", "40 分钟"]
    assert found["record"].total.counted == 2520
    assert "attempts" not in found


def test_back_from_the_host_the_home_sees_scores_again(mobile, secretary, branch, today) -> None:
    mobile.affiliations.host().update(until=today)

    assert row_in(branch, secretary, mobile).cells[0].percent == 0
    assert len(page(secretary, f"/members/{mobile.key}/").context["attempts"]) == 1


def test_the_member_sees_all_of_it(mobile) -> None:
    found = page(mobile, f"/members/{mobile.key}/").context

    assert ([line.counted for line in found["lines"]], len(found["attempts"])) == (["2 分钟", "40 分钟"], 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [(1, "The host branch leads, the home branch assists."), (0, "The home branch leads, the host branch")],
)
def test_it_says_in_one_line_who_leads(mobile, secretary, stranger, branch, today, value, words) -> None:
    Rule.objects.create(name="host_leads", value=value, valid_from=today, source="县委通知")

    for viewer in (secretary, stranger):
        assert words_of(page(viewer, f"/en/members/{mobile.key}/")).count(words) == 1
    assert words_of(page(secretary, f"/en/overview/{branch.key}/")).count(words) == 1


def test_nobody_mobile_and_nothing_is_said_of_leading(member, secretary, branch) -> None:
    assert "leads" not in words_of(page(secretary, f"/en/overview/{branch.key}/"))
    assert "leads" not in words_of(page(secretary, f"/en/members/{member.key}/"))


def test_the_county_counts_the_person_once(mobile, secretary, stranger, county, leader, today) -> None:
    assert {line.organisation.name: line.members for line in branch_lines(county, on=today)} == {
        "柳溪社区支部": 2,
        "东山村支部": 1,
    }
    lines = page(leader, f"/overview/{county.key}/").context["lines"]
    assert sum(line.members for line in lines) == 3


def test_a_guest_is_named_in_the_host_branch_and_counted_at_home(mobile, stranger, other_branch) -> None:
    found = page(stranger, f"/overview/{other_branch.key}/").context["overview"]

    assert (len(found.rows), len(found.at_home), found.guests) == (2, 1, 1)
    assert (len(found.counted), found.studying) == (1, 0)


def test_who_stands_above_both_sees_all_hours_in_either_branch(mobile, leader, branch, other_branch) -> None:
    assert row_in(branch, leader, mobile).cells[0].minutes == 42
    assert row_in(other_branch, leader, mobile).cells[0].minutes == 42


def test_a_group_leader_of_the_host_sees_completion_and_no_minutes(mobile, other_branch) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=other_branch)
    mobile.affiliations.host().update(group=group)
    holder = make_member("holder")
    give_office(holder, group, Office.Kind.GROUP_LEADER)

    row = row_in(group, holder, mobile)
    assert (row.hours, row.cells[0].minutes, row.cells[0].percent, row.cells[0].done) == (0, 0, None, 1)
    assert "lines" not in page(holder, f"/members/{mobile.key}/").context


def test_after_the_transfer_the_history_is_whole(
    mobile, secretary, stranger, leader, county, branch, other_branch, today
) -> None:
    before = list(StudyRecord.objects.filter(member=mobile).order_by("pk").values())
    at = this_year(0).replace(year=today.year, month=today.month, day=today.day, hour=12)
    transfers.ask_and_accept(mobile, target=other_branch, by=leader, at=at)

    # Nothing of the record changed, and each row still tells where it was written, and where home was.
    assert list(StudyRecord.objects.filter(member=mobile).order_by("pk").values()) == before
    assert [row["home_id"] for row in before] == [branch.pk, branch.pk]
    assert [row["recorded_in_id"] for row in before] == [branch.pk, other_branch.pk]

    # The new home sees all of it, scores as well; the old one sees nothing any more.
    found = page(stranger, f"/members/{mobile.key}/").context
    assert [line.counted for line in found["lines"]] == ["2 分钟", "40 分钟"]
    assert len(found["attempts"]) == 1
    row = row_in(other_branch, stranger, mobile)
    assert (row.is_guest, row.cells[0].minutes, row.cells[0].percent) == (False, 42, 0)
    assert page(secretary, f"/members/{mobile.key}/").status_code == 404
    assert not StudyRecord.objects.visible_to(secretary, on=today).filter(member=mobile).exists()

    # Counted once before, once after.
    assert {line.organisation.name: line.members for line in branch_lines(county, on=today)} == {
        "柳溪社区支部": 1,
        "东山村支部": 2,
    }
