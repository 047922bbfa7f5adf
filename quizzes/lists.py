"""The list of questions in the administration: how far each is, and what changed since it was approved."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, Table
from wagtail.snippets.views.snippets import IndexView

from quizzes.models import Question, QuestionTag
from quizzes.reviewing import changed_since_approved


class QuestionFilters(WagtailFilterSet):
    """Kind, state, what awaits review, difficulty, category, tag."""

    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("Review"),
        choices=[("awaiting", gettext_lazy("awaiting review"))],
        method="filter_standing",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    tag = django_filters.ModelChoiceFilter(
        label=capfirst(gettext_lazy("tag")),
        field_name="tagged_items__tag",
        queryset=Tag.objects.filter(pk__in=QuestionTag.objects.values("tag")).order_by("name"),
    )

    class Meta:
        model = Question
        fields = ["kind", "state", "difficulty", "category", "case"]

    def filter_standing(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(awaits_since__isnull=False) if value == "awaiting" else found


class StandingColumn(Column):
    """How far a question is, with the way to its page."""

    def get_value(self, instance: Any) -> Any:
        told = [instance.get_state_display()]
        if instance.awaits_since:
            told.append(_("awaiting review"))
        if instance.is_changed:
            told.append(_("changed since approved"))
        page = reverse("quizzes_question", args=[instance.pk])
        return format_html('<a href="{}">{}</a>', page, " · ".join(told))


class QuestionList(IndexView):
    """Which questions have other words than were approved is asked for a whole page at once."""

    def get_table(self, object_list: Any, **kwargs: Any) -> Table:
        rows = list(object_list)
        changed = changed_since_approved(rows)
        for row in rows:
            row.is_changed = row.pk in changed
        return super().get_table(rows, **kwargs)
