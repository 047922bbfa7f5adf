"""The question bank: freezing questions as they are asked, so that an attempt keeps what it saw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import prefetch_related_objects

from people.models import Member
from quizzes.models import Case, Question, QuestionBlank, QuestionOption, QuestionVersion, Quiz
from sources.models import FIELDS_QUOTED, WORK_QUOTED, Passage


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 of canonical JSON: the same content has the same digest wherever it is taken."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()


def content_of(question: Question, options: Iterable[QuestionOption] | None = None) -> dict[str, Any]:
    """
    Return a question as it would be asked today (see `QuestionVersion`), from what is prefetched.

    Always there: "kind", the words, "options", "correct": keys of the right options; to put in order: all
    keys in the right order; to match: for each option the key of what belongs to it; else none. Only where
    they say something: "matches", "blanks", "rubric", "points" (1), "partial" (False), "passage", "case",
    and "feedback" of an option.
    """
    rows = sorted(question.options.all() if options is None else options, key=_in_order)
    pairs = question.kind == Question.Kind.MATCHING
    shown = [row for row in rows if row.text] if pairs else rows
    content = {
        "kind": question.kind,
        "stem": question.stem,
        "stem_en": question.stem_en,
        "options": [_option(row) for row in shown],
        "correct": _key_of(question.kind, shown),
        "explanation": question.explanation,
        "explanation_en": question.explanation_en,
        "source": question.source,
        "source_en": question.source_en,
    }
    if pairs:
        content |= _sides(rows, shown)
    return content | _besides(question)


def _in_order(row: QuestionOption) -> tuple[int, int]:
    return row.position, row.pk or 0


def _option(row: QuestionOption) -> dict[str, str]:
    words = {"key": str(row.key), "text": row.text, "text_en": row.text_en}
    told = {"feedback": row.feedback, "feedback_en": row.feedback_en}
    return words | (told if any(told.values()) else {})


def _key_of(kind: str, rows: list[QuestionOption]) -> list[str]:
    if kind == Question.Kind.ORDERING:
        return [str(row.key) for row in rows]
    return [str(row.key) for row in rows if row.is_correct]


def _sides(rows: list[QuestionOption], shown: list[QuestionOption]) -> dict[str, Any]:
    """The other side of a question to match; equal words are one, so that either choice is right."""
    first = {row.match: row for row in reversed(rows) if row.match}
    matches = [row for row in rows if row.match and first[row.match] is row]
    return {
        "matches": [{"key": str(m.match_key), "text": m.match, "text_en": m.match_en} for m in matches],
        "correct": [str(first[row.match].match_key) for row in shown],
    }


def _besides(question: Question) -> dict[str, Any]:
    blanks = sorted(question.blanks.all(), key=_in_order) if question.kind == "fill_in" else []
    rubric = sorted(question.rubric.all(), key=_in_order) if question.kind == "short_answer" else []
    lines = [{"text": line.text, "text_en": line.text_en, "points": line.points} for line in rubric]
    said = {
        "blanks": [_blank(blank) for blank in blanks],
        "rubric": lines,
        "points": sum(line.points for line in rubric) or (question.points if question.points != 1 else 0),
        "partial": question.is_partial,
        "passage": _passage_of(question.passage) if question.passage else None,
        "case": _case_of(question.case) if question.case else None,
    }
    return {name: value for name, value in said.items() if value}


def _blank(blank: QuestionBlank) -> dict[str, Any]:
    tolerance = str(blank.tolerance) if blank.tolerance else None
    words = {"accepted": list(blank.accepted), "accepted_en": list(blank.accepted_en)}
    return {"kind": blank.kind, **words, "tolerance": tolerance}


def _passage_of(passage: Passage) -> dict[str, str]:
    words = {name: getattr(passage, name) for name in FIELDS_QUOTED}
    words |= {f"work_{name}": getattr(passage.work, name) for name in WORK_QUOTED}
    return {"key": str(passage.key), **words}


def _case_of(case: Case) -> dict[str, str]:
    names = ("title", "title_en", "text", "text_en", "source", "source_en")
    return {"key": str(case.key), **{name: getattr(case, name) for name in names}}


WHOLE = ("options", "blanks", "rubric", "passage__work", "case")
"""What `content_of` reads of a question besides its own row."""


def freeze(questions: Iterable[Question], *, at: datetime, approved_by: Member | None = None) -> None:
    """
    Make the words of questions as they stand the version that is asked. New words make a new version; words
    asked before are the version they were. The caller holds the questions locked and decides their state.

    A few statements, however many questions. Two who freeze the same words at once get the same version.
    """
    rows = list(questions)
    prefetch_related_objects(rows, *WHOLE)
    contents = {row.pk: content_of(row) for row in rows}
    wanted = {(row.pk, digest_of(contents[row.pk])): row for row in rows}
    QuestionVersion.objects.bulk_create(
        [
            QuestionVersion(
                question_id=pk,
                digest=digest,
                content=contents[pk],
                frozen_at=at,
                written_by_id=row.written_by_id,
                approved_by=approved_by,
            )
            for (pk, digest), row in wanted.items()
        ],
        ignore_conflicts=True,
    )
    found = QuestionVersion.objects.filter(question__in=contents, digest__in={digest for _, digest in wanted})
    for version in found:
        row = wanted.get((version.question_id, version.digest))
        if row is not None:
            row.version = version
    Question.objects.bulk_update(rows, ["version"])


def versions_in_use(quiz: Quiz) -> list[QuestionVersion]:
    """
    Return the approved versions of a quiz's own questions in use, in the quiz's order. One query.

    Questions that an attempt draws from pools are another matter: see `quizzes.drawing`.
    """
    entries = quiz.entries.model.objects.filter(quiz=quiz, question__state=Question.State.IN_USE)
    rows = entries.select_related("question__version").order_by("sort_order", "pk")
    return [row.question.version for row in rows]
