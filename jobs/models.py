"""What the scheduler did last, and long work with its progress."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _


class ScheduledRun(models.Model):
    """The last run of one scheduled job, so that a restart neither repeats nor forgets a night."""

    name = models.CharField(_("job"), max_length=80, unique=True)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    error = models.TextField(_("error"), blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, viewer: Any) -> JobQuerySet:
        """A job is its asker's own business."""
        return self.filter(asked_by=viewer.pk)

    def begin(self, key: uuid.UUID, *, at: datetime) -> Job | None:
        """Mark the waiting job as running and return it; None when it is not waiting any more."""
        begun = self.filter(key=key, state=Job.State.WAITING, cancel_asked_at=None)
        if not begun.update(state=Job.State.RUNNING, began_at=at, told_at=at):
            return None
        return self.select_related("asked_by").get(key=key)


class Job(models.Model):
    """Long work that somebody asked for: how far it is, whether it is to stop, and what came of it."""

    class State(TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name=_("asked by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked"))
    began_at = models.DateTimeField(_("began"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    told_at = models.DateTimeField(_("last sign of life"), null=True)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), default=0)
    step = models.CharField(_("step"), max_length=60, blank=True)
    cancel_asked_at = models.DateTimeField(_("asked to stop"), null=True)
    result = models.JSONField(_("result"), default=dict)

    objects = JobQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(state__in=["done", "cancelled", "failed"]),
                name="a_job_that_ended_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    def end(self, state: str, *, at: datetime, result: Mapping[str, Any] | None = None) -> None:
        """Keep how the work ended."""
        self.state, self.ended_at, self.result = state, at, dict(result or {})
        self.save(update_fields=["state", "ended_at", "result"])
