"""
Moving a member's study record to another branch.

Only the branch of the study record moves; the official transfer of the organisational affiliation has its own
system. What was studied stays with the member, each row with the home organisation of its moment.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.enums import TextChoices
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people import audit
from people.leading import (
    NotForYourself,
    NotYourBranch,
    Refusal,
    home_of,
    is_open,
    leads,
    led_by,
    lock_member,
)
from people.moving import move_back, move_home
from people.organisations import Organisation

if TYPE_CHECKING:
    from people.models import Member

UNDONE_WITHIN = timedelta(days=30)
"""How long after its acceptance a transfer can be undone."""

ASKED = audit.action("transfer.asked", _("Asked for a transfer"))
ACCEPTED = audit.action("transfer.accepted", _("Accepted a transfer"))
DECLINED = audit.action("transfer.declined", _("Declined a transfer"))
WITHDRAWN = audit.action("transfer.withdrawn", _("Withdrew a transfer"))
UNDONE = audit.action("transfer.undone", _("Undid a transfer"))


class NotABranchToJoin(Refusal):
    words = _("Choose a branch that exists today and is not the member's home.")


class NotAGroupOfTheBranch(Refusal):
    words = _("Choose a group of the receiving branch, or none.")


class AlreadyAsked(Refusal):
    words = _("A transfer of this member is waiting for an answer already.")


class NoLongerOpen(Refusal):
    words = _("This transfer has been answered already.")


class NotTheOtherSide(Refusal):
    words = _("This is answered by the leaders of the other branch, or of an organisation above both.")


class NotTheAskingSide(Refusal):
    words = _("This is taken back by the branch that asked, or by an organisation above both.")


class NoLongerAtHome(Refusal):
    words = _("This member belongs to another branch by now.")


class ReasonMissing(Refusal):
    words = _("Please say why, in a few words.")


class NotAccepted(Refusal):
    words = _("Only an accepted transfer can be undone.")


class TooLateToUndo(Refusal):
    words = _("The 30 days in which a transfer can be undone are over. A new one can be asked for.")


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, viewer: Member, *, on: date) -> TransferQuerySet:
        """Transfers from and to the branches that the viewer leads, or that stand below."""
        places = Q(pk=None)
        for place in led_by(viewer, on=on):
            places |= Q(origin__path__startswith=place.path) | Q(target__path__startswith=place.path)
        return self.filter(places)

    def waiting(self) -> TransferQuerySet:
        return self.filter(state=Transfer.State.ASKED)

    def concerning(self, branch: Organisation) -> TransferQuerySet:
        return self.filter(Q(origin=branch) | Q(target=branch))

    def undoable(self, *, on: date) -> TransferQuerySet:
        """Accepted so recently that they can be undone."""
        return self.filter(state=Transfer.State.ACCEPTED, effective_on__gte=on - UNDONE_WITHIN)

    def with_people(self) -> TransferQuerySet:
        return self.select_related("member", "origin", "target", "group", "asked_by", "answered_by")


class Transfer(models.Model):
    """One branch asks, the other one answers. `ended` describes what acceptance ended, to begin it again."""

    class State(TextChoices):
        ASKED = "asked", pgettext_lazy("transfer", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("transfer", "Accepted")
        DECLINED = "declined", pgettext_lazy("transfer", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("transfer", "Withdrawn")
        UNDONE = "undone", pgettext_lazy("transfer", "Undone")

    class Side(TextChoices):
        ORIGIN = "origin", pgettext_lazy("transfer", "Present branch")
        TARGET = "target", pgettext_lazy("transfer", "Receiving branch")
        ABOVE = "above", pgettext_lazy("transfer", "Organisation above both")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers")
    origin = models.ForeignKey(Organisation, models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(Organisation, models.PROTECT, related_name="transfers_in")
    group = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="transfers_into_group"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_from = models.CharField(max_length=10, choices=Side.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers_asked")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="transfers_answered"
    )
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    effective_on = models.DateField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="transfers_undone"
    )
    undone_at = models.DateTimeField(null=True)
    ended = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = TransferQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("transfer of the study record")
        verbose_name_plural = _("transfers of the study record")
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state="asked"), name="one_open_transfer_a_member"
            ),
            models.CheckConstraint(
                condition=~Q(origin=F("target")), name="a_transfer_goes_to_another_branch"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None)
                | ~Q(state="asked") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="an_answered_transfer_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="a_declined_transfer_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "undone"], effective_on__isnull=False)
                | ~Q(state__in=["accepted", "undone"]) & Q(effective_on=None),
                name="an_accepted_transfer_has_its_first_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="an_undone_transfer_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def undoable_until(self) -> date | None:
        """The last day on which it can be undone."""
        return self.effective_on + UNDONE_WITHIN if self.state == self.State.ACCEPTED else None

    def side_of(self, member: Member, *, on: date) -> Transfer.Side | None:
        """Which side the member leads, or both."""
        return _side(member, self.origin, self.target, on=on)

    def is_answered_by(self, member: Member, *, on: date) -> bool:
        """True for those who may accept or decline: the side that did not ask, or above both."""
        if self.state != self.State.ASKED or member == self.member:
            return False
        asked_for_joining = self.asked_from == self.Side.TARGET
        other = self.Side.ORIGIN if asked_for_joining else self.Side.TARGET
        return self.side_of(member, on=on) in {other, self.Side.ABOVE}

    def is_withdrawn_by(self, member: Member, *, on: date) -> bool:
        """True for those who may take it back: the side that asked, or above both."""
        if self.state != self.State.ASKED:
            return False
        return self.side_of(member, on=on) in {self.asked_from, self.Side.ABOVE}

    def is_undone_by(self, member: Member, *, on: date) -> bool:
        """True for those who may undo it on that day: either side, or above."""
        last = self.undoable_until
        return last is not None and on <= last and self.side_of(member, on=on) is not None


def _side(member: Member, origin: Organisation, target: Organisation, *, on: date) -> Transfer.Side | None:
    here, there = leads(member, origin, on=on), leads(member, target, on=on)
    if here and there:
        return Transfer.Side.ABOVE
    if here:
        return Transfer.Side.ORIGIN
    return Transfer.Side.TARGET if there else None


@transaction.atomic
def ask(
    member: Member, *, target: Organisation, group: Organisation | None = None, by: Member, at: datetime
) -> Transfer:
    """
    Ask for the member's study record to move from the present home branch to `target`.

    :raises NotYourBranch, NotABranchToJoin, NotAGroupOfTheBranch, AlreadyAsked: and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    side = _side(by, home.branch, target, on=on)
    if side is None:
        raise NotYourBranch
    _check_target(target, group, home.branch, on=on)
    if member.transfers.waiting().exists():
        raise AlreadyAsked
    transfer = Transfer.objects.create(
        member=member,
        origin=home.branch,
        target=target,
        group=group,
        asked_from=side,
        asked_by=by,
        asked_at=at,
    )
    _note(ASKED, transfer, by=by, at=at)
    return transfer


@transaction.atomic
def ask_and_accept(
    member: Member, *, target: Organisation, group: Organisation | None = None, by: Member, at: datetime
) -> Transfer:
    """
    Ask and accept in one step: for the leaders of an organisation above both branches.

    :raises NotTheOtherSide: and all that `ask` raises; nothing is changed.
    """
    return accept(ask(member, target=target, group=group, by=by, at=at), by=by, at=at)


@transaction.atomic
def accept(transfer: Transfer, *, group: Organisation | None = None, by: Member, at: datetime) -> Transfer:
    """
    From today on the member's home is the receiving branch, in `group` or the one that was asked for.

    :raises NoLongerOpen, NotTheOtherSide, NoLongerAtHome, NotABranchToJoin, NotAGroupOfTheBranch: and nothing
        is changed.
    """
    on = localdate(at)
    current = _locked(transfer)
    _check_answer(current, by, on=on)
    home = home_of(current.member, on=on)
    if home.branch_id != current.origin_id:
        raise NoLongerAtHome
    current.group = group or current.group
    _check_target(current.target, current.group, home.branch, on=on)
    current.ended = move_home(home, to=current.target, group=current.group, on=on)
    current.state, current.effective_on = Transfer.State.ACCEPTED, on
    current.answered_by, current.answered_at = by, at
    current.save()
    _note(ACCEPTED, current, by=by, at=at)
    return current


@transaction.atomic
def decline(transfer: Transfer, *, reason: str, by: Member, at: datetime) -> Transfer:
    """
    Say no, and why.

    :raises ReasonMissing, NoLongerOpen, NotTheOtherSide: and nothing is changed.
    """
    if not reason.strip():
        raise ReasonMissing
    current = _locked(transfer)
    _check_answer(current, by, on=localdate(at))
    current.state, current.reason = Transfer.State.DECLINED, reason.strip()
    current.answered_by, current.answered_at = by, at
    current.save()
    _note(DECLINED, current, by=by, at=at, reason=current.reason)
    return current


@transaction.atomic
def withdraw(transfer: Transfer, *, by: Member, at: datetime) -> Transfer:
    """
    Take the question back.

    :raises NoLongerOpen, NotTheAskingSide: and nothing is changed.
    """
    current = _locked(transfer)
    if current.state != Transfer.State.ASKED:
        raise NoLongerOpen
    if not current.is_withdrawn_by(by, on=localdate(at)):
        raise NotTheAskingSide
    current.state, current.answered_by, current.answered_at = Transfer.State.WITHDRAWN, by, at
    current.save()
    _note(WITHDRAWN, current, by=by, at=at)
    return current


@transaction.atomic
def undo(transfer: Transfer, *, by: Member, at: datetime) -> Transfer:
    """
    From today on the old branch is home again, and what the transfer ended begins again.

    On the very day of its acceptance the transfer leaves nothing behind but itself and the audit.

    :raises NotAccepted, NotYourBranch, NotForYourself, TooLateToUndo, NoLongerAtHome, NotABranchToJoin: and
        nothing is changed.
    """
    on = localdate(at)
    current = _locked(transfer)
    if current.state != Transfer.State.ACCEPTED:
        raise NotAccepted
    if current.side_of(by, on=on) is None:
        raise NotYourBranch
    if by == current.member:
        raise NotForYourself
    if not current.is_undone_by(by, on=on):
        raise TooLateToUndo
    home = home_of(current.member, on=on)
    if home.branch_id != current.target_id:
        raise NoLongerAtHome
    if not is_open(current.origin, on=on):
        raise NotABranchToJoin
    move_back(home, ended=current.ended, began_on=current.effective_on, on=on)
    current.state, current.undone_by, current.undone_at = Transfer.State.UNDONE, by, at
    current.save()
    _note(UNDONE, current, by=by, at=at)
    return current


def _locked(transfer: Transfer) -> Transfer:
    """The transfer as it stands now; nobody else acts on its member until the transaction ends."""
    lock_member(transfer.member)
    return Transfer.objects.with_people().get(pk=transfer.pk)


def _check_answer(transfer: Transfer, by: Member, *, on: date) -> None:
    if transfer.state != Transfer.State.ASKED:
        raise NoLongerOpen
    if by == transfer.member:
        raise NotForYourself
    if not transfer.is_answered_by(by, on=on):
        raise NotTheOtherSide


def _check_target(target: Organisation, group: Organisation | None, home: Organisation, *, on: date) -> None:
    if target.kind != Organisation.Kind.BRANCH or target.pk == home.pk or not is_open(target, on=on):
        raise NotABranchToJoin
    if group is None:
        return
    if group.kind != Organisation.Kind.GROUP or group.parent_id != target.pk or not is_open(group, on=on):
        raise NotAGroupOfTheBranch


def _note(what: audit.Action, transfer: Transfer, *, by: Member, at: datetime, reason: str = "") -> None:
    """The audit knows both branches: the receiving one as its place, the other one in the details."""
    details = {"transfer": f"{transfer.key}", "from": f"{transfer.origin.key}"}
    audit.note(
        what,
        at=at,
        by=by,
        member=transfer.member,
        organisation=transfer.target,
        reason=reason,
        details=details,
    )
