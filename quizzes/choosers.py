"""Finding a question, case or quiz while writing: the newest first, or by words within a sentence."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

WORDS = {
    "Question": ("stem", "stem_en", "reference"),
    "Case": ("title", "title_en", "text"),
    "Quiz": ("title", "title_en"),
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


class NewestFirst:
    """What was written last is what an editor is looking for."""

    ordering = "-pk"
    filter_form_class = FindByWords


class NewestFirstChoose(NewestFirst, ChooseView):
    """The dialogue when it opens."""


class NewestFirstResults(NewestFirst, ChooseResultsView):
    """Its list, after searching or turning the page."""


class BankChooser(SnippetChooserViewSet):
    """The dialogue in which questions, cases and quizzes are chosen."""

    choose_view_class = NewestFirstChoose
    choose_results_view_class = NewestFirstResults
