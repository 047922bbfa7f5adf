"""What editors and reviewers did with a question: steps are added, its state follows from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models import Member
from quizzes.questions import Question


class ReviewStep(models.Model):
    """
    One step in the life of a question: who, when, and the digest of its words as they stood.

    `words`: why it was sent back.
    """

    class Kind(TextChoices):
        WRITTEN = "written", pgettext_lazy("step of a review", "Written")
        SUBMITTED = "submitted", _("Submitted for review")
        TAKEN_BACK = "taken_back", _("Taken back from review")
        SENT_BACK = "sent_back", _("Sent back")
        APPROVED = "approved", _("Approved")
        TAKEN_INTO_USE = "taken_into_use", _("Taken into use")
        RETIRED = "retired", _("Retired")
        BROUGHT_BACK = "brought_back", _("Brought back")

    question = models.ForeignKey(Question, models.CASCADE, related_name="steps")
    kind = models.CharField(_("what was done"), max_length=20, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    words = models.CharField(_("words for the editor"), max_length=1000, blank=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of a review")
        indexes = [models.Index(fields=["question", "-id"], name="last_step_of_a_question")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "written",
                        "submitted",
                        "taken_back",
                        "sent_back",
                        "approved",
                        "taken_into_use",
                        "retired",
                        "brought_back",
                    ]
                ),
                name="a_step_of_a_review_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="sent_back") | ~Q(words=""), name="what_is_sent_back_says_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
