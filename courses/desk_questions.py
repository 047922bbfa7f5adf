"""Questions of the bank on the editors' desk: what awaits review, what came back, whose day has passed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.desk_lines import Line, Step
from people.models import Member
from quizzes.hand_marking import waiting_questions
from quizzes.item_list import suspects_in_words, with_suspect_keys
from quizzes.models import Question, ReviewStep
from quizzes.reviewing import waiting_for

if TYPE_CHECKING:
    from courses.desk import Asked, Found

SOON = timedelta(days=30)


EDIT = "wagtailsnippets_quizzes_question:edit"


def _lines(rows: QuerySet[Question], asked: Asked, words: str, *, page: str = "quizzes_question") -> Found:
    return rows.count(), [
        Line(
            question.stem[:120],
            (Step(words, reverse(page, args=[question.pk])),),
            _told(question),
            "" if get_language() == "zh-hans" else "zh",
            quoted=getattr(question, "sent_back_with", None) or "",
        )
        for question in rows[asked.start : asked.start + asked.limit]
    ]


def _told(question: Question) -> tuple[str, ...]:
    told = [str(question.get_kind_display())]
    if question.awaits_since:
        since = date_format(localtime(question.awaits_since), "DATETIME_FORMAT")
        told.append(_("Submitted on %(day)s") % {"day": since})
    elif question.review_by:
        told.append(_("To be reviewed by %(day)s") % {"day": date_format(question.review_by, "DATE_FORMAT")})
    return tuple(told)


def to_review(asked: Asked) -> Found:
    """Questions that this person may approve or send back. Two queries."""
    return _lines(waiting_for(asked.viewer, at=now()), asked, _("Review"))


def sent_back(asked: Asked) -> Found:
    """Questions that this person wrote or submitted, and that came back. Two queries."""
    return _lines(_came_back_to(asked.viewer), asked, _("Change it and submit again"))


def _came_back_to(member: Member) -> QuerySet[Question]:
    steps = ReviewStep.objects.filter(question=OuterRef("pk")).order_by("-pk")
    last = steps.exclude(kind=ReviewStep.Kind.WRITTEN)
    theirs = ReviewStep.objects.filter(
        by=member, kind__in=[ReviewStep.Kind.WRITTEN, ReviewStep.Kind.SUBMITTED]
    )
    found = Question.objects.filter(pk__in=theirs.values("question")).annotate(
        last_step=Subquery(last.values("kind")[:1]), sent_back_with=Subquery(last.values("words")[:1])
    )
    return found.filter(last_step=ReviewStep.Kind.SENT_BACK).exclude(state="retired").order_by("pk")


def overdue(asked: Asked) -> Found:
    """Questions in use whose day has passed. Two queries."""
    return _lines(_in_use_until(None, asked.today), asked, _("Check it and set a new day"), page=EDIT)


def due(asked: Asked) -> Found:
    """Those whose day comes within thirty days. Two queries."""
    rows = _in_use_until(asked.today, asked.today + SOON + timedelta(days=1))
    return _lines(rows, asked, _("Check it and set a new day"), page=EDIT)


def _in_use_until(first: date | None, before: date) -> QuerySet[Question]:
    rows = Question.objects.in_use().filter(review_by__lt=before)
    return (rows.filter(review_by__gte=first) if first else rows).order_by("review_by", "pk")


def short_answers(asked: Asked) -> Found:
    """Questions with short answers that wait for a marker. Two queries."""
    questions = waiting_questions(asked.viewer)
    return len(questions), [
        Line(
            one.version.content["stem"][:120],
            (Step(_("Mark"), reverse("marking_question", args=[one.question])),),
            (
                ngettext("%(number)s answer waits", "%(number)s answers wait", one.count)
                % {"number": one.count},
            ),
            "" if get_language() == "zh-hans" else "zh",
        )
        for one in questions[asked.start : asked.start + asked.limit]
    ]


def suspect(asked: Asked) -> Found:
    """Questions whose figures speak for an error in the key. Two queries."""
    rows = with_suspect_keys()
    return rows.count(), [
        Line(
            row.version.question.stem[:120],
            (Step(_("Look at the figures"), reverse("quiz_item", args=[row.version.question_id])),),
            tuple(str(suspect.label) for suspect in suspects_in_words(row)),
            "" if get_language() == "zh-hans" else "zh",
        )
        for row in rows[asked.start : asked.start + asked.limit]
    ]
