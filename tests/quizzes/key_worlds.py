"""
Two worlds that differ in nothing but the key of their questions: comparing them shows what is told of it.

Every word of the key carries a mark (`暗记` or `SECRET`) and the name of its question, so that it is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from courses.models import ModulePage
from people.models import Member
from quizzes.drawing import draw_paper, questions_for
from quizzes.models import (
    Attempt,
    Case,
    Question,
    QuestionBlank,
    QuestionOption,
    QuestionVersion,
    Quiz,
    QuizEntry,
    RubricLine,
)
from sources.models import Passage
from tests.cast import add_module, moment
from tests.courses.lessons import add_lesson_of
from tests.quizzes.papers import take_into_use
from tests.sources.quoted import add_passage

KEYS = UUID("7d0f3a52-6a3e-4c7e-9d55-0c1f2b7e8a90")
QUIZ, ATTEMPT = UUID("5b1e0c9e-3c0b-4a53-8d3f-6a1b7c2d4e5f"), UUID("c2a7e1d0-94b6-4f08-b1a3-2e5d8f7c6b4a")
BEGUN = moment("2026-03-10 10:00")
MARKS = re.compile(r"暗记(\w\d)|SECRET(\w\d)|(?<!\d)739(\d)")
"""The last one is of numbers that are accepted: 7391 and the like."""

KINDS = (
    ("q1", "single_choice"),
    ("q2", "multiple_choice"),
    ("q3", "true_false"),
    ("q4", "fill_in"),
    ("q5", "ordering"),
    ("q6", "matching"),
    ("q7", "short_answer"),
    ("q8", "single_choice"),
    ("q9", "multiple_choice"),
)
"""The last two are of one case."""

RIGHT = {
    "single_choice": ([0], [2]),
    "multiple_choice": ([0, 1], [1, 2, 3]),
    "true_false": ([0], [1]),
}


class World:
    """A quiz of nine questions that stands in a lesson and a module; `key` is 0 or 1."""

    def __init__(self, key: int, **rules: Any) -> None:
        self.key = key
        self.case = Case.objects.create(
            key=uuid5(KEYS, "case"),
            title="修路",
            title_en="A road",
            text="村里开了三次会。",
            text_en="Three meetings.",
            source="编写组",
        )
        self.quiz = Quiz.objects.create(key=QUIZ, title="小测", title_en="A quiz", **rules)
        for place, (name, kind) in enumerate(KINDS):
            question = self._question(name, kind)
            QuizEntry.objects.create(quiz=self.quiz, question=question, sort_order=place)
        module = add_module()
        words = "<p>从群众中来，到群众中去。</p>"
        self.lesson = add_lesson_of(module, ("paragraph", words), ("quiz", self.quiz))
        ModulePage.objects.filter(pk=module.pk).update(quiz=self.quiz)

    def attempt_of(self, member: Member) -> Attempt:
        """Begun, with the same name in both worlds."""
        paper = draw_paper(ATTEMPT, questions_for(self.quiz, ATTEMPT), quiz=self.quiz)
        return Attempt.objects.create(
            id=ATTEMPT, member=member, quiz=self.quiz, paper=paper, pass_mark=60, begun_at=BEGUN
        )

    def _question(self, name: str, kind: str) -> Question:
        number = int(name[1])
        question = Question.objects.create(
            reference=f"{name}-{self.key}",
            kind=kind,
            stem=f"第{number}题的题目" + "：____和____" * (kind == "fill_in"),
            stem_en=f"Question {number}" + ": ____ and ____" * (kind == "fill_in"),
            case=self.case if number > 7 else None,
            passage=self._passage(name) if number in (1, 8) else None,
            points=1,
            **self._words(name, "解析", "explanation", "explanation_en"),
            **self._words(name, "出处", "source", "source_en"),
        )
        self._add_options(question, name)
        self._add_blanks(question, name)
        if kind == "short_answer":
            points = (2, 1) if self.key else (1, 2)
            for place, line in enumerate(points):
                words = self._words(name, f"评分{place}", "text", "text_en")
                RubricLine.objects.create(question=question, position=place, points=line, **words)
        return take_into_use(question)

    def _passage(self, name: str) -> Passage:
        return add_passage(f"{name}-{self.key}", **self._words(name, "原文", "text", "text_en"))

    def _words(self, name: str, what: str, *fields: str) -> dict[str, str]:
        """Of another length in each world."""
        chinese, english = (
            f"暗记{name}{what}" + "啊" * self.key * 7,
            f"SECRET{name} {what}" + " ah" * self.key,
        )
        return dict(zip(fields, (chinese, english), strict=True))

    def _add_options(self, question: Question, name: str) -> None:
        kind = question.kind
        if kind in ("fill_in", "short_answer"):
            return
        rows = list(range(2 if kind == "true_false" else 4))
        right = RIGHT.get(kind, ([], []))[self.key]
        order = rows[::-1] if kind == "ordering" and self.key else rows
        for position, row in enumerate(order):
            side = (row + self.key) % 4
            pairs = kind == "matching"
            QuestionOption.objects.create(
                question=question,
                position=position,
                key=uuid5(KEYS, f"{name} {row}"),
                match_key=uuid5(KEYS, f"{name} side {side}"),
                text=f"选项{name}{row}" if not (pairs and row == 3) else "",
                text_en=f"Option {name} {row}" if not (pairs and row == 3) else "",
                match=f"另一边{name}{side}" if pairs else "",
                match_en=f"Side {name} {side}" if pairs else "",
                is_correct=row in right,
                **self._words(name, f"反馈{row}", "feedback", "feedback_en"),
            )

    def _add_blanks(self, question: Question, name: str) -> None:
        if question.kind != "fill_in":
            return
        words = self._words(name, "答案", "accepted", "accepted_en")
        accepted = {field: [word, *[f"{word}二"] * self.key] for field, word in words.items()}
        QuestionBlank.objects.create(question=question, position=0, **accepted)
        number = QuestionBlank(question=question, position=1, kind="number", accepted=[f"739{int(name[1])}"])
        number.tolerance = 2 if self.key else None
        number.save()


def right_answer(attempt: Attempt, position: int) -> list[str]:
    content = QuestionVersion.objects.get(pk=attempt.paper[position]["version"]).content
    if content["kind"] == "fill_in":
        return [blank["accepted"][0] for blank in content["blanks"]]
    key = list(content["correct"])
    return key if content["kind"] in ("ordering", "matching", "short_answer") else sorted(key)


def some_answer(attempt: Attempt, position: int) -> list[str]:
    """The same in both worlds, whatever is right there."""
    place = attempt.paper[position]
    match place["kind"]:
        case "fill_in":
            return ["一些话", "5"]
        case "short_answer":
            return ["自己的话"]
        case "ordering":
            return sorted(place["options"])
        case "matching":
            return [sorted(place["matches"])[0], *[""] * (len(place["options"]) - 1)]
        case "multiple_choice":
            return sorted(place["options"])[:2]
        case _:
            return sorted(place["options"])[:1]


def marks_in(*texts: str) -> set[str]:
    """The questions (q1 …) of whose key something stands in these texts."""
    found: set[str] = set()
    for text in texts:
        for chinese, english, number in MARKS.findall(text):
            found.add(chinese or english or f"q{number}")
    return found


Response = Any


def told(response: Response) -> str:
    """Everything of a response: status, headers, and all of its content."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    cookies = response.cookies.output(header="")
    # The body is compared whole, without what differs by chance; its length does not say more.
    headers = sorted((name, value) for name, value in response.headers.items() if name != "Content-Length")
    return f"{response.status_code} {headers} {cookies} {_unpacked(body)}"


def _unpacked(body: bytes) -> str:
    text = body.decode(errors="replace")
    # JSON may write Chinese as numbers.
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


PASSING = (
    (re.compile(r'(name="csrfmiddlewaretoken" value=|data-token=|name="token" value=)"[^"]*"'), r'\1""'),
    (re.compile(r"'?nonce-[^'\"; ]+|nonce=\"[^\"]*\""), "nonce"),
    (re.compile(r"\b\d\d:\d\d(:\d\d(\.\d+)?)?\b"), "time"),
    (re.compile(r"(csrf|session|seen|reader)=[^;\s]*"), r"\1"),
    (re.compile(r'<option value="\d+"'), "<option"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \S+ GMT"), "date"),
)
"""What differs from one moment to the next."""

UUIDS = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
"""Random names. Those of options, sides and the case are of another version, and stay."""


def without_moments(text: str) -> str:
    """Names that were made for this world alone become numbers, in the order in which they stand."""
    for pattern, instead in PASSING:
        text = pattern.sub(instead, text)
    names: dict[str, str] = {}
    return UUIDS.sub(lambda found: names.setdefault(found[0], f"name {len(names)}"), text)


def differing(first: Sequence[tuple[str, str]], second: Sequence[tuple[str, str]]) -> list[str]:
    """The names of what is not told alike in both worlds, with the place where it begins to differ."""
    found = []
    for (name, one), (other_name, other) in zip(first, second, strict=True):
        if (name, one) != (other_name, other):
            alike = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
            at = next(alike, min(len(one), len(other)))
            begin, end = max(0, at - 60), at + 40
            found.append(f"{name}: …{one[begin:end]}… ≠ …{other[begin:end]}…")
    return found
