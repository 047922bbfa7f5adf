"""The form of a return slip: like the sheet, with rows of boxes A, B, C, D in the same numbering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outreach.packet_records import Packet, Slip
from outreach.slips import DAY_MINUTES, LONGEST, LONGEST_NAME, Told, lessons_of
from people.branch_forms import DayField
from quizzes.papers import Asked

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Box:
    """A box of a row: its letter, what the option says, and whether it is ticked."""

    letter: str
    key: str
    text: str
    is_ticked: bool


@dataclass(frozen=True)
class Row:
    """A question on the sheet, with its number there."""

    number: int
    name: str
    stem: str
    boxes: list[Box]
    takes_several: bool = False


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
        """What was typed, with the ticked boxes."""
        data = self.cleaned_data
        return Told(
            read_on=data["read_on"],
            minutes=data["minutes"],
            lessons=[UUID(key) for key in data["lessons"]],
            signed_by=data["signed_by"],
            companion=data["companion"],
            questions=data["questions"],
            wishes=data["wishes"],
            chosen=[self._chosen(number, drawn) for number, drawn in enumerate(self._quizzes)],
        )

    @property
    def _quizzes(self) -> list[Mapping[str, Any]]:
        return self.packet.contents["quizzes"]

    def _chosen(self, quiz: int, drawn: Mapping[str, Any]) -> dict[int, list[UUID]]:
        found = {}
        for position, place in enumerate(drawn["paper"]):
            ticked = self._ticked(quiz, position)
            found[position] = [UUID(key) for key in place["options"] if key in ticked]
        return {position: keys for position, keys in found.items() if keys}

    def _ticked(self, quiz: int, position: int) -> set[str]:
        return set(self.data.getlist(_name(quiz, position))) if self.is_bound else set()

    def sheets(self, asked: list[list[Asked]]) -> list[Sheet]:
        """The rows of boxes; questions are numbered on through the pack, as on the sheet."""
        number, sheets = 0, []
        for quiz, (drawn, questions) in enumerate(zip(self._quizzes, asked, strict=True)):
            sheet = Sheet(drawn["title"])
            for position, question in enumerate(questions):
                number += 1
                sheet.rows.append(self._row(number, quiz, position, question))
            sheets.append(sheet)
        return sheets

    def _row(self, number: int, quiz: int, position: int, question: Asked) -> Row:
        ticked = self._ticked(quiz, position)
        boxes = [
            Box(letter, option.key, option.text, option.key in ticked)
            for letter, option in zip(LETTERS, question.options, strict=False)
        ]
        return Row(number, _name(quiz, position), question.stem, boxes, question.takes_several)


def _name(quiz: int, position: int) -> str:
    return f"q{quiz}-{position}"
