"""A row of named cells, as workbooks and Word tables have them: read as a question, and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from quizzes.exchange.carried import (
    BLANK,
    CHOICES,
    FALSE,
    FILL_IN,
    MATCHING,
    MAY_BE_PARTIAL,
    ORDERING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE,
    TRUE_FALSE,
    Blank,
    Carried,
    Entry,
    Option,
    Pair,
    blanks_in,
    tidy,
    with_blanks,
)
from quizzes.exchange.columns import CATEGORY_WORDS, KIND_WORDS, category_named, kind_named
from quizzes.exchange.written_values import (
    LETTERS,
    NotUnderstood,
    blank_of_line,
    cell_of_pair,
    letters_in,
    line_of_blank,
    line_of_rubric,
    pair_of_cell,
    right_or_wrong,
    rubric_of,
)

Row = Mapping[str, str]
"""Code of a column: what stands there."""

_DIVIDES_TAGS = re.compile(r"[,，;；、\n]")
_OPTION_IN_CELL = re.compile(r"(?:^|\n|(?<=\s))[(（]?([A-La-lＡ-Ｌ])[)）]?\s*[.．、:：)）]\s*")
_EMPTY_BRACKETS = re.compile(r"[(（]\s*[)）]")
_DIFFICULTY = {
    "1": 1, "易": 1, "容易": 1, "简单": 1, "低": 1, "easy": 1,
    "2": 2, "中": 2, "中等": 2, "一般": 2, "适中": 2, "medium": 2,
    "3": 3, "难": 3, "困难": 3, "较难": 3, "高": 3, "hard": 3,
}  # fmt: skip
_YES = {"是", "yes", "y", "true", "1", "√", "对"}


def read_row(entry: Entry, row: Row, *, kind: str = "") -> None:
    """
    Give the entry the question that stands in a row, and say what cannot be read.

    `kind`: the one named above the row, for rows that name none.
    """
    cells = {code: tidy(text) for code, text in row.items()}
    _take_options_apart(cells)
    stem = cells.get("stem", "")
    if not stem:
        entry.error("no_stem")
        return
    named = cells.get("kind", "")
    kind = (kind_named(named) if named else kind) or ("" if named else _guessed(cells))
    if not kind:
        entry.error("unknown_kind", kind=named[:40])
        return
    question = Carried(kind, stem, cells.get("stem_en", ""))
    try:
        _READERS[kind](question, cells, entry)
    except NotUnderstood as wrong:
        entry.error(wrong.code, **wrong.values)
        return
    _read_about(question, cells, entry)
    entry.question = question


def _take_options_apart(cells: dict[str, str]) -> None:
    """All options in one cell: each begins with its letter, or stands on its own line."""
    together = cells.pop("options", "")
    if not together or any(cells.get(f"option_{letter}") for letter in LETTERS):
        return
    found = list(_OPTION_IN_CELL.finditer(together))
    if len(found) >= 2:
        ends = [one.start() for one in found[1:]] + [len(together)]
        texts = [together[one.end() : end].strip() for one, end in zip(found, ends, strict=True)]
    else:
        texts = together.split("\n")
        texts = texts if len(texts) > 1 else re.split(r"[;；|｜]", together)
    for letter, text in zip(LETTERS, texts, strict=False):
        cells[f"option_{letter}"] = text.strip(" ;；")


def _texts(cells: Row, suffix: str = "") -> list[tuple[str, str]]:
    """The options that are filled: letter and text."""
    return [(x, cells[f"option_{x}{suffix}"]) for x in LETTERS if cells.get(f"option_{x}{suffix}")]


def _guessed(cells: Row) -> str:
    """The kind of a row that names none, by its answer and its options."""
    answer, options = cells.get("answer", ""), _texts(cells)
    letters = letters_in(answer)
    if right_or_wrong(answer) is not None and (
        len(options) < 2 or {right_or_wrong(text) for _, text in options} == {True, False}
    ):
        return TRUE_FALSE
    if len(options) >= 2:
        if {right_or_wrong(text) for _, text in options} == {True, False} and len(options) == 2:
            return TRUE_FALSE
        return SEVERAL if letters and len(letters) > 1 else SINGLE
    if cells.get("rubric"):
        return SHORT
    return FILL_IN if answer and blanks_in(cells.get("stem", "")) else ""


def _options(question: Carried, cells: Row) -> list[str]:
    letters = []
    for letter, text in _texts(cells):
        letters.append(letter)
        question.options.append(
            Option(
                text,
                cells.get(f"option_{letter}_en", ""),
                feedback=cells.get(f"feedback_{letter}", ""),
                feedback_en=cells.get(f"feedback_{letter}_en", ""),
            )
        )
    return letters


def _read_choice(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    letters = _options(question, cells)
    answer = cells.get("answer", "")
    if not answer:
        raise NotUnderstood("no_answer")
    by_text = [option for option in question.options if option.text == answer]
    named = letters_in(answer)
    if named is None and not by_text:
        lines = set(answer.split("\n"))
        by_text = [option for option in question.options if option.text in lines]
        if len(by_text) != len(lines):
            raise NotUnderstood("answer_not_understood", answer=answer[:40])
    if missing := [letter for letter in named or () if letter not in letters]:
        if by_text:
            named = None
        else:
            raise NotUnderstood("no_such_option", letters="".join(missing))
    for letter, option in zip(letters, question.options, strict=True):
        option.is_right = letter in named if named else option in by_text


def _read_true_false(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    answer = cells.get("answer", "")
    letters = _options(question, cells)
    if not question.options:
        question.options = [
            Option(text, text_en, False, cells.get(f"feedback_{x}", ""), cells.get(f"feedback_{x}_en", ""))
            for x, (text, text_en) in zip("AB", (TRUE, FALSE), strict=True)
        ]
        letters = ["A", "B"]
    told = right_or_wrong(answer)
    for letter, option in zip(letters, question.options, strict=True):
        says = right_or_wrong(option.text)
        option.is_right = answer.upper() == letter if told is None else says is told
    if sum(option.is_right for option in question.options) != 1:
        raise NotUnderstood("answer_not_understood" if answer else "no_answer", answer=answer[:40])


def _read_fill_in(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    if not blanks_in(question.stem):
        question.stem = _EMPTY_BRACKETS.sub(BLANK, question.stem)
    question.stem, question.stem_en = with_blanks(question.stem), with_blanks(question.stem_en)
    wanted = blanks_in(question.stem)
    lines = _lines(cells.get("answer", ""), wanted)
    if not lines:
        raise NotUnderstood("no_answer")
    question.blanks = [blank_of_line(line) for line in lines]
    if not wanted and len(lines) == 1:
        question.stem += BLANK
        question.stem_en += BLANK if question.stem_en else ""
    for blank, line in zip(question.blanks, cells.get("answer_en", "").split("\n"), strict=False):
        if line and line != "-":
            blank.accepted_en = blank_of_line(line).accepted


def _lines(answer: str, wanted: int) -> list[str]:
    """One line for each blank. People also write them after each other: 北京；上海."""
    lines = answer.split("\n") if answer else []
    if len(lines) == 1 and wanted > 1:
        for signs in ("；;", "、，,", " \u3000"):
            parts = [part.strip() for part in re.split(f"[{signs}]", answer) if part.strip()]
            if len(parts) == wanted:
                return parts
    return lines


def _read_ordering(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    """The rows stand in the right order, unless the answer names another: BCA."""
    letters = _options(question, cells)
    told = re.sub(r"[\s,，、>→\-]", "", cells.get("answer", "").upper())
    if not told:
        return
    if sorted(told) != letters:
        raise NotUnderstood("answer_not_understood", answer=cells["answer"][:40])
    question.options = [question.options[letters.index(letter)] for letter in told]


def _read_matching(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    english = dict(_texts(cells, "_en"))
    for letter, text in _texts(cells):
        pair = pair_of_cell(text)
        if letter in english:
            other: Pair = pair_of_cell(english[letter])
            pair.text_en, pair.match_en = other.text, other.match
        question.pairs.append(pair)


def _read_short_answer(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    question.rubric = rubric_of(cells.get("rubric", ""), cells.get("rubric_en", ""))
    if cells.get("answer"):
        cells["explanation"] = "\n".join(filter(None, [cells["answer"], cells.get("explanation", "")]))
        entry.warn("answer_explains")


_READERS: dict[str, Any] = {
    SINGLE: _read_choice,
    SEVERAL: _read_choice,
    TRUE_FALSE: _read_true_false,
    FILL_IN: _read_fill_in,
    ORDERING: _read_ordering,
    MATCHING: _read_matching,
    SHORT: _read_short_answer,
}


def _read_about(question: Carried, cells: dict[str, str], entry: Entry) -> None:
    for name in ("explanation", "explanation_en", "source", "source_en", "reference", "passage", "case"):
        setattr(question, name, cells.get(name, ""))
    question.tags = [tag.strip() for tag in _DIVIDES_TAGS.split(cells.get("tags", "")) if tag.strip()]
    if cells.get("category"):
        question.category = category_named(cells["category"])
        question.path = "" if question.category else cells["category"]
    if cells.get("difficulty"):
        found = _DIFFICULTY.get(cells["difficulty"].casefold())
        question.difficulty = found or 1
        if found is None:
            entry.warn("difficulty_unknown", text=cells["difficulty"][:40])
    rubric = sum(row.points for row in question.rubric)
    question.points = _points(cells.get("points", ""), rubric, entry)
    question.is_partial = (
        question.kind in MAY_BE_PARTIAL and cells.get("partial", "").strip().casefold() in _YES
    )
    for name in ("valid_as_of", "review_by"):
        setattr(question, name, _day(cells.get(name, ""), entry))


def _points(text: str, rubric: int, entry: Entry) -> int:
    if not text:
        return rubric or 1
    found = re.fullmatch(r"(\d{1,3})(?:\.0+)?\s*分?", text.strip())
    points = int(found[1]) if found else 0
    if not 1 <= points <= 100:
        entry.warn("points_unknown", text=text[:40])
        return rubric or 1
    return points


def _day(text: str, entry: Entry) -> str:
    if not text:
        return ""
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else _no_day(text)
    except ValueError:
        entry.warn("no_day", text=text[:40])
        return ""


def _no_day(text: str) -> str:
    raise ValueError(text)


# Writing


def row_of(question: Carried) -> dict[str, str]:
    """The cells of a question; `read_row` makes the same question of them."""
    row = {
        "kind": KIND_WORDS[question.kind][0],
        "stem": question.stem,
        "stem_en": question.stem_en,
        "difficulty": str(question.difficulty) if question.difficulty != 1 else "",
        "points": str(question.points),
        "partial": "是" if question.is_partial else "",
        "category": CATEGORY_WORDS[question.category][0] if question.category else question.path,
        "tags": "、".join(question.tags),
    }
    for name in (
        "explanation", "explanation_en", "source", "source_en", "reference", "passage", "case", "valid_as_of",
        "review_by",
    ):  # fmt: skip
        row[name] = getattr(question, name)
    row |= _WRITERS[question.kind](question)
    return {code: text for code, text in row.items() if text}


def _write_options(question: Carried) -> dict[str, str]:
    row: dict[str, str] = {}
    for letter, option in zip(LETTERS, question.options, strict=False):
        row[f"option_{letter}"], row[f"option_{letter}_en"] = option.text, option.text_en
        row[f"feedback_{letter}"], row[f"feedback_{letter}_en"] = option.feedback, option.feedback_en
    if question.kind in CHOICES:
        right = zip(LETTERS, question.options, strict=False)
        row["answer"] = "".join(letter for letter, option in right if option.is_right)
    return row


def _write_true_false(question: Carried) -> dict[str, str]:
    """The usual words stand in the answer alone; feedback then belongs to A (right) and B (wrong)."""
    usual = [TRUE, FALSE]
    row = _write_options(question)
    if [(option.text, option.text_en) for option in question.options] == usual:
        for letter in "AB":
            row[f"option_{letter}"] = row[f"option_{letter}_en"] = ""
        row["answer"] = usual[0][0] if question.options[0].is_right else usual[1][0]
    return row


def _write_fill_in(question: Carried) -> dict[str, str]:
    english = [
        line_of_blank(blank, blank.accepted_en) if blank.accepted_en else "-" for blank in question.blanks
    ]
    return {
        "answer": "\n".join(line_of_blank(blank, blank.accepted) for blank in question.blanks),
        "answer_en": "\n".join(english) if any(blank.accepted_en for blank in question.blanks) else "",
    }


def _write_matching(question: Carried) -> dict[str, str]:
    row: dict[str, str] = {}
    for letter, pair in zip(LETTERS, question.pairs, strict=False):
        row[f"option_{letter}"] = cell_of_pair(pair.text, pair.match)
        if pair.text_en or pair.match_en:
            row[f"option_{letter}_en"] = cell_of_pair(pair.text_en, pair.match_en)
    return row


def _write_short_answer(question: Carried) -> dict[str, str]:
    lines = [line_of_rubric(row.points, row.text) for row in question.rubric]
    english = [line_of_rubric(row.points, row.text_en) for row in question.rubric]
    return {
        "rubric": "\n".join(lines),
        "rubric_en": "\n".join(english) if any(row.text_en for row in question.rubric) else "",
    }


_WRITERS: dict[str, Any] = {
    SINGLE: _write_options,
    SEVERAL: _write_options,
    TRUE_FALSE: _write_true_false,
    FILL_IN: _write_fill_in,
    ORDERING: _write_options,
    MATCHING: _write_matching,
    SHORT: _write_short_answer,
}

__all__ = ["Blank", "read_row", "row_of"]
