"""A question of every kind for tests, in use."""

from __future__ import annotations

from typing import Any

from quizzes.models import Case, Question, QuestionBlank, QuestionOption, RubricLine
from tests.quizzes.papers import take_into_use


def _question(reference: str, kind: str, stem: str, stem_en: str, **more: Any) -> Question:
    facts = {"explanation": f"{reference} 的解析", "source": f"{reference} 的出处", **more}
    return Question.objects.create(reference=reference, kind=kind, stem=stem, stem_en=stem_en, **facts)


def add_fill_in(reference: str = "填空", blanks: int = 2, **more: Any) -> Question:
    """Two blanks: a word and a number near 5; further ones are words."""
    stem = "宗旨是____为人民服务，每届____年" + "，____" * (blanks - 2) if blanks > 1 else "宗旨是____"
    question = _question(reference, "fill_in", stem, "Serve the people ____, for ____ years", **more)
    for place in range(blanks):
        is_number = place == 1
        QuestionBlank.objects.create(
            question=question,
            position=place,
            kind="number" if is_number else "text",
            accepted=["5"] if is_number else ["全心全意"],
            accepted_en=[] if is_number else ["heart and soul"],
        )
    return take_into_use(question)


def add_ordering(reference: str = "排序", rows: int = 4, **more: Any) -> Question:
    question = _question(reference, "ordering", "按先后排好", "Put in order", **more)
    for place in range(rows):
        QuestionOption.objects.create(
            question=question, position=place, text=f"第{place + 1}件", text_en=f"Event {place + 1}"
        )
    return take_into_use(question)


def add_matching(reference: str = "配对", rows: int = 3, **more: Any) -> Question:
    """So many pairs, and one of the other side that belongs to nothing."""
    question = _question(reference, "matching", "配起来", "Find what belongs together", **more)
    for place in range(rows + 1):
        words = {"text": f"左{place + 1}", "text_en": f"left {place + 1}"} if place < rows else {}
        QuestionOption.objects.create(
            question=question,
            position=place,
            match=f"右{place + 1}",
            match_en=f"right {place + 1}",
            **words,
        )
    return take_into_use(question)


def add_short_answer(reference: str = "简答", points: int = 3, **more: Any) -> Question:
    question = _question(reference, "short_answer", "谈谈做法", "Tell of a way", **more)
    RubricLine.objects.create(question=question, text="说到群众", points=points)
    return take_into_use(question)


def add_case(**more: Any) -> Case:
    words = {"title": "修路", "title_en": "A road", "source": "编写组"}
    texts = {"text": "村里开了三次会。\n第三次大家都同意。", "text_en": "Three meetings."}
    return Case.objects.create(**words, **texts | more)
