"""Forms of the branch secretary's desk: settling what awaits, correcting a record, answering an objection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from hours.correcting import Wanted
from hours.ledger import REASON, Piece
from hours.objections import LONGEST

MOST_STRETCHES = 200


class SettleForm(forms.Form):
    """Confirm or decline; a reason is needed only for declining."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Needed when you decline. The member reads it."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "decline" in self.data and not data.get("reason", "").strip():
            self.add_error("reason", _("Please say why, so that the member understands it."))
        return data


class ClockField(forms.TimeField):
    """A time of day, to the second where there are seconds."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput({"type": "time", "step": "1"}, format="%H:%M:%S")
        super().__init__(required=False, widget=widget, **kwargs)


class StretchForm(forms.Form):
    """From when to when."""

    begin = ClockField(label=pgettext_lazy("stretch of time", "from"))
    end = ClockField(label=pgettext_lazy("stretch of time", "to"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begin, end = data.get("begin"), data.get("end")
        if not self.errors and (begin is None) != (end is None):
            raise forms.ValidationError(_("Please give both times, or none of them."))
        if begin is not None and end is not None and time.min != end <= begin:
            raise forms.ValidationError(_("The time must end after it begins."))
        return data


class Stretches(BaseFormSet):
    """The stretches that should count; empty lines are left out."""

    def on_day(self, day: date) -> list[Piece]:
        """The stretches as moments of that day; midnight ends it."""
        found = []
        for form in self.forms:
            begin, end = form.cleaned_data.get("begin"), form.cleaned_data.get("end")
            if begin is not None and end is not None:
                last = day + timedelta(days=1) if end == time.min else day
                found.append((_moment(day, begin), _moment(last, end)))
        return found


StretchFormSet = formset_factory(
    StretchForm, formset=Stretches, extra=2, max_num=MOST_STRETCHES, absolute_max=MOST_STRETCHES
)


def stretch_forms(pieces: Sequence[Piece], data: Any = None) -> Stretches:
    """The lines of the form: what counts now, and two empty ones."""
    initial = [{"begin": localtime(begin).time(), "end": localtime(end).time()} for begin, end in pieces]
    return StretchFormSet(data, prefix="stretch", initial=initial)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=get_current_timezone())


class CorrectForm(forms.Form):
    """What should count of a record, and why."""

    NOTHING, STRETCHES = "nothing", "stretches"

    what = forms.ChoiceField(
        label=gettext_lazy("What should count"),
        choices=[
            (STRETCHES, gettext_lazy("These stretches")),
            (NOTHING, gettext_lazy("Nothing of it")),
        ],
        initial=STRETCHES,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes by the rule, without a time of day"),
        min_value=0,
        max_value=24 * 60,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The member reads it. Please nothing about health."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, award: int = 0, has_time: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_time, self.award = has_time, award
        if award:
            self.fields["minutes"].initial = award // 60
        else:
            del self.fields["minutes"]
        if not has_time:
            del self.fields["what"]
            if award:
                self.fields["minutes"].required = True

    def wanted(self, stretches: Sequence[Piece]) -> Wanted:
        """What the form asks for."""
        nothing = self.cleaned_data.get("what") == self.NOTHING
        minutes = self.cleaned_data.get("minutes")
        award = None if minutes is None else minutes * 60
        return Wanted(
            () if nothing or not self.has_time else stretches, 0 if nothing and self.award else award
        )


class AnswerObjectionForm(forms.Form):
    """The words the member reads, and whether a correction goes with them."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("The member reads this. Please explain plainly; 500 characters at most."),
    )
    corrected = forms.BooleanField(
        label=gettext_lazy("The record was corrected, or a correction is proposed; see above."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, has_correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_correction:
            del self.fields["corrected"]
