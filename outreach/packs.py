"""
Asking for study packs: for a member, a list or a branch, from any lessons and quizzes that may be read.

Asking keeps what is to be made and for whom; making it is long work (`outreach.pack_making`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.gate import readable_editions
from courses.models import LessonEdition
from courses.slots import gates_agree
from jobs.models import Job
from jobs.work import ask, ask_to_stop
from outreach.packet_records import Packet, PackRun
from paper.content import LARGEST, SMALLEST, USUAL
from people import audit
from people.leading import Refusal, leads
from people.models import Affiliation, Member, MemberQuerySet, Office, Organisation, Pairing, Sight
from quizzes.askable import askable
from quizzes.forms_of_questions import is_printable
from quizzes.models import Quiz
from quizzes.on_paper import is_open
from quizzes.slots import Place, places

ASKED = audit.action("packs.asked", _("Had study packs made"))

AT_ONCE = 1000
"""Rows in one statement."""

MOST_QUESTIONS, LONGEST_QUESTION = 6, 200
"""For talking about, of a lesson."""

SILENT_SECONDS = 120
"""After so long without a sign, making is taken to have been ended, and can be asked for again."""


class NotTheirs(Refusal):
    words = _(
        "Packs are made by the leaders of the branch or above, and by the visitor for the members assigned. "
        "Nothing was made."
    )


class NothingChosen(Refusal):
    words = _("Please choose at least one lesson or quiz.")


class NobodyChosen(Refusal):
    words = _("Please choose at least one member.")


class NotOfTheBranch(Refusal):
    words = _(
        "One of the members chosen does not belong here any more, or the account is closed. "
        "Please look at the list again. Nothing was made."
    )


class NotPublished(Refusal):
    words = _("A lesson or quiz of this pack is not published at present. Please choose again.")

    def __init__(self, titles: Sequence[str] = ()) -> None:
        super().__init__()
        if titles:
            names = "、".join(titles)
            self.words = _("Not published at present: %(titles)s. Nothing was made.") % {"titles": names}


class NotPrintable(Refusal):
    words = _(
        "A question of this pack has more than eight options, or more than twelve rows or blanks; "
        "the answer sheet has no room for it."
    )


class NotOpen(Refusal):
    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        words = _("Not open at present, so it is not printed: %(titles)s. Nothing was made.")
        self.words = words % {"titles": "、".join(titles)}


class NotAPrintedSize(Refusal):
    words = _("Please choose A4 or A3, and letters of 16 to 30 points.")


class TooManyQuestions(Refusal):
    words = _("Up to six questions to talk about for a lesson, 200 characters each.")


class StillBeingMade(Refusal):
    words = _("These packs are being made at this moment.")


@dataclass(frozen=True)
class Wanted:
    """What packs are to hold: keys of editions and quizzes, and questions to talk about by edition."""

    lessons: Sequence[UUID] = ()
    quizzes: Sequence[UUID] = ()
    discussion: Mapping[UUID, Sequence[str]] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Found:
    """The same, found and readable: editions in the order of the tree, quizzes with where they stand."""

    editions: list[LessonEdition]
    quizzes: list[tuple[Quiz, Place]]

    @property
    def minutes(self) -> int:
        return sum(edition.minutes for edition in self.editions)


def found_for(viewer: Member, wanted: Wanted, *, language: str, at: datetime) -> Found:
    """
    Return what was chosen, when all of it may be read now. A fixed number of queries, and some for each pool.

    :raises NothingChosen, NotPrintable: when nothing was chosen, or the sheet has no room for a question.
    :raises NotOpen: when a quiz has not opened yet, or has closed.
    :raises NotPublished: when something is not published, or not for this viewer; it says which.
    """
    if not wanted.lessons and not wanted.quizzes:
        raise NothingChosen
    chosen = set(wanted.lessons)
    found = readable_editions(viewer).filter(key__in=chosen, language=language)
    editions = [edition for edition in found if gates_agree(viewer, edition.translation_key)]
    standing = places(wanted.quizzes, member=viewer, language=language)
    quizzes = {quiz.key: quiz for quiz in Quiz.objects.filter(key__in=set(wanted.quizzes))}
    may_ask = askable(quizzes.values())
    if not all(is_printable(one.content) for all_of_it in may_ask.values() for one in all_of_it):
        raise NotPrintable
    closed_quizzes = [quiz.local_title for quiz in quizzes.values() if not is_open(quiz, at=at)]
    if closed_quizzes:
        raise NotOpen(closed_quizzes)
    asked = {key for key, quiz in quizzes.items() if any(may_ask[quiz.pk])}
    standing = {key: place for key, place in standing.items() if key in asked}
    closed = LessonEdition.objects.filter(key__in=chosen - {edition.key for edition in editions})
    titles = [edition.title for edition in closed.order_by("pk")]
    titles += [quiz.local_title for key, quiz in quizzes.items() if key not in standing]
    gone = len(editions) < len(chosen) or any(key not in standing for key in wanted.quizzes)
    if titles or gone:
        raise NotPublished(titles)
    order = dict.fromkeys(key for key in wanted.quizzes if key in quizzes)
    return Found(editions, [(quizzes[key], standing[key]) for key in order])


def members_for(viewer: Member, organisation: Organisation, *, on: date) -> MemberQuerySet:
    """
    Those for whom the viewer has packs made there: all at home there for a leader, else those assigned.

    :raises NotTheirs: when the viewer does neither.
    """
    there = Member.objects.belonging_to(organisation, on=on).filter(is_active=True, erased_at=None)
    if leads(viewer, organisation, on=on):
        return there
    if organisation.pk not in {place.pk for place in visited_places(viewer, on=on)}:
        raise NotTheirs
    assigned = Pairing.objects.on(on).filter(member=OuterRef("pk"), visitor=viewer)
    seen = Member.objects.visible_to(viewer, sight=Sight.COMPLETION, on=on).values("pk")
    return there.filter(Exists(assigned), pk__in=seen)


def count_chosen(
    viewer: Member, organisation: Organisation, members: Iterable[UUID] | None, *, on: date
) -> int:
    """
    For how many members packs would be made.

    :raises NotTheirs, NobodyChosen, NotOfTheBranch: as `ask_run` would.
    """
    return len(_chosen(members_for(viewer, organisation, on=on), members))


def visited_places(viewer: Member, *, on: date) -> list[Organisation]:
    """Where the viewer holds the office of a visitor."""
    offices = viewer.held_offices(on)
    return [office.organisation for office in offices if office.kind == Office.Kind.VISITOR]


@transaction.atomic
def ask_run(
    organisation: Organisation,
    wanted: Wanted,
    *,
    members: Iterable[UUID] | None,
    look: Mapping[str, Any],
    language: str,
    kind: str,
    by: Member,
    at: datetime,
    pages: int = 0,
) -> PackRun:
    """
    Have packs made for these members, or for all of the organisation (`members` None).

    Set-based: three thousand are as many statements as three.

    :raises NotTheirs, NothingChosen, NotPublished, NotPrintable, NotOpen, NotAPrintedSize, TooManyQuestions,
        NobodyChosen, NotOfTheBranch: and nothing is kept.
    """
    on = localdate(at)
    allowed = members_for(by, organisation, on=on)
    found = found_for(by, wanted, language=language, at=at)
    run = PackRun.objects.create(
        organisation=organisation,
        asked_by=by,
        asked_at=at,
        title=wanted.title.strip()[:80],
        language=language,
        kind=PackRun.Kind(kind),
        look=checked_look(look),
        contents=contents_of(wanted, found),
        pages=pages,
    )
    keep_packets(run, _chosen(allowed, members), on=on)
    _ask_work(run, by=by, at=at)
    details = {"packs": run.packets.count(), "lessons": len(found.editions), "quizzes": len(found.quizzes)}
    audit.note(ASKED, at=at, by=by, organisation=organisation, details=details)
    return run


def checked_look(look: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return how packs look, as it is kept.

    :raises NotAPrintedSize: when the press cannot do that.
    """
    size, points = look.get("size", "a4"), int(look.get("points", USUAL))
    if size not in {"a4", "a3"} or not SMALLEST <= points <= LARGEST:
        raise NotAPrintedSize
    return {"size": size, "points": points, "pinyin": bool(look.get("pinyin"))}


def contents_of(wanted: Wanted, found: Found) -> dict[str, Any]:
    """What was found, as it is kept with what was asked for."""
    return {
        "lessons": [
            {"edition": edition.pk, "discussion": _discussion(wanted.discussion.get(edition.key, ()))}
            for edition in found.editions
        ],
        "quizzes": [
            {"key": str(quiz.key), "edition": str(place.edition) if place.edition else None}
            for quiz, place in found.quizzes
        ],
    }


def _discussion(said: Iterable[str]) -> list[str]:
    questions = [text.strip() for text in said if text.strip()]
    if len(questions) > MOST_QUESTIONS or any(len(text) > LONGEST_QUESTION for text in questions):
        raise TooManyQuestions
    return questions


def _chosen(allowed: MemberQuerySet, members: Iterable[UUID] | None) -> list[int]:
    """The chosen members, one branch after another, as they are delivered. One query."""
    keys = None if members is None else set(members)
    rows = allowed if keys is None else allowed.filter(key__in=keys)
    found = list(rows.order_by("number", "pk").values_list("pk", flat=True))
    if not found and not keys:
        raise NobodyChosen
    if keys is not None and len(found) != len(keys):
        raise NotOfTheBranch
    return found


def keep_packets(run: PackRun, members: list[int], *, on: date) -> None:
    """Keep for whom packs are to be made, numbered on, one branch after another. Four queries."""
    homes = dict(
        Affiliation.objects.on(on)
        .home()
        .filter(member__in=members)
        .order_by("branch__path", "pk")
        .values_list("member_id", "branch_id")
    )
    place = {branch: number for number, branch in enumerate(dict.fromkeys(homes.values()))}
    ordered = sorted((pk for pk in members if pk in homes), key=lambda pk: place[homes[pk]])
    numbers = _next_numbers(on.year, len(ordered))
    Packet.objects.bulk_create(
        [
            Packet(number=number, run=run, member_id=pk, branch_id=homes[pk])
            for number, pk in zip(numbers, ordered, strict=True)
        ],
        batch_size=AT_ONCE,
    )


_NEXT = """
    insert into outreach_packnumbers as n (year, last) values (%s, %s)
        on conflict (year) do update set last = n.last + excluded.last returning last
"""


def _next_numbers(year: int, count: int) -> list[str]:
    """So many numbers that nobody else has: 2026-000123 and on. Held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [year, count])
        (last,) = cursor.fetchone()
    return [f"{year}-{number:06}" for number in range(last - count + 1, last + 1)]


def _ask_work(run: PackRun, *, by: Member, at: datetime) -> None:
    run.job = ask("packets", by=by, at=at, run=run.pk).key
    run.save(update_fields=["job"])


def job_of(run: PackRun) -> Job | None:
    """The work that makes these packs, as long as it is kept."""
    return Job.objects.filter(key=run.job).first() if run.job else None


def is_at_work(job: Job | None, *, at: datetime) -> bool:
    """True while the work waits or gives signs of life."""
    if job is None or job.is_over:
        return False
    return job.told_at is None or (at - job.told_at).total_seconds() < SILENT_SECONDS


@transaction.atomic
def go_on(run: PackRun, *, by: Member, at: datetime) -> PackRun:
    """
    Make what is not made yet, and again what has no file any more. What is made stays as it is.

    :raises NotTheirs, StillBeingMade: and nothing is asked for.
    """
    held = PackRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    _check_asker(held, by, at=at)
    if is_at_work(job_of(held), at=at):
        raise StillBeingMade
    _ask_work(held, by=by, at=at)
    return held


def stop(run: PackRun, *, by: Member, at: datetime) -> None:
    """
    Stop making; what is made stays, and `go_on` makes the others.

    :raises NotTheirs: when it is not for `by`.
    """
    _check_asker(run, by, at=at)
    job = job_of(run)
    if job is not None:
        ask_to_stop(job, at=at)


def _check_asker(run: PackRun, by: Member, *, at: datetime) -> None:
    if run.asked_by_id != by.pk and not leads(by, run.organisation, on=localdate(at)):
        raise NotTheirs


def note_guess(key: UUID, *, by: Member, at: datetime, what: audit.Action) -> None:
    """Keep in the audit that somebody asked for packs of an organisation that is not theirs."""
    hidden = PackRun.objects.filter(key=key).select_related("organisation").first()
    if hidden is not None:
        audit.note(what, at=at, by=by, organisation=hidden.organisation, refused=True)
