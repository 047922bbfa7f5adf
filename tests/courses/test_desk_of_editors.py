"""The editors' desk: what waits for whom, what goes stale, what is broken; for who writes, nobody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now
from wagtail.admin.menu import admin_menu
from wagtail.documents import get_document_model
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from courses.desk import SECTIONS, Asked, Line
from courses.links import looked
from courses.models import ErrorAnswer, LessonPage, LinkLook
from courses.reading import report_error
from courses.reviewing import approve, send_back
from people import delegation
from people.models import Member, Office
from quizzes.models import Question, Quiz, QuizEntry
from tests.cast import add_lesson, add_module, give_office, make_member
from tests.courses.desk import add_draft, edit_url, reviewer, signed_in, submit, words
from tests.courses.lessons import live_edition
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]


def seen(viewer: Member, key: str, **asked: int) -> list[Line]:
    section = next(section for section in SECTIONS if section.key == key)
    found = section.for_(Asked(Member.objects.get(pk=viewer.pk), localdate(), **asked))
    assert found.count >= len(found.lines)
    return list(found.lines)


def titles(viewer: Member, key: str) -> list[str]:
    return [line.title for line in seen(viewer, key)]


def test_what_waits_is_shown_to_those_who_may_decide(editor, reviewer, county) -> None:
    module = add_module()
    page, own = (
        add_draft(module, editor, title="编辑写的"),
        add_draft(module, reviewer, "own", title="审核人写的"),
    )
    state = submit(page, editor)
    submit(own, reviewer)
    substitute, today = make_member("daiban", None), localdate()
    give_office(substitute, county, Office.Kind.EDITOR)
    assert titles(substitute, "reviews") == []
    delegation.delegate(reviewer.offices.get(), substitute, since=today, until=today, by=reviewer, at=now())

    assert titles(reviewer, "reviews") == ["编辑写的"]
    assert titles(substitute, "reviews") == ["编辑写的", "审核人写的"]
    assert (titles(editor, "reviews"), titles(editor, "under-way")) == ([], ["编辑写的"])
    (line,) = seen(reviewer, "reviews")
    assert [step.url for step in line.steps] == [edit_url(page)]

    send_back(state, by=reviewer, comment="请补上出处。")
    assert [(line.title, line.quoted) for line in seen(editor, "returned")] == [("编辑写的", "请补上出处。")]
    assert titles(editor, "under-way") == titles(reviewer, "reviews") == []


def test_what_is_scheduled_overdue_and_due_soon(editor, reviewer) -> None:
    module, today = add_module(), localdate()
    for slug, days in (("late", -1), ("today", 0), ("soon", 30), ("later", 31)):
        add_lesson(module, slug, title=slug, review_by=today + timedelta(days=days))
    planned = add_draft(module, editor, title="明天见")
    approve(submit(planned, editor), by=reviewer, go_live_at=now() + timedelta(days=1))

    assert titles(editor, "overdue") == ["late"]
    assert titles(editor, "due") == ["today", "soon"]
    assert titles(editor, "scheduled") == ["明天见"]


def test_links_that_lead_nowhere_are_found_as_soon_as_it_happens(editor) -> None:
    module = add_module()
    aim = add_lesson(module, "aim")
    file = get_document_model().objects.create(title="附件", file=ContentFile(b"x", name="a.txt"))
    text = (
        f'<a linktype="page" id="{aim.pk}">课</a><a linktype="document" id="{file.pk}">附件</a>'
        '<a href="#part-0">此处</a>'
        '<a href="#gone">那里</a><a href="/mass-line/one/aim/">地址</a><a href="/record/">记录</a>'
        '<a href="https://example.org/a">外站</a>'
    )
    body = [
        ("heading", "开头"),
        ("paragraph", f"<p>{text}</p>"),
        ("document", {"file": file, "title": "附件"}),
    ]
    page = add_lesson(module, "links", title="有链接的课", body=body)

    def broken() -> list[str]:
        """The words of the links, as they stand between quotation marks."""
        return sorted(line.told[0].split("“")[1].split("”")[0] for line in seen(editor, "broken"))

    assert broken() == ["那里"]
    aim.unpublish()
    file.shown_in.all().delete()  # what a live lesson shows is not deleted otherwise
    file.delete()
    assert broken() == sorted(["课", "附件", "附件", "那里", "地址"])
    assert {step.url for line in seen(editor, "broken") for step in line.steps} == {edit_url(page)}
    page.unpublish()
    assert seen(editor, "broken") == []


def test_links_to_other_sites_are_looked_at_by_people(editor) -> None:
    add_lesson(add_module(), body=[("paragraph", '<p><a href="https://example.org/a">外站</a></p>')])
    client, address = signed_in(editor), "https://example.org/a"
    (line,) = seen(editor, "outside")
    assert (line.title, line.asks) == (address, address)

    assert (
        client.post(reverse("desk_look"), {"address": "https://example.org/b", "works": "1"}).status_code
        == 404
    )
    assert client.post(reverse("desk_look"), {"address": address, "works": "0"}).status_code == 302
    assert list(LinkLook.objects.values_list("address", "works")) == [(address, False)]
    looked(address, works=True, at=now())
    assert len(seen(editor, "outside")) == 1


def test_what_nothing_shows_is_listed_as_unused(editor) -> None:
    used, unused = add_quiz(add_question("L1")), Quiz.objects.create(title="没人用的测验")
    add_question("L2")
    add_question("L3")
    Question.objects.filter(reference="L3").update(state="retired")
    add_lesson(add_module(), body=[("quiz", used)])
    old, _new = [Image.objects.create(title=name, file=get_test_image_file()) for name in ("旧图", "新图")]
    Image.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=31))

    rows = {(line.told[0], line.steps[0].url) for line in seen(editor, "unused")}
    assert {url for _kind, url in rows} == {
        reverse("wagtailimages:edit", args=[old.pk]),
        reverse("wagtailsnippets_quizzes_question:edit", args=[Question.objects.get(reference="L2").pk]),
        reverse("wagtailsnippets_quizzes_quiz:edit", args=[unused.pk]),
    }


def test_a_report_of_a_reader_is_answered_once_and_names_nobody(editor, reviewer, member) -> None:
    edition, key = live_edition(add_lesson(add_module())), uuid4()
    report_error(member, edition, about="fact", part="第一段", words="年份写错了。", key=key, at=now())
    url = reverse("desk_answer", args=[key])
    (line,) = seen(editor, "errors")
    assert (line.steps[0].url, line.quoted) == (url, "年份写错了。")
    client = signed_in(editor)
    page = client.get(url).text
    assert "年份写错了。" in page
    assert member.name not in page

    assert client.post(url, {"outcome": "no_error", "words": ""}).status_code == 200
    assert not ErrorAnswer.objects.exists()
    assert client.post(url, {"outcome": "mended", "words": "谢谢，已改。"}).status_code == 302
    signed_in(reviewer).post(url, {"outcome": "no_error", "words": "没有错。"})
    assert list(ErrorAnswer.objects.values_list("outcome", "words", "by")) == [
        ("mended", "谢谢，已改。", editor.pk)
    ]
    assert seen(editor, "errors") == []


def test_a_lesson_whose_quiz_asks_nothing_is_submitted_with_a_warning(editor) -> None:
    module, quiz = add_module(), Quiz.objects.create(title="空测验")
    page = add_draft(module, editor)
    question = add_question("L1")
    QuizEntry.objects.create(quiz=quiz, question=question, sort_order=0)
    Question.objects.update(state="draft")
    sent = words(body=streamfield_of_quiz(quiz)) | {"action-submit": "1"}

    answer = signed_in(editor).post(edit_url(page), sent, follow=True)
    assert "空测验" in answer.text
    assert LessonPage.objects.get(pk=page.pk).workflow_in_progress


def streamfield_of_quiz(quiz: Quiz) -> dict:
    from wagtail.test.utils.form_data import streamfield

    return streamfield([("quiz", str(quiz.pk))])


OFFICES = {Office.Kind.EDITOR: 200, Office.Kind.REVIEWER: 200}


@pytest.mark.parametrize("kind", [None, *Office.Kind])
def test_the_desk_is_for_who_writes(county, kind) -> None:
    holder = make_member("holder")
    if kind:
        give_office(holder, county, kind)
    client = signed_in(holder)
    addresses = [reverse("desk"), reverse("desk_section", args=["overdue"])]

    assert [client.get(url).status_code for url in addresses] == [OFFICES.get(kind, 404)] * 2
    assert client.get(reverse("desk_section", args=["nothing"])).status_code == 404


def test_the_desk_comes_first_and_the_first_page_leads_there(editor, rf) -> None:
    page = signed_in(editor).get("/admin/").text
    assert 'aria-labelledby="desk-heading"' in page
    assert f'class="button" href="{reverse("desk")}"' in page

    request = rf.get("/admin/")
    request.user = Member.objects.get(pk=editor.pk)
    items = sorted(admin_menu.menu_items_for_request(request), key=lambda item: item.order)
    assert items[0].name == "desk"


def test_the_desk_asks_as_often_with_many_rows_as_with_few(editor, reviewer) -> None:
    module, client = add_module(), signed_in(reviewer)

    def fill(start: int, number: int) -> None:
        for n in range(start, start + number):
            text = f'<p><a href="#gone">去</a><a href="https://example.org/{n}">外</a></p>'
            page = add_lesson(
                module, f"l{n}", review_by=localdate() - timedelta(days=1), body=[("paragraph", text)]
            )
            edition = live_edition(page)
            report_error(reviewer, edition, about="fact", part="", words="错", key=uuid4(), at=now())
            submit(add_draft(module, editor, f"d{n}"), editor)
            add_question(f"Q{n}")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("desk")).status_code == 200
        return len(queries)

    fill(0, 2)
    client.get(reverse("desk"))
    few = asked()
    fill(2, 10)

    assert asked() == few
    page = client.get(reverse("desk_section", args=["reviews"]))
    assert len(page.context["section"].lines) == 12
    assert len(seen(reviewer, "reviews")) == 10
