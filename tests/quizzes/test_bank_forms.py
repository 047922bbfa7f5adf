"""The forms of the bank: what each kind of question needs, pools, cases; what is amiss is said beside it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from taggit.models import Tag

from courses.desk import SECTIONS, Asked
from people.models import Member, Office
from quizzes import reviewing
from quizzes.drawing import questions_for
from quizzes.models import Attempt, Case, Question, Quiz, QuizPool
from quizzes.pools import in_pool, shortages
from quizzes.question_preview import previews
from tests.cast import add_module, give_office, make_member, moment
from tests.courses.desk import reviewer, signed_in
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]

ADD = "wagtailsnippets_quizzes_question:add"
AT = moment("2026-03-10 10:00")


def rows_of(part: str, rows: list[dict[str, str]]) -> dict[str, str]:
    found = {f"{part}-TOTAL_FORMS": str(len(rows)), f"{part}-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        found |= {f"{part}-{place}-{name}": value for name, value in row.items()}
        found[f"{part}-{place}-ORDER"] = str(place + 1)
    return found


def sent(kind: str, *, options=(), blanks=(), rubric=(), **changes: str) -> dict[str, str]:
    return {
        "kind": kind, "difficulty": "1", "points": "1", "stem": "题目", "stem_en": "", "explanation": "",
        "explanation_en": "", "source": "《决议》", "source_en": "", "tags": "", "category": "",
        **rows_of("options", list(options)), **rows_of("blanks", list(blanks)),
        **rows_of("rubric", list(rubric)), **changes,
    }  # fmt: skip


def blank(kind: str, accepted: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "accepted": accepted, "accepted_en": "", "tolerance": "", **more}


WHOLE = {
    "single_choice": sent("single_choice", options=[{"text": "甲", "is_correct": "on", "feedback": "对"},
                                                    {"text": "乙"}]),
    "ordering": sent("ordering", options=[{"text": "一"}, {"text": "二"}, {"text": "三"}], is_partial="on"),
    "matching": sent("matching", options=[{"text": "上海", "match": "一大"},
                                          {"text": "广州", "match": "三大"}, {"text": "", "match": "七大"}]),
    "fill_in": sent("fill_in", stem="____年____", blanks=[blank("number", "1921", tolerance="1"),
                                                         blank("text", "上海，上海市")]),
    "short_answer": sent("short_answer", rubric=[{"text": "去看他", "text_en": "", "points": "2"},
                                                 {"text": "说明理由", "text_en": "", "points": "3"}]),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
def test_each_kind_is_written_on_one_screen_and_can_be_submitted(editor, kind) -> None:
    response = signed_in(editor).post(reverse(ADD), WHOLE[kind])

    assert response.status_code == HTTPStatus.FOUND
    question = Question.objects.get()
    assert (question.kind, question.state, question.written_by) == (kind, "draft", editor)
    assert previews(question)[0].spoken
    assert reviewing.submit(question, by=editor, at=AT).awaits_since == AT
    assert signed_in(editor).get(reverse("quizzes_question", args=[question.pk])).status_code == 200
    edit = reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])
    assert signed_in(editor).get(edit).status_code == 200
    if kind == "fill_in":
        assert list(question.blanks.order_by("position").values_list("accepted", flat=True)) == [
            ["1921"], ["上海", "上海市"],
        ]  # fmt: skip
    if kind == "short_answer":
        assert question.points == 5


AMISS = {
    "as many rows as blanks": (sent("fill_in", stem="____", blanks=[]), "____"),
    "a number that is none": (sent("fill_in", stem="____", blanks=[blank("number", "很多")]), "“很多”"),
    "a date that is none": (sent("fill_in", stem="____", blanks=[blank("date", "7/8/1921")]), "“7/8/1921”"),
    "words do not differ by a number": (
        sent("fill_in", stem="____", blanks=[blank("text", "上海", tolerance="1")]), "1",
    ),
    "the same option twice": (
        sent("single_choice", options=[{"text": "甲", "is_correct": "on"}, {"text": " 甲 "}]), "“甲”",
    ),
    "a short answer without a rubric": (sent("short_answer"), ""),
    "rows of another kind": (
        sent("short_answer", options=[{"text": "甲"}], rubric=[{"text": "说", "text_en": "", "points": "1"}]),
        "",
    ),
    "to match without a pair": (sent("matching", options=[{"text": "上海"}, {"text": "广州"}]), ""),
    "to be reviewed before it was checked": (
        WHOLE["ordering"] | {"valid_as_of": "2026-05-01", "review_by": "2026-04-01"}, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", AMISS)
def test_what_is_amiss_is_said_and_nothing_is_saved(editor, how) -> None:
    data, named = AMISS[how]
    page = signed_in(editor).post(reverse(ADD), data)

    assert (page.status_code, Question.objects.count()) == (HTTPStatus.OK, 0)
    assert "error-message" in page.text
    assert named in page.text


def quiz_sent(*pools: dict[str, str], entries: tuple[Question, ...] = (), **changes: str) -> dict[str, str]:
    return {
        "title": "测验", "title_en": "", "pass_mark": "80", "counts": "best", "wait_hours": "0",
        "feedback": "after_attempt", "layout": "one", "shuffles_options": "on",
        **rows_of("entries", [{"question": str(row.pk)} for row in entries]), **rows_of("pools", list(pools)),
        **changes,
    }  # fmt: skip


def test_a_quiz_draws_from_pools_and_says_when_they_have_too_little(editor) -> None:
    tag, module = Tag.objects.create(name="党史"), add_module()
    module.quiz = add_quiz(add_question("M1"))
    module.save()
    tagged = add_question("L1")
    tagged.tags.add("党史")
    tagged.save()
    client = signed_in(editor)
    page = client.get(reverse("wagtailsnippets_quizzes_quiz:add")).text
    assert "群众路线" in page and "党史" in page

    pools = [{"number": "3", "tag": str(tag.pk)}, {"number": "1", "module": str(module.translation_key)}]
    response = client.post(reverse("wagtailsnippets_quizzes_quiz:add"), quiz_sent(*pools), follow=True)

    quiz = Quiz.objects.exclude(pk=module.quiz.pk).get()
    first, second = quiz.pools.order_by("sort_order")
    assert [list(in_pool(pool).values_list("reference", flat=True)) for pool in (first, second)] == [
        ["L1"],
        ["M1"],
    ]
    assert [(short.pool, short.found) for short in shortages(quiz)] == [(first, 1)]
    assert "3" in response.text
    edit = reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk])
    assert client.get(edit).status_code == 200
    assert {version.content["stem"] for version in questions_for(quiz, quiz.key)} == {
        "L1 的题目",
        "M1 的题目",
    }


@pytest.mark.parametrize(
    "data",
    [
        quiz_sent(),
        quiz_sent({"number": "2"}),
        quiz_sent({"number": "2", "difficulty": "1"}, feedback="after_closing"),
        quiz_sent(
            {"number": "2", "difficulty": "1"}, opens_at="2026-05-02 08:00", closes_at="2026-05-01 08:00"
        ),
        quiz_sent({"number": "2", "difficulty": "1"}, is_limit_essential="on"),
        quiz_sent({"number": "2", "module": "00000000-0000-4000-8000-000000000009"}),
    ],
)
def test_a_quiz_that_cannot_be_is_explained_and_not_saved(editor, data) -> None:
    page = signed_in(editor).post(reverse("wagtailsnippets_quizzes_quiz:add"), data)
    assert (page.status_code, Quiz.objects.count()) == (HTTPStatus.OK, 0)
    assert "error-message" in page.text


def test_while_members_are_at_it_the_form_says_that_their_papers_stay(editor, member) -> None:
    quiz = add_quiz(add_question("L1"))
    url = reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk])
    client = signed_in(editor)
    assert not _notice(client.get(url))
    Attempt.objects.create(member=member, quiz=quiz, paper=[], pass_mark=80, begun_at=AT)
    assert _notice(client.get(url))


def test_an_earlier_closing_says_how_many_attempts_end_then(editor, member) -> None:
    quiz = add_quiz(add_question("L1"))
    attempt = Attempt.objects.create(member=member, quiz=quiz, paper=[], pass_mark=80, begun_at=AT)
    edit = reverse("wagtailsnippets_quizzes_quiz:edit", args=[quiz.pk])
    data = quiz_sent(
        {"number": "1", "difficulty": "1"}, feedback="after_closing", closes_at="2199-05-01 08:00"
    )

    page = signed_in(editor).post(edit, data, follow=True)

    attempt.refresh_from_db()
    assert attempt.ends_at == moment("2199-05-01 08:00")
    assert "1 次" in page.text


def _notice(page) -> bool:
    return "help-info" in page.text and "bank-under-way" in page.text


def test_a_case_lists_its_questions(editor) -> None:
    case = Case.objects.create(title="一次走访", text="老王病了。", source="自编")
    question = add_question("L1")
    Question.objects.update(case=case)
    page = signed_in(editor).get(reverse("wagtailsnippets_quizzes_case:edit", args=[case.pk])).text
    assert reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]) in page
    assert signed_in(editor).get(reverse("wagtailsnippets_quizzes_case:list")).status_code == 200


def test_the_desk_lists_what_waits_came_back_and_has_passed_its_day(editor, reviewer) -> None:
    today = localdate()
    for name, days in (("L1", -1), ("L2", 10), ("L3", 60)):
        question = add_question(name)
        Question.objects.filter(pk=question.pk).update(review_by=today + timedelta(days=days))
    draft = Question.objects.create(stem="新题目", source="《决议》", kind="short_answer", reference="D")
    draft.rubric.model.objects.create(question=draft, text="说", points=1)
    reviewing.note_written([draft], by=editor, at=AT)
    reviewing.submit(draft, by=editor, at=AT)

    def found(viewer: Member, key: str) -> list[str]:
        section = next(each for each in SECTIONS if each.key == key)
        return [line.title for line in section.for_(Asked(viewer, today)).lines]

    assert (found(reviewer, "questions"), found(editor, "questions")) == (["新题目"], [])
    assert found(editor, "questions-overdue") == ["L1 的题目"]
    assert found(editor, "questions-due") == ["L2 的题目"]
    reviewing.send_back(draft, words="太短", by=reviewer, at=AT)
    assert (found(editor, "questions-returned"), found(reviewer, "questions")) == (["新题目"], [])
    assert signed_in(editor).get(reverse("desk")).status_code == 200
    reviewing.submit(draft, by=editor, at=AT)
    assert found(editor, "questions-returned") == []


@pytest.mark.parametrize("kind", [None, Office.Kind.SECRETARY, Office.Kind.SYSTEM_ADMINISTRATOR])
def test_the_bank_is_for_those_who_write(county, kind) -> None:
    stranger = make_member("lu")
    if kind:
        give_office(stranger, county, kind)
    question = add_question("L1")
    client = signed_in(stranger)
    addresses = [
        reverse("quizzes_question", args=[question.pk]),
        reverse("wagtailsnippets_quizzes_question:list"),
        reverse("wagtailsnippets_quizzes_case:list"),
        reverse("wagtailsnippets_quizzes_quiz:list"),
    ]
    assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
    client.post(reverse("quizzes_question_act", args=[question.pk, "retire"]))
    assert Question.objects.in_use().count() == 1


def test_a_pool_says_what_its_questions_have_in_common(db) -> None:
    quiz = add_quiz(add_question("L1"))
    pool = QuizPool(quiz=quiz, number=2, difficulty=1)
    assert shortages(quiz, [pool])[0].found == 0  # what stands in the quiz itself is asked anyway
