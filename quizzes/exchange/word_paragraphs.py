"""Questions that stand in plain paragraphs: 1. …  A. …  B. …  答案：B  解析：…"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quizzes.exchange.carried import BLANK, FILL_IN, Entry, blanks_in
from quizzes.exchange.columns import column_named, kind_named
from quizzes.exchange.rows import read_row
from quizzes.exchange.word_parts import Paragraph
from quizzes.exchange.written_values import LETTERS, letters_in, right_or_wrong

_BEGIN = re.compile(r"(?:第\s*)?[(（]?(\d{1,4})\s*(?:[.．、)）]|题[.、:：]?)\s*(?!\d)(\S.*)", re.DOTALL)
_OPTION = re.compile(r"(?:^|(?<=\s))[(（]?([A-LＡ-Ｌ])\s*[.．、:：)）]\s*")
_LABEL = re.compile(r"[【\[]?([^\s:：】\]]{2,8})[】\]]?\s*[:：]\s*(.*)|【([^】]{2,8})】\s*(.*)", re.DOTALL)
_IN_BRACKETS = re.compile(r"[(（]\s*([A-Lａ-ｌA-Ｌ、,， ]{1,24}|[√×✓✗对错]|正确|错误)\s*[)）]")
_HALF = {ord("Ａ") + n: ord("A") + n for n in range(12)}


class Running:
    """Paragraphs as they come: the question that is being read, and the kind named above it."""

    def __init__(self) -> None:
        self.kind = ""
        self.place = 0
        self.cells: dict[str, str] = {}
        self.last = ""
        self.lost: set[str] = set()

    def take(self, paragraph: Paragraph) -> Iterator[Entry]:
        """Give the question that this paragraph ends, if it ends one."""
        for line in paragraph.words.text.split("\n"):
            yield from self._line(line.strip(), paragraph)
        if self.cells:
            self.lost |= paragraph.words.lost

    def _line(self, line: str, paragraph: Paragraph) -> Iterator[Entry]:
        if not line:
            return
        if named := kind_named(line):
            yield from self.end()
            self.kind = named
            return
        begin = _BEGIN.fullmatch(line)
        if begin and not self._is_row_of_answer(begin):
            yield from self.end()
            self.place, self.lost = paragraph.number, set()
            line = begin[2]
            options = list(_OPTION.finditer(line))
            cut = options[0].start() if len(options) > 1 else len(line)
            self.cells, self.last = {"stem": line[:cut].strip()}, "stem"
            self._options(line[cut:])
        elif self.cells:
            self._goes_on(line)

    def _is_row_of_answer(self, begin: re.Match[str]) -> bool:
        """Numbers within an answer or an explanation do not begin a question: (1) … (2) …"""
        return self.last in ("answer", "explanation", "rubric") and begin[0][0] in "(（"

    def _goes_on(self, line: str) -> None:
        label = _LABEL.fullmatch(line)
        code = column_named(label[1] or label[3]) if label else ""
        if label and code and not code.startswith("option"):
            self.cells[code], self.last = label[2] if label[1] else label[4], code
            self._apart(code)
        elif self.last in ("stem", "option") and _OPTION.match(line):
            self._options(line)
        elif self.last == "option":
            self.cells[self._last_option] += " " + line
        else:
            self.cells[self.last] = f"{self.cells[self.last]}\n{line}".strip()

    def _apart(self, code: str) -> None:
        """An explanation in the same line as the answer: 答案：B 解析：…"""
        found = re.search(r"\s*[【\[]?(?:答案)?(解析|出处|依据)[】\]]?\s*[:：】]\s*", self.cells[code])
        if code == "answer" and found:
            rest = self.cells[code][found.end() :]
            self.cells[code] = self.cells[code][: found.start()]
            self.last = column_named(found[1])
            self.cells[self.last] = rest

    def _options(self, line: str) -> None:
        """One or more options in a line: A. …  B. …"""
        found = list(_OPTION.finditer(line))
        if not found:
            return
        ends = [one.start() for one in found[1:]] + [len(line)]
        for one, end in zip(found, ends, strict=True):
            self._last_option = f"option_{one[1].translate(_HALF)}"
            self.cells[self._last_option] = line[one.end() : end].strip()
            self.last = "option"

    def end(self) -> Iterator[Entry]:
        """Give the question that was being read."""
        cells, self.cells = self.cells, {}
        if not cells:
            return
        self._answer_in_stem(cells)
        if len(cells) == 1 and not self.kind:
            return  # a numbered paragraph that is no question
        entry = Entry(0, ("paragraph", self.place))
        for lost in sorted(self.lost):
            entry.warn("lost", what=lost)
        read_row(entry, cells, kind=self.kind)
        yield entry

    def _answer_in_stem(self, cells: dict[str, str]) -> None:
        """（ B ） in the stem is the answer where no other is given."""
        if cells.get("answer"):
            return
        for found in _IN_BRACKETS.finditer(cells["stem"]):
            letters = letters_in(found[1])
            options = any(cells.get(f"option_{letter}") for letter in LETTERS)
            if (letters and options) or (not options and right_or_wrong(found[1]) is not None):
                cells["answer"] = found[1].strip()
                gap = BLANK if self.kind == FILL_IN and not blanks_in(cells["stem"]) else "（　）"
                cells["stem"] = (cells["stem"][: found.start()] + gap + cells["stem"][found.end() :]).strip()
                if not options:
                    cells["stem"] = cells["stem"].removesuffix("（　）").strip()
                return
