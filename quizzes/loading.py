"""
Questions from data files into the bank. What an editor has changed since is left alone.

The format is in docs/question-files.md; `quizzes.loaded_words` reads a row of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from quizzes.bank import digest_of, freeze
from quizzes.loaded_words import (
    PLAIN,
    ROWS,
    BadQuestion,
    row_of,
    words_of_case,
    words_of_question,
    words_of_row,
)
from quizzes.models import Case, Question, QuestionTag
from quizzes.sources_used import look_at_passage
from sources.models import Passage

__all__ = ["BadQuestion", "load_questions"]

Words = Mapping[str, Any]


@transaction.atomic
def load_questions(rows: list[dict[str, Any]], cases: Sequence[Words] = ()) -> dict[str, Question]:
    """
    Bring the rows of a file into the bank and return the questions by reference. Again changes nothing.

    A new question is in use at once, or a draft when its row says `draft = true`: a fact that is not yet
    confirmed in a named official text. A question already there follows the file as long as its words are
    those that were loaded; one that an editor has written or changed stays as it is, and so does its state.
    `cases`: the texts that rows name by their id; they follow the file as their questions do.

    :raises BadQuestion: and nothing is loaded.
    """
    told = {str(case.get("id", "")): words_of_case(case) for case in cases}
    wanted = {str(row.get("id", "")): words_of_row(row, told) for row in rows}
    passages = _passages(wanted)
    if len(wanted) != len(rows):
        twice = [name for name, count in Counter(str(row.get("id", "")) for row in rows).items() if count > 1]
        raise BadQuestion(f"{', '.join(twice)}: the same id stands more than once.")
    drafts = {str(row["id"]) for row in rows if row.get("draft")}
    present = _present(list(wanted))
    writing = _Writing(passages)
    asked = []
    for reference, words in wanted.items():
        kept = present.get(reference)
        if kept is None:
            question = present[reference] = writing.write(Question(reference=reference), words)
            asked += [question] if reference not in drafts else []
        elif (held := digest_of(words_of_question(kept))) == kept.loaded_digest and held != digest_of(words):
            writing.write(kept, words)
            asked += [kept] if kept.state == Question.State.IN_USE else []
    _take_into_use(asked)
    return {reference: present[reference] for reference in wanted}


def _take_into_use(questions: list[Question]) -> None:
    """What is loaded was looked at by those who wrote the file: nobody else approves it."""
    fresh = Question.objects.filter(pk__in=[question.pk for question in questions])
    freeze(fresh.select_related("passage__work", "case"), at=now())
    fresh.update(state=Question.State.IN_USE)
    for question in questions:
        question.refresh_from_db(fields=["state", "version"])


def _present(references: list[str]) -> dict[str, Question]:
    """The questions that are there, locked, with all that belongs to them: a query for each kind of rows."""
    questions = Question.objects.filter(reference__in=references).select_related("passage", "case")
    locked = questions.select_for_update(no_key=True, of=("self",))
    return {str(row.reference): row for row in locked.prefetch_related(*ROWS, "tagged_items__tag")}


def _passages(wanted: Mapping[str, Words]) -> dict[str, Passage]:
    """The passages that rows rest on, by reference."""
    named = {words["passage"]: name for name, words in wanted.items() if "passage" in words}
    if not named:
        return {}
    found = Passage.objects.filter(reference__in=named).select_related("work")
    passages = {passage.reference: passage for passage in found}
    for reference, name in named.items():
        if reference not in passages:
            raise BadQuestion(f"{name}: there is no passage {reference}.")
    return passages


class _Writing:
    """Gives questions the words of their rows."""

    def __init__(self, passages: Mapping[str, Passage]) -> None:
        self.passages = passages
        self.cases: dict[str, Case] = {}

    def write(self, question: Question, words: Words) -> Question:
        """Rows that are there keep their keys by place, as many as there are."""
        for field, (_key, default) in PLAIN.items():
            setattr(question, field, words.get(field, default))
        question.passage = self.passages[words["passage"]] if "passage" in words else None
        question.case = self._case(words["case"]) if "case" in words else None
        look_at_passage(question)
        question.loaded_digest = digest_of(words)
        question.written_by = None
        question.save()
        for part in ROWS:
            _write_rows(question, part, words.get(part, ()))
        _tag(question, words.get("tags", ()))
        return question

    def _case(self, words: Words) -> Case:
        key = words["key"]
        if key not in self.cases:
            self.cases[key], _new = Case.objects.update_or_create(key=key, defaults=words)
        return self.cases[key]


def _write_rows(question: Question, part: str, wanted: Iterable[Any]) -> None:
    model = Question._meta.get_field(part).related_model
    kept = sorted(_kept_rows(model, question), key=lambda row: (row.position, row.pk))
    values = list(wanted)
    for position, value in enumerate(values):
        row = kept[position] if position < len(kept) else model(question=question)
        for field, content in {"position": position, **row_of(part, value)}.items():
            setattr(row, field, content)
        row.save()
    for surplus in kept[len(values) :]:
        surplus.delete()


def _kept_rows(model: Any, question: Question) -> Any:
    return model.objects.filter(question=question)


def _tag(question: Question, names: Sequence[str]) -> None:
    items = QuestionTag.objects.filter(content_object=question).select_related("tag")
    if {item.tag.name for item in items} != set(names):
        question.tags.set(names)
        question.save()
