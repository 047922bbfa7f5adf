"""
One-time codes: how a member comes to a password the first time, or after forgetting it.

There is no mail. Who leads the member's branch, or a security administrator, makes a code, and prints it or
reads it out. It holds for seven days, once, for choosing a password and nothing else: the second step stays.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people.account_records import OneTimeCode
from people.admin.access import opens_administration
from people.affiliations import Affiliation
from people.audit import action, note
from people.models import LEADING, Member, Office
from people.passwords import set_password
from people.sessions import end_others
from people.signing_in import matching_members, tidy_identifier
from people.tries import Refused

MADE = action("code.made", _("Made a one-time code"))
FAILED = action("code.failed", _("Typed a one-time code that is not right"))
USED = action("code.used", _("Chose a password with a one-time code"))

ALPHABET = "346789ACDEFGHJKMNPQRTUWXY"
"""Without what looks alike: no 0 O, 1 I L, 2 Z, 5 S, no B beside 8, no V beside U."""

LENGTH = 8
VALID = timedelta(days=7)
TRIES = 20
"""After so many wrong tries a code is cancelled."""


class NotYoursToHand(Exception):
    """This member's code is made by somebody else."""


class NotAGoodCode(Refused):
    """No member with this number or telephone has this code, or it is no longer valid."""


def people_one_looks_after(by: Member, *, on: date) -> QuerySet[Member]:
    """Members at home below an organisation one leads, and of a security administrator's part of the tree."""
    led = [o.organisation for o in by.held_offices(on) if o.kind in LEADING]
    secured = _secured(by, on)
    found = Q(pk=None)
    if led or secured:
        home = Affiliation.objects.of(OuterRef("pk"), on=on).home().within(*led, *secured)
        found |= Q(Exists(home))
    for organisation in secured:
        held = Office.objects.held_on(on).filter(
            member=OuterRef("pk"), organisation__path__startswith=organisation.path
        )
        found |= Q(Exists(held))
    return Member.objects.filter(found, erased_at=None, is_active=True).exclude(pk=by.pk)


def looks_after(by: Member, home: Affiliation | None, *, on: date) -> bool:
    """True when the page that makes a code is worth a link: it says so itself when somebody else makes it."""
    led = [office.organisation for office in by.held_offices(on) if office.kind in LEADING]
    return home is not None and any(
        home.member_id != by.pk and home.branch.path.startswith(place.path)
        for place in [*led, *_secured(by, on)]
    )


def _secured(by: Member, on: date) -> list:
    kind = Office.Kind.SECURITY_ADMINISTRATOR
    return [office.organisation for office in by.held_offices(on) if office.kind == kind]


def may_hand_code(by: Member, member: Member, *, on: date) -> bool:
    """
    True when `by` may make a one-time code for `member`, and so could come into the account.

    Never for oneself. A security administrator: for members of their part of the tree who hold no office
    outside it. A leader: for members at home there whose offices are all below the leader's own, none of them
    with pages in the administration.
    """
    if not people_one_looks_after(by, on=on).filter(pk=member.pk).exists():
        return False
    held = list(Office.objects.held_by(member, on=on).select_related("organisation"))
    if any(reaches(place.path, held) for place in _secured(by, on)):
        return True
    return not any(map(opens_administration, held)) and any(
        is_superior(office, held) for office in by.held_offices(on) if office.kind in LEADING
    )


def reaches(path: str, held: list[Office]) -> bool:
    return all(office.organisation.path.startswith(path) for office in held)


def is_superior(leading: Office, held: list[Office]) -> bool:
    """True when every office in `held` is below this one. A secretary stands above the deputy beside them."""
    beside = set() if leading.kind == Office.Kind.SECRETARY else {Office.Kind.DEPUTY}
    beside |= {Office.Kind.SECRETARY}
    return reaches(leading.organisation.path, held) and not any(
        office.organisation_id == leading.organisation_id and office.kind in beside for office in held
    )


@transaction.atomic
def make_code(
    member: Member, *, by: Member | None, purpose: str, reason: str, at: datetime, address: str = ""
) -> str:
    """
    Make a code and return it; it is shown once and kept as a hash. An open one is cancelled.

    `by` is None at the console (`manage.py begin`).

    :raises NotYoursToHand: when `by` may not.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    if by is not None and not may_hand_code(by, member, on=localdate(at)):
        raise NotYoursToHand
    OneTimeCode.objects.filter(member=member, used_at=None, cancelled_at=None).update(cancelled_at=at)
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    OneTimeCode.objects.create(
        member=member,
        purpose=purpose,
        hashed=make_password(code),
        made_by=by,
        made_at=at,
        expires_at=at + VALID,
    )
    note(MADE, at=at, by=by, member=member, address=address, reason=reason, details={"purpose": purpose})
    return f"{code[:4]} {code[4:]}"


def check_code(identifier: str, code: str, *, at: datetime) -> OneTimeCode:
    """
    Return the open code that was typed with this number or telephone. Nothing is used up yet.

    An unknown number costs as much time as a wrong code.

    :raises NotAGoodCode: when there is none, or whoever made it may not have made it today.
    """
    typed = tidy_identifier(code).upper()
    members = [member.pk for member in matching_members(identifier) if member.is_active]
    found = list(
        OneTimeCode.objects.open_at(at).filter(member__in=members).select_related("member", "made_by")
    )
    if not found:
        make_password(typed)
    for one in found:
        if check_password(typed, one.hashed):
            if still_holds(one, at=at):
                return one
            break
        _count_try(one, at=at)
    raise NotAGoodCode


def still_holds(code: OneTimeCode, *, at: datetime) -> bool:
    """False when whoever made it could not make it any more: the member has come to an office meanwhile."""
    return code.made_by is None or may_hand_code(code.made_by, code.member, on=localdate(at))


def _count_try(code: OneTimeCode, *, at: datetime) -> None:
    OneTimeCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
    OneTimeCode.objects.filter(pk=code.pk, tries__gte=TRIES, used_at=None).update(cancelled_at=at)


@transaction.atomic
def use_code(pk: int, password: str, *, at: datetime, address: str) -> Member:
    """
    Choose a password with a code that was checked; the code is used up, and every session ends.

    :raises NotAGoodCode: when it was used, cancelled or ran out meanwhile.
    """
    found = OneTimeCode.objects.open_at(at).filter(pk=pk).select_related("member", "made_by")
    code = found.select_for_update(of=("self",)).first()
    if code is None or not code.member.is_active or not still_holds(code, at=at):
        raise NotAGoodCode
    OneTimeCode.objects.filter(pk=code.pk).update(used_at=at)
    set_password(code.member, password, at=at)
    ended = end_others(code.member, but=None)
    note(USED, at=at, by=code.member, member=code.member, address=address, details={"sessions": ended})
    return code.member
