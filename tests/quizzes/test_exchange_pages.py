"""Bringing questions in and taking them out: who may, what is written, nothing twice, the audit."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.users.models import UserProfile

from jobs.models import Job
from people.audit import AuditEntry
from people.models import Member, Organisation
from quizzes.exchange import importing
from quizzes.exchange.drafting import Choices
from quizzes.exchange.gift_writing import write_gift
from quizzes.exchange.guide import EXAMPLES
from quizzes.exchange.importing import NoSource, NotAtThatStage, bring_in, confirm
from quizzes.exchange.into_bank import carried_of
from quizzes.exchange.workbook_writing import write_workbook
from quizzes.models import Question, QuestionFile, QuestionTag, ReviewStep
from tests.cast import give_office, make_member, moment
from tests.quizzes.exchanged import read_text
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 09:00")
CHOICES = Choices(source="《示例》2026年3月", category="purpose", tags=("新题",))


@pytest.fixture
def at_work(client: Client, editor: Member) -> Client:
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = "en"
    profile.save()
    client.force_login(editor)
    return client


def sent(editor: Member, content: bytes | None = None, name: str = "题库.xlsx") -> QuestionFile:
    file = SimpleUploadedFile(name, content or write_workbook(EXAMPLES))
    return bring_in(file, by=editor, at=AT, key=uuid4())


@pytest.mark.parametrize(
    ("who", "pages", "own"),
    [
        ("editor", 200, 200),
        ("reviewer", 200, 404),
        ("secretary", 404, 404),
        ("member", 404, 404),
        (None, 302, 302),
    ],
)
def test_who_may_look(client: Client, request, editor: Member, county: Organisation, who, pages, own) -> None:
    file = sent(editor)
    if who == "reviewer":
        give_office(reviewer := make_member("shenhe"), county, "reviewer")
        client.force_login(reviewer)
    elif who:
        client.force_login(request.getfixturevalue(who))

    for name in ("quizzes_imports", "quizzes_import_template", "quizzes_exports"):
        assert client.get(reverse(name)).status_code == pages, name
    assert client.get(reverse("quizzes_import", args=[file.key])).status_code == own
    assert client.post(reverse("quizzes_import", args=[file.key]), {"source": "x"}).status_code in (own, 302)
    discarded = client.post(reverse("quizzes_import_act", args=[file.key, "discard"])).status_code
    assert discarded == (302 if own == 200 else own)
    assert client.post(reverse("quizzes_exports"), {"form": "gift"}).status_code == pages
    assert Question.objects.exists() is (who == "editor")


def test_nothing_is_written_before_it_is_confirmed_and_then_drafts_of_the_editor(at_work, editor) -> None:
    file = SimpleUploadedFile("题库.xlsx", write_workbook(EXAMPLES))
    answer = at_work.post(reverse("quizzes_imports"), {"file": file, "key": str(uuid4())})
    before = Question.objects.count()
    page = at_work.get(answer["Location"])

    at_work.post(answer["Location"], {"source": "", "category": "purpose", "tags": "新题，三月"})

    assert (before, "7 questions would be written as drafts" in page.content.decode()) == (0, True)
    assert list(Question.objects.values_list("state", "written_by", "category", "version").distinct()) == [
        ("draft", editor.pk, "purpose", None)
    ]
    assert sorted(QuestionTag.objects.values_list("tag__name").distinct()) == [("三月",), ("新题",)]
    assert ReviewStep.objects.filter(kind="written", by=editor).count() == 7
    entry = AuditEntry.objects.get(action="quiz.questions_imported")
    assert (entry.actor, entry.details) == (
        editor.key,
        {"format": "xlsx", "written": 7, "there": 0, "left_out": 0},
    )


def test_what_comes_out_of_the_bank_is_what_came_in(editor) -> None:
    confirm(sent(editor), Choices(), by=editor, at=AT)

    rows = Question.objects.prefetch_related("options", "blanks", "rubric", "tagged_items__tag").order_by(
        "pk"
    )

    assert [carried_of(row) for row in rows] == list(EXAMPLES)


def test_the_same_file_again_brings_nothing_and_says_so(at_work, editor) -> None:
    confirm(sent(editor), CHOICES, by=editor, at=AT)
    again = sent(editor)
    page = at_work.get(reverse("quizzes_import", args=[again.key])).content.decode()

    confirm(again, CHOICES, by=editor, at=AT)

    again.refresh_from_db()
    assert "7 are in the bank already" in page
    assert (Question.objects.count(), again.counts) == (7, {"written": 0, "there": 7, "left_out": 0})


def test_two_files_checked_before_either_is_written_bring_each_question_once(editor) -> None:
    first, second = sent(editor), sent(editor, write_gift(EXAMPLES[:3]).encode(), "题库.txt")

    confirm(first, CHOICES, by=editor, at=AT)
    confirm(second, CHOICES, by=editor, at=AT)

    assert Question.objects.count() == 7
    with pytest.raises(NotAtThatStage):
        confirm(first, CHOICES, by=editor, at=AT)
    assert Question.objects.count() == 7


def test_the_same_form_sent_twice_is_one_file(editor) -> None:
    key = uuid4()
    for _time in range(2):
        bring_in(SimpleUploadedFile("q.xlsx", write_workbook(EXAMPLES)), by=editor, at=AT, key=key)

    assert QuestionFile.objects.count() == 1


def test_a_question_without_a_source_waits_for_one(editor) -> None:
    file = sent(editor, "对吗？{T}\n\n对么？{F}".encode(), "题库.txt")

    with pytest.raises(NoSource):
        confirm(file, Choices(), by=editor, at=AT)

    assert Question.objects.count() == 0
    confirm(file, Choices(source="手册，2026年"), by=editor, at=AT)
    assert list(Question.objects.values_list("source").distinct()) == [("手册，2026年",)]


def test_twins_in_a_file_come_in_once_and_references_that_are_taken_are_left_out(editor) -> None:
    add_question("L1")
    file = sent(
        editor, "::L1::对吗？{T}\n\n::L2::对吗？{T}\n\n::L2::错吗？{T}\n\n::L2::真吗？{T}".encode(), "q.gift"
    )
    said = [[message[1] for message in entry["messages"]] for entry in file.entries]

    confirm(file, CHOICES, by=editor, at=AT)

    assert said == [["name_taken"], ["twice"], [], ["name_taken"]]
    assert sorted(Question.objects.values_list("stem", "reference")) == sorted(
        [("L1 的题目", "L1"), ("对吗？", None), ("错吗？", "L2"), ("真吗？", None)]
    )


def test_the_same_words_with_another_key_are_named_and_come_in(editor) -> None:
    confirm(sent(editor, "对吗？{T}".encode(), "q.gift"), CHOICES, by=editor, at=AT)
    other = sent(editor, "对吗? {F}".encode(), "q.gift")

    assert [message[1] for message in other.entries[0]["messages"]] == ["same_stem"]
    confirm(other, CHOICES, by=editor, at=AT)
    assert Question.objects.count() == 2


def test_a_refused_file_is_told_and_leaves_nothing(at_work) -> None:
    file = SimpleUploadedFile("q.gift", b"x{T}\n\n" * 2001)

    page = at_work.post(reverse("quizzes_imports"), {"file": file, "key": str(uuid4())}).content.decode()

    assert "The file has more than 2000 questions. Divide it and send the parts." in page
    assert QuestionFile.objects.count() == 0


def test_a_request_that_is_too_long_is_refused_before_it_is_read(at_work) -> None:
    answer = at_work.post(
        reverse("quizzes_imports"), {"key": str(uuid4())}, headers={"content-length": str(100 * 1024 * 1024)}
    )

    assert (answer.status_code, QuestionFile.objects.count()) == (302, 0)


def test_a_large_file_is_read_and_written_by_jobs(editor, monkeypatch) -> None:
    monkeypatch.setattr("quizzes.exchange.reading.LONG_BYTES", 10)
    monkeypatch.setattr(importing, "AT_ONCE", 3)

    file = sent(editor)
    file.refresh_from_db()
    read = (file.state, len(file.entries), bool(file.file), Question.objects.count())
    confirm(file, CHOICES, by=editor, at=AT)
    file.refresh_from_db()

    assert read == ("ready", 7, False, 0)
    assert (file.state, Question.objects.count(), file.counts["written"]) == ("written", 7, 7)
    assert sorted(Job.objects.values_list("kind", "state")) == [
        ("quizzes.import_read", "done"),
        ("quizzes.import_write", "done"),
    ]


def test_a_large_file_that_cannot_be_read_says_why_and_is_gone(at_work, editor, monkeypatch) -> None:
    monkeypatch.setattr("quizzes.exchange.reading.LONG_BYTES", 10)

    file = sent(editor, b"x{T}\n\n" * 2001, "q.gift")
    page = at_work.get(reverse("quizzes_import", args=[file.key])).content.decode()

    file.refresh_from_db()
    assert (file.state, bool(file.file)) == ("refused", False)
    assert "more than 2000 questions" in page


def test_what_was_read_of_a_file_is_removed_after_thirty_days(editor) -> None:
    confirm(sent(editor), CHOICES, by=editor, at=AT)

    importing.remove_old(moment("2026-04-09 08:59"))
    kept = QuestionFile.objects.count()
    importing.remove_old(moment("2026-04-09 09:01"))

    assert (kept, QuestionFile.objects.count(), Question.objects.count()) == (1, 0, 7)


def test_the_check_page_asks_as_much_for_many_questions_as_for_few(at_work, editor) -> None:
    few, many = (
        sent(editor),
        sent(editor, "".join(f"对吗 {n}？{{T}}\n\n" for n in range(120)).encode(), "q.txt"),
    )
    asked = []
    for file in (few, few, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            at_work.get(reverse("quizzes_import", args=[file.key]))
        asked.append(len(queries))

    assert asked[1] == asked[2]


def test_writing_many_takes_as_many_statements_as_writing_few(editor) -> None:
    files = [
        sent(editor, "".join(f"对吗 {n} {times}？{{T}}\n\n" for n in range(times)).encode(), "q.txt")
        for times in (2, 60)
    ]
    asked = []
    for file in files:
        with CaptureQueriesContext(connection) as queries:
            confirm(file, CHOICES, by=editor, at=AT)
        asked.append(len(queries))

    assert asked[1] <= asked[0]


@pytest.mark.parametrize("form", ["xlsx", "word", "gift", "moodle"])
def test_an_export_holds_what_fits_and_the_audit_keeps_it(at_work, editor, form) -> None:
    confirm(sent(editor), CHOICES, by=editor, at=AT)
    held = {"xlsx": 7, "word": 7, "gift": 5, "moodle": 6}[form]

    shown = at_work.get(reverse("quizzes_exports"), {"form": form, "state": "draft"}).content.decode()
    assert AuditEntry.objects.filter(action="quiz.questions_exported").count() == 0
    taken = at_work.post(reverse("quizzes_exports"), {"form": form, "state": "draft"})

    assert f"{held} questions would be in the file" in shown
    name = taken["Content-Disposition"].partition('"')[2].rstrip('"')
    read = read_text(taken.content, name)
    assert (len(read), all(entry.is_good for entry in read)) == (held, True)
    entry = AuditEntry.objects.get(action="quiz.questions_exported")
    assert entry.details == {"format": form, "questions": held, "left_out": 7 - held}
    assert entry.actor == editor.key


def test_an_export_is_chosen_by_quiz_category_tag_and_kind(at_work, editor) -> None:
    confirm(sent(editor), CHOICES, by=editor, at=AT)
    add_quiz(question := add_question("L1"))
    quiz = question.entries.get().quiz
    counts = [
        ({"quiz": quiz.pk}, "1 question would be in the file"),
        ({"category": "purpose", "kind": "ordering"}, "1 question would be in the file"),
        ({"tag": QuestionTag.objects.first().tag_id}, "7 questions would be in the file"),
        ({"category": "situation-policy"}, "0 questions would be in the file"),
    ]

    for asked, words in counts:
        page = at_work.get(reverse("quizzes_exports"), {"form": "xlsx", **asked}).content.decode()
        assert words in page, asked


def test_an_export_of_nothing_is_no_file_and_no_row_of_the_audit(at_work) -> None:
    answer = at_work.post(reverse("quizzes_exports"), {"form": "xlsx"})

    assert answer["Content-Type"].startswith("text/html")
    assert AuditEntry.objects.filter(action="quiz.questions_exported").count() == 0
