"""A pack to print, and what can be read off its pages again."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2
from pypdfium2 import raw

from paper.characters import BREAK, JOIN
from paper.content import LessonPart, Pack, Printed, PrintedQuestion, QuizPart

SENTENCE = (
    "群众路线是根本的工作路线。先把意见集中起来，化为系统的意见，又到群众中去宣传解释；"
    "“从群众中来，到群众中去”，《关于领导方法的若干问题》（1943年6月1日）说得清楚：一年学习56学时！"
)


def run(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"text": text, "bold": bold, "italic": False}


def lesson(*blocks: dict[str, Any], title: str = "从群众中来", **more: Any) -> LessonPart:
    return LessonPart(title=title, minutes=5, blocks=list(blocks), sources=[], **more)


def paragraph(text: str) -> dict[str, Any]:
    return {"kind": "paragraph", "runs": [run(text)]}


def quiz(questions: int = 3, options: int = 3) -> QuizPart:
    stems = [f"第{number}题问什么" for number in range(1, questions + 1)]
    letters = [f"选项{number}" for number in range(1, options + 1)]
    return QuizPart("小测", [PrintedQuestion(stem, False, letters) for stem in stems])


def pack(*lessons: LessonPart, **more: Any) -> Pack:
    facts = {
        "key": "0123456789abcdef0123456789abcdef",
        "number": "2026-000017",
        "name": "欧阳建国",
        "branch": "向阳村党支部",
        "made_on": "2026年11月23日",
        "contact_name": "王秀英",
        "contact_phone": "138 0000 1234",
        "lessons": list(lessons),
    }
    return Pack(**{**facts, **more})


def opened(printed: Printed) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(printed.pdf)


def text_of(page: Any) -> str:
    return page.get_textpage().get_text_bounded()


def words_of(printed: Printed) -> str:
    """All text of the PDF with nothing between its characters."""
    return plain("".join(text_of(page) for page in opened(printed)))


def plain(text: str) -> str:
    return re.sub(rf"[\s{JOIN}{BREAK}\ufffe\u00ad]", "", text)


def lines_of(page: Any) -> list[str]:
    """The lines of a page as they stand on the paper: characters of one height, from left to right."""
    held = page.get_textpage()
    lines: list[tuple[float, list[tuple[float, str]]]] = []
    for index in range(held.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(held.raw, index))
        if letter.isspace() or letter in (JOIN, BREAK):
            continue
        x, y = _origin(held, index)
        for height, letters in lines:
            if abs(height - y) < 1:
                letters.append((x, letter))
                break
        else:
            lines.append((y, [(x, letter)]))
    return ["".join(letter for _, letter in sorted(letters)) for _, letters in sorted(lines, reverse=True)]


def _origin(held: Any, index: int) -> tuple[float, float]:
    from ctypes import byref, c_double

    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(held.raw, index, byref(x), byref(y))
    return x.value, y.value
