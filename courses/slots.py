"""What a lesson page must ask a higher room, which registers its answer when it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from people.models import Member


@dataclass(frozen=True)
class LessonState:
    """How far a member is with a lesson. `is_done` is never reached by time alone."""

    seconds: int = 0
    is_reached: bool = False
    is_done: bool = False

    @property
    def is_begun(self) -> bool:
        return self.is_done or self.is_reached or self.seconds > 0


@dataclass(frozen=True)
class Wanted:
    """A lesson whose state is asked: its translation key and the quizzes that belong to being done."""

    key: UUID
    quiz_keys: tuple[UUID, ...]


Progress = Callable[[Member, Iterable[Wanted]], dict[UUID, LessonState]]
_progress: list[Progress] = []
_gates: list[Callable[[Member, UUID], bool]] = []


def register_progress(answer: Progress) -> None:
    """The room that knows who has done what says how far a member is."""
    _progress.append(answer)


def register_gate(answer: Callable[[Member, UUID], bool]) -> None:
    """A higher room may keep a lesson from a member; every gate has to agree."""
    _gates.append(answer)


def progress(member: Member, lessons: Iterable[Wanted]) -> dict[UUID, LessonState]:
    """Return the member's state in each of `lessons`, set-based."""
    wanted = list(lessons)
    found = {lesson.key: LessonState() for lesson in wanted}
    for answer in _progress:
        found |= answer(member, wanted)
    return found


def gates_agree(member: Member, lesson: UUID) -> bool:
    """True when no higher room objects."""
    return all(gate(member, lesson) for gate in _gates)
