"""
Erasing a member: somebody asks, a second person confirms, and from then on the row names nobody.

The name, number, telephone, year of birth, password and second step go; what describes the person is deleted;
affiliations and offices end on that day. The ledger, results and the audit stay under the opaque key, which
no longer leads to a person. It cannot be undone.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.corrections import WORKING_DAYS, NoReason, working_days_after
from people.delegation import TAKEN_BACK as TAKEN_BACK_OFFICE
from people.holdings import everything_held
from people.keeping import OnErasure
from people.leading import Refusal, lock_member
from people.models import Affiliation, Erasure, ErasureDecision, Member, Office, Pairing, Sight
from people.rights import guards_accounts
from people.sessions import end_others
from people.slots import erasure_steps
from people.workbooks.batches import ImportedRow

ASKED = audit.action("erasure.asked", _("Asked for a member to be erased"))
REFUSED = audit.action("erasure.refused", _("Refused to erase a member"))
TAKEN_BACK = audit.action("erasure.taken_back", _("Took back a request to be erased"))
ERASED = audit.action("erasure.done", _("Erased a member"))
LOOKED = audit.action("erasure.looked", _("Looked at requests for erasure"))

NEUTRAL_NAME = "已删除"
NEUTRAL_NAME_LATIN = "Erased"


class AlreadyAsked(Refusal):
    words = _("This has been asked for already and waits for a second person.")


class AlreadyErased(Refusal):
    words = _("This member has been erased already.")


class NotASecurityAdministrator(Refusal):
    words = _("Only the security administrator of the member's organisation may do this.")


class NotTheSecondPerson(Refusal):
    words = _("A second person has to decide this: not who asked for it, and not the member.")


class AlreadyDecided(Refusal):
    words = _("This has been decided already.")


def ask(*, member: Member, reason: str, by: Member, at: datetime) -> Erasure:
    """
    Ask for a member to be erased: the member themself, or a security administrator for another reason.

    :raises NotASecurityAdministrator, AlreadyErased, AlreadyAsked: and nothing is kept.
    """
    with transaction.atomic():
        lock_member(member)
        _check_asker(member, reason, by, on=localdate(at))
        if Member.objects.filter(pk=member.pk, erased_at__isnull=False).exists():
            raise AlreadyErased
        if Erasure.objects.of(member).open().exists():
            raise AlreadyAsked
        erasure = Erasure.objects.create(
            member=member,
            reason=reason,
            asked_by=by,
            asked_at=at,
            due_on=working_days_after(localdate(at), WORKING_DAYS),
        )
        details = {"erasure": f"{erasure.key}", "reason": f"{reason}"}
        audit.note(ASKED, at=at, by=by, member=member, details=details)
        return erasure


def _check_asker(member: Member, reason: str, by: Member, *, on: date) -> None:
    own = reason == Erasure.Reason.OWN_REQUEST
    if own and by == member:
        return
    visible = Member.objects.visible_to(by, sight=Sight.IDENTITY, on=on).filter(pk=member.pk)
    if own or by == member or not guards_accounts(by, on) or not visible.exists():
        raise NotASecurityAdministrator


@transaction.atomic
def take_back(erasure: Erasure, *, by: Member, at: datetime) -> None:
    """
    Take a request back before anybody has decided: who asked for it may.

    :raises AlreadyDecided, NotTheSecondPerson: and nothing is changed.
    """
    _open(erasure.key)
    if by.pk != erasure.asked_by_id:
        raise NotTheSecondPerson
    ErasureDecision.objects.create(erasure=erasure, outcome=ErasureDecision.Outcome.TAKEN_BACK, by=by, at=at)
    details = {"erasure": f"{erasure.key}"}
    audit.note(TAKEN_BACK, at=at, by=by, member=erasure.member, details=details)


@transaction.atomic
def refuse(key: UUID, *, words: str, by: Member, at: datetime) -> None:
    """
    Refuse, as the second person, with a reason that the member reads.

    :raises AlreadyDecided, NotTheSecondPerson, NoReason: and nothing is changed.
    """
    erasure = _for_decision(key, by, at)
    if not words.strip():
        raise NoReason
    ErasureDecision.objects.create(
        erasure=erasure, outcome=ErasureDecision.Outcome.REFUSED, words=words.strip(), by=by, at=at
    )
    details = {"erasure": f"{erasure.key}", "reason": erasure.reason}
    audit.note(REFUSED, at=at, by=by, member=erasure.member, details=details)


@transaction.atomic
def confirm(key: UUID, *, by: Member, at: datetime) -> None:
    """
    Erase the member, as the second person. It cannot be undone.

    :raises AlreadyDecided, NotTheSecondPerson: and nothing is changed.
    """
    erasure = _for_decision(key, by, at)
    member = Member.objects.get(pk=erasure.member_id)
    on = localdate(at)
    for step in erasure_steps():
        step(member, at)
    end_others(member, but=None)
    _end_stand_ins(member, by=by, at=at)
    _end(member, on)
    _drop(member, keep=erasure)
    _blank(member, at)
    ErasureDecision.objects.create(erasure=erasure, outcome=ErasureDecision.Outcome.DONE, by=by, at=at)
    details = {"erasure": f"{erasure.key}", "reason": erasure.reason}
    audit.note(ERASED, at=at, by=by, member=member, details=details)


def _open(key: UUID) -> Erasure:
    # The lock on the request makes two who decide at once wait for one another.
    erasure = (
        Erasure.objects.select_for_update(of=("self",), no_key=True).select_related("member").get(key=key)
    )
    if ErasureDecision.objects.filter(erasure=erasure).exists():
        raise AlreadyDecided
    return erasure


def _for_decision(key: UUID, by: Member, at: datetime) -> Erasure:
    erasure = _open(key)
    lock_member(erasure.member)
    if not Erasure.objects.for_decision_by(by, on=localdate(at)).filter(pk=erasure.pk).exists():
        raise NotTheSecondPerson
    return erasure


def _end(member: Member, on: date) -> None:
    """End what is dated. What would begin today or later is taken back: it never held for a day."""
    coming = Office.objects.filter(member=member, since__gte=on)
    Office.objects.filter(stands_in_for__in=coming).update(stands_in_for=None)
    coming.delete()
    Office.objects.held_on(on).filter(member=member).update(until=_before(on))
    for rows in (Affiliation.objects.filter(member=member), Pairing.objects.filter(visitor=member)):
        rows.filter(since__gte=on).delete()
        rows.on(on).update(until=on)


def _end_stand_ins(member: Member, *, by: Member, at: datetime) -> None:
    """Nobody stands in any longer for an office that has ended."""
    on = localdate(at)
    lent = Office.objects.filter(stands_in_for__member=member, until__gte=on)
    subjects = [(office.member, {"office": office.kind}) for office in lent.select_related("member")]
    audit.note_each(TAKEN_BACK_OFFICE, at=at, by=by, subjects=subjects)
    lent.filter(since__gte=on).delete()
    lent.update(until=_before(on))


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _drop(member: Member, *, keep: Erasure) -> None:
    """Delete what the inventory says, and what imports remember of the row as it was."""
    Erasure.objects.of(member).exclude(pk=keep.pk).delete()
    for held in everything_held():
        if held.on_erasure == OnErasure.DROP:
            held.rows_of(member).delete()
    ImportedRow.objects.filter(table=Member._meta.db_table, row=member.pk).delete()


def _blank(member: Member, at: datetime) -> None:
    member.number = f"x{member.key.hex[:19]}"
    member.name, member.name_latin = NEUTRAL_NAME, NEUTRAL_NAME_LATIN
    member.phone = member.birth_year = member.last_login = None
    member.prefers_large_print = member.is_active = member.is_superuser = False
    member.look = ""
    member.erased_at = at
    member.set_unusable_password()
    member.save()
    member.groups.clear()
    member.user_permissions.clear()
