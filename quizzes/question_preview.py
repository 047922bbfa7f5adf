"""A question before anybody is asked it: on the screen, with its key, printed, and read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from paper.sheet import LETTERS
from quizzes.bank import content_of
from quizzes.forms_of_questions import as_written, printed, spoken_lines
from quizzes.questions import Question, in_reader_language


@dataclass(frozen=True)
class Row:
    """An option, a row to put in order or to match, or a blank. `beside`: what belongs to it."""

    text: str
    is_right: bool = False
    feedback: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Preview:
    """A question in one language."""

    language: str
    name: str
    kind: str
    stem: str
    rows: list[Row]
    left_over: list[str] = field(default_factory=list)
    explanation: str = ""
    source: str = ""
    case: tuple[str, str, str] | None = None
    passage: str = ""
    printed: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)


def previews(question: Question) -> list[Preview]:
    """The words as they stand, in Chinese, and in English where they are written."""
    return previews_of(content_of(question))


def previews_of(content: Mapping[str, Any]) -> list[Preview]:
    """The same of a frozen version."""
    return [_preview(content, code) for code in ("zh-hans", "en") if code != "en" or content["stem_en"]]


def _preview(content: Mapping[str, Any], code: str) -> Preview:
    name = _("Chinese") if code == "zh-hans" else _("English")
    with override(code):
        case, passage = content.get("case"), content.get("passage")
        return Preview(
            language=code,
            name=name,
            kind=content["kind"],
            stem=_said(content, "stem"),
            rows=_rows(content),
            left_over=_left_over(content),
            explanation=_said(content, "explanation"),
            source=_said(content, "source"),
            case=(_said(case, "title"), _said(case, "text"), _said(case, "source")) if case else None,
            passage=_said(passage, "text") if passage else "",
            printed=_printed(content),
            spoken=spoken_lines(content, as_written(content)),
        )


def _said(row: Mapping[str, Any], name: str) -> str:
    return in_reader_language(row[name], row.get(f"{name}_en", ""))


def _rows(content: Mapping[str, Any]) -> list[Row]:
    """Options with the right ones marked; pairs; in the right order; blanks with what is accepted; rubric."""
    kind = content["kind"]
    if kind == Question.Kind.FILL_IN:
        return [Row(" / ".join(_accepted(blank)), is_right=True) for blank in content.get("blanks", ())]
    if kind == Question.Kind.SHORT_ANSWER:
        return [Row(_said(line, "text"), beside=str(line["points"])) for line in content.get("rubric", ())]
    texts = {match["key"]: _said(match, "text") for match in content.get("matches", ())}
    pairs = dict(zip([o["key"] for o in content["options"]], content["correct"], strict=False))
    return [
        Row(
            _said(option, "text"),
            is_right=kind != Question.Kind.ORDERING and option["key"] in content["correct"],
            feedback=_said(option, "feedback") if "feedback" in option else "",
            beside=texts.get(pairs.get(option["key"], ""), "") if texts else "",
        )
        for option in content["options"]
    ]


def _accepted(blank: Mapping[str, Any]) -> list[str]:
    wanted = blank["accepted_en"] if get_language() == "en" and blank["accepted_en"] else blank["accepted"]
    near = [f"± {blank['tolerance']}"] if blank.get("tolerance") else []
    return [*wanted, *near]


def _left_over(content: Mapping[str, Any]) -> list[str]:
    """To match: what belongs to nothing."""
    taken = set(content["correct"])
    return [_said(match, "text") for match in content.get("matches", ()) if match["key"] not in taken]


def _printed(content: Mapping[str, Any]) -> list[str]:
    paper = printed(content, as_written(content))
    lettered = [
        f"{letter}. {text}" for letter, text in zip(LETTERS, paper.matches or paper.options, strict=False)
    ]
    numbered = [f"{number}. {text}" for number, text in enumerate(paper.options, 1)] if paper.matches else []
    lines = ["＿" * 12 for _line in range(paper.lines)]
    case = [paper.case.title, paper.case.text] if paper.case else []
    return [*case, paper.stem, *numbered, *lettered, *lines]
