"""What a visitor needs of the members assigned: name, telephone, lessons done, the lesson to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from courses.outline import Course, Lesson, outline
from hours.lessons import lessons_vouched
from people.models import Member, MemberQuerySet, Office, Pairing, Sight
from programmes.models import LessonReached
from quizzes.results import best_results


@dataclass(frozen=True)
class Assigned:
    """A member to whom study is brought. `ahead`: the lessons not done yet, in the order of the courses."""

    member: Member
    phone: str
    done: int
    lessons: int
    ahead: tuple[Lesson, ...] = ()

    @property
    def next_lesson(self) -> Lesson | None:
        return self.ahead[0] if self.ahead else None


def is_visitor(viewer: Member, *, on: date) -> bool:
    """True when the viewer holds the office of a visitor on that day. No query beside the offices."""
    return any(office.kind == Office.Kind.VISITOR for office in viewer.held_offices(on))


def members_assigned(viewer: Member, *, on: date) -> MemberQuerySet:
    """The members assigned to the viewer, as far as they may see them."""
    assigned = Pairing.objects.on(on).filter(member=OuterRef("pk"), visitor=viewer)
    return Member.objects.visible_to(viewer, sight=Sight.COMPLETION, on=on).filter(Exists(assigned))


def visits_of(
    viewer: Member, *, on: date, language: str, courses: Sequence[Course] | None = None
) -> list[Assigned]:
    """Return the members assigned to the viewer. Three queries, however many."""
    courses = courses or outline(language, reader=viewer)
    return how_far(members_assigned(viewer, on=on), viewer, on=on, courses=courses)


def how_far(
    members: MemberQuerySet, viewer: Member, *, on: date, courses: Sequence[Course]
) -> list[Assigned]:
    """Return members with what they have done, by name. Two queries."""
    found = list(
        members.with_sights(viewer, Sight.CONTACT, on=on)
        .annotate(
            reached=ArraySubquery(LessonReached.objects.filter(member=OuterRef("pk")).values("lesson")),
            vouched=ArraySubquery(lessons_vouched(OuterRef("key"))),
        )
        .order_by("name_latin", "name", "pk")
    )
    lessons = [lesson for course in courses for lesson in course.lessons]
    results = best_results([member.pk for member in found])
    lines = []
    for member in found:
        ahead = tuple(lesson for lesson in lessons if not _is_done(member, lesson, results))
        phone = (member.phone or "") if member.shows_contact else ""
        lines.append(Assigned(member, phone, len(lessons) - len(ahead), len(lessons), ahead))
    return lines


def _is_done(member: Member, lesson: Lesson, results: Mapping[tuple[int, UUID], object]) -> bool:
    if lesson.key in member.vouched:
        return True
    return lesson.key in member.reached and all(
        (member.pk, key) in results for key in lesson.wanted.quiz_keys
    )
