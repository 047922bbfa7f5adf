"""Finding a passage while writing: by words in the middle of a sentence, or by its work."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

WORDS = {
    "Passage": ("text", "text_en", "place", "reference", "work__title", "work__title_en"),
    "Work": ("title", "title_en", "reference"),
}


class FindByWords(BaseFilterForm):
    """Chinese has no spaces between words, so the words are looked for anywhere."""

    q = forms.CharField(label=_("Find by words"), required=False)

    def filter(self, objects: QuerySet) -> QuerySet:
        words = self.cleaned_data.get("q", "").strip()
        if not words:
            return objects
        self.is_searching, self.search_query = True, words
        found = Q()
        for name in WORDS[objects.model.__name__]:
            found |= Q(**{f"{name}__icontains": words})
        return objects.filter(found)


class Published:
    """Only what is published can be quoted."""

    filter_form_class = FindByWords

    def get_object_list(self) -> QuerySet:
        objects = super().get_object_list().filter(live=True)  # type: ignore[misc]
        return objects.select_related("work") if self.model_class.__name__ == "Passage" else objects  # type: ignore[attr-defined]


class PublishedChoose(Published, ChooseView):
    """The dialogue when it opens."""


class PublishedResults(Published, ChooseResultsView):
    """Its list, after searching or turning the page."""


class SourceChooser(SnippetChooserViewSet):
    """The dialogue in which works and passages are chosen."""

    choose_view_class = PublishedChoose
    choose_results_view_class = PublishedResults
