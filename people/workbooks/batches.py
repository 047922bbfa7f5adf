"""Workbooks that were brought in or made, and what an import wrote, so that it can be taken back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jobs.models import Job

if TYPE_CHECKING:
    from people.models import Member


def private() -> Storage:
    """Where workbooks lie: no address leads there."""
    return storages["private"]


def import_path(batch: ImportBatch, name: str) -> str:
    return f"people/imports/{batch.key}"


def export_path(export: WorkbookExport, name: str) -> str:
    return f"people/exports/{export.key}"


class OwnQuerySet(models.QuerySet):
    """Workbooks are seen by the one who brought them or asked for them."""

    def visible_to(self, viewer: Member) -> OwnQuerySet:
        return self.filter(asked_by=viewer.pk)


class ImportBatch(models.Model):
    """
    One workbook that was brought in. After 30 days, or when it is taken back, nothing of it is left.

    `report` holds what the check found; `skip` the rows that the importer chose to leave out.
    """

    class State(TextChoices):
        CHECKING = "checking", pgettext_lazy("workbook", "Being checked")
        CHECKED = "checked", pgettext_lazy("workbook", "Checked, nothing written yet")
        REFUSED = "refused", pgettext_lazy("workbook", "Cannot be read")
        WRITING = "writing", pgettext_lazy("workbook", "Being written")
        WRITTEN = "written", pgettext_lazy("workbook", "Written")
        UNDOING = "undoing", pgettext_lazy("workbook", "Being taken back")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports")
    file = models.FileField(storage=private, upload_to=import_path, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKING)
    asked_at = models.DateTimeField(_("brought in"))
    written_at = models.DateTimeField(_("written"), null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    report = models.JSONField(default=dict)
    skip = models.JSONField(default=list)

    objects = OwnQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at=None) | Q(state__in=["written", "undoing"]),
                name="only_a_written_import_has_a_time_of_writing",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """A row that an import added (`before` is null) or changed, and what it looked like afterwards."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    table = models.CharField(max_length=40)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    digest = models.CharField(max_length=32)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "table", "row"], name="an_import_writes_a_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row}"


class WorkbookExport(models.Model):
    """A workbook of people that somebody asked for, with the reason. The file is deleted after a week."""

    class Form(TextChoices):
        XLSX = "xlsx", _("Excel workbook with all sheets (.xlsx)")
        ORGANISATIONS = "organisations", _("Organisations as text (.csv)")
        MEMBERS = "members", _("Members as text (.csv)")
        AFFILIATIONS = "affiliations", _("Affiliations as text (.csv)")
        OFFICES = "offices", _("Offices as text (.csv)")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="workbook_exports")
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    form = models.CharField(_("form"), max_length=20, choices=Form.choices, default=Form.XLSX)
    reason = models.CharField(_("reason"), max_length=300)
    file = models.FileField(storage=private, upload_to=export_path, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    objects = OwnQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("export of people")
        verbose_name_plural = _("exports of people")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_export_of_people_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.asked_at:%Y-%m-%d}"
