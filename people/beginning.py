"""The first three administrators of an empty site, and the way back in for one of the three."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import second_step
from people.account_records import OneTimeCode
from people.audit import action, note
from people.codes import make_code
from people.models import Member, Office, Organisation
from people.offices import ADMINISTRATORS

BEGAN = action("site.begun", _("Made the first three administrators"))

NUMBERS = {
    Office.Kind.SYSTEM_ADMINISTRATOR: "sysadmin",
    Office.Kind.AUDIT_ADMINISTRATOR: "auditor",
    Office.Kind.SECURITY_ADMINISTRATOR: "secadmin",
}
"""Their member numbers, to sign in with."""


class HasMembers(Exception):
    """The site has members already: it has begun."""


class NoAdministrator(Exception):
    """Nobody with this number is one of the three administrators today."""


@dataclass(frozen=True)
class Newcomer:
    """An administrator and the one-time code, which is shown once."""

    member: Member
    office: str
    code: str


@transaction.atomic
def begin(*, committee: str, committee_en: str, names: Mapping[str, str], at: datetime) -> list[Newcomer]:
    """
    Make the top committee and its three administrators, who are three persons, each with a one-time code.

    :raises HasMembers: when there is anybody; then nothing changes.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('people.begin', 0))")
    if Member.objects.exists():
        raise HasMembers
    place = Organisation.objects.filter(parent=None).order_by("pk").first() or Organisation.objects.found(
        kind=Organisation.Kind.COMMITTEE, name=committee, name_en=committee_en
    )
    made = []
    for kind, number in NUMBERS.items():
        member = Member.objects.create_user(number, name=names[kind])
        office = Office.objects.create(member=member, organisation=place, kind=kind, since=localdate(at))
        code = make_code(member, by=None, purpose=OneTimeCode.Purpose.FIRST, reason="manage.py begin", at=at)
        made.append(Newcomer(member, str(office.get_kind_display()), code))
    note(BEGAN, at=at, by=None, organisation=place)
    return made


@transaction.atomic
def recover(number: str, *, without_second_step: bool, at: datetime) -> str:
    """
    Make a one-time code for one of the three administrators whom no other can help.

    Nobody at a page takes the second step off the system or the audit administrator.

    :raises NoAdministrator: when nobody with this number is one today.
    """
    held = Office.objects.held_on(localdate(at)).filter(kind__in=ADMINISTRATORS, member__number=number)
    office = held.select_related("member").first()
    if office is None:
        raise NoAdministrator
    if without_second_step:
        second_step.remove(office.member, by=None, at=at, reason="manage.py begin --recover")
    return make_code(
        office.member,
        by=None,
        purpose=OneTimeCode.Purpose.FORGOTTEN,
        reason="manage.py begin --recover",
        at=at,
    )
