"""
GIFT, as Moodle documents it, read question by question.

A question ends at an empty line. Signs with a stroke before them (`\\~ \\= \\# \\{ \\} \\: \\n`) stand for
themselves: while a question is read they are signs that no text may hold (see `intake.texts.text_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from quizzes.exchange.carried import (
    BLANK,
    FALSE,
    FILL_IN,
    MATCHING,
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
)
from quizzes.exchange.paths import take_path
from quizzes.exchange.plain_words import has_marks, words_of_html
from quizzes.exchange.weights import Answer, choose, words_accepted
from quizzes.exchange.written_values import NotUnderstood, number

_ESCAPES = {"\\\\": "\x01", "\\~": "\x02", "\\=": "\x03", "\\#": "\x04", "\\{": "\x05", "\\}": "\x06"}
_ESCAPES |= {"\\:": "\x07", "\\n": "\x08"}
_ESCAPE = re.compile("|".join(re.escape(escape) for escape in _ESCAPES))
_BACK = str.maketrans(
    {"\x01": "\\", "\x02": "~", "\x03": "=", "\x04": "#", "\x05": "{", "\x06": "}", "\x07": ":", "\x08": "\n"}
)
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%\s*(-?\d+(?:[.,]\d+)?)\s*%")
_ABOUT = re.compile(r"\[([a-z-]+)(?::((?:\\.|[^\]\\])*))?\]")
_ANSWERS = re.compile(r"(?=[=~])")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}


@dataclass
class Source:
    """The lines of one question, without comments; what its comments say about it."""

    line: int
    lines: list[str] = field(default_factory=list)
    about: list[tuple[str, str]] = field(default_factory=list)
    path: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def sources_of(text: str) -> Iterator[Source]:
    """The questions of a file, as they stand there, with the category each belongs to."""
    path = ""
    source = Source(1)
    for place, line in enumerate(text.split("\n"), start=1):
        bare = line.strip()
        if not bare:
            if source.lines:
                yield source
            source = Source(place + 1)  # a comment that stands alone says nothing of a question
        elif bare.startswith("//"):
            source.about += [
                (found[1], re.sub(r"\\(.)", r"\1", found[2] or "")) for found in _ABOUT.finditer(bare)
            ]
        elif bare.upper().startswith("$CATEGORY:") and not source.lines:
            path = bare[len("$CATEGORY:") :].strip()
        else:
            if not source.lines:
                source.line, source.path = place, path
            source.lines.append(line)
    if source.lines:
        yield source


def read_source(number_: int, source: Source) -> Entry:
    """Return the question, or what is amiss with it."""
    entry = Entry(number_, ("line", source.line))
    try:
        entry.question = _Reading(entry, source).question()
    except NotUnderstood as wrong:
        entry.error(wrong.code, **wrong.values)
    return entry


class _Reading:
    """One question being read."""

    def __init__(self, entry: Entry, source: Source) -> None:
        self.entry, self.source = entry, source
        self.format = "moodle"
        self.explanation = ""

    def question(self) -> Carried:
        text = _ESCAPE.sub(lambda found: _ESCAPES[found[0]], self.source.text).strip()
        title, text = _title(text)
        before, inside, after = _braces(text)
        if found := _FORMAT.match(before):
            self.format, before = found[1].lower(), before[found.end() :]
        if inside is None:
            raise NotUnderstood("description")
        inside, found_all, general = inside.partition("####")
        self.explanation = self.words(general) if found_all else ""
        question = self._of_kind(before, inside.strip(), after)
        question.explanation = self.explanation
        question.reference = self.words(title)
        self._tell_about(question)
        return question

    def words(self, text: str) -> str:
        """The words of a part: signs put back, HTML taken away."""
        if found := _FORMAT.match(text):
            kind, text = found[1].lower(), text[found.end() :]
        else:
            kind = self.format
        plain = text.translate(_BACK)
        if kind == "plain" or not has_marks(plain):
            if kind == "markdown" and re.search(r"\*\*|__|^#|\]\(|`", plain, re.MULTILINE):
                self.entry.warn("markdown")
            return plain
        if kind != "html":
            plain = plain.replace("\n", "<br>")
        found_words = words_of_html(plain)
        for lost in sorted(found_words.lost):
            self.entry.warn("lost", what=lost)
        if found_words.has_english:
            self.entry.warn("lost", what="english")
        return found_words.chinese

    def _of_kind(self, before: str, inside: str, after: str) -> Carried:
        stem = self.words(before + BLANK + after) if after.strip() else self.words(before)
        if not inside:
            return Carried(SHORT, self.words(before + after))
        if inside.startswith("#"):
            return self._numerical(self._with_blank(before, after), inside[1:])
        if "~" in inside:
            return self._choice(stem, inside)
        if "=" in inside and "->" in inside:
            return self._matching(self.words(before + after), inside)
        if (head := inside.partition("#")[0].strip().upper()) in _TRUE | _FALSE:
            return self._true_false(stem, inside, is_true=head in _TRUE)
        return self._short(self._with_blank(before, after), inside)

    def _with_blank(self, before: str, after: str) -> str:
        return self.words(before + BLANK + after)

    def _answers(self, inside: str) -> list[Answer]:
        found = []
        for part in _ANSWERS.split(inside):
            if not part.strip():
                continue
            sign, text = (part[0], part[1:]) if part[0] in "=~" else ("=", part)
            weight = Decimal(100) if sign == "=" else Decimal(0)
            if weighed := _WEIGHT.match(text):
                weight, text = Decimal(weighed[1].replace(",", ".")), text[weighed.end() :]
            text, _sign, feedback = text.partition("#")
            found.append(Answer(self.words(text).strip(), weight, self.words(feedback).strip()))
        return found

    def _choice(self, stem: str, inside: str) -> Carried:
        question = Carried(SINGLE if "=" in inside else SEVERAL, stem)
        choose(question, self._answers(inside), self.entry, all_or_nothing=self._says("all-or-nothing"))
        return question

    def _says(self, name: str) -> bool:
        return any(code == name for code, _text in self.source.about)

    def _true_false(self, stem: str, inside: str, *, is_true: bool) -> Carried:
        """{T#feedback when it is answered wrongly#feedback when rightly}"""
        parts = [self.words(part).strip() for part in inside.split("#")[1:3]]
        wrong, right = ([*parts, "", ""])[:2]
        options = [Option(*TRUE, is_true), Option(*FALSE, not is_true)]
        for option in options:
            option.feedback = right if option.is_right else wrong
        return Carried(TRUE_FALSE, stem, options=options)

    def _matching(self, stem: str, inside: str) -> Carried:
        question = Carried(MATCHING, stem, is_partial=not self._says("all-or-nothing"))
        for part in re.split(r"[=~]", inside):
            if not part.strip():
                continue
            text, arrow, match = part.partition("->")
            if not arrow:
                raise NotUnderstood("no_arrow", text=part.translate(_BACK).strip()[:40])
            match, feedback, _text = match.partition("#")
            if feedback:
                self.entry.warn("feedback_not_kept")
            question.pairs.append(Pair(self.words(text).strip(), self.words(match).strip()))
        return question

    def _short(self, stem: str, inside: str) -> Carried:
        accepted = words_accepted(self._answers(inside), self.entry)
        return Carried(FILL_IN, stem, blanks=[Blank(accepted)])

    def _numerical(self, stem: str, inside: str) -> Carried:
        ranges: list[tuple[str, str]] = []
        for part in re.split(r"(?=[=~])", inside):
            if not part.strip():
                continue
            text = part.lstrip("=~")
            if weighed := _WEIGHT.match(text):
                text = text[weighed.end() :]
                if Decimal(weighed[1].replace(",", ".")) < 100:
                    self.entry.warn(
                        "part_of_points", text=text.partition("#")[0].translate(_BACK).strip()[:40]
                    )
                    continue
            text, sign, feedback = text.partition("#")
            if sign and feedback.strip():
                self.entry.warn("feedback_not_kept")
            if part.startswith("~") or not text.strip():
                continue
            ranges.append(_range(text.translate(_BACK)))
        return Carried(FILL_IN, stem, blanks=[blank_of_ranges(ranges)])

    def _tell_about(self, question: Carried) -> None:
        """What comments say, as we and Moodle write it: [id:…] [tag:…] [source:…] [points:…]."""
        take_path(question, self.source.path)
        for name, text in self.source.about:
            if name == "tag":
                question.tags.append(text)
            elif name == "id":
                question.reference = text
            elif name == "source":
                question.source = text
            elif name == "points" and re.fullmatch(r"[1-9]\d?|100", text):
                question.points = int(text)
            elif name == "difficulty" and text in ("1", "2", "3"):
                question.difficulty = int(text)


def _title(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        title, sign, rest = text[2:].partition("::")
        if not sign:
            raise NotUnderstood("title_open")
        return title.strip(), rest.strip()
    return "", text


def _braces(text: str) -> tuple[str, str | None, str]:
    """What stands before, within and after the braces; within is None when there are none."""
    before, sign, rest = text.partition("{")
    if not sign:
        if "}" in text:
            raise NotUnderstood("brace_not_opened")
        return text, None, ""
    inside, sign, after = rest.partition("}")
    if not sign or "{" in inside:
        raise NotUnderstood("brace_not_closed")
    if "{" in after or "}" in after:
        raise NotUnderstood("two_braces")
    return before, inside, after


def _range(text: str) -> tuple[str, str]:
    """A number and how much it may differ: 3, 3:0.5, 1..5."""
    text = text.strip()
    if ".." in text:
        low, high = (Decimal(number(part)) for part in text.split("..", 1))
        if low > high:
            raise NotUnderstood("no_number", text=text[:40])
        return number(str((low + high) / 2)), number(str((high - low) / 2))
    value, _sign, tolerance = text.partition(":")
    try:
        return number(value), number(tolerance) if tolerance.strip() else "0"
    except InvalidOperation:
        raise NotUnderstood("no_number", text=text[:40]) from None


def blank_of_ranges(ranges: list[tuple[str, str]]) -> Blank:
    """
    Return the blank that accepts these numbers.

    :raises NotUnderstood: when there is none, or they may differ by different amounts.
    """
    if not ranges:
        raise NotUnderstood("no_answer")
    tolerances = {tolerance for _value, tolerance in ranges}
    if len(tolerances) > 1:
        raise NotUnderstood("tolerances_differ")
    tolerance = tolerances.pop()
    return Blank(
        [value for value, _tolerance in ranges],
        kind="number",
        tolerance="" if tolerance == "0" else tolerance,
    )
