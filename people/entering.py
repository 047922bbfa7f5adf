"""Signing in, step by step: the password, the second step where it is on, and the session that begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from people import codes, second_step
from people.account_records import OneTimeCode
from people.audit import Action, action, note, shortened_address
from people.devices import device_of
from people.middleware import SIGNED_IN
from people.models import Member
from people.sessions import forget_session, note_session
from people.signing_in import matching_members, tidy_identifier
from people.tries import Refused, Scope, counted, network_scope

SIGNED_IN_NOW = action("sign_in.done", _("Signed in"))
FAILED = action("sign_in.failed", _("Sign-in failed"))
CODE_FAILED = action("sign_in.code_failed", _("The code of the second step was not right"))
LOCKED = action("sign_in.locked", _("Sign-in has to wait after too many failures"))
SIGNED_OUT = action("sign_in.out", _("Signed out"))

SECOND_STEP = "second_step"
"""Session key: true when the second step is on, so that it is not asked again at each request."""

_WAITING = "waiting_for_second_step"
_CODE = "one_time_code"

PATIENCE = timedelta(minutes=15)
"""So long one may take between one page of signing in and the next."""


class NotRight(Refused):
    """The number or the password is not right."""


@dataclass(frozen=True)
class Waiting:
    """Somebody whose password was right, and of whom the second step is asked."""

    member: Member
    next: str


def scopes_of(request: HttpRequest, members: Sequence[Member], typed: str, *, what: str) -> list[Scope]:
    """
    What a try is counted for. `typed` is the number as it was tidied; it stands for nobody we know.

    Where one's number is another's telephone, the one's success does not forgive guesses at the other.
    """
    who = ",".join(str(member.key) for member in members) or f"typed:{typed}"
    device, forgives = device_of(request), len(members) == 1
    if members and all(device.knows(member) for member in members):
        return [Scope(f"{what}|device|{device.name}|{who}", is_cleared_by_success=forgives)]
    network = shortened_address(request)
    return [Scope(f"{what}|{who}|{network}", is_cleared_by_success=forgives), network_scope(network)]


def check_password(request: HttpRequest, identifier: str, password: str, *, at: datetime) -> Member:
    """
    Return who has this number or telephone, and this password.

    :raises NotRight: when nobody has.
    :raises people.tries.WaitFirst: when there were too many failures; the password is not looked at.
    """
    members = matching_members(identifier)
    try:
        with counted(scopes_of(request, members, tidy_identifier(identifier), what="password"), at=at):
            found = authenticate(request, username=identifier, password=password)
            if found is None:
                raise NotRight
    except NotRight as refused:
        _note_failure(request, FAILED, members, refused, at=at)
        raise
    return found


def confirm_password(request: HttpRequest, password: str, *, at: datetime) -> None:
    """
    Make sure that it is still the member who sits there.

    :raises NotRight: when the password is not theirs.
    :raises people.tries.WaitFirst: when there were too many failures.
    """
    member = request.user
    with counted([Scope(f"confirm|{member.key}|{request.session.session_key}")], at=at):
        if not member.check_password(password):
            raise NotRight


def check_second_step(request: HttpRequest, member: Member, code: str, *, at: datetime) -> None:
    """
    Accept the code of the second step.

    Who guesses it knows the password: such guesses are counted together, except on the member's own devices.

    :raises people.second_step.NotTheCode: when it is not right.
    :raises people.tries.WaitFirst: when there were too many failures.
    """
    scopes = scopes_of(request, [member], "", what="code")
    if len(scopes) > 1:
        scopes.append(Scope(f"code|{member.key}", allowed=20))
    try:
        with counted(scopes, at=at):
            second_step.check_code(member, code, at=at, address=shortened_address(request))
    except second_step.NotTheCode as refused:
        _note_failure(request, CODE_FAILED, [member], refused, at=at)
        raise


def check_one_time_code(request: HttpRequest, identifier: str, code: str, *, at: datetime) -> OneTimeCode:
    """
    Accept a one-time code, and remember it until the password is chosen.

    :raises people.codes.NotAGoodCode: when it is not right.
    :raises people.tries.WaitFirst: when there were too many failures.
    """
    members = matching_members(identifier)
    try:
        with counted(scopes_of(request, members, tidy_identifier(identifier), what="one-time"), at=at):
            found = codes.check_code(identifier, code, at=at)
    except codes.NotAGoodCode as refused:
        _note_failure(request, codes.FAILED, members, refused, at=at)
        raise
    request.session.cycle_key()
    request.session[_CODE] = [found.pk, int(at.timestamp())]
    return found


@transaction.atomic
def _note_failure(
    request: HttpRequest, what: Action, members: Sequence[Member], refused: Refused, *, at: datetime
) -> None:
    """One row, whoever was meant: an unknown number is written down without the number."""
    member = members[0] if members else None
    address = shortened_address(request)
    note(what, at=at, by=None, member=member, address=address, refused=True)
    if refused.starts_to_wait:
        note(LOCKED, at=at, by=None, member=member, address=address, refused=True)


def go_on(request: HttpRequest, member: Member, *, then: str, at: datetime) -> bool:
    """Sign in who has given the password; True when the second step is to come first."""
    if not second_step.is_on(member):
        begin_session(request, member, at=at)
        return False
    request.session.cycle_key()
    request.session[_WAITING] = {
        "member": member.pk,
        "hash": member.get_session_auth_hash(),
        "at": int(at.timestamp()),
        "next": then,
    }
    return True


def waiting_for_second_step(request: HttpRequest, *, at: datetime) -> Waiting | None:
    """Who has given the password here and not yet the code; nobody after a quarter of an hour."""
    kept = request.session.get(_WAITING)
    if not kept or _is_over(kept["at"], at):
        return None
    member = Member.objects.filter(pk=kept["member"], is_active=True).first()
    if member is None or not constant_time_compare(kept["hash"], member.get_session_auth_hash()):
        return None
    return Waiting(member, kept["next"])


def code_being_used(session: SessionBase, *, at: datetime) -> OneTimeCode | None:
    """The one-time code that was checked in this session, with its member, while it still holds."""
    pk, since = session.get(_CODE, (None, 0))
    if pk is None or _is_over(since, at):
        return None
    return OneTimeCode.objects.open_at(at).filter(pk=pk).select_related("member").first()


def _is_over(since: int, at: datetime) -> bool:
    return at.timestamp() - since > PATIENCE.total_seconds()


def begin_session(request: HttpRequest, member: Member, *, at: datetime, second: bool = False) -> None:
    """Sign the member in, and note it: in the list of their sessions, and in the audit."""
    request.session.flush()
    login(request, member, backend="people.signing_in.NumberOrPhone")
    request.session[SIGNED_IN] = int(at.timestamp())
    if second:
        request.session[SECOND_STEP] = True
    with transaction.atomic():
        note_session(request, member, at=at)
        note(SIGNED_IN_NOW, at=at, by=member, member=member, address=shortened_address(request))


def end_session(request: HttpRequest, *, at: datetime) -> None:
    """Sign out; nothing happens to who is not signed in."""
    if request.user.is_authenticated:
        forget_session(request.session.session_key)
        note(SIGNED_OUT, at=at, by=request.user, member=request.user, address=shortened_address(request))
    logout(request)
