"""Forms of readers: a note, an error report, an opinion."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import LessonEdition
from courses.reading_records import MOST_CHARACTERS, ErrorReport


class NoteForm(forms.Form):
    """A private note. `key` is made with the form, so that sending twice keeps one note."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label=_("Your note"),
        max_length=MOST_CHARACTERS,
        strip=True,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Only you can read it. It is kept encrypted."),
    )


class ChangedNoteForm(NoteForm):
    """Other words for a note, with the moment at which it was shown as it stood."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)


class ReportForm(forms.Form):
    """What is wrong in a lesson, and where."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    about = forms.ChoiceField(label=_("What is wrong?"), choices=ErrorReport.About.choices)
    part = forms.ChoiceField(label=_("In which part?"), required=False)
    words = forms.CharField(
        label=_("What did you notice?"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Please write the words as they stand, and what they should be. No names of people."),
    )

    def __init__(self, *args: Any, edition: LessonEdition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = [(part["text"], part["text"]) for part in edition.contents]
        self.fields["part"].choices = [("", _("I cannot say")), *parts]
