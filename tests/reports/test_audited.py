"""Every look at another's record is in the audit, and so is asking for what is not one's own."""

from http import HTTPStatus

import pytest
from django.test import Client

from people.models import Affiliation, AuditEntry, Member, Office, Organisation, Pairing
from quizzes.attempts import begin, hand_in
from quizzes.models import Attempt
from tests.cast import LONG_AGO, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")
MISSING = HTTPStatus.NOT_FOUND


@pytest.fixture
def attempt(member) -> Attempt:
    """Handed in by the member."""
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    add_edition(module)
    attempt = begin(member=member, quiz=module.quiz, at=AT)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)
    return attempt


def look(viewer: Member, address: str, method: str = "get") -> int:
    client = Client(REMOTE_ADDR="203.0.113.77")
    client.force_login(viewer)
    return getattr(client, method)(address).status_code


def noted() -> list[tuple]:
    """What the audit holds: who, what, on whom, where, whether it was done."""
    rows = AuditEntry.objects.filter(action__endswith=".looked").order_by("id")
    return [(row.actor, row.action, row.subject, row.organisation, row.outcome) for row in rows]


def test_looking_at_a_branch_is_noted_once_with_its_size(member, secretary, branch) -> None:
    assert look(secretary, f"/overview/{branch.key}/") == HTTPStatus.OK

    assert noted() == [(secretary.key, "overview.looked", None, branch.key, "done")]
    entry = AuditEntry.objects.get(action="overview.looked")
    assert (entry.details, entry.address) == ({"members": 2}, "203.0.113.0/24")


def test_looking_at_a_committee_is_noted(county, branch) -> None:
    leader = make_member("leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    look(leader, f"/overview/{county.key}/")

    assert noted() == [(leader.key, "overview.looked", None, county.key, "done")]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Office.Kind.SECRETARY, ["identity", "contact", "arrangement", "completion", "hours", "scores"]),
        (Office.Kind.COMMITTEE_MEMBER, ["identity", "arrangement", "completion", "hours"]),
    ],
)
def test_looking_at_a_member_is_noted_with_what_was_shown(member, branch, kind, shown) -> None:
    holder = make_member("holder")
    give_office(holder, branch, kind)
    assert look(holder, f"/members/{member.key}/") == HTTPStatus.OK

    assert noted() == [(holder.key, "member.looked", member.key, None, "done")]
    assert AuditEntry.objects.get(action="member.looked").details == {"shown": shown}


def test_a_host_s_look_says_that_only_its_own_rows_were_shown(member, stranger, other_branch) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    look(stranger, f"/members/{member.key}/")

    assert AuditEntry.objects.get(action="member.looked").details == {
        "shown": ["identity", "contact", "completion", "recorded_here"]
    }


def test_looking_at_the_answers_of_another_is_noted(member, secretary, attempt) -> None:
    assert look(secretary, f"/attempt/{attempt.pk}/") == HTTPStatus.OK

    assert noted() == [(secretary.key, "attempt.looked", member.key, None, "done")]


def test_the_visitor_s_list_is_noted(member, branch) -> None:
    visitor = make_member("visitor", branch)
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    look(visitor, "/visits/")

    assert noted() == [(visitor.key, "visits.looked", None, None, "done")]
    assert AuditEntry.objects.get(action="visits.looked").details == {"members": 1}


def test_one_s_own_record_is_nobody_s_business(member, attempt) -> None:
    for address in (f"/members/{member.key}/", f"/attempt/{attempt.pk}/", "/record/"):
        assert look(member, address) == HTTPStatus.OK

    assert noted() == []


def test_another_branch_s_member_by_guessed_address_is_not_found_and_noted(member, stranger) -> None:
    assert look(stranger, f"/members/{member.key}/") == MISSING

    assert noted() == [(stranger.key, "member.looked", member.key, None, "refused")]
    assert AuditEntry.objects.get(action="member.looked").address == "203.0.113.0/24"


def test_another_branch_by_guessed_address_is_not_found_and_noted(branch, stranger) -> None:
    for address in (f"/overview/{branch.key}/", f"/overview/{branch.key}/own/"):
        assert look(stranger, address) == MISSING

    assert noted() == [(stranger.key, "overview.looked", None, branch.key, "refused")] * 2


@pytest.mark.parametrize(
    ("method", "page"), [("get", "result"), ("get", "check"), ("get", "1"), ("post", "hand-in")]
)
def test_another_s_attempt_by_guessed_address_is_not_found_and_noted(
    member, stranger, attempt, method, page
) -> None:
    address = {
        "result": f"/attempt/{attempt.pk}/",
        "check": f"/attempt/{attempt.pk}/check/",
        "1": f"/attempt/{attempt.pk}/1/",
        "hand-in": f"/attempt/{attempt.pk}/hand-in/",
    }[page]
    assert look(stranger, address, method) == MISSING

    assert noted() == [(stranger.key, "attempt.looked", member.key, None, "refused")]


def test_what_does_not_exist_is_not_found_and_nothing_is_noted(secretary, other_branch) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    for address in (f"/members/{nowhere}/", f"/overview/{nowhere}/", f"/attempt/{nowhere}/"):
        assert look(secretary, address) == MISSING

    assert noted() == []


def test_an_observer_who_guesses_a_member_is_refused_and_noted(county: Organisation, member) -> None:
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    assert look(observer, f"/members/{member.key}/") == MISSING

    assert noted() == [(observer.key, "member.looked", member.key, None, "refused")]
