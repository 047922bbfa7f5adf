"""What an editor sends: a file; what holds for all its questions; which questions are taken out."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from quizzes.exchange.drafting import Choices
from quizzes.exchange.holding import FORMATS
from quizzes.exchange.wording import FORMATS as FORMAT_WORDS
from quizzes.models import Question, QuestionTag, Quiz
from sources.categories import Category


class SendForm(forms.Form):
    """A file. The key makes the same form count once."""

    file = forms.FileField(
        label=_("File with questions"),
        help_text=_("Workbook (.xlsx), Word (.docx), Moodle GIFT (.txt) or Moodle XML (.xml)."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.docx,.txt,.gift,.xml"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class ChoicesForm(forms.Form):
    """What holds for all questions of the file; what a question says itself goes before."""

    source = forms.CharField(
        label=_("Source of questions that name none"),
        max_length=300,
        required=False,
        help_text=_("Where the questions are from: a document with its date, or who wrote them."),
    )
    category = forms.ChoiceField(
        label=_("Category of questions that name none"),
        choices=[("", "—"), *Category.choices],
        required=False,
    )
    tags = forms.CharField(
        label=_("Tags for all of them"),
        max_length=300,
        required=False,
        help_text=_("With commas between them. Later you find the questions by their tags."),
    )
    tags_of_categories = forms.BooleanField(label=_("Make tags of the file's own categories"), required=False)

    def clean_tags(self) -> list[str]:
        told = [tag.strip() for tag in re.split(r"[,，、;；]", self.cleaned_data["tags"]) if tag.strip()]
        if any(len(tag) > 100 for tag in told):
            raise forms.ValidationError(_("A tag has at most 100 characters."))
        return list(dict.fromkeys(told))

    def choices(self) -> Choices:
        given = self.cleaned_data
        return Choices(
            " ".join(given["source"].split()),
            given["category"],
            tuple(given["tags"]),
            given["tags_of_categories"],
        )


class ExportForm(forms.Form):
    """Which questions, and in what format."""

    form = forms.ChoiceField(
        label=_("File format"), choices=[(code, FORMAT_WORDS[code]) for code in FORMATS], initial="xlsx"
    )
    quiz = forms.ModelChoiceField(
        Quiz.objects.none(), label=_("Quiz"), required=False, empty_label=_("All questions")
    )
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("All")), *Category.choices], required=False
    )
    tag = forms.ModelChoiceField(Tag.objects.none(), label=_("Tag"), required=False, empty_label=_("All"))
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *Question.State.choices], required=False
    )
    kind = forms.ChoiceField(
        label=_("Kind of question"), choices=[("", _("All")), *Question.Kind.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quiz"].queryset = Quiz.objects.order_by("title", "pk")
        used = QuestionTag.objects.values("tag")
        self.fields["tag"].queryset = Tag.objects.filter(pk__in=used).order_by("name")
