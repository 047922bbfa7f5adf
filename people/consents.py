"""What a member agrees to: having read the privacy notice, and consents that may be withdrawn at any time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import Refusal, lock_member
from people.models import Consent, Member, NoticeRead
from people.privacy_notice import in_force
from people.tries import Refused, Scope, counted

READ = audit.action("notice.read", _("Confirmed having read the privacy notice"))
GIVEN = audit.action("consent.given", _("Gave a consent"))
WITHDRAWN = audit.action("consent.withdrawn", _("Withdrew a consent"))


class TelephoneTaken(Refusal, Refused):
    words = _("This number cannot be kept. Please check it; your branch secretary can help.")


def has_read_notice(member: Member, *, at: datetime) -> bool:
    """True when the member confirmed the version in force. One query."""
    return NoticeRead.objects.filter(member=member, version=in_force(localdate(at))).exists()


@transaction.atomic
def confirm_notice(*, member: Member, version: int, at: datetime) -> None:
    """Keep that the member has read this version. Again changes nothing."""
    _row, is_new = NoticeRead.objects.get_or_create(member=member, version=version, defaults={"at": at})
    if is_new:
        audit.note(READ, at=at, by=member, member=member, details={"version": version})


def consent_of(member: Member, purpose: str) -> Consent | None:
    """The row that holds, or None when the member has never said anything. One query."""
    return Consent.objects.filter(member=member, purpose=purpose).order_by("-pk").first()


def withdrawn_by(members: Collection[int], purpose: str) -> set[int]:
    """Those of the members whose last word on this was to withdraw it. One query."""
    said = Consent.objects.filter(member__in=members, purpose=purpose).order_by("member_id", "-pk")
    return {pk for pk, given in said.distinct("member_id").values_list("member_id", "given") if not given}


def keep_telephone(*, member: Member, phone: str, at: datetime) -> None:
    """
    Keep the number that the member gives, with their consent.

    :raises TelephoneTaken: when it is another member's; nothing is kept.
    :raises people.tries.WaitFirst: when that was so too often: nobody tries out whose number is known here.
    """
    scope = Scope(f"telephone|{member.key}", is_cleared_by_success=False)
    with counted([scope], at=at):
        _keep(member, phone, at=at)


def _keep(member: Member, phone: str, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            lock_member(member)
            member.phone = phone
            member.save(update_fields=["phone", "phone_index"])
            _say(member, Consent.Purpose.TELEPHONE, given=True, at=at)
    except IntegrityError as error:
        member.refresh_from_db(fields=["phone", "phone_index"])
        raise TelephoneTaken from error


@transaction.atomic
def withdraw(*, member: Member, purpose: str, at: datetime) -> None:
    """Withdraw a consent, at once and with what follows from it: the telephone number is removed."""
    lock_member(member)
    if purpose == Consent.Purpose.TELEPHONE:
        member.phone = None
        member.save(update_fields=["phone", "phone_index"])
    _say(member, purpose, given=False, at=at)


def _say(member: Member, purpose: str, *, given: bool, at: datetime) -> None:
    notice = in_force(localdate(at))
    Consent.objects.create(member=member, purpose=purpose, given=given, notice=notice, at=at)
    audit.note(
        GIVEN if given else WITHDRAWN,
        at=at,
        by=member,
        member=member,
        details={"purpose": f"{purpose}", "notice": notice},
    )
