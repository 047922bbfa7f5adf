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
_progress_in_sql: list[str] = []
_gates: list[Callable[[Member, UUID], bool]] = []


def register_progress(answer: Progress, *, in_sql: str = "") -> None:
    """
    The room that knows who has done what says how far a member is.

    `in_sql` names a function of the database that says the same (see
    programmes/migrations/sql/lesson_states.sql). Without one every lesson page is made the ordinary way
    (`courses.lane`).
    """
    _progress.append(answer)
    _progress_in_sql.append(in_sql)


def progress_in_sql() -> str:
    """The function of the database that says how far a member is; empty when there is not exactly one."""
    return _progress_in_sql[0] if len(_progress_in_sql) == len(_progress) == 1 else ""


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


def has_gates() -> bool:
    """True when a higher room has to be asked."""
    return bool(_gates)


def gates_agree(member: Member, lesson: UUID) -> bool:
    """True when no higher room objects."""
    return all(gate(member, lesson) for gate in _gates)
