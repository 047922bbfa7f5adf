"""
Lessons that a record names as studied: a slip, a visit or a meeting says which were read there.

`evidence["lessons"]` is a list of translation keys. A record vouches for them once it counts, and no longer
when a correction has left nothing of it.
"""

from __future__ import annotations

from django.db.models import Exists, F, Func, OuterRef, QuerySet, UUIDField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from hours.models import Source, Standing, StudyRecord

VOUCHING = (Source.PAPER, Source.VISIT, Source.MEETING)


class _Each(Func):
    function = "jsonb_array_elements_text"
    set_returning = True


def lessons_vouched(member_key: object) -> QuerySet:
    """
    Return the translation keys of the lessons that counted records name, as rows of one value, `lesson`.

    `member_key` is a member's key, or an `OuterRef` to one, for a list of members in one statement.
    """
    emptied = StudyRecord.objects.filter(corrects=OuterRef("pk"), standing=Standing.COUNTED, evidence__to=0)
    return (
        StudyRecord.objects.filter(
            ~Exists(emptied),
            member=member_key,
            source__in=VOUCHING,
            standing=Standing.COUNTED,
            evidence__has_key="lessons",
        )
        .order_by()
        .annotate(named=_Each(KeyTransform("lessons", "evidence")))
        .annotate(lesson=Cast(F("named"), UUIDField()))
        .values_list("lesson", flat=True)
    )
