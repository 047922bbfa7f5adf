"""The form of a visit as it opens: whom it offers, which lessons, which quiz, what is filled in already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import get_language

from courses.outline import Course, Lesson, outline
from outreach import spoken
from outreach.assigned import Assigned
from outreach.rounds import said_last, to_report_on
from outreach.visit_forms import USUAL_MINUTES, ReportForm, usual_start
from outreach.visiting import Visit
from people.leading import visitors_of
from people.models import Member

NEAR = 3
"""Lessons shown at once; the others are a tap further away."""


@dataclass(frozen=True)
class Prepared:
    """The form with what the page shows beside it. `asked_for`: whom the address named."""

    form: ReportForm
    asked_for: list[Assigned]
    context: dict[str, Any]


def prepared(request: HttpRequest, *, way: str, outcome: str, at: datetime) -> Prepared:
    """Bind what was sent, or fill in the ordinary case: just now, as long as usual, the next lesson."""
    viewer, day = request.user, localdate(at)
    data = request.POST if request.method == "POST" else None
    named = _keys([*request.GET.getlist("member"), *(data.getlist("members") if data else [])])
    courses = outline(get_language() or "zh-hans", reader=viewer)
    people = to_report_on(viewer, named, on=day, courses=courses)
    asked_for = [one for one in people if one.member.key in named]
    if not asked_for and len(people) == 1:
        asked_for = list(people)
    first = asked_for[0] if asked_for else None
    reads = way == Visit.Way.VISIT and outcome == Visit.Outcome.HELD
    lesson = _lesson(request, first, courses) if reads else None
    initial = {
        "key": uuid4(),
        "started_at": at if outcome == Visit.Outcome.NOBODY_HOME else usual_start(way, at=at),
        "minutes": USUAL_MINUTES[Visit.Way(way)],
        "members": [one.member.key for one in asked_for],
        "visitors": [viewer.key],
        "lessons": [lesson.key] if lesson else [],
    }
    form = ReportForm(
        data,
        way=way,
        outcome=outcome,
        people=people,
        companions=[viewer, *_companions(viewer, first, on=day)],
        lessons=[(one.key, one.edition.title) for course in courses for one in course.lessons]
        if reads
        else [],
        initial=initial,
    )
    last = said_last([first.member]).get(first.member.pk) if first and _sees(viewer, first, day) else None
    context = {
        "form": form,
        "table": list(form.table()),
        "way": way,
        "outcome": outcome,
        "reads": reads,
        "alone": len(people) == 1 or bool(asked_for),
        "last_place": last.place if last else "",
        "companions": [(one, str(one.key) in form.chosen("visitors")) for one in form.companions],
        **(_readings(form, first, courses) if reads else {}),
        **(_aloud(form, first, lesson, at=at) if reads else {}),
    }
    return Prepared(form, asked_for, context)


def _sees(viewer: Member, one: Assigned, day: date) -> bool:
    """False of a member whose pairing has ended: the form may still be sent, and tells nothing more."""
    return Member.objects.visible_to(viewer, on=day).filter(pk=one.member.pk).exists()


def _keys(texts: Iterable[str]) -> set[UUID]:
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _lesson(request: HttpRequest, first: Assigned | None, courses: Sequence[Course]) -> Lesson | None:
    """The lesson that the address names, else the one to go on with."""
    wanted = _keys(request.GET.getlist("lesson"))
    named = [lesson for course in courses for lesson in course.lessons if lesson.key in wanted]
    return named[0] if named else first.next_lesson if first else None


def _companions(viewer: Member, first: Assigned | None, *, on: date) -> list[Member]:
    """Who else could have come: visitors of the branch of whom the form speaks."""
    home = (first.member if first else viewer).home(on)
    if home is None:
        return []
    offices = visitors_of(home.branch, on=on).filter(member__is_active=True)
    people = {office.member: None for office in offices if office.member_id != viewer.pk}
    return [person for person in people if first is None or person != first.member]


def _readings(form: ReportForm, first: Assigned | None, courses: Sequence[Course]) -> dict[str, Any]:
    """The lessons to tick: what is ticked and what comes next at once, the others by their courses."""
    ticked = set(form.chosen("lessons"))
    ahead = [lesson.key for lesson in first.ahead[:NEAR]] if first else []
    near = [
        (lesson, str(lesson.key) in ticked)
        for course in courses
        for lesson in course.lessons
        if str(lesson.key) in ticked or lesson.key in ahead
    ]
    shown = {lesson.key for lesson, _ticked in near}
    others = [(c, [lesson for lesson in c.lessons if lesson.key not in shown]) for c in courses]
    return {"near": near, "others": [(course, rest) for course, rest in others if rest]}


def _aloud(
    form: ReportForm, first: Assigned | None, lesson: Lesson | None, *, at: datetime
) -> dict[str, Any]:
    """The quiz to be asked aloud: of a form that came back the one that was drawn."""
    drawn: spoken.Drawn | None
    if form.is_bound:
        try:
            drawn = spoken.read(form.data.get("asked", ""))
        except spoken.NotDrawnHere:
            return {}
    else:
        drawn = spoken.draw(first.member, lesson.edition, at=at) if first and lesson else None
    if drawn is None:
        return {}
    sent = form.data if form.is_bound else None
    return {
        "drawn": drawn,
        "asked": drawn.rows(sent),
        "asked_open": sent is not None and spoken.has_answers(sent),
    }
