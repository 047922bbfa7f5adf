"""The models of this room: the bank (questions), quizzes (sets), and what members do (records)."""

from quizzes.exchange.records import QuestionFile
from quizzes.questions import (
    Case,
    KeyCorrection,
    Question,
    QuestionBlank,
    QuestionOption,
    QuestionQuerySet,
    QuestionTag,
    QuestionVersion,
    Regrade,
    RubricLine,
    in_reader_language,
)
from quizzes.records import (
    Answer,
    Attempt,
    AttemptQuerySet,
    Checked,
    GivenPoints,
    ItemResult,
    ItemStatistic,
    Mark,
)
from quizzes.review_steps import ReviewStep
from quizzes.sets import Quiz, QuizEntry, QuizPool, TimeExtension

__all__ = [
    "Answer",
    "Attempt",
    "AttemptQuerySet",
    "Case",
    "Checked",
    "GivenPoints",
    "ItemResult",
    "ItemStatistic",
    "KeyCorrection",
    "Mark",
    "Question",
    "QuestionBlank",
    "QuestionFile",
    "QuestionOption",
    "QuestionQuerySet",
    "QuestionTag",
    "QuestionVersion",
    "Quiz",
    "QuizEntry",
    "QuizPool",
    "Regrade",
    "ReviewStep",
    "RubricLine",
    "TimeExtension",
    "in_reader_language",
]
