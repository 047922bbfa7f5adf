"""Questions of a file written into the bank as drafts of the one who brought them in. Some few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils.text import slugify
from taggit.models import Tag

from people.models import Member
from quizzes.exchange.carried import Carried
from quizzes.exchange.into_bank import blanks_of, options_of, rubric_of
from quizzes.models import Case, Question, QuestionBlank, QuestionOption, QuestionTag, RubricLine
from quizzes.reviewing import note_written
from quizzes.sources_used import look_at_passage
from sources.models import Passage


@dataclass(frozen=True)
class Choices:
    """What the editor chose for all questions of a file; what a question says itself goes before."""

    source: str = ""
    category: str = ""
    tags: tuple[str, ...] = field(default=())
    tags_of_categories: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "category": self.category,
            "tags": list(self.tags),
            "tags_of_categories": self.tags_of_categories,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Choices:
        return cls(**{**found, "tags": tuple(found.get("tags", ()))})


def one_at_a_time() -> None:
    """Nobody else brings in questions to the end of the transaction: what is there was looked up."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('quizzes.exchange'))")


def write_drafts(carried: Iterable[Carried], choices: Choices, *, by: Member, at: datetime) -> list[Question]:
    """Write the questions. The caller holds the lock and has left out what is there."""
    found = list(carried)
    near = _near(found)
    rows = [_row(question, choices, near, by) for question in found]
    Question.objects.bulk_create(rows)
    pairs = list(zip(rows, found, strict=True))
    for model, make in ((QuestionOption, options_of), (QuestionBlank, blanks_of), (RubricLine, rubric_of)):
        children = []
        for row, question in pairs:
            for child in make(question):
                child.question = row
                children.append(child)
        model.objects.bulk_create(children)
    _tag(pairs, choices)
    note_written(Question.objects.filter(pk__in=[row.pk for row in rows]), by=by, at=at)
    return rows


@dataclass(frozen=True)
class _Near:
    """What questions name: references that are taken, passages, cases."""

    taken: set[str]
    passages: dict[str, Passage]
    cases: dict[str, Case | None]


def _near(found: list[Carried]) -> _Near:
    references = {question.reference for question in found if question.reference}
    taken = set(Question.objects.filter(reference__in=references).values_list("reference", flat=True))
    named = {question.passage for question in found if question.passage}
    passages = Passage.objects.filter(reference__in=named).select_related("work")
    cases: dict[str, Case | None] = {}
    for case in Case.objects.filter(title__in={question.case for question in found if question.case}):
        cases[case.title] = None if case.title in cases else case  # of two with one name it is neither
    return _Near({str(one) for one in taken}, {str(one.reference): one for one in passages}, cases)


def _row(question: Carried, choices: Choices, near: _Near, by: Member) -> Question:
    reference = question.reference if question.reference not in near.taken else ""
    near.taken.add(reference)
    row = Question(
        reference=reference or None,
        kind=question.kind,
        stem=question.stem,
        stem_en=question.stem_en,
        explanation=question.explanation,
        explanation_en=question.explanation_en,
        source=question.source or choices.source,
        source_en=question.source_en,
        passage=near.passages.get(question.passage),
        case=near.cases.get(question.case),
        points=question.points,
        is_partial=question.is_partial,
        category=question.category or choices.category,
        difficulty=question.difficulty,
        valid_as_of=date.fromisoformat(question.valid_as_of) if question.valid_as_of else None,
        review_by=date.fromisoformat(question.review_by) if question.review_by else None,
        written_by=by,
    )
    look_at_passage(row)
    return row


def tags_of(question: Carried, choices: Choices) -> list[str]:
    of_path = [question.path[:100]] if choices.tags_of_categories and question.path else []
    return list(dict.fromkeys([*question.tags, *of_path, *choices.tags]))


def _tag(pairs: list[tuple[Question, Carried]], choices: Choices) -> None:
    wanted = {name for _row, question in pairs for name in tags_of(question, choices)}
    tags = _tags_named(wanted)
    missing = [Tag(name=name, slug=_slug(name)) for name in sorted(wanted) if name.casefold() not in tags]
    Tag.objects.bulk_create(missing, ignore_conflicts=True)
    tags |= _tags_named({tag.name for tag in missing})
    items = {
        (row.pk, tags[name.casefold()].pk): None
        for row, question in pairs
        for name in tags_of(question, choices)
    }
    QuestionTag.objects.bulk_create([QuestionTag(content_object_id=pk, tag_id=tag) for pk, tag in items])


def _tags_named(names: set[str]) -> dict[str, Tag]:
    return {tag.name.casefold(): tag for tag in Tag.objects.filter(name__in=names).order_by("-pk")}


def _slug(name: str) -> str:
    """An address of its own for each name, whatever script it is in."""
    return f"{slugify(name, allow_unicode=True)[:80]}-{sha256(name.encode()).hexdigest()[:8]}"
