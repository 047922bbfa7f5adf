"""Freezing a pack when it is made: its editions, its own papers, what its cover says about people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime

from courses.models import LessonEdition
from outreach.packet_records import Packet, PackRun
from people.leading import LEADING
from people.models import Office
from quizzes.askable import Askable, askable
from quizzes.models import Quiz
from quizzes.on_paper import draw_on_paper


@dataclass(frozen=True)
class Ringable:
    """Somebody of a branch who can be rung."""

    member: int
    name: str
    phone: str


def ringable_in(branches: Iterable[int], *, on: date) -> dict[int, list[Ringable]]:
    """By branch, who can be rung when something is not clear, the secretary first. One query."""
    offices = (
        Office.objects.held_on(on)
        .filter(organisation__in=set(branches), kind__in=LEADING, member__phone_index__isnull=False)
        .select_related("member")
        .order_by("-kind", "pk")  # "secretary" sorts after "deputy"
    )
    found: dict[int, list[Ringable]] = {}
    for office in offices:
        person = Ringable(office.member_id, office.member.local_name, office.member.phone)
        found.setdefault(office.organisation_id, []).append(person)
    return found


@dataclass(frozen=True)
class QuizNow:
    """A quiz of a run with what it may ask now."""

    quiz: Quiz
    edition: UUID | None
    may_ask: Askable


@dataclass(frozen=True)
class Freezer:
    """What the packs of a run share when they are frozen, read once: see `freezer`."""

    editions: list[LessonEdition]
    quizzes: list[QuizNow]
    at: datetime
    contacts: dict[int, list[Ringable]] = field(default_factory=dict)

    def freeze(self, packet: Packet) -> None:
        """
        Fill in what the pack holds, and that it is made. The row is not saved.

        :raises NoQuestions: when a quiz has no question in use.
        """
        packet.contents = {
            "lessons": [
                {"edition": edition.pk, "lesson": str(edition.translation_key)} for edition in self.editions
            ],
            "quizzes": [
                {"title": one.quiz.local_title}
                | draw_on_paper(one.quiz, packet.key, edition=one.edition, may_ask=one.may_ask)
                for one in self.quizzes
            ],
        }
        packet.cover = json.dumps(self._cover(packet), ensure_ascii=False)
        packet.made_at = self.at

    def _cover(self, packet: Packet) -> dict[str, str]:
        others = [one for one in self.contacts.get(packet.branch_id, []) if one.member != packet.member_id]
        return {
            "name": packet.member.local_name,
            "branch": packet.branch.local_name,
            "made_on": date_format(localtime(self.at), "DATE_FORMAT"),
            "contact_name": others[0].name if others else "",
            "contact_phone": others[0].phone if others else "",
        }


def editions_of(run: PackRun) -> list[LessonEdition]:
    """The editions of the run, in order. One query."""
    wanted = [lesson["edition"] for lesson in run.contents["lessons"]]
    found = LessonEdition.objects.select_related("page").in_bulk(wanted)
    return [found[pk] for pk in wanted]


def freezer(run: PackRun, branches: Iterable[int], *, on: date, at: datetime) -> Freezer:
    """Read what packs of these branches share. A few queries, and some for each pool, however many packs."""
    wanted = run.contents["quizzes"]
    found = {str(quiz.key): quiz for quiz in Quiz.objects.filter(key__in=[one["key"] for one in wanted])}
    may_ask = askable(found.values())
    quizzes = [
        QuizNow(
            quiz=found[one["key"]],
            edition=UUID(one["edition"]) if one["edition"] else None,
            may_ask=may_ask[found[one["key"]].pk],
        )
        for one in wanted
    ]
    return Freezer(editions_of(run), quizzes, at, ringable_in(branches, on=on))
