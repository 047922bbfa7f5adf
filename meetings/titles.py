"""What a meeting is called where study is shown: on a record it stands in the place of a lesson's title."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hours.slots import Subject, subjects
from meetings.models import Meeting


def title_of(meeting: Meeting) -> str:
    """Its kind, and whose it was."""
    names = {"kind": meeting.get_kind_display(), "branch": meeting.branch.local_name}
    return _("%(kind)s, %(branch)s") % names


def meetings_by_key(keys: Iterable[UUID]) -> dict[UUID, Subject]:
    """The titles of meetings for the room of hours. One query, or none when nothing is asked."""
    wanted = list(keys)
    if not wanted:
        return {}
    found = Meeting.objects.filter(key__in=wanted).select_related("branch")
    return {meeting.key: Subject(title=title_of(meeting)) for meeting in found}


def lessons_of(meeting: Meeting) -> list[Subject]:
    """The lessons that were studied, in their order; one that is nowhere any more is left out."""
    found = subjects(meeting.lessons) if meeting.lessons else {}
    return [found[key] for key in meeting.lessons if key in found]


def listed(names: Iterable[str]) -> str:
    """Names one after another, as the language parts them."""
    return pgettext("between the parts of a list", ", ").join(names)
