"""What is decided about the accounts of members: of several at once all of it happens, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import arranging, second_step
from people.account_records import OneTimeCode
from people.admin.access import opens_administration
from people.affiliations import Affiliation
from people.audit import action, note_each
from people.codes import NotYoursToHand, is_superior, make_code, may_hand_code, reaches
from people.leading import Refusal
from people.models import LEADING, Member, Office
from people.offices import ADMINISTRATORS
from people.sessions import end_all_of

BLOCKED = action("account.blocked", _("Closed an account: no more signing in"))
UNBLOCKED = action("account.unblocked", _("Opened an account again"))


OTHER_ADMINISTRATORS = ADMINISTRATORS - {Office.Kind.SECURITY_ADMINISTRATOR}


class NotYoursToBlock(Refusal):
    """Somebody among the chosen is above, beside or outside what one looks after, or is oneself."""

    words = _(
        "Nothing was changed: among the chosen is somebody whose account is not yours to close or open."
    )

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__()
        self.members = members


class NotYoursToRemove(Refusal):
    """It is oneself, or somebody outside the part of the tree that one guards."""

    words = _("Another security administrator decides about the second step of this member.")


class NoSecondStep(Refusal):
    words = _("This member has no second step: a password alone is enough.")


class NotAll(Refusal):
    """One of several could not be done, so none was."""

    def __init__(self, member: Member, refusal: Refusal) -> None:
        super().__init__()
        self.member, self.words = member, refusal.words


@dataclass(frozen=True)
class HandedCode:
    """A code to be given to a member, or None where it is made by somebody else."""

    member: Member
    code: str | None


def not_theirs(by: Member, members: Iterable[Member], *, on: date) -> list[Member]:
    """
    Return those of `members` whose account `by` may not close or open. Two queries.

    The same as for one-time codes: who leads decides about those at home below whose offices are all below
    the leader's; a security administrator about those in their part of the tree; nobody about themself.
    """
    chosen = list(members)
    keys = [member.pk for member in chosen]
    homes = Affiliation.objects.on(on).home().filter(member__in=keys).select_related("branch")
    path_of = {home.member_id: home.branch.path for home in homes}
    held: dict[int, list[Office]] = {}
    for office in Office.objects.held_on(on).filter(member__in=keys).select_related("organisation"):
        held.setdefault(office.member_id, []).append(office)
    return [
        member
        for member in chosen
        if member == by or not _decides(by, path_of.get(member.pk), held.get(member.pk, []), on=on)
    ]


def _decides(by: Member, home: str | None, held: list[Office], *, on: date) -> bool:
    return any(_decides_by(office, home, held) for office in by.held_offices(on))


def _decides_by(office: Office, home: str | None, held: list[Office]) -> bool:
    path = office.organisation.path
    is_at_home = home is not None and home.startswith(path)
    if office.kind == Office.Kind.SECURITY_ADMINISTRATOR:
        return (is_at_home or bool(held)) and reaches(path, held)
    return (
        office.kind in LEADING
        and is_at_home
        and is_superior(office, held)
        and not any(map(opens_administration, held))
    )


@transaction.atomic
def set_may_sign_in(
    members: Iterable[Member], *, may: bool, by: Member, reason: str, at: datetime, address: str = ""
) -> int:
    """
    Close or open accounts, and return how many changed. Closing ends every session of theirs at once.

    :raises NotYoursToBlock: when one of them is not for `by` to decide; nobody's account is changed.
    """
    chosen = list(Member.objects.select_for_update().filter(pk__in=[m.pk for m in members]).order_by("pk"))
    hindered = not_theirs(by, chosen, on=localdate(at))
    if hindered:
        raise NotYoursToBlock(hindered)
    changing = [member for member in chosen if member.is_active != may and member.erased_at is None]
    Member.objects.filter(pk__in=[member.pk for member in changing]).update(is_active=may)
    if not may:
        end_all_of(changing)
    what = UNBLOCKED if may else BLOCKED
    subjects: list[tuple[Member, dict]] = [(member, {}) for member in changing]
    note_each(what, at=at, by=by, subjects=subjects, address=address, reason=reason)
    return len(changing)


@transaction.atomic
def hand_codes(
    members: Iterable[Member], *, by: Member, reason: str, at: datetime, address: str = ""
) -> list[HandedCode]:
    """
    Make a one-time code for each whose code is for `by` to make; the others get theirs from somebody else.

    :raises NotYoursToHand: when that is nobody at all.
    """
    on = localdate(at)
    handed = []
    for member in members:
        code = None
        if may_hand_code(by, member, on=on):
            kind = OneTimeCode.Purpose
            purpose = kind.FORGOTTEN if member.last_login else kind.FIRST
            code = make_code(member, by=by, purpose=purpose, reason=reason, at=at, address=address)
        handed.append(HandedCode(member, code))
    if not any(one.code for one in handed):
        raise NotYoursToHand
    return handed


@transaction.atomic
def set_standing_of_all(
    members: Iterable[Member], *, aspect: str, value: str, since: date, by: Member, at: datetime
) -> None:
    """
    From that day on all of them are full or probationary, on the job or retired.

    :raises NotAll: naming the first for whom it is refused; nobody's standing is changed.
    """
    for member in members:
        try:
            arranging.set_standing(member, aspect=aspect, value=value, since=since, by=by, at=at)
        except Refusal as refusal:
            raise NotAll(member, refusal) from refusal


def may_remove_second_step(by: Member, member: Member, *, on: date) -> bool:
    """
    True for a security administrator of the member's part of the tree; nobody about themself.

    Not of the system and the audit administrator: with a one-time code it would open the account, and one
    person would be two of the three. `manage.py begin --recover` is for them.
    """
    guarding = [o for o in by.held_offices(on) if o.kind == Office.Kind.SECURITY_ADMINISTRATOR]
    if member == by or not guarding:
        return False
    home, held = member.home(on), member.held_offices(on)
    if any(office.kind in OTHER_ADMINISTRATORS for office in held):
        return False
    return any(_decides_by(office, home.branch.path if home else None, held) for office in guarding)


@transaction.atomic
def remove_second_step(member: Member, *, by: Member, reason: str, at: datetime, address: str = "") -> None:
    """
    Let a member who lost telephone and recovery codes sign in with the password; their sessions end.

    Whose office asks for a second step sets up a new one at the next sign-in.

    :raises NotYoursToRemove, NoSecondStep: and nothing is changed.
    """
    locked = Member.objects.select_for_update().get(pk=member.pk)
    if not may_remove_second_step(by, locked, on=localdate(at)):
        raise NotYoursToRemove
    if not second_step.remove(locked, by=by, at=at, reason=reason, address=address):
        raise NoSecondStep
