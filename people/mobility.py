"""
Members away from their branch for six months or more: registered out by the home branch, in by the host.

The sending organisation keeps in contact with them (Regulation on the Education and Management of Members,
art. 32), the receiving one helps; no place is kept beyond the branch that receives them.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.affiliations import Affiliation
from people.arrangements import DatedQuerySet
from people.leading import (
    NotForYourself,
    NotThatDay,
    NotYourBranch,
    Refusal,
    home_of,
    is_open,
    leads,
    led_by,
    lock_member,
)
from people.offices import DateRange
from people.organisations import Organisation

if TYPE_CHECKING:
    from people.models import Member

USUAL_MONTHS = 6
"""From so many months away on a member is mobile (Regulation, art. 32). A shorter stay is warned of."""

REGISTERED_OUT = audit.action("mobility.registered_out", _("Registered out as a mobile member"))
REGISTERED_IN = audit.action("mobility.registered_in", _("Registered in as a mobile member"))
NAMED_CONTACT = audit.action("mobility.named_contact", _("Named a contact person"))
NOTED_CONTACT = audit.action("mobility.noted_contact", _("Noted a contact with a mobile member"))
RETURNED = audit.action("mobility.returned", _("Registered the return of a mobile member"))


class AlreadyRegistered(Refusal):
    words = _("This member is registered as mobile already in these days.")


class NotRegisteredOut(Refusal):
    words = _("The home branch has not registered this member out. Please ask it to do so first.")


class AlreadyReceived(Refusal):
    words = _("This member is registered with a receiving branch already.")


class ReceivedElsewhere(Refusal):
    words = _("The home branch named another receiving branch. Please speak with the home branch.")


class NotAReceivingBranch(Refusal):
    words = _("Choose a branch that exists today and is not the member's home.")


class NotOfTheBranch(Refusal):
    words = _("The contact person has to be another member of the home branch.")


class NotTheContactPerson(Refusal):
    words = _("Contacts are noted by the contact person, or by the leaders of the home branch.")


class RegistrationQuerySet(DatedQuerySet):
    def visible_to(self, viewer: Member, *, on: date) -> RegistrationQuerySet:
        """What the leaders of the home branch, of the receiving branch, and those above them may see."""
        places = Q(pk=None)
        for place in led_by(viewer, on=on):
            places |= Q(branch__path__startswith=place.path) | Q(receiving__path__startswith=place.path)
        return self.filter(places)

    def kept_by(self, contact: Member | OuterRef, *, on: date) -> RegistrationQuerySet:
        """Those with whom this member keeps in contact, as long as both belong to the branch."""
        at_home = Affiliation.objects.of(OuterRef("contact"), on=on).home().filter(branch=OuterRef("branch"))
        return self.on(on).filter(Exists(at_home), contact=contact)

    def with_last_contact(self) -> RegistrationQuerySet:
        """Annotate `last_contact` (a day or None), counted from the day of registration on."""
        made = ContactMade.objects.filter(member=OuterRef("member"), on__gte=OuterRef("since"))
        last = made.order_by().values("member").annotate(last=Max("on")).values("last")
        return self.annotate(last_contact=models.Subquery(last))

    def due(self, *, on: date, every: int) -> RegistrationQuerySet:
        """Those whose last contact, or registration, is `every` days ago or longer."""
        counted = Greatest("since", Coalesce("last_contact", F("since")))
        return (
            self.with_last_contact()
            .alias(counted_from=counted)
            .filter(counted_from__lte=on - timedelta(days=every))
        )


class MobileRegistration(models.Model):
    """A member is away from `branch` from that day on. With a host affiliation they are registered in."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations")
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="registered_out")
    receiving = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registered_in",
        verbose_name=_("receiving branch"),
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="keeps_contact_with",
        verbose_name=_("contact person"),
    )
    since = models.DateField(_("since"))
    months = models.PositiveSmallIntegerField(
        _("expected months"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    until = models.DateField(_("until"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("registration of a mobile member")
        verbose_name_plural = _("registrations of mobile members")
        constraints = [
            ExclusionConstraint(
                name="one_mobile_registration_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(contact=None) | ~Q(contact=F("member")),
                name="nobody_keeps_contact_with_themself",
            ),
            models.CheckConstraint(
                condition=Q(receiving=None) | ~Q(receiving=F("branch")),
                name="the_receiving_branch_is_not_the_home_branch",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="being_away_lasts_a_day_or_longer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_short(self) -> bool:
        """Shorter than what makes a mobile member; registered all the same."""
        return self.months < USUAL_MONTHS

    def due_on(self, *, every: int) -> date:
        """When the next contact is due, `every` so many days. Ask `with_last_contact()` first."""
        return max(self.since, self.last_contact or self.since) + timedelta(days=every)


class ContactMade(models.Model):
    """On that day somebody was in contact with a mobile member. Of what was said, nothing is kept."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contacts_made")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contacts_noted")
    on = models.DateField(_("on"))
    noted_at = models.DateTimeField(_("noted"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["member", "by", "on"], name="a_contact_is_noted_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.on}"


@transaction.atomic
def register_out(
    member: Member,
    *,
    since: date,
    months: int,
    contact: Member,
    receiving: Organisation | None = None,
    by: Member,
    at: datetime,
) -> MobileRegistration:
    """
    Register that the member is away from the home branch. A host that is there already is the receiving one.

    :raises NotYourBranch, NotForYourself, NotThatDay, NotOfTheBranch, NotAReceivingBranch, AlreadyRegistered:
        and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    home = home_of(member, on=on)
    if not leads(by, home.branch, on=on):
        raise NotYourBranch
    if by == member:
        raise NotForYourself
    if not home.since <= since <= on or months < 1:
        raise NotThatDay
    _check_contact(contact, member, home.branch, on=on)
    host = Affiliation.objects.of(member, on=on).host().select_related("branch").first()
    if receiving is not None:
        check_receiving(receiving, home.branch, on=on)
        if host is not None and host.branch_id != receiving.pk:
            raise AlreadyReceived
    if member.registrations.filter(Q(until=None) | Q(until__gt=since)).exists():
        raise AlreadyRegistered
    registration = MobileRegistration.objects.create(
        member=member,
        branch=home.branch,
        receiving=host.branch if host else receiving,
        contact=contact,
        since=since,
        months=months,
    )
    details = {"since": f"{since}", "months": months, "contact": f"{contact.key}"}
    audit.note(REGISTERED_OUT, at=at, by=by, member=member, organisation=home.branch, details=details)
    return registration


@transaction.atomic
def register_in(
    member: Member, *, branch: Organisation, since: date, by: Member, at: datetime
) -> MobileRegistration:
    """
    Register the member in as a guest of `branch`, from that day on.

    :raises NotYourBranch, NotForYourself, NotRegisteredOut, NotAReceivingBranch, ReceivedElsewhere,
        AlreadyReceived, NotThatDay: and nothing is changed.
    """
    on = localdate(at)
    lock_member(member)
    if not leads(by, branch, on=on):
        raise NotYourBranch
    if by == member:
        raise NotForYourself
    home = home_of(member, on=on)
    registration = active_registration(member, on=on)
    if registration is None:
        raise NotRegisteredOut
    check_receiving(branch, home.branch, on=on)
    if registration.receiving_id not in {None, branch.pk} and not leads(by, home.branch, on=on):
        raise ReceivedElsewhere
    if member.affiliations.host().filter(Q(until=None) | Q(until__gt=since)).exists():
        raise AlreadyReceived
    if not registration.since <= since <= on:
        raise NotThatDay
    Affiliation.objects.create(member=member, branch=branch, kind=Affiliation.Kind.HOST, since=since)
    registration.receiving = branch
    registration.save(update_fields=["receiving"])
    details = {"since": f"{since}"}
    audit.note(REGISTERED_IN, at=at, by=by, member=member, organisation=branch, details=details)
    return registration


@transaction.atomic
def name_contact(registration: MobileRegistration, *, contact: Member, by: Member, at: datetime) -> None:
    """
    Make another member of the home branch the contact person.

    :raises NotYourBranch, NotRegisteredOut, NotOfTheBranch: and nothing is changed.
    """
    on = localdate(at)
    lock_member(registration.member)
    current = _still_active(registration, on=on)
    if not leads(by, current.branch, on=on):
        raise NotYourBranch
    _check_contact(contact, current.member, current.branch, on=on)
    was, current.contact = current.contact, contact
    current.save(update_fields=["contact"])
    details = {"contact": f"{contact.key}", "before": f"{was.key}" if was else ""}
    audit.note(
        NAMED_CONTACT, at=at, by=by, member=current.member, organisation=current.branch, details=details
    )


@transaction.atomic
def note_contact(registration: MobileRegistration, *, on: date, by: Member, at: datetime) -> None:
    """
    Add that `by` was in contact with the member on that day. Noting it twice is noting it once.

    :raises NotTheContactPerson, NotRegisteredOut, NotThatDay: and nothing is changed.
    """
    today = localdate(at)
    lock_member(registration.member)
    current = _still_active(registration, on=today)
    keeps = MobileRegistration.objects.kept_by(by, on=today).filter(pk=current.pk).exists()
    if not keeps and (by == current.member or not leads(by, current.branch, on=today)):
        raise NotTheContactPerson
    if not current.since <= on <= today:
        raise NotThatDay
    facts = {"member": current.member, "by": by, "on": on}
    _contact, is_new = ContactMade.objects.get_or_create(**facts, defaults={"noted_at": at})
    if is_new:
        details = {"on": f"{on}"}
        audit.note(
            NOTED_CONTACT, at=at, by=by, member=current.member, organisation=current.branch, details=details
        )


@transaction.atomic
def end_registration(registration: MobileRegistration, *, by: Member, at: datetime) -> None:
    """
    Register the return: from today on neither mobile nor a guest. What was registered today is taken back.

    :raises NotYourBranch, NotRegisteredOut: and nothing is changed.
    """
    on = localdate(at)
    lock_member(registration.member)
    current = _still_active(registration, on=on)
    if not (leads(by, current.branch, on=on) or leads(by, current.receiving, on=on)):
        raise NotYourBranch
    if by == current.member:
        raise NotForYourself
    end_on(current, on)
    host = Affiliation.objects.of(current.member, on=on).host().first()
    if host is not None:
        end_on(host, on)
    audit.note(RETURNED, at=at, by=by, member=current.member, organisation=current.branch)


def active_registration(member: Member, *, on: date) -> MobileRegistration | None:
    """The registration that holds on that day, with its branches, contact person and last contact."""
    held = MobileRegistration.objects.on(on).filter(member=member).with_last_contact()
    return held.select_related("member", "branch", "receiving", "contact").first()


def end_on(row: models.Model, day: date) -> bool:
    """End a dated row on that day; one that began that very day is taken back. True when it stays."""
    if row.since >= day:
        row.delete()
        return False
    row.until = day
    row.save(update_fields=["until"])
    return True


def check_receiving(branch: Organisation, home: Organisation, *, on: date) -> None:
    """
    :raises NotAReceivingBranch: when nobody can be a guest there.
    """
    if branch.kind != Organisation.Kind.BRANCH or branch.pk == home.pk or not is_open(branch, on=on):
        raise NotAReceivingBranch


def _check_contact(contact: Member, member: Member, branch: Organisation, *, on: date) -> None:
    home = contact.home(on)
    if contact == member or home is None or home.branch_id != branch.pk:
        raise NotOfTheBranch


def _still_active(registration: MobileRegistration, *, on: date) -> MobileRegistration:
    current = active_registration(registration.member, on=on)
    if current is None or current.pk != registration.pk:
        raise NotRegisteredOut
    return current
