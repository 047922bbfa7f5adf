"""What a member does with a quiz: begin, answer one question at a time, hand in. Each may be sent twice."""

from quizzes.beginning import NoPlace, NoQuestions, begin
from quizzes.ending import hand_in
from quizzes.looking_up import check
from quizzes.marks import answers_that_hold, contents_of, mark_handed_in, mark_of, versions_of
from quizzes.saving import FromDevice, Saved, save_answer

__all__ = [
    "FromDevice",
    "NoPlace",
    "NoQuestions",
    "Saved",
    "answers_that_hold",
    "begin",
    "check",
    "contents_of",
    "hand_in",
    "mark_handed_in",
    "mark_of",
    "save_answer",
    "versions_of",
]
