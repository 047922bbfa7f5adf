"""More time at quizzes: a page for who leads the member's home branch."""

from __future__ import annotations

import pytest
from django.urls import reverse

from people.models import Member, Office, Organisation
from quizzes.models import Quiz, TimeExtension
from tests.cast import give_office, make_member
from tests.courses.desk import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(db: None) -> Quiz:
    Quiz.objects.create(title="没有限时")
    return Quiz.objects.create(title="限时测验", time_limit_minutes=20)


def page(member: Member) -> str:
    return reverse("quizzes:more_time", args=[member.key])


def test_a_secretary_gives_minutes_and_then_no_limit(member, secretary, quiz) -> None:
    client = signed_in(secretary)
    shown = client.get(page(member)).text
    assert "限时测验" in shown and "没有限时" not in shown

    for minutes in ("15", ""):
        assert client.post(page(member), {"quiz": quiz.pk, "minutes": minutes}).url == page(member)

    given = TimeExtension.objects.order_by("pk").values_list("minutes", "member", "given_by")
    assert list(given) == [(15, member.pk, secretary.pk), (None, member.pk, secretary.pk)]
    assert client.get(page(member)).text.count("限时测验") == 2  # once as it holds, once to choose


@pytest.mark.parametrize("minutes", ["0", "601", "-5", "viele"])
def test_what_is_no_time_is_refused(member, secretary, quiz, minutes) -> None:
    answer = signed_in(secretary).post(page(member), {"quiz": quiz.pk, "minutes": minutes})
    assert (answer.status_code, TimeExtension.objects.count()) == (200, 0)


def test_it_is_for_those_who_lead_the_home_branch(member, secretary, quiz, branch: Organisation) -> None:
    committee = make_member("weiyuan", branch)
    give_office(committee, branch, Office.Kind.COMMITTEE_MEMBER)
    for who, about in ((member, member), (committee, member), (secretary, secretary)):
        client = signed_in(who)
        assert client.get(page(about)).status_code == 404
        client.post(page(about), {"quiz": quiz.pk, "minutes": "5"})
    assert not TimeExtension.objects.exists()
