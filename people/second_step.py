"""
The second step of signing in: a code from one's telephone, or one of ten recovery codes.

The arithmetic and storage are django-allauth's (`allauth.mfa`). A code is never accepted twice: the moment it
belongs to is kept beside the secret, under a lock, so that several processes agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import qrcode
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people.admin.access import opens_administration
from people.audit import action, note
from people.ciphers import Unreadable, decrypted, encrypted
from people.mfa_adapter import MFAAdapter
from people.models import Member
from people.sessions import end_all_of
from people.signing_in import tidy_identifier
from people.tries import Refused

ON = action("second_step.on", _("Switched the second step on"))
OFF = action("second_step.off", _("Switched the second step off"))
NEW_CODES = action("second_step.new_codes", _("Made new recovery codes"))
CODE_USED = action("second_step.used", _("Used a code of the second step"))
RECOVERY_USED = action("second_step.recovery_used", _("Used a recovery code"))
REMOVED = action("second_step.removed", _("Removed a member's second step"))

PERIOD = 30
"""Seconds that a code of the telephone is shown."""

TOLERANCE = 1
"""A telephone's clock may be a period before or behind ours."""

_SECRET = "second_step_secret"  # noqa: S105  # the name of a session key


class NotTheCode(Refused):
    """The code is not right, or was used before."""


class StillRequired(Exception):
    """The member's office asks for the second step: it cannot be switched off."""


@dataclass(frozen=True)
class QR:
    """A QR code as one path of an SVG of `size` × `size` modules."""

    size: int
    path: str


def is_staff(member: Member, *, on: date) -> bool:
    """True for whoever has pages in the administration: second step and strict passwords are for them."""
    return any(opens_administration(office) for office in member.held_offices(on))


def is_required(member: Member, *, on: date) -> bool:
    """True when nothing opens without it. The demonstration, which anyone may enter, is exempt."""
    return not settings.DEMO and is_staff(member, on=on)


def is_on(member: Member) -> bool:
    return Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP).exists()


def codes_left(member: Member) -> int:
    """How many recovery codes are not used yet."""
    found = _recovery_of(member)
    return len(found.get_unused_codes()) if found else 0


def _recovery_of(member: Member) -> RecoveryCodes | None:
    rows = Authenticator.objects.filter(user=member, type=Authenticator.Type.RECOVERY_CODES)
    row = rows.first()
    return RecoveryCodes(row) if row else None


def offered_secret(request: HttpRequest) -> str:
    """The secret offered for enrolment: the same until it is confirmed. The session holds it encrypted."""
    try:
        return decrypted(request.session.get(_SECRET, ""))
    except Unreadable:
        secret = generate_totp_secret()
        request.session[_SECRET] = encrypted(secret)
        return secret


def in_groups(text: str, length: int = 4) -> str:
    """`ABCDEFGH` as `ABCD EFGH`: easier to read and to type."""
    return " ".join(text[start : start + length] for start in range(0, len(text), length))


def qr_of(member: Member, secret: str) -> QR:
    """What the telephone reads to learn the secret."""
    code = qrcode.QRCode(border=4)
    code.add_data(MFAAdapter().build_totp_url(member, secret))
    code.make(fit=True)
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return QR(len(rows), "".join(squares))


def _counter_of(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The period whose code this is, if it is a present one and later than `after`."""
    present = int(at.timestamp()) // PERIOD
    for counter in range(present - TOLERANCE, present + TOLERANCE + 1):
        if counter > after and compare_user_code(
            actual=code, expected=format_hotp_value(hotp_value(secret, counter))
        ):
            return counter
    return None


@transaction.atomic
def enrol(request: HttpRequest, *, code: str, at: datetime, address: str) -> None:
    """
    Switch the second step on for whoever is signed in, the telephone having shown this code.

    :raises NotTheCode: when it shows another; then nothing changes.
    """
    member, secret = request.user, offered_secret(request)
    Member.objects.select_for_update().get(pk=member.pk)
    if is_on(member):
        return
    counter = _counter_of(secret, tidy_identifier(code), at=at, after=0)
    if counter is None:
        raise NotTheCode
    kept = TOTP.activate(member, secret).instance
    kept.data["counter"] = counter
    kept.save(update_fields=["data"])
    RecoveryCodes.activate(member)
    del request.session[_SECRET]
    note(ON, at=at, by=member, member=member, address=address)


@transaction.atomic
def check_code(member: Member, code: str, *, at: datetime, address: str) -> None:
    """
    Accept a code of the telephone or a recovery code, each once.

    :raises NotTheCode: when it is neither, or was used before.
    """
    typed = tidy_identifier(code)
    rows = Authenticator.objects.select_for_update().filter(user=member, type=Authenticator.Type.TOTP)
    kept = rows.first()
    if kept is None:
        raise NotTheCode
    counter = _counter_of(decrypt(kept.data["secret"]), typed, at=at, after=kept.data.get("counter", 0))
    if counter is not None:
        kept.data["counter"], kept.last_used_at = counter, at
        kept.save(update_fields=["data", "last_used_at"])
        note(CODE_USED, at=at, by=member, member=member, address=address)
        return
    recovery = _recovery_of(member)
    if recovery is None or not recovery.validate_code(typed):
        raise NotTheCode
    left = {"left": len(recovery.get_unused_codes())}
    note(RECOVERY_USED, at=at, by=member, member=member, address=address, details=left)


@transaction.atomic
def codes_to_show(member: Member) -> list[str]:
    """The recovery codes in groups, once; afterwards an empty list."""
    rows = Authenticator.objects.select_for_update().filter(
        user=member, type=Authenticator.Type.RECOVERY_CODES
    )
    row = rows.first()
    if row is None or RecoveryCodes(row).did_view:
        return []
    codes = RecoveryCodes(row)
    codes.mark_as_viewed()
    return [in_groups(code) for code in codes.get_unused_codes()]


@transaction.atomic
def renew_codes(member: Member, *, at: datetime, address: str) -> None:
    """Make ten new recovery codes; the old ones no longer work."""
    Member.objects.select_for_update().get(pk=member.pk)
    if not is_on(member):
        return
    Authenticator.objects.filter(user=member, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(member)
    note(NEW_CODES, at=at, by=member, member=member, address=address)


@transaction.atomic
def switch_off(member: Member, *, at: datetime, address: str) -> None:
    """
    Go back to signing in with the password alone.

    :raises StillRequired: when the member's office asks for the second step.
    """
    if is_required(member, on=localdate(at)):
        raise StillRequired
    if Authenticator.objects.filter(user=member).delete()[0]:
        note(OFF, at=at, by=member, member=member, address=address)


@transaction.atomic
def remove(member: Member, *, by: Member | None, at: datetime, reason: str, address: str = "") -> bool:
    """
    Take the second step off a member who has lost telephone and recovery codes; False when there is none.

    Their sessions end; the password stays. Who may ask for it says `people.member_acts`; `by` is None at the
    console.
    """
    if not Authenticator.objects.filter(user=member).delete()[0]:
        return False
    details = {"sessions": end_all_of([member])}
    note(REMOVED, at=at, by=by, member=member, address=address, reason=reason, details=details)
    return True
