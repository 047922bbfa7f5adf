"""What quizzes must ask a higher room, which registers its answer when it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from people.models import Member


@dataclass(frozen=True)
class Place:
    """Where a quiz stands for a member: lesson or module, in words, and the key of the lesson's edition."""

    title: str
    url: str
    edition: UUID | None = None


Answer = Callable[[set[UUID], Member, str], dict[UUID, Place]]

_places: list[Answer] = []
_quoting: list[Answer] = []


def register_places(answer: Answer) -> None:
    """The room that owns lessons says which quizzes stand where this member may read, all in few queries."""
    _places.append(answer)


def register_quoting(answer: Answer) -> None:
    """The room that owns lessons says where, in one that this member may read, each passage is quoted."""
    _quoting.append(answer)


def places(keys: Iterable[UUID], *, member: Member, language: str) -> dict[UUID, Place]:
    """Return where quizzes stand for a member, by key of the quiz; one that stands nowhere is left out."""
    return _asked(_places, keys, member, language)


def where_quoted(keys: Iterable[UUID], *, member: Member, language: str) -> dict[UUID, Place]:
    """Return where a member may read passages, by key; one that no such lesson quotes is left out."""
    return _asked(_quoting, keys, member, language)


def _asked(
    answers: Iterable[Answer], keys: Iterable[UUID], member: Member, language: str
) -> dict[UUID, Place]:
    wanted = set(keys)
    found: dict[UUID, Place] = {}
    for answer in answers:
        missing = wanted - found.keys()
        if not missing:
            break
        found |= answer(missing, member, language)
    return found


@dataclass(frozen=True)
class Module:
    """A module that a pool may name: its translation key, and its title with the course's before it."""

    key: UUID
    title: str


ListModules = Callable[[str], list[Module]]
QuizzesOfModules = Callable[[set[UUID]], dict[UUID, set[UUID]]]

_modules: list[tuple[ListModules, QuizzesOfModules]] = []


def register_modules(listed: ListModules, quizzes: QuizzesOfModules) -> None:
    """The room that owns modules lists them in a language, and says which quizzes belong to each."""
    _modules.append((listed, quizzes))


def modules(language: str) -> list[Module]:
    """Return the modules that a pool may name, in the order of their courses."""
    return [module for listed, _quizzes in _modules for module in listed(language)]


def quizzes_of_modules(keys: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return the keys of the quizzes of each module: its own and those of its lessons. Few queries."""
    wanted = set(keys)
    found: dict[UUID, set[UUID]] = {key: set() for key in wanted}
    for _listed, quizzes in _modules if wanted else ():
        for key, theirs in quizzes(wanted).items():
            found[key] |= theirs
    return found
