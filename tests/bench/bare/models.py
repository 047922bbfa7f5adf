from django.contrib.postgres.fields import ArrayField
from django.db import models
from wagtail.models import Page


class BarePage(Page):
    """What a page of Wagtail costs by itself: routing, session, user, one template."""

    body = models.TextField()

    class Meta:
        verbose_name = "bare page"


class BareCount(models.Model):
    """One row a member, added to by each beat."""

    member = models.UUIDField(primary_key=True)
    seconds = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "bare count"

    def __str__(self) -> str:
        return f"{self.seconds} s"


class BareAnswer(models.Model):
    """One row for each question of an attempt, written anew by each answer."""

    attempt = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    given = ArrayField(models.TextField())
    counter = models.BigIntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "bare answer"
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="a_bare_question_has_one_answer")
        ]

    def __str__(self) -> str:
        return f"{self.position}"
