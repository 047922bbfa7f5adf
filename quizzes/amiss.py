"""What is amiss with a question as it is written: asked when it is saved, loaded, brought in or submitted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes.questions import Question, QuestionBlank, QuestionOption, RubricLine
from quizzes.same_words import fills, folded
from quizzes.written_dates import date_written

BLANK = re.compile(r"_{2,}")
"""A blank in a stem: two underlines or more."""

MOST_OPTIONS = 8
"""Of a choice: as many letters as a row of the printed answer sheet has."""

MOST_ROWS = 12
"""To put in order or to match, of either side."""

MOST_POINTS = 100

PARTS: dict[str, frozenset[str]] = {
    "options": frozenset({"single_choice", "multiple_choice", "true_false", "ordering", "matching"}),
    "blanks": frozenset({"fill_in"}),
    "rubric": frozenset({"short_answer"}),
}
"""Rows that belong to a question, and to which kinds."""

IN_PARTS = frozenset({"multiple_choice", "fill_in", "ordering", "matching"})
"""Kinds that can earn points for parts."""

Amiss = dict[str, list[str]]
"""Sentences by the part they are about: options, blanks, rubric."""


def amiss_with(
    kind: str,
    *,
    stem: str,
    stem_en: str = "",
    options: Sequence[QuestionOption] = (),
    blanks: Sequence[QuestionBlank] = (),
    rubric: Sequence[RubricLine] = (),
) -> Amiss:
    """Return what is amiss with a question of this kind, in sentences for its editor."""
    rows: dict[str, Sequence[Any]] = {"options": options, "blanks": blanks, "rubric": rubric}
    found: Amiss = {
        part: [_("A question of this kind has no rows here. Delete them, or choose another kind.")]
        for part, kinds in PARTS.items()
        if rows[part] and kind not in kinds
    }
    if kind in PARTS["options"]:
        found["options"] = _options(kind, options)
    elif kind in PARTS["blanks"]:
        found["blanks"] = [*_number_of_blanks(stem, stem_en, len(blanks)), *_blanks(blanks)]
    elif kind in PARTS["rubric"]:
        found["rubric"] = _rubric(rubric)
    return {part: sentences for part, sentences in found.items() if sentences}


def amiss(question: Question) -> list[str]:
    """Return what is amiss with a question as it is kept. A query for each kind of rows, or none."""
    found = amiss_with(
        question.kind,
        stem=question.stem,
        stem_en=question.stem_en,
        options=list(question.options.all()),
        blanks=list(question.blanks.all()),
        rubric=list(question.rubric.all()),
    )
    return [sentence for sentences in found.values() for sentence in sentences]


def _options(kind: str, options: Sequence[QuestionOption]) -> list[str]:
    found = []
    try:
        Question.check_options(kind, right=sum(row.is_correct for row in options), total=len(options))
    except ValidationError as error:
        found += error.messages
    if kind in {Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE} and len(options) < 2:
        found.append(_("A choice has at least two options."))
    most = MOST_ROWS if kind in {Question.Kind.ORDERING, Question.Kind.MATCHING} else MOST_OPTIONS
    if len(options) > most:
        found.append(_("A question of this kind has at most %(most)d rows.") % {"most": most})
    if kind == Question.Kind.MATCHING:
        found += _pairs(options)
    elif any(not row.text.strip() for row in options):
        found.append(_("Every row needs a text in Chinese."))
    return found + _twice(row.text for row in options) + _twice(row.text_en for row in options)


def _pairs(options: Sequence[QuestionOption]) -> list[str]:
    found = []
    if sum(bool(row.text.strip()) for row in options) < 2:
        found.append(_("To match, at least two rows have a text on the left."))
    if any(not row.match.strip() for row in options):
        found.append(_("Every row says what belongs to it. A row that belongs to nothing has only that."))
    return found


def _twice(texts: Iterable[str]) -> list[str]:
    """Texts that a reader cannot tell apart."""
    seen = Counter(" ".join(text.split()).casefold() for text in texts if text.strip())
    return [_("“%(text)s” stands there twice.") % {"text": text} for text, times in seen.items() if times > 1]


def _number_of_blanks(stem: str, stem_en: str, rows: int) -> list[str]:
    for text in [stem, stem_en] if stem_en else [stem]:
        marked = len(BLANK.findall(text))
        if marked != rows or not rows:
            told = ngettext(
                "The question has %(marked)d blank (____), and the rows that say what is accepted are "
                "%(rows)d: they must be as many, in both languages.",
                "The question has %(marked)d blanks (____), and the rows that say what is accepted are "
                "%(rows)d: they must be as many, in both languages.",
                marked,
            )
            return [told % {"marked": marked, "rows": rows}]
    return []


def _blanks(blanks: Sequence[QuestionBlank]) -> list[str]:
    return [sentence for number, blank in enumerate(blanks, 1) for sentence in _blank(number, blank)]


_UNREADABLE = {
    "text": gettext_lazy("Blank %(number)d: an accepted answer is empty."),
    "number": gettext_lazy("Blank %(number)d: “%(text)s” cannot be read as a number."),
    "date": gettext_lazy("Blank %(number)d: “%(text)s” cannot be read as a date."),
}


def _blank(number: int, blank: QuestionBlank) -> list[str]:
    texts = [*(blank.accepted or ()), *(blank.accepted_en or ())]
    found = [
        str(_UNREADABLE[blank.kind]) % {"number": number, "text": text}
        for text in texts
        if not is_readable(blank.kind, text)
    ]
    if not blank.accepted:
        found.append(_("Blank %(number)d: say what is accepted in Chinese.") % {"number": number})
    if blank.tolerance is not None and (blank.tolerance < 0 or blank.kind != QuestionBlank.Kind.NUMBER):
        found.append(
            _("Blank %(number)d: only a number may differ, and by nothing below 0.") % {"number": number}
        )
    return found


_ANY_NUMBER = {"kind": "number", "accepted": ["0"], "tolerance": 10**30}


def is_readable(kind: str, text: str) -> bool:
    """Whether an accepted answer says something of its kind."""
    if kind == QuestionBlank.Kind.NUMBER:
        return fills(_ANY_NUMBER, text)
    if kind == QuestionBlank.Kind.DATE:
        return date_written(folded(text), may_lack_year=True) is not None
    return bool(text.strip())


def _rubric(rubric: Sequence[RubricLine]) -> list[str]:
    if not rubric:
        return [_("A short answer needs a rubric: what earns points, line by line.")]
    if sum(line.points or 0 for line in rubric) > MOST_POINTS:
        return [_("All lines together earn at most %(most)d points.") % {"most": MOST_POINTS}]
    return []
