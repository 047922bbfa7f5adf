"""What is written to a file and read from it again is the same question, in every format that can hold it."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.exchange.carried import Carried
from quizzes.exchange.gift_writing import write_gift
from quizzes.exchange.holding import why_not
from quizzes.exchange.moodle_writing import write_moodle
from quizzes.exchange.reading import read_questions
from quizzes.exchange.word_writing import write_word
from quizzes.exchange.workbook_writing import write_workbook
from tests.quizzes.exchanged import KINDS

FORMATS = {
    "gift": ("gift", "questions.gift", lambda questions: write_gift(questions).encode()),
    "moodle": ("moodle", "questions.xml", write_moodle),
    "xlsx": ("rows", "questions.xlsx", write_workbook),
    "word": ("rows", "questions.docx", lambda questions: write_word(questions, title="试题")),
}


def read_again(content: bytes, name: str) -> tuple[list[Carried | None], list[str]]:
    """The questions of a file, and the codes of what is said about them."""
    read = read_questions(ContentFile(content, name=name), lambda *_told: None)
    said = [message.code for entry in read.entries for message in entry.messages]
    return [entry.question for entry in read.entries], said


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_round_trip_loses_nothing(form, data) -> None:
    kinds, name, write = FORMATS[form]
    held = st.one_of(KINDS[kinds]).filter(lambda question: not why_not(form, question))
    questions = data.draw(st.lists(held, min_size=1, max_size=4))

    read, said = read_again(write(questions), name)

    assert read == questions
    assert [code for code in said if code != "no_rubric"] == []
