"""Passwords: ten characters for all, three classes and ninety days for whoever administers."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils.timezone import now

from people.models import Member, Office
from people.passwords import classes_in, is_due
from tests.cast import PASSWORD, give_office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "classes"),
    [("abc", 1), ("aB", 2), ("aB3", 3), ("aB3-", 4), ("柳溪", 1), ("a柳", 2), ("", 0), ("１a", 2)],
)
def test_classes_are_counted(password, classes) -> None:
    assert classes_in(password) == classes


def accepted(password: str, member: Member) -> set[str]:
    try:
        validate_password(password, member)
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "of_a_member", "of_staff"),
    [
        ("willow-river-bank", set(), {"too_few_classes"}),
        ("willow-River-bank", set(), set()),
        ("Willow7river", set(), set()),
        ("Sh0rt-one", {"password_too_short"}, {"password_too_short"}),
        ("1234567890", {"password_too_common", "password_entirely_numeric"},
         {"password_too_common", "password_entirely_numeric", "too_few_classes"}),
        ("qwertyuiop", {"password_too_common"}, {"password_too_common", "too_few_classes"}),
        ("Aa13900000001", {"password_too_similar"}, {"password_too_similar"}),
    ],
)  # fmt: skip
def test_what_a_good_password_is(member, county, password, of_a_member, of_staff) -> None:
    assert accepted(password, member) == of_a_member
    give_office(member, county, Office.Kind.EDITOR)
    assert accepted(password, Member.objects.get(pk=member.pk)) == of_staff


@override_settings(DEMO=False)
@pytest.mark.parametrize(
    ("office", "days", "due"),
    [
        (Office.Kind.EDITOR, 91, True),
        (Office.Kind.EDITOR, 89, False),
        (Office.Kind.COMMITTEE_MEMBER, 4000, False),
        (None, 4000, False),
    ],
)
def test_a_password_lasts_ninety_days_for_staff_and_for_good_for_members(
    member, county, office, days, due
) -> None:
    if office:
        give_office(member, county, office)
    member.password_set_at = now() - timedelta(days=days)

    assert is_due(member, at=now()) is due


@override_settings(DEMO=False)
def test_a_password_that_is_due_comes_before_anything_else(client, member, county) -> None:
    give_office(member, county, Office.Kind.EDITOR)
    client.force_login(member)
    session = client.session
    session["second_step"] = True
    session.save()
    Member.objects.filter(pk=member.pk).update(password_set_at=now() - timedelta(days=91))

    assert client.get("/record/").url == "/password/"
    assert client.get("/password/").status_code == HTTPStatus.OK
    new = "Willow-river-7"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert client.get("/record/").status_code == HTTPStatus.OK


def test_argon2_takes_19_mib_two_passes_and_one_lane() -> None:
    with override_settings(PASSWORD_HASHERS=["people.signing_in.Argon2"]):
        kept = make_password(PASSWORD)
        summary = identify_hasher(kept).decode(kept)

    assert kept.startswith("argon2$argon2id$")
    assert (summary["memory_cost"], summary["time_cost"], summary["parallelism"]) == (19 * 1024, 2, 1)
