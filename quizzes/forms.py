"""The editor's form for a question and its options, and for the questions of a quiz: each on one screen."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import InlinePanel, Panel

from quizzes.models import Question
from quizzes.sources_used import has_changed
from sources.models import Passage


class InOrder(BaseChildFormSet):
    """Rows that an editor can put in order, and finds again in that order."""

    def __init__(
        self, data: Any = None, files: Any = None, instance: Any = None, queryset: Any = None, **kwargs: Any
    ) -> None:
        if queryset is None and instance is not None:
            children = getattr(instance, self.fk.remote_field.related_name)
            queryset = children.all().order_by(self.model.sort_order_field)
        super().__init__(data, files, instance=instance, queryset=queryset, **kwargs)


class OptionsInOrder(InOrder):
    """The options of a question: as many right ones as its kind asks for."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("text") and form not in self.deleted_forms
        ]
        kind = self.data.get(self.prefix.removesuffix("options") + "kind", "")
        if kind in Question.Kind.values:
            Question.check_options(kind, right=sum(row["is_correct"] for row in kept), total=len(kept))


class OrderedPanel(InlinePanel):
    """Rows of a child model, kept in the order an editor gave them."""

    formset = InOrder

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = self.formset
        return options


class OptionsPanel(OrderedPanel):
    """The options of a question, with what is amiss said above them."""

    formset = OptionsInOrder


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
