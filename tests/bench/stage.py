"""What is measured on: branches, members who have studied and are signed in, thirty modules of lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils.timezone import now

from courses.content_loading import load_content
from courses.lane_reader import READER, note_for
from courses.models import CoursePage, HomePage, LessonEdition, LessonPage, ModulePage
from courses.outline import Module, outline
from courses.publishing import freeze_edition
from hours.models import Bucket, CountedInterval, Source, StudyRecord
from hours.ranges import spans_of
from people.middleware import SEEN, seen_note
from people.models import Affiliation, Member, Office, Organisation
from programmes.models import LessonReached
from quizzes.models import Attempt, Mark, Quiz
from tests.bench.bare.models import BarePage
from tests.cast import PUBLISHABLE

LANGUAGE = "zh-hans"
MODULES = 30
LESSONS_A_MODULE = 3
LONG_AGO = date(2020, 1, 1)
PIECE = timedelta(minutes=15)
BARE_BODY = f"<p>{'从群众中来，到群众中去。' * 14}</p>" * 30
"""About 15 KB."""


@dataclass(frozen=True)
class Branch:
    """A branch, who leads it, and who belongs to it."""

    organisation: Organisation
    secretary: Member
    members: list[Member]


def stage_lessons(*, at: datetime) -> list[Module]:
    """Our own courses, and as many modules beside them as make thirty."""
    load_content(at=at)
    home = HomePage.objects.get(locale__language_code=LANGUAGE)
    missing = MODULES - len(modules_of_everything())
    course = home.add_child(
        instance=CoursePage(title="更多课程", slug="more", category="purpose", locale=home.locale)
    )
    for number in range(missing):
        _add_module(course, number, at=at)
    found = modules_of_everything()
    if len(found) != MODULES:
        raise LookupError(f"The bench wants {MODULES} modules and has {len(found)}.")
    return found


def modules_of_everything() -> list[Module]:
    return [module for course in outline(LANGUAGE, reader=None) for module in course.modules]


def _add_module(course: CoursePage, number: int, *, at: datetime) -> None:
    quiz = Quiz.objects.create(title=f"专题{number}的测验")
    module = course.add_child(
        instance=ModulePage(title=f"专题{number}", slug=f"module-{number}", quiz=quiz, locale=course.locale)
    )
    for order in range(LESSONS_A_MODULE):
        lesson = LessonPage(
            title=f"专题{number}第{order}课",
            slug=f"lesson-{order}",
            locale=course.locale,
            body=[("paragraph", f"<p>{'从群众中来，到群众中去。' * 15}</p>")] * 3,
            **PUBLISHABLE,
        )
        module.add_child(instance=lesson)
        freeze_edition(lesson, at=at)


def stage_bare_page() -> str:
    """The limit of a page, one step below the home page; returns its address."""
    home = HomePage.objects.get(locale__language_code=LANGUAGE)
    page = home.add_child(instance=BarePage(title="一页", slug="bare", body=BARE_BODY, locale=home.locale))
    return f"/{page.slug}/"


def stage_branch(name: str, size: int) -> Branch:
    """A branch of so many members, the secretary one of them."""
    organisation = Organisation.objects.found(kind=Organisation.Kind.BRANCH, name=name)
    members = Member.objects.bulk_create(
        Member(number=f"{organisation.pk}x{n}", name=f"党员{n}", name_latin=f"Member {n:03}", password="!")
        for n in range(size)
    )
    Affiliation.objects.bulk_create(
        Affiliation(member=member, branch=organisation, kind=Affiliation.Kind.HOME, since=LONG_AGO)
        for member in members
    )
    kind = Office.Kind.SECRETARY
    Office.objects.create(member=members[0], organisation=organisation, kind=kind, since=LONG_AGO)
    return Branch(organisation, members[0], members)


_READERS = """
    with added as (
        insert into people_member (key, number, name, name_latin, password, is_superuser, is_active,
                prefers_large_print)
            select gen_random_uuid(), %(branch)s || 'r' || n, '党员' || n, '', '!', false, true, false
            from generate_series(1, %(number)s) n returning id, key),
    affiliated as (
        insert into people_affiliation (kind, since, member_id, branch_id)
            select 'home', %(since)s, id, %(branch)s from added)
    select key from added
"""


def stage_readers(number: int) -> list[UUID]:
    """
    The keys of so many members of a branch founded for them. One statement: they may be thousands.

    What the last measurement wrote is vacuumed, lest it be done by itself in the middle of the next.
    """
    branch = Organisation.objects.found(kind=Organisation.Kind.BRANCH, name=f"打卡支部{uuid4().hex[:8]}")
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"branch": branch.pk, "number": number, "since": LONG_AGO})
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute(
            "vacuum (analyze) people_member, hours_studyclock, hours_studyrecord, hours_countedinterval"
        )
    return keys


def stage_study(members: Sequence[Member], modules: Sequence[Module]) -> None:
    """Each member has studied three lessons of five, and has taken the quizzes of two modules of three."""
    lessons = [lesson.edition for module in modules for lesson in module.lessons]
    at = now()
    records, reached = [], []
    for number, member in enumerate(members):
        studied = [edition for n, edition in enumerate(lessons) if (n + number) % 5 < 3]
        records += [_record(member, edition, at - (n + 1) * PIECE) for n, edition in enumerate(studied)]
        reached += [
            LessonReached(member=member, lesson=edition.translation_key, edition_id=edition.pk, reached_at=at)
            for edition in studied
        ]
    CountedInterval.objects.bulk_create(_interval(r) for r in StudyRecord.objects.bulk_create(records))
    LessonReached.objects.bulk_create(reached)
    quizzes = Quiz.objects.in_bulk([m.quiz_key for m in modules if m.quiz_key], field_name="key")
    _stage_attempts(members, list(quizzes.values()), at=at)


def _record(member: Member, edition: LessonEdition, begin: datetime) -> StudyRecord:
    return StudyRecord(
        member=member,
        bucket=Bucket.INDIVIDUAL,
        source=Source.ONLINE,
        key=str(uuid4()),
        subject=edition.translation_key,
        edition=edition.pk,
        started_at=begin,
        ended_at=begin + PIECE,
        seconds=PIECE.seconds,
        counted=spans_of([(begin, begin + PIECE)]),
        received_at=begin + PIECE,
    )


def _interval(record: StudyRecord) -> CountedInterval:
    return CountedInterval(
        member=record.member,
        record=record,
        bucket=record.bucket,
        subject=record.subject,
        started_at=record.started_at,
        ended_at=record.ended_at,
        seconds=record.seconds,
    )


def _stage_attempts(members: Sequence[Member], quizzes: Sequence[Quiz], *, at: datetime) -> None:
    attempts = Attempt.objects.bulk_create(
        Attempt(member=member, quiz=quiz, paper=[], pass_mark=80, begun_at=at - PIECE, handed_in_at=at)
        for number, member in enumerate(members)
        for n, quiz in enumerate(quizzes)
        if (n + number) % 3 < 2
    )
    Mark.objects.bulk_create(
        Mark(
            attempt=attempt,
            points=4 + n % 2,
            out_of=5,
            percent=80 + 20 * (n % 2),
            passed=True,
            detail=[],
            marking_version=1,
            marked_at=at,
        )
        for n, attempt in enumerate(attempts)
    )


def sign_in(member: Member) -> dict[str, str]:
    """A session as signing in makes it; returns the cookies of the member's browser."""
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "people.signing_in.NumberOrPhone"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session[SEEN] = int(now().timestamp())
    session.create()
    return {"session": session.session_key, "csrf": "x" * 32}


def read_on(member: Member, cookies: dict[str, str]) -> dict[str, str]:
    """The cookies of a browser that read a lesson more than a minute ago: the next page sets `seen` anew."""
    at = int(now().timestamp())
    seen = at - min(90, at % 3600)
    return {
        **cookies,
        SEEN: seen_note(cookies["session"], seen),
        READER: note_for(member, cookies["session"], at=at),
    }
