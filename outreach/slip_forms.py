"""The form of a return slip: like the sheet, with boxes and places to write in the same numbering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outreach.noting import Row, noted_in, rows_of
from outreach.packet_records import Packet, Slip
from outreach.slips import DAY_MINUTES, LONGEST, LONGEST_NAME, Told, lessons_of
from people.branch_forms import DayField


@dataclass(frozen=True)
class Sheet:
    """The rows of one quiz."""

    title: str
    rows: list[Row] = field(default_factory=list)


class SlipForm(forms.Form):
    """What stands on the slip. Days and minutes first, as on paper."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    read_on = DayField(label=_("Read on"))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=DAY_MINUTES,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=_("As they stand on the slip."),
    )
    lessons = forms.MultipleChoiceField(
        label=_("Lessons read"), required=False, widget=forms.CheckboxSelectMultiple
    )
    signed_by = forms.ChoiceField(
        label=_("Signed by"), choices=Slip.SignedBy.choices, widget=forms.RadioSelect, initial="reader"
    )
    companion = forms.CharField(
        label=_("Name of who was there"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Only when somebody else signed."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    questions = forms.CharField(
        label=pgettext_lazy("return slip", "Questions"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line. Each becomes a task: “I will find out”. Nothing about health."),
    )
    wishes = forms.CharField(
        label=_("Wishes"), max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, packet: Packet, on: date) -> None:
        lessons = [(str(edition.translation_key), edition.title) for edition in lessons_of(packet)]
        initial = {"key": uuid4(), "lessons": [key for key, _title in lessons]}
        super().__init__(data, initial=initial)
        self.packet = packet
        self.fields["lessons"].choices = lessons
        self.fields["read_on"].widget.attrs["max"] = on.isoformat()

    def told(self) -> Told:
        """What was typed, with the ticked boxes and what was written on the sheet."""
        data = self.cleaned_data
        return Told(
            read_on=data["read_on"],
            minutes=data["minutes"],
            lessons=[UUID(key) for key in data["lessons"]],
            signed_by=data["signed_by"],
            companion=data["companion"],
            questions=data["questions"],
            wishes=data["wishes"],
            chosen=[
                noted_in(self.data, drawn["paper"], prefix=_prefix(quiz))
                for quiz, drawn in enumerate(self._quizzes)
            ],
        )

    @property
    def _quizzes(self) -> list[Mapping[str, Any]]:
        return self.packet.contents["quizzes"]

    def sheets(self, contents: Sequence[Sequence[Mapping[str, Any]]]) -> list[Sheet]:
        """The rows of the sheet; questions are numbered on through the pack, as there."""
        first, sheets = 1, []
        for quiz, (drawn, asked) in enumerate(zip(self._quizzes, contents, strict=True)):
            sent = self.data if self.is_bound else None
            rows = list(rows_of(drawn["paper"], asked, prefix=_prefix(quiz), sent=sent, first=first))
            sheets.append(Sheet(drawn["title"], rows))
            first += len(rows)
        return sheets


def _prefix(quiz: int) -> str:
    return f"q{quiz}-"
