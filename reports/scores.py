"""
Results at quizzes in a branch, module by module: how many have handed in, how many passed, the mean.

Who sees results by name (`Sight.SCORES`) sees numbers of the same people, so that nothing can be taken from
one another. The committee sees numbers of the branch as a whole, where both parts of a number are five people
or more, and the mean only roughly: one more who hands in must not show in it, nor that all have all right.

Members stand in the order of their names, and only those who have handed in: nobody is ranked or chased.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from courses.outline import Module, outline
from people.models import Affiliation, Member, Organisation, Sight
from people.offices import COMMITTEE
from quizzes.models import Attempt, Quiz
from quizzes.results import Best, best_results
from reports.counting import LEAST_COUNTED, may_be_told
from reports.overview import sights_over

ROUGHLY = 5
"""To so many per cent a mean is rounded, and kept from 0 and 100, for who sees no results by name."""


@dataclass(frozen=True)
class Sum:
    """What a number of people came to at a quiz; None: that is not told."""

    handed_in: int
    passed: int | None
    mean: int | None


def exact(results: Sequence[Best]) -> Sum:
    """All of it, for who sees the same by name."""
    total = len(results)
    passed = sum(best.passed for best in results)
    return Sum(total, passed, round(sum(best.percent for best in results) / total) if total else None)


def withheld(results: Sequence[Best]) -> Sum:
    """What may be told to who sees no results: who has handed in is known to them by name."""
    found = exact(results)
    if found.mean is None or found.handed_in < LEAST_COUNTED:
        return Sum(found.handed_in, None, None)
    mean = min(100 - ROUGHLY, max(ROUGHLY, ROUGHLY * round(found.mean / ROUGHLY)))
    passed = found.passed if may_be_told(found.passed or 0, of=found.handed_in) else None
    return Sum(found.handed_in, passed, mean)


@dataclass(frozen=True)
class QuizLine:
    """A quiz of a module. `lesson`: the lesson it stands in; "" for the quiz of the module itself."""

    quiz: Quiz
    lesson: str
    sum: Sum


@dataclass(frozen=True)
class ModuleScores:
    """A module and its quizzes, those of the lessons first."""

    title: str
    lines: list[QuizLine]


@dataclass
class Scores:
    """The page. `by_name`: whether results may be looked at member by member."""

    organisation: Organisation
    by_name: bool
    members: list[Member]
    results: dict[tuple[int, UUID], Best] = field(default_factory=dict)
    modules: list[ModuleScores] = field(default_factory=list)

    @property
    def quizzes(self) -> list[Quiz]:
        return list({line.quiz.pk: line.quiz for module in self.modules for line in module.lines}.values())

    def of_quiz(self, key: UUID) -> list[Best]:
        """The results at a quiz, in the order of the members."""
        return [self.results[m.pk, key] for m in self.members if (m.pk, key) in self.results]


def opens_scores(viewer: Member, organisation: Organisation, *, on: date) -> bool:
    """
    True when the viewer's offices open the page of a branch or group.

    By name: who leads. In numbers: the committee, of a branch as a whole; numbers of its groups would give
    away those of the rest.
    """
    if organisation.kind not in {Organisation.Kind.BRANCH, Organisation.Kind.GROUP}:
        return False
    if Sight.SCORES in sights_over(viewer, organisation, on=on):
        return True
    above = [o for o in viewer.held_offices(on) if organisation.path.startswith(o.organisation.path)]
    return organisation.kind == Organisation.Kind.BRANCH and any(o.kind in COMMITTEE for o in above)


def scores_of(viewer: Member, organisation: Organisation, *, language: str, on: date) -> Scores:
    """Return the page of an organisation that `opens_scores`. Four queries and those of the outline."""
    by_name = Sight.SCORES in sights_over(viewer, organisation, on=on)
    scores = Scores(organisation, by_name, _members(viewer, organisation, by_name=by_name, on=on))
    modules = [module for course in outline(language, reader=viewer) for module in course.modules]
    keys = {key for module in modules for key, _lesson in _quizzes(module)}
    quizzes = {quiz.key: quiz for quiz in Quiz.objects.filter(key__in=keys)}
    scores.results = best_results([member.pk for member in scores.members], keys)
    told = exact if by_name else withheld
    scores.modules = [
        ModuleScores(
            module.title,
            [
                QuizLine(quizzes[key], lesson, told(scores.of_quiz(key)))
                for key, lesson in _quizzes(module)
                if key in quizzes
            ],
        )
        for module in modules
    ]
    scores.modules = [module for module in scores.modules if module.lines]
    return scores


def _quizzes(module: Module) -> Iterable[tuple[UUID, str]]:
    for lesson in module.lessons:
        for key in lesson.wanted.quiz_keys:
            yield key, lesson.edition.title
    if module.quiz_key:
        yield module.quiz_key, ""


def _members(viewer: Member, organisation: Organisation, *, by_name: bool, on: date) -> list[Member]:
    """Those at home here; for who sees results by name, those whose results they see."""
    here = Affiliation.objects.of(OuterRef("pk"), on=on).within(organisation).home()
    members = Member.objects.filter(Exists(here), erased_at=None)
    if by_name:
        members = members.visible_to(viewer, sight=Sight.SCORES, on=on)
    return list(members.only("key", "name", "name_latin").order_by("name_latin", "name", "pk"))


@dataclass(frozen=True)
class MemberLine:
    """A member who has handed in: what counts, and every attempt, the latest first."""

    member: Member
    best: Best
    attempts: list[Attempt]


def members_at(viewer: Member, scores: Scores, quiz: Quiz, *, on: date) -> list[MemberLine]:
    """Who has handed in this quiz, by name. One query. `scores` are those of a viewer who sees names."""
    attempts: dict[int, list[Attempt]] = {}
    seen = Attempt.objects.visible_to(viewer, on=on).handed_in().for_score()
    seen = seen.filter(quiz=quiz, member__in=[member.pk for member in scores.members])
    for attempt in seen.with_marks().order_by("-handed_in_at", "pk"):
        attempts.setdefault(attempt.member_id, []).append(attempt)
    return [
        MemberLine(member, scores.results[member.pk, quiz.key], attempts.get(member.pk, []))
        for member in scores.members
        if (member.pk, quiz.key) in scores.results
    ]
