"""Questions, cases and quizzes in the administration: their lists and forms."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import (
    CreateView,
    DeleteView,
    EditView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from quizzes.choosers import BankChooser
from quizzes.exchange.hooks import menu_items as menu_of_the_exchange
from quizzes.forms import (
    BlankForm,
    CaseQuestionsPanel,
    ChangedPassagePanel,
    OrderedPanel,
    QuestionForm,
    WherePanel,
)
from quizzes.lists import QuestionFilters, QuestionList, StandingColumn
from quizzes.models import Case, Question, Quiz
from quizzes.pools import shortages
from quizzes.quiz_forms import PapersStayPanel, PoolsPanel, QuizForm
from quizzes.reviewing import AwaitsReview
from quizzes.sources_used import look_at_passage
from quizzes.time_limits import keep_to_closing
from quizzes.writing import changing, changing_case, written_now


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


class AddQuestion(CreateView):
    """A new question is a draft of the one who writes it."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        look_at_passage(form.instance)
        with transaction.atomic():
            response = super().form_valid(form)
            written_now(form.instance, by=self.request.user, at=now())
        return response

    def get_success_url(self) -> str:
        """Where it can be looked at as members see it, and submitted."""
        return reverse("quizzes_question", args=[self.object.pk])


class EditQuestion(EditView):
    """A question changed, or found still right; not while a reviewer reads it."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        try:
            with transaction.atomic(), changing(form.instance, by=self.request.user, at=now()):
                look_at_passage(form.instance)
                return super().form_valid(form)
        except AwaitsReview as refusal:
            messages.error(self.request, str(refusal))
            return redirect("quizzes_question", pk=form.instance.pk)


class EditCase(EditView):
    """The text of a case is part of each of its questions: who changes it has written in all of them."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        try:
            with transaction.atomic(), changing_case(form.instance, by=self.request.user, at=now()):
                return super().form_valid(form)
        except AwaitsReview:
            messages.error(
                self.request,
                gettext("A question about this case is under review, so its text stays until that is over."),
            )
            return redirect(self.edit_url_name, form.instance.pk)


class WarnsOfPools:
    """A quiz is saved as its editor wants it; what its pools lack is said."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        response = super().form_valid(form)  # type: ignore[misc]
        for short in shortages(Quiz.objects.get(pk=form.instance.pk)):
            told = ngettext(
                "A pool draws %(number)d question and %(found)d are in use that fit it: papers have fewer "
                "until there are more.",
                "A pool draws %(number)d questions and %(found)d are in use that fit it: papers have fewer "
                "until there are more.",
                short.pool.number,
            )
            words = told % {"number": short.pool.number, "found": short.found}
            messages.warning(self.request, words)  # type: ignore[attr-defined]
        return response


class AddQuiz(WarnsOfPools, CreateView):
    """A new quiz."""


class EditQuiz(WarnsOfPools, EditView):
    """A quiz changed. Papers already drawn stay as they are; their time may end earlier."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            ended = keep_to_closing(form.instance, at=now())
        if ended:
            told = ngettext(
                "%(count)d attempt that is under way ends when the quiz closes.",
                "%(count)d attempts that are under way end when the quiz closes.",
                ended,
            )
            messages.info(self.request, told % {"count": ended})
        return response


def _for(*kinds: str) -> str:
    """The class of a part of the form that only these kinds need (see question-form.js)."""
    return " ".join(["bank-part", *(f"bank-{kind}" for kind in kinds)])


CHOICES = ("single_choice", "multiple_choice", "true_false")

OPTION = [
    MultiFieldPanel([FieldRowPanel([FieldPanel("text"), FieldPanel("text_en")])]),
    FieldRowPanel([FieldPanel("match"), FieldPanel("match_en")], classname=_for("matching")),
    MultiFieldPanel(
        [
            FieldPanel("is_correct"),
            FieldRowPanel([FieldPanel("feedback"), FieldPanel("feedback_en")]),
        ],
        classname=_for(*CHOICES),
    ),
]

QUESTION = [
    ChangedPassagePanel(),
    WherePanel(),
    FieldRowPanel([FieldPanel("kind"), FieldPanel("difficulty"), FieldPanel("category")]),
    FieldPanel("case", heading=_("Case")),
    MultiFieldPanel(
        [
            FieldPanel("stem", help_text=_("To fill in: write four underlines (____) for each blank.")),
            FieldPanel("stem_en"),
        ],
        heading=_("Question"),
    ),
    OrderedPanel(
        "options",
        panels=OPTION,
        heading=_("Options"),
        label=_("Row"),
        max_num=12,
        at_first=4,
        classname=_for(*CHOICES, "ordering", "matching"),
        help_text=_(
            "A choice: write the options and mark those that are right. To put in order: write the rows in "
            "the right order. To match: write beside each text what belongs to it; a row without a text "
            "belongs to nothing. What is to be shuffled is shuffled on each paper."
        ),
    ),
    OrderedPanel(
        "blanks",
        child_form=BlankForm,
        panels=[
            FieldRowPanel([FieldPanel("kind"), FieldPanel("tolerance")]),
            FieldRowPanel([FieldPanel("accepted"), FieldPanel("accepted_en")]),
        ],
        heading=_("Blanks"),
        label=_("Blank"),
        max_num=12,
        classname=_for("fill_in"),
        help_text=_(
            "One row for each blank, in the order of the question. Several accepted answers stand on lines "
            "of their own, or on one line with commas between them. Width, spaces, punctuation, and Chinese "
            "or Arabic numerals make no difference."
        ),
    ),
    OrderedPanel(
        "rubric",
        panels=[FieldRowPanel([FieldPanel("text"), FieldPanel("text_en"), FieldPanel("points")])],
        heading=_("Rubric"),
        label=_("Line of the rubric"),
        max_num=12,
        classname=_for("short_answer"),
        help_text=_(
            "What earns points, line by line, for the person who marks it. Together they are the points of "
            "the question."
        ),
    ),
    MultiFieldPanel(
        [
            FieldPanel("points", classname=_for(*CHOICES, "fill_in", "ordering", "matching")),
            FieldPanel("is_partial", classname=_for("multiple_choice", "fill_in", "ordering", "matching")),
            HelpPanel(template="quizzes/panels/rules_for_parts.html"),
        ],
        heading=_("Points"),
    ),
    MultiFieldPanel([FieldPanel("explanation"), FieldPanel("explanation_en")], heading=_("Explanation")),
    MultiFieldPanel(
        [FieldPanel("source"), FieldPanel("source_en"), FieldPanel("passage")], heading=_("Source")
    ),
    FieldRowPanel([FieldPanel("valid_as_of"), FieldPanel("review_by"), FieldPanel("reference")]),
    FieldPanel("tags"),
]


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    menu_label = _("Questions")
    list_display = ["stem", "kind", StandingColumn("standing", label=_("state")), "difficulty", "category"]
    filterset_class = QuestionFilters
    list_per_page = 50
    search_fields = ["stem", "stem_en", "reference"]
    ordering = ["-pk"]
    index_view_class = QuestionList
    add_view_class = AddQuestion
    edit_view_class = EditQuestion
    delete_view_class = KeepWhatWasAsked
    chooser_viewset_class = BankChooser
    copy_view_enabled = False
    edit_handler = ObjectList(QUESTION, base_form_class=QuestionForm)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return Question.objects.select_related("version")


class CaseViewSet(SnippetViewSet):
    model = Case
    icon = "openquote"
    menu_label = _("Cases")
    list_display = ["title", "title_en"]
    list_per_page = 50
    search_fields = ["title", "title_en", "text"]
    ordering = ["-pk"]
    edit_view_class = EditCase
    delete_view_class = KeepWhatWasAsked
    chooser_viewset_class = BankChooser
    copy_view_enabled = False
    panels = [
        CaseQuestionsPanel(heading=_("Questions about it")),
        MultiFieldPanel([FieldPanel("title"), FieldPanel("title_en")], heading=_("Title")),
        MultiFieldPanel([FieldPanel("text"), FieldPanel("text_en")], heading=_("Text")),
        MultiFieldPanel([FieldPanel("source"), FieldPanel("source_en")], heading=_("Source")),
    ]


QUIZ = [
    PapersStayPanel(),
    MultiFieldPanel([FieldPanel("title"), FieldPanel("title_en")], heading=_("Title")),
    OrderedPanel("entries", heading=_("Questions"), label=_("Question"), at_first=1),
    PoolsPanel(
        "pools",
        panels=[
            FieldRowPanel([FieldPanel("number"), FieldPanel("difficulty")]),
            FieldRowPanel([FieldPanel("tag"), FieldPanel("module")]),
        ],
        heading=_("Drawn from pools"),
        label=_("Pool"),
        max_num=20,
        help_text=_(
            "Each attempt draws so many questions from those in use that meet all that is said here. A "
            "module lends the questions of its own quiz and of its lessons' quizzes."
        ),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("counts")]),
            FieldRowPanel([FieldPanel("attempts_allowed"), FieldPanel("wait_hours")]),
            FieldPanel("feedback"),
        ],
        heading=_("Passing and trying again"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
            FieldPanel("time_limit_minutes"),
            FieldPanel("is_limit_essential"),
        ],
        heading=_("When, and how long"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("layout", heading=_("Questions on a page")),
            FieldRowPanel([FieldPanel("shuffles_questions"), FieldPanel("shuffles_options")]),
            FieldPanel("look_back_weeks"),
        ],
        heading=_("The paper"),
    ),
]


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "tasks"
    menu_label = _("Quizzes")
    list_display = ["title", "title_en", "pass_mark"]
    list_per_page = 50
    search_fields = ["title", "title_en"]
    ordering = ["title", "pk"]
    add_view_class = AddQuiz
    edit_view_class = EditQuiz
    delete_view_class = KeepWhatWasAsked
    chooser_viewset_class = BankChooser
    copy_view_enabled = False
    edit_handler = ObjectList(QUIZ, base_form_class=QuizForm)


class QuizzesGroup(SnippetViewSetGroup):
    """Questions, cases and quizzes under one entry of the menu."""

    menu_label = _("Quizzes")
    menu_icon = "help"
    menu_order = 250
    items = (QuestionViewSet, CaseViewSet, QuizViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        return [*super().get_submenu_items(), *menu_of_the_exchange()]
