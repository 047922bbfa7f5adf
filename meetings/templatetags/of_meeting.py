"""`came|of_meeting:meeting`: how many came to it, out of the numbers of a whole list."""

from collections.abc import Mapping

from django import template

from meetings.models import Meeting

register = template.Library()


@register.filter
def of_meeting(numbers: Mapping[int, int], meeting: Meeting) -> int:
    return numbers.get(meeting.pk, 0)
