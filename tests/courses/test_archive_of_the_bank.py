"""Every kind of question, cases, pools and the rules of a quiz go into an archive and come out again."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from taggit.models import Tag

from courses.archive.exporting import export_course
from courses.archive.importing import Report, import_course
from courses.archive.questions import question_row, question_rows, quiz_row
from courses.models import CoursePage
from people.models import Member
from quizzes.loading import load_questions
from quizzes.models import Case, Question, QuestionVersion, Quiz, QuizPool, ReviewStep
from tests.cast import add_module, moment
from tests.quizzes.papers import add_question, add_quiz
from tests.quizzes.test_loading_kinds import FILE

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")


@pytest.fixture
def quiz() -> Quiz:
    """A quiz of every kind, with a pool by tag and one by module."""
    file = tomllib.loads(FILE)
    questions = list(load_questions(file["question"], file["case"]).values())
    Question.objects.filter(reference="K1").update(reference=None)
    drawn = add_question("L9", of=2)
    drawn.tags.add("抽题")
    drawn.save()
    option = drawn.options.first()
    option.feedback = "对"
    option.save()
    quiz = add_quiz(*[Question.objects.get(pk=row.pk) for row in questions])
    module = add_module()
    module.quiz = quiz
    module.save_revision().publish()
    QuizPool.objects.create(quiz=quiz, number=1, tag=Tag.objects.get(name="抽题"))
    QuizPool.objects.create(quiz=quiz, number=2, module=module.translation_key, difficulty=1, sort_order=1)
    rules = {
        "attempts_allowed": 3, "wait_hours": 12, "counts": "average", "opens_at": NOON,
        "closes_at": NOON + timedelta(days=9), "time_limit_minutes": 20, "is_limit_essential": True,
        "feedback": "after_closing", "layout": "all", "shuffles_questions": True,
        "shuffles_options": False, "look_back_weeks": 4,
    }  # fmt: skip
    Quiz.objects.filter(pk=quiz.pk).update(**rules)
    return Quiz.objects.get(pk=quiz.pk)


def archive(quiz: Quiz) -> bytes:
    target = io.BytesIO()
    export_course(CoursePage.objects.get(), target, languages=["zh-hans"], by=None, at=NOON)
    return target.getvalue()


def brought(content: bytes, by: Member | None = None) -> Report:
    return import_course(ContentFile(content, name="course.zip"), by=by, at=NOON)


def told(quiz: Quiz) -> tuple:
    return quiz_row(quiz), [question_row(row) for row in question_rows([quiz])]


def forget_everything() -> None:
    CoursePage.objects.get().delete()
    Quiz.objects.all().delete()
    Question.objects.update(version=None, state=Question.State.DRAFT)
    QuestionVersion.objects.all().delete()
    ReviewStep.objects.all().delete()
    Question.objects.all().delete()
    Case.objects.all().delete()
    Tag.objects.all().delete()


def test_everything_comes_out_as_it_went_in(quiz, editor) -> None:
    content, before = archive(quiz), told(quiz)
    assert len(before[1]) == 5  # with the one that only a pool draws
    forget_everything()

    brought(content, by=editor)

    again = Quiz.objects.get(key=quiz.key)
    row, questions = told(again)
    assert row == before[0]
    drawn = question_rows([again])
    assert {one.state for one in drawn} == {"draft"} and {one.written_by for one in drawn} == {editor}
    # What is not in use is in no pool: the one that only a pool draws is there all the same.
    assert questions == [one for one in before[1] if one["name"] != "L9"]
    kept = next(one for one in before[1] if one["name"] == "L9")
    assert question_row(Question.objects.get(reference="L9")) == kept
    assert Case.objects.get().title == "一次走访"
    assert brought(content).differs == []


def test_what_is_here_with_other_words_is_told_and_stays(quiz) -> None:
    content = archive(quiz)
    Case.objects.update(text="另一个案例")
    Quiz.objects.update(wait_hours=1)
    QuestionBlank = Question.objects.get(kind="fill_in").blanks.model
    QuestionBlank.objects.filter(kind="text").update(accepted=["北京"])

    report = brought(content)
    assert len(report.differs) == 3
    assert Case.objects.get().text == "另一个案例"


def test_an_archive_of_the_first_version_is_read(quiz) -> None:
    content = archive(quiz)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        contents = json.loads(package.read("course.json"))
    contents["version"] = 1
    del contents["cases"]
    contents["questions"] = [row for row in contents["questions"] if row["name"] == "L9"]
    for row in contents["questions"]:
        for name in ("points", "partial", "category", "tags", "case", "blanks", "rubric"):
            del row[name]
        for option in row["options"]:
            for name in ("match_key", "match", "match_en", "feedback", "feedback_en"):
                del option[name]
    contents["quizzes"] = [
        {name: row[name] for name in ("key", "title", "title_en", "pass_mark")} | {"questions": ["L9"]}
        for row in contents["quizzes"]
    ]
    forget_everything()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("course.json", json.dumps(contents))

    brought(target.getvalue())
    again = Quiz.objects.get(key=quiz.key)
    assert [entry.question.reference for entry in again.entries.all()] == ["L9"]
    assert (again.counts, again.shuffles_options) == ("best", True)
