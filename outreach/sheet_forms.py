"""Copying the lines of an activity record that came back: one form a line, numbered as on the sheet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hours.totals import SHANGHAI
from outreach.sheet_acts import Line
from outreach.sheets import LINES, LONGEST_MINUTES, SheetLine
from people.branch_forms import DayField


class LineForm(forms.Form):
    """One line. Left empty it is not on the sheet, or was recorded before."""

    on = DayField(label=_("Day"), required=False)
    start = forms.TimeField(
        label=_("Beginning"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=LONGEST_MINUTES)
    kind = forms.ChoiceField(label=_("Activity"), required=False, choices=SheetLine.Kind.choices)
    about = forms.CharField(label=_("What it was about"), required=False, max_length=120)

    def __init__(self, data: Any = None, *, row: int) -> None:
        super().__init__(data, prefix=f"line{row}", auto_id="line_%s")
        self.row = row

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        needed = [name for name in ("on", "start", "minutes") if name not in self.errors]
        empty = [name for name in needed if given.get(name) is None]
        if self.is_used and empty:
            for name in empty:
                self.add_error(name, _("Please fill this in, or leave the whole line empty."))
        return given

    @property
    def is_used(self) -> bool:
        """Whether anything is written on this line; the kind of activity alone says nothing."""
        names = ("on", "start", "minutes", "about")
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in names)

    def line(self) -> Line:
        given = self.cleaned_data
        return Line(
            row=self.row,
            started_at=datetime.combine(given["on"], given["start"], SHANGHAI),
            minutes=given["minutes"],
            kind=given["kind"] or SheetLine.Kind.OTHER,
            about=given["about"].strip(),
        )


class ReturnForm(forms.Form):
    """The key that the page made: the same form sent twice is one return."""

    key = forms.UUIDField(widget=forms.HiddenInput)


def line_forms(data: Any, *, recorded: set[int]) -> list[LineForm]:
    """A form for each line that is not recorded yet."""
    return [LineForm(data, row=row) for row in range(1, LINES + 1) if row not in recorded]


def filled_in(forms_: list[LineForm]) -> list[Line] | None:
    """The lines that were filled in; None when one of them is not right."""
    used = [form for form in forms_ if form.is_used]
    wrong = [form for form in used if not form.is_valid()]  # each of them says what is wrong
    return None if wrong else [form.line() for form in used]
