"""The attendance list on paper: all names in one order, with a line to sign on, and no mark of anybody."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from meetings.rolls import Roll
from meetings.titles import title_of
from paper.press import press


def attendance_list(roll: Roll) -> bytes:
    """Return the list as a PDF. Who studies at home or is away stands among all: everybody reads it."""
    meeting = roll.meeting
    begins, ends = localtime(meeting.starts_at), localtime(meeting.ends_at)
    english = get_language() == "en"
    return press(
        "attendance",
        {
            "language": "en" if english else "zh",
            "title": title_of(meeting),
            "subject": meeting.title,
            "when": f"{date_format(begins, 'DATE_FORMAT')} {begins:%H:%M}–{ends:%H:%M}",
            "words": {
                "number": _("No."),
                "name": pgettext("of a person", "Name"),
                "signature": _("Signature"),
            },
            "names": [line.member.local_name for line in roll.lines],
        },
    )
