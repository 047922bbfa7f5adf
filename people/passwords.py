"""Passwords: what a good one is, who has to renew it, and choosing one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.account_records import OneTimeCode
from people.audit import action, note
from people.models import Member
from people.second_step import is_staff
from people.sessions import end_others

CHANGED = action("password.changed", gettext_lazy("Changed the own password"))

LASTS = timedelta(days=90)
"""How long the password of somebody with pages in the administration lasts. A member's lasts for good."""


def classes_in(password: str) -> int:
    """How many of the four classes it has: small letters, capital letters, digits, anything else."""
    kinds = (str.islower, str.isupper, str.isdigit)
    found = {next((number for number, is_one in enumerate(kinds) if is_one(c)), 3) for c in password}
    return len(found)


class ThreeClassesForStaff:
    """
    Whoever has pages in the administration uses three of four classes of characters.

    Members do not: for them length and the list of common passwords do more, and can be remembered.
    """

    def validate(self, password: str, user: Member | None = None) -> None:
        """
        Look at a new password.

        :raises ValidationError: when it has two classes or fewer, and is for office work.
        """
        if user is not None and user.pk and classes_in(password) < 3 and is_staff(user, on=localdate()):
            raise ValidationError(self.get_help_text(), code="too_few_classes")

    def get_help_text(self) -> str:
        return _(
            "For work in the administration, use at least three of these: small letters, capital letters, "
            "digits, other signs."
        )


def is_due(member: Member, *, at: datetime) -> bool:
    """True when a new password is asked for before anything else opens."""
    if settings.DEMO or member.password_set_at is None:
        return False
    return at - member.password_set_at > LASTS and is_staff(member, on=localdate(at))


@transaction.atomic
def choose_password(member: Member, password: str, *, at: datetime, address: str, keeps: str | None) -> None:
    """Set the member's own new password; sessions on other devices end, the one called `keeps` does not."""
    set_password(member, password, at=at)
    ended = end_others(member, but=keeps)
    note(CHANGED, at=at, by=member, member=member, address=address, details={"sessions": ended})


def set_password(member: Member, password: str, *, at: datetime) -> None:
    """Keep a password the member has chosen, part of an act that says why. A code still open is cancelled."""
    OneTimeCode.objects.filter(member=member, used_at=None, cancelled_at=None).update(cancelled_at=at)
    member.set_password(password)
    member.password_set_at = at
    member.save(update_fields=["password", "password_set_at"])
