"""Packs for tests, asked for and frozen without a press."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from courses.models import LessonEdition, LessonPage
from hours.models import StudyRecord
from outreach.pack_freezing import freezer
from outreach.packet_records import Packet, PacketStep, PackRun
from outreach.packs import Wanted, ask_run
from people.models import Member, Organisation
from quizzes.models import QuestionVersion, Quiz
from tests.cast import add_lesson, add_module, moment
from tests.quizzes.papers import SEVERAL, TRUE_FALSE, add_question, add_quiz

MADE = moment("2026-03-01 09:00")
AT = moment("2026-03-20 10:05")
LOOK = {"size": "a4", "points": 20, "pinyin": False}


def lesson_with_quiz(slug: str = "first", title: str = "群众路线是怎样形成的") -> tuple[LessonEdition, Quiz]:
    """A published lesson of three screens with a knowledge check of three questions at its end."""
    quiz = add_quiz(
        add_question(f"{slug}-1"),
        add_question(f"{slug}-2", kind=SEVERAL, right=[1, 3]),
        add_question(f"{slug}-3", kind=TRUE_FALSE, right=[1], of=2),
        title=f"{title}：小测",
    )
    page = add_lesson(add_module(slug=f"m-{slug}"), slug, title=title)
    page.body.append(("quiz", quiz))
    page.save_revision().publish()
    page = LessonPage.objects.get(pk=page.pk)
    return LessonEdition.objects.live().get(page=page), quiz


def wanted(*parts: tuple[LessonEdition, Quiz], **fields: Any) -> Wanted:
    return Wanted(
        lessons=[edition.key for edition, _quiz in parts], quizzes=[quiz.key for _, quiz in parts], **fields
    )


def ask(
    organisation: Organisation, what: Wanted, *, by: Member, members: Iterable[UUID] | None, **fields: Any
) -> PackRun:
    facts = {"look": LOOK, "language": "zh-hans", "kind": "files", "at": MADE, **fields}
    return ask_run(organisation, what, members=members, by=by, **facts)


def freeze(run: PackRun, *, at: datetime = MADE) -> list[Packet]:
    """Make the packs of a run as the work does, without their files."""
    packets = list(run.packets.waiting().select_related("member", "branch").order_by("number"))
    shared = freezer(run, {packet.branch_id for packet in packets}, on=localdate(at), at=at)
    for packet in packets:
        shared.freeze(packet)
        packet.save()
        PacketStep.objects.create(packet=packet, state="made", on=localdate(at), by=run.asked_by, at=at)
    return packets


def right(drawn: Mapping[str, Any]) -> dict[int, list[UUID]]:
    """What is right at each position of a drawn paper."""
    return {
        position: [UUID(key) for key in QuestionVersion.objects.get(pk=place["version"]).content["correct"]]
        for position, place in enumerate(drawn["paper"])
    }


def paper_rows(member: Member) -> list[StudyRecord]:
    return list(StudyRecord.objects.filter(member=member.key, source="paper").order_by("pk"))
