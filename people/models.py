"""Members, where they belong, and who may see whom."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from people.account_records import OneTimeCode, OpenSession, SignInTry
from people.affiliations import Affiliation
from people.arrangements import HomeStudy, Pairing, Standing
from people.audit import AuditEntry
from people.audit_seals import AuditSeal
from people.ciphers import BlindIndexField, EncryptedField, blind_index
from people.mobility import ContactMade, MobileRegistration
from people.offices import LEADING, OVERVIEW_OFFICES, Office, Sight
from people.organisations import Organisation, OrganisationState
from people.rights import (
    Consent,
    CorrectionAnswer,
    CorrectionRequest,
    Erasure,
    ErasureDecision,
    NoticeRead,
)
from people.sights import seen_by
from people.study_cards import StudyCard
from people.transfers import Transfer
from people.workbooks.batches import ImportBatch, ImportedRow, WorkbookExport

__all__ = [
    "LEADING",
    "OVERVIEW_OFFICES",
    "Affiliation",
    "AuditEntry",
    "AuditSeal",
    "Consent",
    "ContactMade",
    "CorrectionAnswer",
    "CorrectionRequest",
    "Erasure",
    "ErasureDecision",
    "HomeStudy",
    "ImportBatch",
    "ImportedRow",
    "Member",
    "MobileRegistration",
    "NoticeRead",
    "Office",
    "OneTimeCode",
    "OpenSession",
    "Organisation",
    "OrganisationState",
    "Pairing",
    "Sight",
    "SignInTry",
    "Standing",
    "StudyCard",
    "Transfer",
    "WorkbookExport",
]


class MemberQuerySet(models.QuerySet["Member"]):
    def belonging_to(self, organisation: Organisation, *, on: date) -> MemberQuerySet:
        """Members whose home is `organisation` or below it on that day; nobody twice."""
        return self.filter(Exists(Affiliation.objects.of(OuterRef("pk"), on=on).home().within(organisation)))

    def present_in(self, organisation: Organisation, *, on: date) -> MemberQuerySet:
        """Members with a home or host affiliation there on that day; nobody twice."""
        return self.filter(Exists(Affiliation.objects.of(OuterRef("pk"), on=on).within(organisation)))

    def with_phone(self, phone: str) -> MemberQuerySet:
        """Who has this telephone, found by its blind index: one member or none."""
        return self.filter(phone_index=blind_index(phone))

    def visible_to(self, viewer: Member, *, sight: Sight = Sight.IDENTITY, on: date) -> MemberQuerySet:
        """Members of whom `viewer` may see `sight` on that day, as `people.sights` says; nobody twice."""
        return self.filter(seen_by(viewer, sight=sight, on=on), erased_at=None)

    def with_sights(self, viewer: Member, *sights: Sight, on: date) -> MemberQuerySet:
        """Annotate `shows_…` for each of `sights`: whether `viewer` may see it of this very member."""
        return self.annotate(
            **{
                f"shows_{sight}": ExpressionWrapper(
                    seen_by(viewer, sight=sight, on=on), output_field=models.BooleanField()
                )
                for sight in sights
            }
        )

    def with_arrangements(self, *, on: date) -> MemberQuerySet:
        """Annotate `is_home_study` and `is_mobile` as they are on that day."""
        affiliations = Affiliation.objects.of(OuterRef("pk"), on=on)
        return self.annotate(
            is_home_study=Exists(HomeStudy.objects.on(on).filter(member=OuterRef("pk"))),
            is_mobile=Exists(affiliations.host()),
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
    phone: Any = EncryptedField(
        _("phone"),
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9]{6,18}$", _("Use digits only, with a + in front for abroad."))],
    )
    phone_index = BlindIndexField(of="phone", null=True, unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80)
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    prefers_large_print = models.BooleanField(_("large print"), default=False)
    look = models.CharField(_("how pages look"), max_length=32, blank=True, default="", db_default="")
    is_active = models.BooleanField(_("may sign in"), default=True)
    password_set_at = models.DateTimeField(_("password chosen"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = MemberManager()

    by_card = False
    """True for who has signed in with a study card: then no office is held (`people.card_sessions`)."""

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS = ["name"]

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [models.Index(fields=["name_latin", "id"], name="members_by_name")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_member_has_a_name"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="a_phone_has_its_blind_index_and_none_has_none",
            ),
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
        """The offices to work in on that day: none for who has signed in with a study card."""
        return [] if self.by_card else self.offices_of_record(on)

    def offices_of_record(self, on: date) -> list[Office]:
        """The offices held on that day, with their organisations. One query, remembered on this object."""
        kept = self.__dict__.setdefault("_held_offices", {})
        if on not in kept:
            kept[on] = list(Office.objects.held_by(self, on=on).select_related("organisation").order_by("pk"))
        return kept[on]

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return not self.by_card and super().has_perm(perm, obj)

    def places_showing(self, sight: Sight, on: date) -> list[Organisation]:
        """The organisations below which an office shows this of people. No query beside the offices."""
        return [office.organisation for office in self.held_offices(on) if sight in office.sights]

    def home(self, on: date) -> Affiliation | None:
        """The home affiliation on that day, with its branch and group. One query."""
        return Affiliation.objects.of(self, on=on).home().select_related("branch", "group").first()
