"""Forms of meetings: planning one, closing it, correcting who was there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.outline import outline
from hours.ledger import REASON
from meetings.holders import KINDS
from meetings.holding import Plan, TooFarAway
from meetings.models import Attendance, Meeting
from people.models import Member, MemberQuerySet, Organisation

USUAL = (time(15, 0), time(16, 30))
"""When a meeting is held, as long as nobody has said otherwise."""


class Clock(forms.TimeField):
    """A time of day, in minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **kwargs)


class TimesForm(forms.Form):
    """The day, and from when to when."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    begins = Clock(label=_("Begins"))
    ends = Clock(label=_("Ends"))

    def clean_day(self) -> date:
        """Days at the end of time are refused before anybody reckons with them."""
        day: date = self.cleaned_data["day"]
        if not 1900 < day.year < 2200:
            raise ValidationError(TooFarAway.words)
        return day

    def times(self) -> dict[str, Any]:
        """The moments; midnight ends a day."""
        day, begins, ends = (self.cleaned_data[name] for name in ("day", "begins", "ends"))
        last = day + timedelta(days=1) if ends == time.min else day
        return {"starts_at": moment(day, begins), "ends_at": moment(last, ends)}


class PlanForm(TimesForm):
    """What is said of a meeting before it is held."""

    kind = forms.ChoiceField(label=_("Kind of meeting"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("Subject"),
        max_length=80,
        required=False,
        help_text=_("Not needed. Please no names of people."),
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        help_text=_("Not needed. Forgotten when the meeting is closed."),
    )
    chaired_by = forms.ModelChoiceField(None, label=_("In the chair"), to_field_name="key", required=False)
    lecturer = forms.ModelChoiceField(
        None,
        label=_("Lecturer"),
        to_field_name="key",
        required=False,
        help_text=_("Of a Party lecture. Its preparation is counted by the rule."),
    )
    lessons = forms.TypedMultipleChoiceField(
        label=_("Lessons studied"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever attends has them as done."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, *args: Any, organisation: Organisation, members: MemberQuerySet, by: Member, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = KINDS[organisation.kind]
        kind = self.fields["kind"]
        kind.choices = [(value, Meeting.Kind(value).label) for value in kinds]
        kind.initial = kinds[0]
        self.fields["chaired_by"].queryset = self.fields["lecturer"].queryset = members
        lessons = self.fields["lessons"]
        lessons.choices = [
            (module.title, [(f"{lesson.key}", lesson.edition.title) for lesson in module.lessons])
            for course in outline(get_language() or "zh-hans", reader=by)
            for module in course.modules
        ]
        self.order_fields(["kind", "day", "begins", "ends"])

    @property
    def essential(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "begins", "ends")]

    @property
    def optional(self) -> list[forms.BoundField]:
        names = ["title", "place", "chaired_by"]
        if any(value == Meeting.Kind.LECTURE for value, _label in self.fields["kind"].choices):
            names.append("lecturer")
        return [self[name] for name in names]

    @property
    def has_more(self) -> bool:
        """Whether something is said, or wrong, in the part that is folded."""
        names = ("title", "place", "chaired_by", "lecturer", "lessons")
        return any(self[name].value() or self[name].errors for name in names)

    def plan(self) -> Plan:
        data = self.cleaned_data
        rest: dict[str, Any] = {
            name: data[name] for name in ("kind", "title", "place", "chaired_by", "lecturer", "lessons")
        }
        return Plan(**self.times(), **rest)


class CorrectForm(forms.Form):
    """What should be said of a member at a meeting that is closed."""

    member = forms.ModelChoiceField(None, label=_("Which member"), to_field_name="key")
    state = forms.ChoiceField(
        label=_("What is right"), choices=Attendance.State.choices, widget=forms.RadioSelect
    )
    arrived = Clock(label=_("Arrived at"), required=False, help_text=_("Only for who came late."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The member reads it. Please nothing about health."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, members: MemberQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members


def moment(day: date, clock: time) -> datetime:
    """That time of that day in Shanghai."""
    return datetime.combine(day, clock, tzinfo=get_current_timezone())


def said_of(meeting: Meeting) -> dict[str, Any]:
    """What the form shows of a meeting that exists."""
    return {
        **clock_of(meeting.starts_at, meeting.ends_at),
        "kind": meeting.kind,
        "title": meeting.title,
        "place": meeting.place or "",
        "chaired_by": meeting.chaired_by and meeting.chaired_by.key,
        "lecturer": meeting.lecturer and meeting.lecturer.key,
        "lessons": [f"{lesson}" for lesson in meeting.lessons],
    }


def clock_of(starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    begins, ends = localtime(starts_at), localtime(ends_at)
    return {"day": begins.date(), "begins": begins.time(), "ends": ends.time()}


def usual(last: Meeting | None, *, on: date) -> dict[str, Any]:
    """Today, at the time of the last meeting."""
    begins, ends = USUAL
    if last is not None:
        begins, ends = (localtime(when).time() for when in (last.starts_at, last.ends_at))
    return {"day": on, "begins": begins, "ends": ends}
