"""What a reader does with a lesson: keep it, write on it, hear that it has changed, say how it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from courses.gate import readable_editions
from courses.models import LessonEdition
from courses.reading_records import (
    MOST_CHARACTERS,
    Bookmark,
    EditionRead,
    ErrorReport,
    Feedback,
    Note,
)
from courses.slots import gates_agree
from hours.prepared import fetch_all
from hours.slots import subjects
from people.leading import Refusal
from people.models import Member

MOST_NOTES = 200
"""Private notes of a member on one lesson."""

MOST_REPORTS = 20
"""Error reports of a member within a day."""

FEWEST = 5
"""Feedback is told to editors from so many members on: fewer could be guessed."""


class TooLong(Refusal):
    words = _("This is longer than 2,000 characters. Please shorten it; it is still in the box.")


class NothingWritten(Refusal):
    words = _("Please write something first.")


class TooManyNotes(Refusal):
    words = _("There are 200 notes on this lesson already. Please put this one into another, or remove one.")


class TooManyReports(Refusal):
    words = _("You have sent 20 reports today. Thank you; please go on tomorrow.")


def readable_lesson(member: Member, lesson: UUID, *, language: str) -> LessonEdition | None:
    """The live edition of a lesson that the member may read, in their language if there is one."""
    found = list(readable_editions(member).filter(translation_key=lesson))
    if not found or not gates_agree(member, lesson):
        return None
    return next((edition for edition in found if edition.language == language), found[0])


def note_read(*, member_id: int, edition: LessonEdition, at: datetime) -> None:
    """Remember that the member read this edition to its end. Again changes nothing."""
    EditionRead.objects.get_or_create(member_id=member_id, edition=edition, defaults={"read_at": at})


def read_before(member: Member, edition: LessonEdition) -> EditionRead | None:
    """What the member read last of a lesson that has changed since; None when nothing has. One query."""
    mine = EditionRead.objects.filter(
        member=member,
        edition__translation_key=edition.translation_key,
        edition__language=edition.language,
    ).exclude(edition__words_digest="")
    same = mine.filter(edition__words_digest=edition.words_digest)
    before = mine.filter(~Exists(same)).select_related("edition")
    return before.order_by("-read_at", "-pk").first()


def has_changed_since_read(member: Member, edition: int) -> bool:
    """True when the member read the lesson to its end, and never with the words of this edition."""
    return bool(fetch_all("select courses_read_otherwise(%s, %s)", [member.pk, edition])[0][0])


def changed_since_read(member: Member, *, language: str) -> list[LessonEdition]:
    """Live lessons of a language that changed since the member read them, the latest first. One query."""
    mine = EditionRead.objects.filter(member=member)
    before = mine.filter(
        edition__translation_key=OuterRef("translation_key"), edition__language=language
    ).exclude(edition__words_digest="")
    same = before.filter(edition__words_digest=OuterRef("words_digest"))
    changed = readable_editions(member).filter(Exists(before), ~Exists(same), language=language)
    return [
        edition
        for edition in changed.order_by("-frozen_at", "pk")
        if gates_agree(member, edition.translation_key)
    ]


def keep_bookmark(member: Member, lesson: UUID, *, at: datetime) -> None:
    Bookmark.objects.get_or_create(member=member, lesson=lesson, defaults={"made_at": at})


def remove_bookmark(member: Member, lesson: UUID) -> None:
    Bookmark.objects.filter(member=member, lesson=lesson).delete()


def is_bookmarked(member: Member, lesson: UUID) -> bool:
    return Bookmark.objects.filter(member=member, lesson=lesson).exists()


def notes_on(member: Member, lesson: UUID) -> list[Note]:
    """The member's own notes on a lesson, the first one first."""
    return list(Note.objects.filter(member=member, lesson=lesson).order_by("written_at", "pk"))


def _checked(text: str) -> str:
    if not text.strip():
        raise NothingWritten
    if len(text) > MOST_CHARACTERS:
        raise TooLong
    return text.strip().replace("\x00", "")


@transaction.atomic
def write_note(member: Member, lesson: UUID, text: str, *, key: UUID, at: datetime) -> None:
    """
    Keep a note. The same key again is the same note; another member's key is refused by keeping nothing.

    :raises NothingWritten, TooLong, TooManyNotes:
    """
    text = _checked(text)
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if Note.objects.filter(key=key).exists():
        return
    if Note.objects.filter(member=member, lesson=lesson).count() >= MOST_NOTES:
        raise TooManyNotes
    Note.objects.create(member=member, lesson=lesson, key=key, text=text, written_at=at, changed_at=at)


@transaction.atomic
def change_note(member: Member, lesson: UUID, key: UUID, text: str, *, seen: datetime, at: datetime) -> bool:
    """
    Put other words into a note that was `seen` as it stood then.

    When it was changed or removed elsewhere meanwhile, both are kept: the new words become another note.
    Returns True when they took the place of the old ones.

    :raises NothingWritten, TooLong, TooManyNotes:
    """
    text = _checked(text)
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    note = Note.objects.select_for_update().filter(member=member, lesson=lesson, key=key).first()
    if note is not None and (note.changed_at == seen or note.text == text):
        note.text, note.changed_at = text, max(at, note.changed_at)
        note.save(update_fields=["text", "changed_at"])
        return True
    kept = notes_on(member, lesson)
    if text not in {other.text for other in kept}:
        if len(kept) >= MOST_NOTES:
            raise TooManyNotes
        Note.objects.create(member=member, lesson=lesson, text=text, written_at=at, changed_at=at)
    return False


def remove_note(member: Member, key: UUID) -> None:
    Note.objects.filter(member=member, key=key).delete()


@transaction.atomic
def report_error(
    member: Member, edition: LessonEdition, *, about: str, part: str, words: str, key: UUID, at: datetime
) -> None:
    """
    Tell the editors that something is wrong. The same key again is the same report.

    :raises NothingWritten, TooLong, TooManyReports:
    """
    words = _checked(words)
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if ErrorReport.objects.filter(key=key).exists():
        return
    if ErrorReport.objects.of(member).filter(made_at__gt=at - timedelta(days=1)).count() >= MOST_REPORTS:
        raise TooManyReports
    ErrorReport.objects.create(
        key=key, edition=edition, member=member, about=about, part=part[:200], words=words, made_at=at
    )


def say_how_it_was(member: Member, edition: LessonEdition, verdict: str, *, at: datetime) -> None:
    """Keep what the member thinks of a lesson; later words take the place of earlier ones."""
    Feedback.objects.create(member=member, edition=edition, verdict=verdict, given_at=at)


def last_feedback(member: Member, lesson: UUID) -> Feedback | None:
    mine = Feedback.objects.filter(member=member, edition__translation_key=lesson)
    return mine.order_by("-pk").first()


@dataclass(frozen=True)
class Kept:
    """A lesson that the member bookmarked or wrote on: title and address today, and how many notes."""

    lesson: UUID
    title: str
    url: str
    lang: str
    is_bookmarked: bool
    notes: int


def kept_by(member: Member) -> list[Kept]:
    """The lessons with a bookmark or notes of the member, the latest first. Three queries."""
    marked = dict(Bookmark.objects.filter(member=member).values_list("lesson", "made_at"))
    written = {
        lesson: (number, last)
        for lesson, number, last in Note.objects.filter(member=member)
        .values_list("lesson")
        .annotate(number=Count("pk"), last=Subquery(_last_note(member)))
    }
    last = {lesson: at for lesson, (_number, at) in written.items()}
    for lesson, at in marked.items():
        last[lesson] = max(at, last.get(lesson, at))
    lessons = sorted(last, key=last.__getitem__, reverse=True)
    told = subjects(lessons)
    return [
        Kept(
            lesson,
            told[lesson].title if lesson in told else "",
            told[lesson].url if lesson in told else "",
            told[lesson].lang if lesson in told else "",
            lesson in marked,
            written.get(lesson, (0, None))[0],
        )
        for lesson in lessons
    ]


def _last_note(member: Member) -> object:
    newest = Note.objects.filter(member=member, lesson=OuterRef("lesson")).order_by("-changed_at")
    return newest.values("changed_at")[:1]


def reports_of(member: Member) -> list[ErrorReport]:
    """What the member reported, with the answers, the latest first. One query."""
    mine = ErrorReport.objects.of(member).select_related("edition", "answer")
    return list(mine.order_by("-made_at", "-pk")[:50])


def verdicts_on(editions: Iterable[LessonEdition]) -> dict[int, dict[str, int]]:
    """By edition, how many members said what last; nothing below five members. One query."""
    later = Feedback.objects.filter(
        edition=OuterRef("edition"), member=OuterRef("member"), pk__gt=OuterRef("pk")
    )
    rows = (
        Feedback.objects.filter(~Exists(later), edition__in=[edition.pk for edition in editions])
        .values("edition", "verdict")
        .annotate(number=Count("pk"))
        .values_list(F("edition"), "verdict", "number")
    )
    found: dict[int, dict[str, int]] = {}
    for edition, verdict, number in rows:
        found.setdefault(edition, {})[verdict] = number
    return {edition: told for edition, told in found.items() if sum(told.values()) >= FEWEST}
