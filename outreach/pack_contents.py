"""
Packs for the press, put together from what was frozen alone: so a pack can be printed again, the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from courses.printing import printed_lesson
from outreach.pack_freezing import editions_of
from outreach.packet_records import Packet, PackRun
from paper.content import LessonPart, Look, Pack, QuizPart
from quizzes.forms_of_questions import printed
from quizzes.models import QuestionVersion


def look_of(run: PackRun) -> Look:
    return Look(language=run.language, **run.look)


class Composer:
    """Puts together the packs of one run; what they share is read once."""

    def __init__(self, run: PackRun) -> None:
        self.run = run
        self._versions: dict[int, QuestionVersion] = {}

    @cached_property
    def lessons(self) -> list[LessonPart]:
        """The lessons as they are printed, with what is to be talked about."""
        said = [lesson["discussion"] for lesson in self.run.contents["lessons"]]
        return [
            printed_lesson(edition, discussion=questions)
            for edition, questions in zip(editions_of(self.run), said, strict=True)
        ]

    def pack(self, packet: Packet) -> Pack:
        """The pack for the press, from what was frozen."""
        return Pack(
            key=packet.key.hex,
            number=packet.number,
            lessons=self.lessons,
            quizzes=[self._quiz(drawn) for drawn in packet.contents["quizzes"]],
            title=self.run.title,
            **json.loads(packet.cover),
        )

    def _quiz(self, drawn: Mapping[str, Any]) -> QuizPart:
        wanted = {place["version"] for place in drawn["paper"]} - self._versions.keys()
        if wanted:
            self._versions |= QuestionVersion.objects.in_bulk(wanted)
        asked = [(self._versions[place["version"]].content, place) for place in drawn["paper"]]
        return QuizPart(drawn["title"], [printed(content, place) for content, place in asked])
