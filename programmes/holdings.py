"""What this room holds of members: the lessons they read to the end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, WITH_ACCOUNT, Held
from people.models import Member
from people.slots import Column, Said, Section
from programmes.models import LessonReached

INVENTORY = (
    Held(
        "programmes.LessonReached",
        _("Lessons I read to the end"),
        ("member", "lesson", "edition", "reached_at"),
        _("to know what is done"),
        LAW,
        WITH_ACCOUNT,
        _("you; offices of your branch and above"),
    ),
)


def own_data(member: Member) -> list[Section]:
    """The lessons whose last screen was reached. One query."""
    rows = (
        LessonReached.objects.filter(member=member).select_related("edition").order_by("-reached_at", "-pk")
    )
    columns = (Column("lesson", _("lesson")), Column("reached_at", _("reached")))
    return [
        Section(
            "programmes.lessonreached",
            _("Lessons I read to the end"),
            columns,
            [(Said(str(row.lesson), row.edition.title), row.reached_at) for row in rows],
        )
    ]
