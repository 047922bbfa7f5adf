"""
Who has done what. Done: the last screen was reached and the knowledge check, where there is one, was
answered; or a confirmed slip, visit or meeting names the lesson. Never by time alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.utils.timezone import now

from courses.models import LessonEdition
from courses.reading import note_read
from courses.slots import LessonState, Wanted
from hours.lessons import lessons_vouched
from hours.pace import learn
from hours.tokens import StudyToken
from hours.totals import seconds_by_subject, studied, year_of
from people.models import Member
from programmes.models import LessonReached
from quizzes.results import handed_in_keys


def mark_reached(*, member_id: int, edition: LessonEdition, at: datetime) -> bool:
    """Note that the member reached the last screen. Again changes nothing; returns True the first time."""
    _row, created = LessonReached.objects.get_or_create(
        member_id=member_id,
        lesson=edition.translation_key,
        defaults={"edition": edition, "reached_at": at},
    )
    note_read(member_id=member_id, edition=edition, at=at)
    return created


def reached_by_token(token: StudyToken, *, at: datetime) -> bool | None:
    """Note it for the member and edition of a page's token; None when either is no longer there."""
    edition = LessonEdition.objects.filter(pk=token.edition, translation_key=token.subject).first()
    member = Member.objects.filter(key=token.member, is_active=True).first()
    if edition is None or member is None:
        return None
    with transaction.atomic():
        first = mark_reached(member_id=member.pk, edition=edition, at=at)
        if first:
            learn(token, at=at)
    return first


def lesson_states(member: Member, lessons: Iterable[Wanted]) -> dict[UUID, LessonState]:
    """Return the member's state in each lesson. Three queries, however many lessons."""
    wanted = list(lessons)
    named = lessons_vouched(member.key).values_list("lesson", Value(True))
    marked = LessonReached.objects.filter(member=member, lesson__in=[w.key for w in wanted])
    known = set(marked.values_list("lesson", Value(False)).union(named))
    vouched = {lesson for lesson, by_record in known if by_record}
    reached = {lesson for lesson, _by_record in known}
    checks = {key for lesson in wanted for key in lesson.quiz_keys}
    answered = handed_in_keys(member.pk, checks) if checks else set()
    seconds = seconds_by_subject(studied([member.key], year_of(now())))
    return {
        w.key: LessonState(
            seconds=seconds.get((member.key, w.key), 0),
            is_reached=w.key in reached,
            is_done=w.key in vouched or (w.key in reached and answered.issuperset(w.quiz_keys)),
        )
        for w in wanted
    }
