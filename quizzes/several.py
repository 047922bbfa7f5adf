"""Steps of the review for several questions of a list at once. Approving is not among them: each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from people.leading import Refusal
from quizzes import reviewing
from quizzes.models import Attempt, Question, Quiz

Act = Callable[..., Question]


class StepOfSeveral(SnippetBulkAction):
    """One act for each; what is refused is told by name, and nothing becomes of it."""

    models = [Question]
    template_name = "quizzes/admin/several.html"
    act: Act

    def __init__(self, request: HttpRequest, model: type[Model]) -> None:
        super().__init__(request, model)
        self.refused: list[str] = []

    def check_perm(self, question: Question) -> bool:
        return reviewing.holds(self.request.user, reviewing.WRITING, at=now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": self.display_name}

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "user": self.request.user}

    @classmethod
    def execute_action(cls, objects: Iterable[Question], **context: Any) -> tuple[int, int]:
        done = 0
        for question in objects:
            try:
                cls.act(question, by=context["user"], at=now())
                done += 1
            except Refusal as refusal:
                context["self"].refused.append(_("“%(question)s”: %(why)s") % {
                    "question": str(question)[:40], "why": refusal,
                })  # fmt: skip
        return done, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        for words in self.refused[:10]:
            messages.warning(self.request, words)
        told = ngettext("Done for %(number)d question.", "Done for %(number)d questions.", num_parent_objects)
        return told % {"number": num_parent_objects}


class SubmitQuestions(StepOfSeveral):
    """Drafts of a file are many."""

    display_name = gettext_lazy("Submit for review")
    action_type = "submit_for_review"
    aria_label = gettext_lazy("Submit the chosen questions for review")
    action_priority = 35
    act = staticmethod(reviewing.submit)


class TakeQuestionsIntoUse(StepOfSeveral):
    """What was approved is asked from now on."""

    display_name = gettext_lazy("Take into use")
    action_type = "take_into_use"
    aria_label = gettext_lazy("Take the chosen questions into use")
    action_priority = 36
    act = staticmethod(reviewing.take_into_use)


hooks.register("register_bulk_action", SubmitQuestions)
hooks.register("register_bulk_action", TakeQuestionsIntoUse)


@hooks.register("before_bulk_action")
def keep_what_was_asked(
    request: HttpRequest, action: str, objects: list[Model], asked: Any
) -> HttpResponse | None:
    """Deleting many at once asks as deleting one does."""
    if action != "delete" or request.method != "POST" or not objects:
        return None
    kept = Question.objects.filter(pk__in=[row.pk for row in objects if isinstance(row, Question)])
    tried = Attempt.objects.filter(quiz__in=[row.pk for row in objects if isinstance(row, Quiz)])
    if not kept.filter(versions__isnull=False).exists() and not tried.exists():
        return None
    messages.error(
        request,
        _("This is in use, so it stays. A question that is not to be asked again can be retired."),
    )
    return redirect(type(objects[0]).snippet_viewset.get_url_name("list"))
