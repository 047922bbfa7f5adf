"""How far members are with what they study."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import LessonEdition
from people.models import Member


class LessonReached(models.Model):
    """A member reached the last screen of a lesson. The first time is kept; languages share the key."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="lessons_reached")
    lesson = models.UUIDField(_("translation key of the lesson"))
    edition = models.ForeignKey(LessonEdition, models.PROTECT, related_name="reached")
    reached_at = models.DateTimeField(_("reached"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("lesson reached")
        verbose_name_plural = _("lessons reached")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "lesson"], name="a_member_reaches_the_end_of_a_lesson_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.lesson)
