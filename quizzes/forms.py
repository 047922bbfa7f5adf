"""The editor's form for a question: its words, and the rows that its kind asks for, on one screen."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import InlinePanel, Panel

from quizzes.amiss import IN_PARTS, MOST_POINTS, amiss_with
from quizzes.models import Question, QuestionBlank
from quizzes.reviewing import changed_since_approved
from quizzes.sources_used import has_changed
from sources.models import Passage

DIFFICULTIES = ((1, _("1 easy")), (2, _("2 medium")), (3, _("3 hard")))


class InOrder(BaseChildFormSet):
    """Rows that an editor can put in order, and finds again in that order."""

    def __init__(
        self, data: Any = None, files: Any = None, instance: Any = None, queryset: Any = None, **kwargs: Any
    ) -> None:
        if queryset is None and instance is not None:
            children = getattr(instance, self.fk.remote_field.related_name)
            queryset = children.all().order_by(self.model.sort_order_field)
        super().__init__(data, files, instance=instance, queryset=queryset, **kwargs)
        if instance is not None and instance.pk is not None:
            self.extra = 0  # empty rows are for what is begun

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        if form.empty_permitted:  # a new row that says nothing but its place says nothing
            form.has_changed = lambda: bool(set(form.changed_data) - {"ORDER", "DELETE"})
        return form

    @property
    def rows(self) -> list[Any]:
        """The rows that are kept, in the order given. After the forms were found valid."""
        kept = [form for form in self.forms if form not in self.deleted_forms and _says_something(form)]
        return [form.instance for form in sorted(kept, key=_place)]

    def say(self, sentence: str) -> None:
        """Say above the rows what is amiss with them."""
        self.non_form_errors().append(sentence)


def _says_something(form: Any) -> bool:
    return form.has_changed() or form.instance.pk is not None


def _place(form: Any) -> int:
    return form.cleaned_data.get("ORDER") or 0


class OrderedPanel(InlinePanel):
    """
    Rows of a child model, kept in the order an editor gave them.

    `child_form` is the form of a row, `at_first` the number of empty rows of what is new.
    """

    def __init__(self, *args: Any, child_form: Any = None, at_first: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child_form = child_form
        self.at_first = at_first

    def clone_kwargs(self) -> dict[str, Any]:
        return super().clone_kwargs() | {"child_form": self.child_form, "at_first": self.at_first}

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name] |= {"formset": InOrder, "extra": self.at_first}
        if self.child_form is not None:
            options["formsets"][self.relation_name]["form"] = self.child_form
        return options


class AcceptedField(forms.Field):
    """Several answers that are accepted: one a line, or on one line with commas between them."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return value
        text = (value or "").replace("\r", "")
        # A comma between digits stands within a number.
        parts = text.split("\n") if "\n" in text else re.split(r"[，;；]|,(?!\d)|(?<!\d),", text)
        return [part.strip() for part in parts if part.strip()]

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        lines = "\n".join(value)
        return f"{lines}\n" if len(value) == 1 and self.to_python(lines) != value else lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if any(len(text) > 200 for text in value):
            raise forms.ValidationError(_("Each accepted answer has at most 200 characters."))


class BlankForm(WagtailAdminModelForm):
    """One blank: what is accepted in it."""

    accepted = AcceptedField(label=capfirst(_("accepted in Chinese")))
    accepted_en = AcceptedField(label=capfirst(_("accepted in English")), required=False)

    class Meta:
        model = QuestionBlank
        fields = ("kind", "accepted", "accepted_en", "tolerance")


class QuestionForm(WagtailAdminModelForm):
    """
    A question as its editor writes it. Its state is no field: see `quizzes.reviewing`.

    What is amiss with its rows is said above them. A short answer is worth what its rubric gives.
    """

    difficulty = forms.TypedChoiceField(
        label=capfirst(_("difficulty")), choices=DIFFICULTIES, coerce=int, initial=1
    )

    class Media:
        js = ("js/question-form.js",)
        css = {"all": ("css/bank.css",)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("kind") not in IN_PARTS:
            given["is_partial"] = False
        checked, again = given.get("valid_as_of"), given.get("review_by")
        if checked and again and again <= checked:
            self.add_error("review_by", _("It is to be reviewed after the day on which it was checked."))
        return given

    def is_valid(self) -> bool:
        valid = super().is_valid()
        return valid and self._rows_fit()

    def _rows_fit(self) -> bool:
        rows = {part: self.formsets[part].rows for part in ("options", "blanks", "rubric")}
        given = self.cleaned_data
        found = amiss_with(given["kind"], stem=given["stem"], stem_en=given["stem_en"], **rows)
        for part, sentences in found.items():
            for sentence in sentences:
                self.formsets[part].say(sentence)
        if not found and given["kind"] == Question.Kind.SHORT_ANSWER:
            self.instance.points = min(sum(line.points for line in rows["rubric"]), MOST_POINTS)
        return not found


class ChangedPassagePanel(Panel):
    """Says that the passage of a question has other words than when somebody last looked at both."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/panels/changed_passage.html"

        @property
        def passage(self) -> Passage:
            return self.instance.passage

        @property
        def its_page(self) -> str:
            return reverse("wagtailsnippets_sources_passage:edit", args=[self.passage.pk])

        def is_shown(self) -> bool:
            return self.instance.pk is not None and has_changed(self.instance)


class WherePanel(Panel):
    """How far a question is in its review, and the way to the page where the steps are taken."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/panels/where.html"

        @cached_property
        def is_changed(self) -> bool:
            kept = Question.objects.get(pk=self.instance.pk)
            return bool(changed_since_approved([kept]))

        @property
        def kept(self) -> Question:
            return self.instance

        @property
        def its_page(self) -> str:
            return reverse("quizzes_question", args=[self.instance.pk])

        def is_shown(self) -> bool:
            return self.instance.pk is not None


class CaseQuestionsPanel(Panel):
    """The questions about a case."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/panels/case_questions.html"

        @cached_property
        def questions(self) -> list[tuple[Question, str]]:
            rows = self.instance.questions.order_by("pk")
            edit = "wagtailsnippets_quizzes_question:edit"
            return [(row, reverse(edit, args=[row.pk])) for row in rows]

        def is_shown(self) -> bool:
            return self.instance.pk is not None
