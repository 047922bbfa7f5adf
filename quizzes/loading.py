"""Questions from data files into the bank. What an editor has changed since is left alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import now

from quizzes.bank import digest_of, freeze
from quizzes.models import Question, QuestionOption
from quizzes.sources_used import look_at_passage
from sources.models import Passage

WORDS = {
    "kind": "kind",
    "difficulty": "difficulty",
    "stem": "stem_zh",
    "stem_en": "stem_en",
    "explanation": "explanation_zh",
    "explanation_en": "explanation_en",
    "source": "source_zh",
    "source_en": "source_en",
    "valid_as_of": "valid_as_of",
    "review_by": "review_by",
}
"""Field of a question: its name in a file."""

_MAY_BE_MISSING = {"difficulty": 1, "valid_as_of": None, "review_by": None}


class BadQuestion(Exception):
    """A row of a file is no question: it names the row and what is amiss."""


@transaction.atomic
def load_questions(rows: list[dict[str, Any]]) -> dict[str, Question]:
    """
    Bring the rows of a file into the bank and return the questions by reference. Again changes nothing.

    A new question is in use at once, or a draft when its row says `draft = true`: a fact that is not yet
    confirmed in a named official text. A question already there follows the file as long as its words are
    those that were loaded; one that an editor has written or changed stays as it is, and so does its state.

    :raises BadQuestion: and nothing is loaded.
    """
    wanted = {str(row.get("id", "")): _words_of_row(row) for row in rows}
    passages = _passages(wanted)
    if len(wanted) != len(rows):
        twice = [name for name, count in Counter(str(row.get("id", "")) for row in rows).items() if count > 1]
        raise BadQuestion(f"{', '.join(twice)}: the same id stands more than once.")
    drafts = {str(row["id"]) for row in rows if row.get("draft")}
    present, options = _present(list(wanted))
    asked = []
    for reference, words in wanted.items():
        question = present.get(reference)
        if question is None:
            question = present[reference] = _write(Question(reference=reference), words, [], passages)
            asked += [question] if reference not in drafts else []
            continue
        held = digest_of(_words_of_question(question, options[question.pk]))
        if held == question.loaded_digest and held != digest_of(words):
            _write(question, words, options[question.pk], passages)
            asked += [question] if question.state == Question.State.IN_USE else []
    _take_into_use(asked)
    return {reference: present[reference] for reference in wanted}


def _take_into_use(questions: list[Question]) -> None:
    """What is loaded was looked at by those who wrote the file: nobody else approves it."""
    freeze(questions, at=now())
    for question in questions:
        question.state = Question.State.IN_USE
    Question.objects.bulk_update(questions, ["state"])


def _present(references: list[str]) -> tuple[dict[str, Question], dict[int, list[QuestionOption]]]:
    questions = Question.objects.filter(reference__in=references).select_related("passage")
    questions = questions.select_for_update(no_key=True, of=("self",))
    present = {str(question.reference): question for question in questions}
    options: dict[int, list[QuestionOption]] = defaultdict(list)
    rows = QuestionOption.objects.filter(question__in=present.values()).order_by("position", "pk")
    for option in rows:
        options[option.question_id].append(option)
    return present, options


def _words_of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row.get("id") or row.get("stem_zh") or "?"
    try:
        words = {
            field: row.get(key, _MAY_BE_MISSING[field]) if field in _MAY_BE_MISSING else row[key]
            for field, key in WORDS.items()
        }
        words["options"] = [[o["zh"], o["en"], o["correct"]] for o in row["options"]]
        if "passage" in row:
            words["passage"] = row["passage"]
        row["id"]
    except KeyError as error:
        raise BadQuestion(f"{name}: {error.args[0]} is missing.") from error
    if words["kind"] not in Question.Kind.values:
        raise BadQuestion(f"{name}: {words['kind']} is no kind of question.")
    right = [correct for *_, correct in words["options"]]
    try:
        Question.check_options(words["kind"], right=sum(right), total=len(right))
    except ValidationError as error:
        raise BadQuestion(f"{name}: {' '.join(error.messages)}") from error
    return words


def _words_of_question(question: Question, options: list[QuestionOption]) -> dict[str, Any]:
    words = {field: getattr(question, field) for field in WORDS}
    if question.passage:
        words["passage"] = question.passage.reference
    return words | {"options": [[o.text, o.text_en, o.is_correct] for o in options]}


def _passages(wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, Passage]:
    """The passages that rows rest on, by reference."""
    named = {words["passage"]: name for name, words in wanted.items() if "passage" in words}
    found = Passage.objects.filter(reference__in=named).select_related("work")
    passages = {passage.reference: passage for passage in found}
    for reference, name in named.items():
        if reference not in passages:
            raise BadQuestion(f"{name}: there is no passage {reference}.")
    return passages


def _write(
    question: Question,
    words: Mapping[str, Any],
    options: list[QuestionOption],
    passages: Mapping[str, Passage],
) -> Question:
    """Give a question the words of a row. Options keep their keys by place, as many as there are."""
    for field in WORDS:
        setattr(question, field, words[field])
    question.passage = passages[words["passage"]] if "passage" in words else None
    look_at_passage(question)
    question.loaded_digest = digest_of(words)
    question.save()
    for position, (text, text_en, is_correct) in enumerate(words["options"]):
        option = options[position] if position < len(options) else QuestionOption(question=question)
        option.position, option.text, option.text_en, option.is_correct = position, text, text_en, is_correct
        option.save()
    for surplus in options[len(words["options"]) :]:
        surplus.delete()
    return question
