"""The words of a question in a data file and of one in the bank, in one shape, to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from quizzes.amiss import amiss_with
from quizzes.models import Question, QuestionBlank, QuestionOption, RubricLine
from sources.categories import Category

PLAIN: dict[str, tuple[str, Any]] = {
    "kind": ("kind", ...),
    "difficulty": ("difficulty", 1),
    "stem": ("stem_zh", ...),
    "stem_en": ("stem_en", ...),
    "explanation": ("explanation_zh", ...),
    "explanation_en": ("explanation_en", ...),
    "source": ("source_zh", ...),
    "source_en": ("source_en", ...),
    "valid_as_of": ("valid_as_of", None),
    "review_by": ("review_by", None),
    "points": ("points", 1),
    "is_partial": ("partial", False),
    "category": ("category", ""),
}
"""Field of a question: its name in a file, and what it is when the file says nothing (`...`: it must)."""

ALWAYS = frozenset([*PLAIN][:10])
"""Fields that the words always name; others only when they say something, as files did not know them once."""

ROWS = ("options", "blanks", "rubric")

_CASE = ("title", "text", "source")
_NAMESPACE = UUID("0d6f6a0c-93a5-5a2e-8f0e-6e2f4f5d9b10")


class BadQuestion(Exception):
    """A row of a file is no question: it names the row and what is amiss."""


def case_key(name: str) -> UUID:
    """The key of a case: the same wherever its file is loaded."""
    return uuid5(_NAMESPACE, name)


def words_of_case(row: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the words of a case in a file.

    :raises BadQuestion: when something is missing.
    """
    name = row.get("id") or row.get("title_zh") or "?"
    try:
        words = {field: row[f"{field}_zh"] for field in _CASE}
        words |= {f"{field}_en": row[f"{field}_en"] for field in _CASE}
        return {"key": str(case_key(row["id"])), **words}
    except KeyError as error:
        raise BadQuestion(f"{name}: {error.args[0]} is missing.") from error


def words_of_row(row: Mapping[str, Any], cases: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """
    Return the words of a question in a file.

    :raises BadQuestion: when something is missing or does not fit.
    """
    name = row.get("id") or row.get("stem_zh") or "?"
    try:
        words = {field: _plain(row, field) for field in PLAIN}
        words = {field: value for field, value in words.items() if _is_told(field, value)}
        words["options"] = [_option(option, words["kind"]) for option in row.get("options", ())]
        words |= {part: value for part, value in _other_rows(row).items() if value}
        words |= {"passage": row["passage"]} if "passage" in row else {}
        words |= {"tags": sorted(row["tags"])} if row.get("tags") else {}
        row["id"]
    except KeyError as error:
        raise BadQuestion(f"{name}: {error.args[0]} is missing.") from error
    if "case" in row:
        if row["case"] not in cases:
            raise BadQuestion(f"{name}: there is no case {row['case']}.")
        words["case"] = dict(cases[row["case"]])
    _refuse_what_does_not_fit(str(name), words)
    return words


def _plain(row: Mapping[str, Any], field: str) -> Any:
    key, default = PLAIN[field]
    return row[key] if default is ... else row.get(key, default)


def _is_told(field: str, value: Any) -> bool:
    return field in ALWAYS or value != PLAIN[field][1]


def _option(row: Mapping[str, Any], kind: str) -> list[Any]:
    """[Chinese, English, right], and where they say something {"match", "feedback" …}."""
    more = {
        name: row[key]
        for name, key in {
            "match": "match_zh", "match_en": "match_en",
            "feedback": "feedback_zh", "feedback_en": "feedback_en",
        }.items()
        if row.get(key)
    }  # fmt: skip
    if kind in {Question.Kind.ORDERING, Question.Kind.MATCHING}:
        told = [row.get("zh", ""), row.get("en", ""), False]
    else:
        told = [row["zh"], row["en"], row["correct"]]
    return [*told, more] if more else told


def _other_rows(row: Mapping[str, Any]) -> dict[str, list[Any]]:
    blanks = [
        {
            "kind": blank.get("kind", "text"),
            "accepted": [str(text) for text in blank["accepted"]],
            "accepted_en": [str(text) for text in blank.get("accepted_en", ())],
            "tolerance": _tolerance(blank.get("tolerance")),
        }
        for blank in row.get("blanks", ())
    ]
    rubric = [[line["zh"], line["en"], line.get("points", 1)] for line in row.get("rubric", ())]
    return {"blanks": blanks, "rubric": rubric}


def _tolerance(value: Any) -> str | None:
    """As it is written down, whatever the number of places."""
    return None if value is None else format(Decimal(str(value)).normalize(), "f")


def _refuse_what_does_not_fit(name: str, words: Mapping[str, Any]) -> None:
    kind = words["kind"]
    if kind not in Question.Kind.values:
        raise BadQuestion(f"{name}: {kind} is no kind of question.")
    if words.get("category", "") not in ("", *Category.values):
        raise BadQuestion(f"{name}: {words['category']} is no category.")
    found = amiss_with(
        kind,
        stem=words["stem"],
        stem_en=words["stem_en"],
        options=[QuestionOption(**row_of("options", value)) for value in words["options"]],
        blanks=[QuestionBlank(**row_of("blanks", value)) for value in words.get("blanks", ())],
        rubric=[RubricLine(**row_of("rubric", value)) for value in words.get("rubric", ())],
    )
    if found:
        raise BadQuestion(f"{name}: {' '.join(said for part in found.values() for said in part)}")


def row_of(part: str, value: Any) -> dict[str, Any]:
    """The fields of an option, blank or line of a rubric from its words."""
    if part == "blanks":
        tolerance = value["tolerance"]
        return {**value, "tolerance": None if tolerance is None else Decimal(tolerance)}
    if part == "rubric":
        return dict(zip(("text", "text_en", "points"), value, strict=True))
    more = {"match": "", "match_en": "", "feedback": "", "feedback_en": "", **(value[3] if value[3:] else {})}
    return {"text": value[0], "text_en": value[1], "is_correct": value[2], **more}


def words_of_question(question: Question) -> dict[str, Any]:
    """The words of a question of the bank, from what is prefetched."""
    words = {field: getattr(question, field) for field in PLAIN}
    words = {field: value for field, value in words.items() if _is_told(field, value)}
    words["options"] = [_told_option(row) for row in _in_order(question.options.all())]
    blanks = [_told_blank(row) for row in _in_order(question.blanks.all())]
    rubric = [[row.text, row.text_en, row.points] for row in _in_order(question.rubric.all())]
    words |= {part: rows for part, rows in (("blanks", blanks), ("rubric", rubric)) if rows}
    if question.passage:
        words["passage"] = question.passage.reference
    if tags := sorted(item.tag.name for item in question.tagged_items.all()):
        words["tags"] = tags
    if question.case:
        words["case"] = _told_case(question)
    return words


def _in_order(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def _told_option(row: QuestionOption) -> list[Any]:
    names = ("match", "match_en", "feedback", "feedback_en")
    more = {name: getattr(row, name) for name in names if getattr(row, name)}
    told = [row.text, row.text_en, row.is_correct]
    return [*told, more] if more else told


def _told_blank(row: QuestionBlank) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "accepted": list(row.accepted),
        "accepted_en": list(row.accepted_en),
        "tolerance": _tolerance(row.tolerance),
    }


def _told_case(question: Question) -> dict[str, Any]:
    case = question.case
    words = {name: getattr(case, name) for field in _CASE for name in (field, f"{field}_en")}
    return {"key": str(case.key), **words}
