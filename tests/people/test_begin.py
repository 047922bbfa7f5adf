"""An empty site begins with three administrators, who are three persons."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate, now

from people.account_records import OneTimeCode
from people.codes import check_code
from people.models import AuditEntry, Member, Office, Organisation
from people.second_step import is_on
from tests.cast import give_office, make_member
from tests.people.test_second_step import enrol, signed_in

pytestmark = pytest.mark.django_db

NAMES = {"committee": "柳溪县委", "system": "赵一", "audit": "钱二", "security": "孙三"}


def begin(**options: str) -> str:
    out = StringIO()
    call_command("begin", stdout=out, **options)
    return out.getvalue()


def test_an_empty_site_gets_a_committee_and_three_administrators_with_codes() -> None:
    told = begin(**NAMES)

    place = Organisation.objects.get()
    assert (place.name, place.kind, place.parent) == ("柳溪县委", "committee", None)
    held = Office.objects.filter(organisation=place, since=localdate()).order_by("kind")
    assert [(office.kind, office.member.name, office.member.number) for office in held] == [
        ("audit_administrator", "钱二", "auditor"),
        ("security_administrator", "孙三", "secadmin"),
        ("system_administrator", "赵一", "sysadmin"),
    ]
    for line in told.splitlines():
        if "number " in line:
            number, code = line.split("number ")[1].split(", code ")
            assert check_code(number, code, at=now()).purpose == "first"
            assert not Member.objects.get(number=number).has_usable_password()
    assert told.count("code ") >= 3
    assert AuditEntry.objects.filter(action="site.begun").count() == 1
    assert AuditEntry.objects.filter(action="code.made").count() == 3


def test_a_site_with_members_is_left_as_it_is(member) -> None:
    with pytest.raises(CommandError, match=r"nothing was changed.*manage.py begin --recover"):
        begin(**NAMES)

    assert Member.objects.count() == 1
    assert not OneTimeCode.objects.exists()


def test_beginning_twice_is_beginning_once() -> None:
    begin(**NAMES)
    with pytest.raises(CommandError, match="so it has begun"):
        begin(**NAMES)

    assert (Member.objects.count(), OneTimeCode.objects.count()) == (3, 3)


@pytest.mark.parametrize("missing", list(NAMES))
def test_what_is_missing_is_named(missing) -> None:
    with pytest.raises(CommandError, match=f"--{missing}"):
        begin(**{**NAMES, missing: " "})

    assert not Organisation.objects.exists()


def test_a_security_administrator_is_let_in_again(county) -> None:
    chief = make_member("secadmin")
    give_office(chief, county, Office.Kind.SECURITY_ADMINISTRATOR)
    enrol(signed_in("secadmin"))
    told = begin(recover="secadmin")

    code = told.split(", code ")[1].split("  ")[0]
    assert check_code("secadmin", code, at=now()).member == chief
    assert is_on(chief)
    begin(recover="secadmin", without_second_step=True)
    assert not is_on(chief)
    assert AuditEntry.objects.filter(action="second_step.removed").count() == 1


@pytest.mark.parametrize("kind", ["system_administrator", "audit_administrator"])
def test_recovery_is_the_way_back_for_the_other_administrators_too(county, kind) -> None:
    other = make_member("other")
    give_office(other, county, kind)
    enrol(signed_in("other"))
    begin(recover="other", without_second_step=True)

    assert not is_on(other)
    assert OneTimeCode.objects.get().member == other


@pytest.mark.parametrize("number", ["lihui", "nobody"])
def test_recovery_is_for_administrators_alone(member, number) -> None:
    with pytest.raises(CommandError, match="nothing was changed"):
        begin(recover=number)

    assert not OneTimeCode.objects.exists()
