"""A quiz asks only what a reviewer approved who wrote none of it: acts, refusals, and every door."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.audit import AuditEntry
from people.models import Member, Office
from quizzes import reviewing
from quizzes.bank import versions_in_use
from quizzes.models import Case, Question, QuestionOption, QuestionVersion, ReviewStep
from quizzes.reviewing import digest_now
from tests.cast import give_office, make_member, moment
from tests.courses.desk import reviewer, signed_in
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]

AT = moment("2026-03-10 10:00")


@pytest.fixture
def draft(editor: Member) -> Question:
    """Written by the editor, complete."""
    question = Question.objects.create(stem="一大在哪里开幕？", source="《决议》", reference="D1")
    for place, text in enumerate(["上海", "嘉兴"]):
        QuestionOption.objects.create(question=question, position=place, text=text, is_correct=place == 0)
    reviewing.note_written([question], by=editor, at=AT)
    return Question.objects.get(pk=question.pk)


def state(question: Question) -> tuple:
    """What must not change when an act is refused."""
    row = Question.objects.get(pk=question.pk)
    return (row.state, row.version_id, row.awaits_since, row.steps.count(), AuditEntry.objects.count())


def approved(question: Question, by: Member, editor: Member) -> Question:
    reviewing.submit(question, by=editor, at=AT)
    return reviewing.approve(question, digest=digest_now(question), by=by, at=AT)


def change(question: Question, stem: str, by: Member) -> Question:
    Question.objects.filter(pk=question.pk).update(stem=stem)
    reviewing.note_written([Question.objects.get(pk=question.pk)], by=by, at=AT)
    return Question.objects.get(pk=question.pk)


def test_from_a_draft_to_use_and_out_of_it(draft, editor, reviewer) -> None:
    quiz = add_quiz(draft)
    seen = []
    for act in (
        lambda: reviewing.submit(draft, by=editor, at=AT),
        lambda: reviewing.approve(draft, digest=digest_now(draft), by=reviewer, at=AT),
        lambda: reviewing.take_into_use(draft, by=editor, at=AT),
        lambda: reviewing.retire(draft, by=reviewer, at=AT),
        lambda: reviewing.bring_back(draft, by=reviewer, at=AT),
    ):
        row = act()
        seen.append((row.state, row.awaits_since, len(versions_in_use(quiz))))

    assert seen == [
        ("draft", AT, 0),
        ("reviewed", None, 0),
        ("in_use", None, 1),
        ("retired", None, 0),
        ("reviewed", None, 0),
    ]
    version = QuestionVersion.objects.get()
    assert (version.written_by, version.approved_by, version.frozen_at) == (editor, reviewer, AT)
    assert list(ReviewStep.objects.order_by("pk").values_list("kind", "by")) == [
        ("written", editor.pk),
        ("submitted", editor.pk),
        ("approved", reviewer.pk),
        ("taken_into_use", editor.pk),
        ("retired", reviewer.pk),
        ("brought_back", reviewer.pk),
    ]
    assert AuditEntry.objects.filter(action="question.review").count() == 5


def test_new_words_of_a_question_in_use_are_asked_once_they_are_approved(draft, editor, reviewer) -> None:
    quiz = add_quiz(draft)
    approved(draft, reviewer, editor)
    reviewing.take_into_use(draft, by=editor, at=AT)
    first = Question.objects.get().version

    changed = change(draft, "一大在哪里闭幕？", editor)
    assert reviewing.changed_since_approved([changed]) == {draft.pk}
    assert versions_in_use(quiz) == [first]
    approved(changed, reviewer, editor)

    (asked,) = versions_in_use(quiz)
    assert (asked.content["stem"], first.content["stem"]) == ("一大在哪里闭幕？", "一大在哪里开幕？")
    assert reviewing.changed_since_approved(Question.objects.all()) == set()


def test_what_is_sent_back_says_why_and_is_a_draft_as_before(draft, editor, reviewer) -> None:
    reviewing.submit(draft, by=editor, at=AT)
    with pytest.raises(reviewing.SayWhy):
        reviewing.send_back(draft, words="  ", by=reviewer, at=AT)
    row = reviewing.send_back(draft, words="请写上年份。", by=reviewer, at=AT)

    assert (row.state, row.awaits_since, row.steps.last().words) == ("draft", None, "请写上年份。")


def test_who_wrote_any_of_it_since_the_last_approval_does_not_approve_it(draft, editor, reviewer) -> None:
    give_office(editor, editor.offices.get().organisation, Office.Kind.REVIEWER)
    # The last hand is another's; the editor wrote the rest.
    draft = change(draft, "一大在哪个城市开幕？", reviewer)
    reviewing.submit(draft, by=editor, at=AT)

    before = state(draft)
    for who in (editor, reviewer):
        with pytest.raises(reviewing.OwnWords):
            reviewing.approve(draft, digest=digest_now(draft), by=who, at=AT)
        assert not reviewing.waiting_for(who, at=AT).exists()
    assert state(draft) == before

    third = make_member("shenhe2")
    give_office(third, editor.offices.first().organisation, Office.Kind.REVIEWER)
    assert list(reviewing.waiting_for(third, at=AT)) == [draft]
    assert reviewing.approve(draft, digest=digest_now(draft), by=third, at=AT).state == "reviewed"


def test_the_database_refuses_an_approval_of_ones_own_words(draft, editor) -> None:
    with pytest.raises(IntegrityError, match="nobody_approves_what_they_wrote"), transaction.atomic():
        reviewing.freeze([draft], at=AT, approved_by=editor)
    for changes in ({"state": "in_use"}, {"state": "reviewed"}, {"state": "retired", "awaits_since": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.filter(pk=draft.pk).update(**changes)


REFUSED = {
    "an editor approves": lambda q, e, r: reviewing.approve(q, digest=digest_now(q), by=e, at=AT),
    "an editor sends back": lambda q, e, r: reviewing.send_back(q, words="不行", by=e, at=AT),
    "other words are approved": lambda q, e, r: reviewing.approve(q, digest="0" * 64, by=r, at=AT),
    "submitted twice": lambda q, e, r: reviewing.submit(q, by=e, at=AT),
    "into use without approval": lambda q, e, r: reviewing.take_into_use(q, by=r, at=AT),
    "retired under review": lambda q, e, r: reviewing.retire(q, by=r, at=AT),
    "brought back though not retired": lambda q, e, r: reviewing.bring_back(q, by=r, at=AT),
}


def test_every_refused_act_changes_nothing(draft, editor, reviewer, member) -> None:
    reviewing.submit(draft, by=editor, at=AT)
    before = state(draft)
    for name, act in REFUSED.items():
        with pytest.raises(reviewing.Refusal), transaction.atomic():
            act(draft, editor, reviewer)
        assert state(draft) == before, name
    for act in (reviewing.submit, reviewing.take_back, reviewing.retire, reviewing.take_into_use):
        with pytest.raises(reviewing.Refusal), transaction.atomic():
            act(draft, by=member, at=AT)
    assert state(draft) == before


def test_what_lacks_something_is_not_submitted(editor) -> None:
    question = Question.objects.create(stem="空白的题目", source="《决议》", kind="fill_in")
    with pytest.raises(reviewing.NotReady, match="____"):
        reviewing.submit(question, by=editor, at=AT)
    assert Question.objects.get().awaits_since is None


def test_what_members_are_asked_is_taken_from_them_by_reviewers_alone(editor, reviewer) -> None:
    question = add_question("L1")
    with pytest.raises(reviewing.OnlyReviewers):
        reviewing.retire(question, by=editor, at=AT)
    assert Question.objects.in_use().count() == 1
    reviewing.retire(question, by=reviewer, at=AT)
    assert Question.objects.in_use().count() == 0


# Every door of the administration.


def form_of(question: Question, **changes: str) -> dict[str, str]:
    """What the form sends, and what somebody adds to it."""
    options = list(question.options.order_by("position"))
    data = {
        "kind": question.kind, "difficulty": "1", "points": "1", "stem": question.stem, "stem_en": "",
        "explanation": "", "explanation_en": "", "source": question.source, "source_en": "",
        "options-TOTAL_FORMS": str(len(options)), "options-INITIAL_FORMS": str(len(options)),
        **{f"{part}-{count}_FORMS": "0" for part in ("blanks", "rubric") for count in ("TOTAL", "INITIAL")},
    }  # fmt: skip
    for place, row in enumerate(options):
        data |= {f"options-{place}-{name}": value for name, value in _row(row, place).items()}
    return data | changes


def _row(row: QuestionOption, place: int) -> dict[str, str]:
    right = {"is_correct": "on"} if row.is_correct else {}
    return {"id": str(row.pk), "text": row.text, "ORDER": str(place + 1), **right}


def edit(question: Question) -> str:
    return reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk])


def step(question: Question, act: str) -> str:
    return reverse("quizzes_question_act", args=[question.pk, act])


FORGED = {"state": "in_use", "version": "1", "written_by": "", "awaits_since": "", "is_correct": "on"}

DOORS = {
    "the form": lambda q: (edit(q), form_of(q, **FORGED)),
    "take into use": lambda q: (step(q, "take-into-use"), {}),
    "approve": lambda q: (step(q, "approve"), {"digest": digest_now(q)}),
    "bring back": lambda q: (step(q, "bring-back"), {}),
    "bulk": lambda q: (
        reverse("wagtail_bulk_action", args=["quizzes", "question", "publish"]) + f"?id={q.pk}", {},
    ),
    "bulk delete": lambda q: (
        reverse("wagtail_bulk_action", args=["quizzes", "question", "delete"]) + f"?id={q.pk}", {},
    ),
    "copy": lambda q: (f"/admin/snippets/quizzes/question/copy/{q.pk}/", form_of(q, **FORGED)),
    "api": lambda q: (f"/admin/api/main/questions/{q.pk}/action/publish/", {}),
    "history": lambda q: (f"/admin/snippets/quizzes/question/publish/{q.pk}/", {}),
}  # fmt: skip


@pytest.mark.parametrize("who", ["editor", "reviewer"])
def test_no_door_leads_past_another_reviewer(request, draft, who) -> None:
    at_work = request.getfixturevalue(who)
    change(draft, "改过的题目", at_work)
    quiz, client, open_doors = add_quiz(draft), signed_in(at_work), []
    draft.refresh_from_db()
    for name, door in DOORS.items():
        for awaits in (None, AT):
            with transaction.atomic():
                Question.objects.filter(pk=draft.pk).update(awaits_since=awaits)
                url, fields = door(draft)
                client.post(url, fields)
                row = Question.objects.filter(pk=draft.pk).first()
                if row is None or row.state != "draft" or row.version_id or versions_in_use(quiz):
                    open_doors.append((name, awaits))
                if Question.objects.count() != 1:
                    open_doors.append((name, "another"))
                transaction.set_rollback(True)
    assert open_doors == []


def test_a_question_under_review_keeps_its_words(draft, editor) -> None:
    reviewing.submit(draft, by=editor, at=AT)
    before = state(draft)

    response = signed_in(editor).post(edit(draft), form_of(draft, stem="悄悄改掉"))

    assert response.url == reverse("quizzes_question", args=[draft.pk])
    assert Question.objects.get().stem == "一大在哪里开幕？"
    assert state(draft) == before


def test_who_saves_changed_words_has_written_them(editor, reviewer) -> None:
    question = add_question("L1", of=2)
    client = signed_in(reviewer)
    client.post(edit(question), form_of(question, stem_en=question.stem_en))
    client.post(edit(question), form_of(question, stem="新的题目"))

    row = Question.objects.get()
    assert (row.written_by, row.state, row.stem) == (reviewer, "in_use", "新的题目")
    assert row.version.content["stem"] == "L1 的题目"
    row = Question.objects.get()
    client.post(edit(row), form_of(row, difficulty="3", tags="党史"))
    signed_in(editor).post(edit(row), form_of(row, difficulty="2"))
    row.refresh_from_db()
    assert (row.difficulty, row.written_by) == (2, reviewer)  # other words make an author, nothing else


def test_the_text_of_a_case_is_its_questions_words(draft, editor, reviewer) -> None:
    case = Case.objects.create(title="一次走访", text="老王病了。", source="自编")
    Question.objects.update(case=case)
    url = reverse("wagtailsnippets_quizzes_case:edit", args=[case.pk])
    words = {"title": case.title, "title_en": "", "text": "老王出院了。", "text_en": "", "source": "自编",
             "source_en": ""}  # fmt: skip
    signed_in(reviewer).post(url, words)

    row = Question.objects.get()
    assert (row.case.text, row.written_by) == ("老王出院了。", reviewer)
    reviewing.submit(row, by=editor, at=AT)
    signed_in(reviewer).post(url, words | {"text": "又改了。"})
    assert Question.objects.get().case.text == "老王出院了。"


@pytest.mark.parametrize(
    ("who", "expected"),
    [("editor", 200), ("reviewer", 200), ("secretary", 404), ("member", 404)],
)
def test_who_may_look_at_a_question(request, draft, who, expected) -> None:
    client = signed_in(request.getfixturevalue(who))
    page = client.get(reverse("quizzes_question", args=[draft.pk]))
    assert page.status_code in ({200} if expected == 200 else {404, 302, 403})


def test_the_reviewer_reads_the_question_and_decides_on_its_page(draft, editor, reviewer) -> None:
    author, judge = signed_in(editor), signed_in(reviewer)
    page = reverse("quizzes_question", args=[draft.pk])
    assert step(draft, "submit") in author.get(page).text
    author.post(step(draft, "submit"))
    assert step(draft, "approve") not in author.get(page).text
    shown = judge.get(page).text
    assert step(draft, "approve") in shown and digest_now(draft) in shown

    judge.post(step(draft, "send-back"), {"words": "请写上年份。"})
    assert "请写上年份。" in author.get(page).text
    author.post(step(draft, "submit"))
    judge.post(step(draft, "approve"), {"digest": digest_now(draft)})
    author.post(step(draft, "take-into-use"))
    assert Question.objects.in_use().get() == draft


def test_the_list_asks_as_much_for_many_as_for_few(draft, editor) -> None:
    client, url = signed_in(editor), reverse("wagtailsnippets_quizzes_question:list")
    add_question("L0")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(1, 12):
        add_question(f"L{number}")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few)
    change(Question.objects.get(reference="L3"), "新的题目", editor)
    assert client.get(url + "?standing=awaiting").context["object_list"].count() == 0
    reviewing.submit(Question.objects.get(reference="L3"), by=editor, at=AT)
    found = client.get(url + "?standing=awaiting").context["object_list"]
    assert [row.reference for row in found] == ["L3"]


def _several(action: str, *questions: Question) -> str:
    ids = "&".join(f"id={question.pk}" for question in questions)
    back = reverse("wagtailsnippets_quizzes_question:list")
    return reverse("wagtail_bulk_action", args=["quizzes", "question", action]) + f"?{ids}&next={back}"


def test_several_are_submitted_at_once_and_those_that_lack_something_are_named(draft, editor) -> None:
    lacking = Question.objects.create(stem="缺选项的题目", source="《决议》")
    client, url = signed_in(editor), _several("submit_for_review", draft, lacking)
    assert draft.stem in client.get(url).text

    page = client.post(url, follow=True)
    assert "缺选项的题目" in page.text
    waiting = Question.objects.awaiting_review().values_list("pk", flat=True)
    assert list(waiting) == [draft.pk]


def test_several_that_were_approved_are_taken_into_use_and_no_other(draft, editor, reviewer) -> None:
    approved(draft, reviewer, editor)
    other = Question.objects.create(stem="别的题目", source="《决议》")
    signed_in(editor).post(_several("take_into_use", draft, other))

    assert list(Question.objects.order_by("pk").values_list("state", flat=True)) == ["in_use", "draft"]


def test_deleting_several_leaves_what_was_approved(draft, editor, reviewer) -> None:
    approved(draft, reviewer, editor)
    chief = make_member("zhubian", is_superuser=True)
    give_office(chief, reviewer.offices.get().organisation, Office.Kind.EDITOR)
    signed_in(chief).post(_several("delete", draft))
    assert Question.objects.get() == draft
