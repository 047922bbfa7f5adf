"""Members, where they belong, and who may see whom."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.enums import TextChoices
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.offices import LEADING, OVERVIEW_OFFICES, DateRange, Office, Sight
from people.organisations import Organisation

__all__ = [
    "LEADING",
    "OVERVIEW_OFFICES",
    "Affiliation",
    "HomeStudy",
    "Member",
    "Office",
    "Organisation",
    "Sight",
]


class MemberQuerySet(models.QuerySet["Member"]):
    def belonging_to(self, organisation: Organisation, *, on: date) -> MemberQuerySet:
        """Members whose home is `organisation` or below it on that day; nobody twice."""
        return self.filter(Exists(Affiliation.objects.of(OuterRef("pk"), on=on).home().within(organisation)))

    def present_in(self, organisation: Organisation, *, on: date) -> MemberQuerySet:
        """Members with a home or host affiliation there on that day; nobody twice."""
        return self.filter(Exists(Affiliation.objects.of(OuterRef("pk"), on=on).within(organisation)))

    def visible_to(self, viewer: Member, *, sight: Sight = Sight.IDENTITY, on: date) -> MemberQuerySet:
        """
        Members of whom `viewer` may see `sight`: themself, and all below an organisation where an office
        lets them (see `people.offices.SIGHTS`). Costs one query for the viewer's offices, once per viewer.
        """
        showing = [office.organisation for office in viewer.held_offices(on) if sight in office.sights]
        if not showing:
            return self.filter(pk=viewer.pk)
        below = Affiliation.objects.of(OuterRef("pk"), on=on).within(*showing)
        return self.filter(Q(pk=viewer.pk) | Exists(below))

    def with_arrangements(self, *, on: date) -> MemberQuerySet:
        """Annotate `is_home_study` and `is_mobile` as they are on that day."""
        affiliations = Affiliation.objects.of(OuterRef("pk"), on=on)
        return self.annotate(
            is_home_study=Exists(HomeStudy.objects.on(on).filter(member=OuterRef("pk"))),
            is_mobile=Exists(affiliations.filter(kind=Affiliation.Kind.HOST)),
        )

    def with_office_kinds(self, *, on: date) -> MemberQuerySet:
        """Annotate `office_kinds`: the kinds of office held on that day."""
        held = Office.objects.held_on(on).filter(member=OuterRef("pk")).order_by()
        return self.annotate(office_kinds=ArraySubquery(held.values("kind")))


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # a computed base
    """Members; it has a name so that migrations can find it."""

    def create_user(self, number: str, password: str | None = None, **fields: Any) -> Member:
        """Add a member with a hashed password; without one nobody can sign in."""
        member = self.model(number=number, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def get_by_natural_key(self, number: str) -> Member:
        return self.get(number=number)


class Member(AbstractBaseUser, PermissionsMixin):
    """
    A Party member 党员 with an account.

    `key` is the opaque name that the ledger and the audit know a member by. Kept of a person: what is here,
    and nothing else (no identity number, no photograph, no reason for an arrangement).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(
        _("member number"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+$", _("Use small letters and digits only."))],
    )
    phone = models.CharField(
        _("phone"),
        max_length=20,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"^\+?[0-9]{6,18}$", _("Use digits only, with a + in front for abroad."))],
    )
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80)
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    prefers_large_print = models.BooleanField(_("large print"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)

    objects = MemberManager()

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS = ["name"]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_member_has_a_name"),
            models.CheckConstraint(condition=~Q(phone=""), name="an_unknown_phone_is_null_and_not_empty"),
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)),
                name="a_year_of_birth_is_plausible",
            ),
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's script."""
        return self.name_latin if get_language() == "en" and self.name_latin else self.name

    def get_full_name(self) -> str:
        return self.local_name

    def get_short_name(self) -> str:
        return self.local_name

    @property
    def email(self) -> str:
        """Wagtail asks for one; none is kept."""
        return ""

    def held_offices(self, on: date) -> list[Office]:
        """The offices held on that day, with their organisations. One query, remembered on this object."""
        kept = self.__dict__.setdefault("_held_offices", {})
        if on not in kept:
            kept[on] = list(Office.objects.held_by(self, on=on).select_related("organisation").order_by("pk"))
        return kept[on]

    def home(self, on: date) -> Affiliation | None:
        """The home affiliation on that day, with its branch and group. One query."""
        return Affiliation.objects.of(self, on=on).home().select_related("branch", "group").first()


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def of(self, member: Member | OuterRef, *, on: date) -> AffiliationQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=on), member=member, since__lte=on)

    def on(self, day: date) -> AffiliationQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    def home(self) -> AffiliationQuerySet:
        return self.filter(kind=Affiliation.Kind.HOME)

    def within(self, *organisations: Organisation) -> AffiliationQuerySet:
        """Affiliations to one of `organisations` or below. A group holds those of its branch in it."""
        places = Q()
        for organisation in organisations:
            where = "group__path" if organisation.kind == Organisation.Kind.GROUP else "branch__path"
            places |= Q(**{f"{where}__startswith": organisation.path})
        return self.filter(places)


class Affiliation(models.Model):
    """Where a member belongs: one home 组织关系, and for a mobile member one host 流入地, each dated."""

    class Kind(TextChoices):
        HOME = "home", pgettext_lazy("affiliation", "Home")
        HOST = "host", pgettext_lazy("affiliation", "Host")

    member = models.ForeignKey(Member, models.PROTECT, related_name="affiliations")
    branch = models.ForeignKey(Organisation, models.PROTECT, related_name="affiliations")
    group = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="group_affiliations"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    since = models.DateField(_("since"))
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day it no longer holds.")
    )

    objects = AffiliationQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            ExclusionConstraint(
                name="one_home_and_one_host_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="an_affiliation_lasts_a_day_or_longer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.branch}"


class HomeStudyQuerySet(models.QuerySet["HomeStudy"]):
    def on(self, day: date) -> HomeStudyQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class HomeStudy(models.Model):
    """The arrangement 居家学习, set by the branch committee. It has dates and, on purpose, no reason."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="home_studies")
    since = models.DateField(_("since"))
    review_on = models.DateField(_("to be reviewed on"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = HomeStudyQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("home study")
        verbose_name_plural = _("home study")
        constraints = [
            ExclusionConstraint(
                name="one_home_study_arrangement_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (DateRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return str(_("Home study"))
