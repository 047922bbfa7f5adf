"""What a visitor needs of the members assigned to them: name, telephone, lessons done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from courses.outline import outline
from hours.lessons import lessons_vouched
from people.models import Member, Office, Pairing, Sight
from programmes.models import LessonReached
from quizzes.results import best_results


@dataclass(frozen=True)
class Visit:
    """A member to whom study is brought."""

    member: Member
    phone: str
    done: int
    lessons: int


def is_visitor(viewer: Member, *, on: date) -> bool:
    """True when the viewer holds the office of a visitor on that day. No query beside the offices."""
    return any(office.kind == Office.Kind.VISITOR for office in viewer.held_offices(on))


def visits_of(viewer: Member, *, on: date, language: str) -> list[Visit]:
    """Return the members assigned to the viewer. Three queries, however many."""
    assigned = Pairing.objects.on(on).filter(member=OuterRef("pk"), visitor=viewer)
    members = list(
        Member.objects.visible_to(viewer, sight=Sight.COMPLETION, on=on)
        .filter(Exists(assigned))
        .with_sights(viewer, Sight.CONTACT, on=on)
        .annotate(
            reached=ArraySubquery(LessonReached.objects.filter(member=OuterRef("pk")).values("lesson")),
            vouched=ArraySubquery(lessons_vouched(OuterRef("key"))),
        )
        .order_by("name_latin", "name", "pk")
    )
    lessons = [lesson for course in outline(language) for lesson in course.lessons]
    results = best_results([member.pk for member in members])
    return [
        Visit(
            member=member,
            phone=(member.phone or "") if member.shows_contact else "",
            done=sum(
                lesson.key in member.vouched
                or (
                    lesson.key in member.reached
                    and all((member.pk, key) in results for key in lesson.wanted.quiz_keys)
                )
                for lesson in lessons
            ),
            lessons=len(lessons),
        )
        for member in members
    ]
