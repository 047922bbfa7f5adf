"""Faults that were found in reading: keys of other meetings, days at the end of time, what is no JSON."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.translation import override

from meetings import closing, holding
from meetings.holding import AlreadyClosed, TooFarAway
from people.leading import KeyTaken
from people.models import Affiliation
from tests.cast import give_office
from tests.meetings.room import NOON, TEN, closed, everything, marked, opened, plan, said, state_of
from tests.meetings.test_pages import plan_data

pytestmark = pytest.mark.django_db


def test_the_form_of_another_organisation_enters_no_meeting_here(branch, other_branch, secretary) -> None:
    give_office(secretary, other_branch, "secretary")
    theirs, before = opened(other_branch, secretary), everything()

    with pytest.raises(KeyTaken):
        holding.open_meeting(branch, plan(), key=theirs.key, by=secretary, at=NOON)

    assert everything() == before


def test_a_correction_whose_key_is_of_another_meeting_is_refused(branch, member, secretary) -> None:
    first, second = opened(branch, secretary), opened(branch, secretary)
    one = said(member)
    closed(first, secretary, one)
    closed(second, secretary, said(secretary))
    before = everything()

    with pytest.raises(KeyTaken):
        closing.correct_attendance(
            second, member, "present", key=one.key, by=secretary, reason="was there", at=NOON
        )

    assert everything() == before


def test_a_mark_whose_key_is_taken_is_told_and_not_said_to_be_kept(branch, member, secretary) -> None:
    first, second = opened(branch, secretary), opened(branch, secretary)
    one = said(member)
    marked(first, secretary, one)

    taken = marked(second, secretary, one, said(secretary))

    assert list(taken.refused) == [one.key]
    assert len(taken.kept) == 1
    assert state_of(second, member) is None


def test_a_mark_sent_again_is_kept_and_the_same_key_with_another_state_is_not(
    branch, member, secretary
) -> None:
    meeting, key = opened(branch, secretary), uuid4()
    marked(meeting, secretary, said(member, key=key))

    assert marked(meeting, secretary, said(member, key=key)).kept == [key]
    assert list(marked(meeting, secretary, said(member, "absent", key=key)).refused) == [key]
    assert state_of(meeting, member) == "present"


def test_a_meeting_is_not_closed_on_a_day_far_away(branch, member, secretary) -> None:
    meeting = opened(branch, secretary)
    marked(meeting, secretary, said(member))
    before, long_ago = everything(), TEN - timedelta(days=800)

    with pytest.raises(TooFarAway):
        closing.close_meeting(
            meeting, starts_at=long_ago, ends_at=long_ago + timedelta(hours=1), by=secretary, at=NOON
        )

    assert everything() == before


@pytest.mark.parametrize(
    "times",
    [
        {"day": "9999-12-31", "begins": "23:00", "ends": "00:00"},
        {"day": "0001-01-01", "begins": "00:00", "ends": "01:00"},
    ],
)
def test_a_day_at_the_end_of_time_is_a_sentence(client, branch, secretary, times) -> None:
    client.force_login(secretary)
    before = everything()

    page = client.post(reverse("meetings:new", args=[branch.key]), plan_data(**times))

    assert page.status_code == HTTPStatus.OK
    assert page.context["form"].errors
    assert everything() == before


def test_marks_that_are_nested_without_end_are_no_marks(client, branch, secretary) -> None:
    meeting = opened(branch, secretary)
    client.force_login(secretary)

    answer = client.post(
        reverse("meetings:marks", args=[meeting.key]), "[" * 200_000, content_type="application/json"
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_plain_roll_that_comes_after_closing_is_told_so(client, branch, member, secretary) -> None:
    meeting = closed(opened(branch, secretary), secretary, said(secretary))
    client.force_login(secretary)
    before = everything()

    page = client.post(reverse("meetings:roll", args=[meeting.key]), {f"state-{member.key}": "present"})

    with override("zh-hans"):
        assert [str(message) for message in page.context["messages"]] == [str(AlreadyClosed.words)]
    assert everything() == before


def test_who_does_not_know_who_studies_at_home_counts_nobody_present_unseen(
    client, branch, group, group_leader, at_home, member
) -> None:
    """A group's leader sees all names alike: "everyone else" would have been those who never came as well."""
    Affiliation.objects.filter(member=at_home).update(group=group)
    meeting = opened(group, group_leader, "group")
    before = everything()
    client.force_login(group_leader)
    address = reverse("meetings:roll", args=[meeting.key])

    assert 'value="rest"' not in client.get(address).content.decode()
    client.post(address, {"act": "rest"})
    assert [state_of(meeting, one) for one in (member, at_home, group_leader)] == [None, None, None]
    assert everything() == before
