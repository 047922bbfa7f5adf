"""The words of an element of Moodle XML: `<… format="html"><text>…</text><file/></…>`."""

from __future__ import annotations

import re
from typing import Any

from quizzes.exchange.carried import Entry, in_one_line, tidy
from quizzes.exchange.plain_words import has_marks, words_of_html

_USUAL = re.compile(
    r"(your answer is (correct|partially correct|incorrect)|correct|partially correct|incorrect"
    r"|that answer is (correct|partially correct|incorrect)"
    r"|(您的)?(回答|答案)(是)?(正确|部分正确|不正确|错误)|(正确|部分正确|不正确|错误))?[.!。！]?",
    re.IGNORECASE,
)


def is_usual_feedback(text: str) -> bool:
    """What Moodle puts there by itself, or nothing."""
    return bool(_USUAL.fullmatch(in_one_line(text)))


def said(element: Any, entry: Entry) -> tuple[str, str]:
    """The Chinese and the English words; what is lost of them is told."""
    if element is None:
        return "", ""
    inner = element.find("text")
    if inner is None:  # written by hand, or older
        text = element.text or ""
    else:
        text = "".join(inner.itertext())
    if element.find("file") is not None or "@@PLUGINFILE@@" in text:
        entry.warn("lost", what="file")
    form = (element.get("format") or _format_around(element)).lower()
    if form == "markdown":
        if re.search(r"\*\*|__|^#|\]\(|`", text, re.MULTILINE):
            entry.warn("markdown")
        return tidy(text), ""
    if form in ("plain_text", "plain") or not has_marks(text):
        return tidy(text), ""
    if form == "moodle_auto_format":
        text = text.replace("\r\n", "\n").replace("\n", "<br>")
    words = words_of_html(text)
    for lost in sorted(words.lost):
        entry.warn("lost", what=lost)
    return tidy(words.chinese), tidy(words.english)


_PLAIN = {
    "shortanswer": ("answer",),
    "numerical": ("answer",),
    "matching": ("answer",),
    "truefalse": ("answer",),
}


def _format_around(element: Any) -> str:
    """Answers that are typed in are plain words; everything else is HTML unless it says otherwise."""
    question = element
    while question is not None and question.tag != "question":
        question = question.getparent()
    kind = question.get("type", "") if question is not None else ""
    return "plain_text" if element.tag in _PLAIN.get(kind, ()) else "html"
