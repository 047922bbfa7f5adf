"""The question bank in the editor's menu."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from quizzes.choosers import BankChooser
from quizzes.forms import ChangedPassagePanel, OptionsPanel, OrderedPanel
from quizzes.models import Question, Quiz
from quizzes.sources_used import look_at_passage


class KeepWhatWasAsked(DeleteView):
    """Attempts refer to what they asked, so a question or quiz that was used stays."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except (ProtectedError, PermissionDenied):  # Wagtail's name for what it knows to be in use
            messages.error(
                self.request,
                gettext(
                    "This is in use, so it stays. A question that is not to be asked again can be retired."
                ),
            )
            return redirect(self.edit_url_name, self.object.pk)


class AgreesWithItsPassage:
    """Who saves a question has looked at it beside its passage."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        look_at_passage(form.instance)
        return super().form_valid(form)  # type: ignore[misc]


class AddQuestion(AgreesWithItsPassage, CreateView):
    """A new question."""


class EditQuestion(AgreesWithItsPassage, EditView):
    """A question changed, or found still right."""


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    menu_label = _("Questions")
    list_display = ["stem", "kind", "state", "difficulty", "reference"]
    list_filter = ["kind", "state", "difficulty"]
    list_per_page = 50
    search_fields = ["stem", "stem_en", "reference"]
    ordering = ["-pk"]
    add_view_class = AddQuestion
    edit_view_class = EditQuestion
    delete_view_class = KeepWhatWasAsked
    chooser_viewset_class = BankChooser
    panels = [
        ChangedPassagePanel(),
        FieldRowPanel(
            [
                FieldPanel("kind"),
                FieldPanel("state", help_text=_("Members are asked only what is in use.")),
                FieldPanel("difficulty", help_text=_("1 easy, 2 medium, 3 hard")),
            ]
        ),
        MultiFieldPanel([FieldPanel("stem"), FieldPanel("stem_en")], heading=_("Question")),
        OptionsPanel(
            "options",
            heading=_("Options"),
            label=_("Option"),
            min_num=2,
            max_num=8,
            help_text=_(
                "Write the options in any order and mark those that are right; each paper shuffles them."
            ),
        ),
        MultiFieldPanel([FieldPanel("explanation"), FieldPanel("explanation_en")], heading=_("Explanation")),
        MultiFieldPanel(
            [FieldPanel("source"), FieldPanel("source_en"), FieldPanel("passage")], heading=_("Source")
        ),
        FieldRowPanel([FieldPanel("valid_as_of"), FieldPanel("review_by"), FieldPanel("reference")]),
    ]


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "tasks"
    menu_label = _("Quizzes")
    list_display = ["title", "title_en", "pass_mark"]
    search_fields = ["title", "title_en"]
    ordering = ["title", "pk"]
    delete_view_class = KeepWhatWasAsked
    chooser_viewset_class = BankChooser
    panels = [
        FieldPanel("title"),
        FieldPanel("title_en"),
        FieldPanel("pass_mark"),
        OrderedPanel("entries", heading=_("Questions"), label=_("Question"), min_num=1),
    ]


class QuizzesGroup(SnippetViewSetGroup):
    """Questions and quizzes under one entry of the menu."""

    menu_label = _("Quizzes")
    menu_icon = "help"
    menu_order = 250
    items = (QuestionViewSet, QuizViewSet)


register_snippet(QuizzesGroup)
