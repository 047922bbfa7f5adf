"""Questions that rest on a passage: which quote it, and which nobody has looked at since it changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from quizzes.models import Question
from sources.models import Passage
from sources.slots import Use


@dataclass(frozen=True)
class ChangedQuestion:
    """A question whose passage has other words than when somebody last looked at both."""

    question: Question
    passage: Passage
    url: str


def questions_with_changed_passages() -> list[ChangedQuestion]:
    """Questions not retired whose passage changed since, the oldest first. One query."""
    resting = Question.objects.exclude(passage=None).exclude(state=Question.State.RETIRED)
    return [
        ChangedQuestion(question, question.passage, _url(question))
        for question in resting.select_related("passage__work").order_by("pk")
        if has_changed(question)
    ]


def has_changed(question: Question) -> bool:
    """Does the question rest on earlier words of its passage?"""
    return question.passage is not None and question.passage_digest != question.passage.digest


def look_at_passage(question: Question) -> None:
    """Note that the question agrees with its passage as it is now; the caller saves it."""
    question.passage_digest = question.passage.digest if question.passage else ""


def uses_in_questions(passages: Collection[Passage]) -> Iterator[tuple[int, Use]]:
    """For `sources`: the questions that rest on these passages. One query."""
    digests = {passage.pk: passage.digest for passage in passages}
    for question in Question.objects.filter(passage__in=digests).order_by("pk"):
        changed = question.passage_digest != digests[question.passage_id]
        use = Use(str(_("question")), str(question), question.get_state_display(), _url(question), changed)
        yield question.passage_id, use


def _url(question: Question) -> str:
    return reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])
