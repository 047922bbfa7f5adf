"""Forms of study packs: what is chosen for a pack, a step of its way, and its number or page code."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.packet_records import PackRun
from outreach.packet_steps import BY_HAND
from outreach.packs import Wanted
from paper.content import LARGEST, SMALLEST, USUAL
from people.branch_forms import DayField

SIZES = [("a4", "A4"), ("a3", "A3")]
POINTS = [16, 18, 20, 22, 24, 26, 28, 30]


class KeysField(forms.Field):
    """Keys from check boxes, or from one hidden field with commas between."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "invalid": _("Something on this page was not chosen from it. Please choose again.")
    }

    def clean(self, value: Any) -> list[UUID]:
        said = [part for text in value or [] for part in str(text).split(",") if part]
        try:
            return list(dict.fromkeys(UUID(part) for part in said))
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from error


def _without_controls(text: str) -> str:
    """The words without characters that no page shows and the database does not take."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cc")


class PackForm(forms.Form):
    """What goes into the packs, for whom, and how they look."""

    ALL, CHOSEN = "all", "chosen"

    lessons = KeysField(required=False)
    quizzes = KeysField(required=False)
    members = KeysField(required=False)
    who = forms.ChoiceField(choices=[(ALL, _("All members there")), (CHOSEN, _("The members chosen below"))])
    title = forms.CharField(
        label=_("Title on the cover"),
        max_length=80,
        required=False,
        help_text=_("May be left empty."),
    )
    points = forms.TypedChoiceField(
        label=_("Size of the letters, in points"),
        coerce=int,
        choices=[(n, str(n)) for n in POINTS if SMALLEST <= n <= LARGEST],
        initial=USUAL,
    )
    size = forms.ChoiceField(label=_("Paper"), choices=SIZES, initial="a4")
    kind = forms.ChoiceField(
        label=_("How they are printed"), choices=PackRun.Kind.choices, initial=PackRun.Kind.PRINT_RUN
    )
    pinyin = forms.BooleanField(label=_("Pinyin above the characters"), required=False)

    @property
    def look(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"size": data["size"], "points": data["points"], "pinyin": data["pinyin"]}

    @property
    def chosen_members(self) -> list[UUID] | None:
        """The members chosen; None for all."""
        return None if self.cleaned_data["who"] == self.ALL else self.cleaned_data["members"]

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        said = {
            key: [_without_controls(line) for line in self.data[f"discussion-{key}"].splitlines()]
            for key in data["lessons"]
            if self.data.get(f"discussion-{key}")
        }
        return Wanted(data["lessons"], data["quizzes"], said, data["title"])

    def ticked(self, name: str) -> set[str]:
        """What was sent for a field of keys, to be ticked again."""
        return (
            {part for text in self.data.getlist(name) for part in text.split(",")} if self.is_bound else set()
        )


class StepForm(forms.Form):
    """Where packs have come to, and on which day."""

    state = forms.ChoiceField(choices=[(state, state.label) for state in BY_HAND] + [("cancelled", "")])
    on = DayField(label=_("on the day"))


class FindForm(forms.Form):
    """The number of a pack, or the code beside the square on one of its pages."""

    code = forms.CharField(
        label=_("Pack number, or the code on a page"),
        max_length=80,
        help_text=_("For example 2026-000123. The code stands beside the square in the corner of each page."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
