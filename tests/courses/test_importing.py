"""From a document to drafts: the mapping first, nothing published, all of it or nothing, once."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.translation import override
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.importing import acts
from courses.importing.acts import ArrangedElsewhere, NotAtThatStage, arrange, bring_in, confirm
from courses.importing.document import Document, Run
from courses.importing.plan import LESSON, OUT, Plan
from courses.models import BroughtDocument, CoursePage, HomePage, LessonEdition, LessonPage
from intake.uploads import UploadRefused
from jobs.work import Cancelled, Running
from people.models import Member
from sources.models import Passage, Work
from tests.courses.brought import AT, PASSAGE, blocks_of, brought, course_file, lessons_of, planned, written
from tests.intake import files

pytestmark = pytest.mark.django_db

MARKDOWN = """---
title: 支部怎样开会
---
# 准备

## 定题目

先问**党员**[^1]，再看<script>alert(1)</script>[群众](https://example.org/)。

1. 定时间
2. 定地点
   - 要近

> 从群众中来，到群众中去。
> ——《关于领导方法的若干问题》，1943年6月1日

| 谁 | 做什么 |
|---|---|
| 书记 | 主持 |

![会场](pictures/hall.png)

[^1]: 全体党员。
"""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ("location", "base_location"):
        monkeypatch.setattr(PRIVATE, name, str(tmp_path / "private"))


PRIVATE: Any = BroughtDocument._meta.get_field("file").storage


def kept_files() -> list[str]:
    storage = PRIVATE
    return storage.listdir("courses/imports")[1] if storage.exists("courses/imports") else []


def kept_images() -> list[str]:
    storage = storages["default"]
    return storage.listdir("original_images")[1] if storage.exists("original_images") else []


@pytest.fixture
def passage(db: None) -> Passage:
    work = Work.objects.create(reference="w", title="《一本书》", edition="某版", date="1943年6月1日")
    return Passage.objects.create(work=work, reference="w-1", text=PASSAGE)


def test_a_word_file_becomes_a_course_of_drafts(editor: Member, passage: Passage) -> None:
    course = written(brought(course_file(), editor))
    first, second, third = lessons_of(course)

    assert (course.title, course.slug, course.category, course.owner) == (
        "群众路线讲义", "qun-zhong-lu-xian-jiang-yi", "purpose", editor,
    )  # fmt: skip
    assert [m.title for m in course.get_children()] == ["第一专题 怎样形成", "第二专题 怎样坚持"]
    assert [page.title for page in (first, second, third)] == [
        "第一课 起点",
        "第二课 条文",
        "第二专题 怎样坚持",
    ]
    assert [page.live for page in course.get_descendants(inclusive=True)] == [False] * 6
    assert not LessonEdition.objects.exists()
    assert blocks_of(first) == [
        ("paragraph", "<p>党的<b>生命线</b>和<i>根本工作路线</i>。</p>"
         '<p>从群众中来，到群众中去。<a href="#note-1">[1]</a></p>'),
        ("heading", "三个要点"),
        ("paragraph", "<ol><li>先听</li><li>再议</li></ol>"),
        ("paragraph", "<ul><li>入户<ul><li>清晨去</li></ul></li></ul>"),
        ("notes", str(first.body[4].value)),
    ]  # fmt: skip
    assert [str(note.source) for note in first.body[4].value] == ["<p>《毛泽东选集》第三卷。</p>"]
    kinds = [block.block_type for block in second.body]
    assert kinds == ["locked_quotation", "paragraph", "table", "image"]
    assert second.body[0].value == passage
    table, image = second.body[2].value, second.body[3].value
    assert [column["heading"] for column in table.columns] == ["做法", "结果"]
    assert [[str(cell) for cell in row] for row in table.rows] == [["发表", "收回两张"], ["入户", "听到实话"]]
    assert (image["alt"], image["caption"]) == ("一张表", "图一 收回的表")
    assert image["image"].uploaded_by_user == editor


def test_a_ticked_quotation_is_cut_out_of_its_paragraph(editor: Member) -> None:
    document = brought(course_file(), editor)
    assert [p["sure"] for p in document.document["proposals"]] == [True, False]
    course = written(document, quotations=[0, 1])
    second = lessons_of(course)[1]

    assert [(b.block_type, dict(b.value)) for b in second.body if b.block_type == "quotation"] == [
        ("quotation", {"text": PASSAGE, "work": "", "date": "", "place": ""}),
        ("quotation", {"text": "在我党的一切实际工作中，凡属正确的领导。",
         "work": "《关于领导方法的若干问题》", "date": "", "place": ""}),
    ]  # fmt: skip
    assert [text for kind, text in blocks_of(second) if kind == "paragraph"] == [
        "<p>《关于领导方法的若干问题》指出：</p>",
        "<p>这句话要记住。</p>",
    ]


def test_the_mapping_can_be_changed_before_anything_is_written(editor: Member) -> None:
    document = brought(course_file(), editor)
    plan = Plan.from_json(document.plan)
    assert (plan.title, plan.module_level, plan.lesson_level, plan.language) == (
        "群众路线讲义",
        1,
        2,
        "zh-hans",
    )
    one, two, _three, four, five = plan.rows
    plan.rows[one].title = "改了名字"
    plan.rows[four].role = OUT
    plan.rows[five].role = LESSON
    course = written(document, title="新课", rows=plan.rows)

    assert course.title == "新课"
    assert [module.title for module in course.get_children()] == ["改了名字"]
    assert [page.title for page in lessons_of(course)] == ["第一课 起点", "第二专题 怎样坚持"]
    assert two in plan.rows


def test_a_document_can_be_added_to_a_course(editor: Member) -> None:
    home = HomePage.objects.get(locale__language_code="en")
    course = home.add_child(
        instance=CoursePage(title="Here", slug="here", category="purpose", locale=home.locale)
    )
    Page.objects.filter(pk=course.pk).update(live=True)
    assert written(brought(course_file(), editor), course=course.pk) == course
    written(brought(course_file(), editor), course=course.pk)

    slugs = [module.slug for module in course.get_children()]
    assert slugs[2:] == [f"{slug}-2" for slug in slugs[:2]]
    assert {page.locale.language_code for page in lessons_of(course)} == {"en"}


def test_the_same_form_again_and_the_same_confirmation_again_change_nothing(editor: Member) -> None:
    key = uuid4()
    first = bring_in(ContentFile(course_file(), name="a.docx"), by=editor, at=AT, key=key)
    again = bring_in(ContentFile(course_file(), name="a.docx"), by=editor, at=AT, key=key)
    assert (again.pk, BroughtDocument.objects.count(), len(kept_files())) == (first.pk, 1, 1)
    first.refresh_from_db()
    written(first)
    pages = Page.objects.count()
    with pytest.raises(NotAtThatStage):
        confirm(first, by=editor, at=AT)

    assert (Page.objects.count(), CoursePage.objects.filter(title="群众路线讲义").count()) == (pages, 1)


def test_of_two_windows_only_the_first_counts(editor: Member) -> None:
    document = brought(course_file(), editor)
    planned(document, title="甲")
    plan = Plan.from_json(document.plan)
    plan.title = "乙"
    with pytest.raises(ArrangedElsewhere):
        arrange(document, plan, by=editor, version=1)
    document.refresh_from_db()

    assert (document.plan["title"], document.version) == ("甲", 2)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (files.with_macros(), "a.docx", "macros"),
        (files.loading("image", "https://example.org/a.png"), "a.docx", "Break Link"),
        (files.repacked(files.word(), {"word/media/image1.png": files.huge_png()}), "a.docx",
         "100 million pixels"),
        (files.bomb(), "a.docx", "unpacks"),
        (files.with_entities(), "a.docx", "entities"),
        (files.mp4(), "a.docx", "a video"),
        (files.packed({"a.html": "<p>甲</p>", "b.png": files.huge_png()}), "a.zip", "b.png"),
        (files.packed({"a.docx": files.word()}), "a.zip", "A Word file is sent by itself"),
        (b"<script>alert(1)</script>", "a.html", "no words"),
    ],
)  # fmt: skip
def test_a_bad_document_is_refused_and_nothing_is_kept(editor: Member, content, name, said) -> None:
    with override("en"), pytest.raises(UploadRefused) as refused:
        bring_in(ContentFile(content, name=name), by=editor, at=AT, key=uuid4())

    with override("en"):
        assert said in str(refused.value.words)
    assert not BroughtDocument.objects.exists()
    assert kept_files() == []


def test_scripts_of_a_pasted_page_are_gone_before_anything_is_kept(editor: Member) -> None:
    page = (
        '<h1 onclick="a()">题目</h1><script>alert("evil")</script><p>话<a href="javascript:evil()">里</a>'
        '<iframe src="https://evil.example/"></iframe><img src="https://evil.example/a.png" alt="远处"></p>'
    )
    document = bring_in(None, pasted=page, by=editor, at=AT, key=uuid4())
    document.refresh_from_db()

    with document.file.open("rb") as kept, zipfile.ZipFile(kept) as package:
        (clean,) = (package.read(name).decode() for name in package.namelist())
    assert clean == '<h1>题目</h1><p>话<a>里</a><img src="https://evil.example/a.png" alt="远处"></p>'
    losses = [(loss["code"], loss["count"]) for loss in document.document["losses"]]
    assert losses == [("iframe", 1), ("script", 3), ("picture_elsewhere", 1)]
    assert "evil()" not in str(document.document)


def test_markdown_with_its_pictures_becomes_lessons(editor: Member) -> None:
    content = files.packed({"index.md": MARKDOWN, "pictures/hall.png": files.picture(), "notes.xls": b"x"})
    document = brought(content, editor, "会.zip")
    assert [loss["code"] for loss in document.document["losses"]] == ["other_file", "script"]
    course = written(document)
    (lesson,) = lessons_of(course)

    assert (course.title, lesson.get_parent().title, lesson.title) == ("支部怎样开会", "准备", "定题目")
    text, items, quotation, table, image, notes = lesson.body
    assert str(text.value.source) == (
        '<p>先问<b>党员</b><a href="#note-1">[1]</a>，再看alert(1)<a href="https://example.org/">群众</a>。</p>'
    ).replace("alert(1)", "")
    assert str(items.value.source) == "<ol><li>定时间</li><li>定地点<ul><li>要近</li></ul></li></ol>"
    assert dict(quotation.value) == {
        "text": "从群众中来，到群众中去。", "work": "《关于领导方法的若干问题》",
        "date": "1943年6月1日", "place": "",
    }  # fmt: skip
    assert [column["heading"] for column in table.value.columns] == ["谁", "做什么"]
    assert image.value["alt"] == "会场"
    assert [str(note.source) for note in notes.value] == ["<p>全体党员。</p>"]


def test_reading_that_is_stopped_keeps_nothing(editor: Member, monkeypatch) -> None:
    def cancel(*_args: object) -> None:
        raise Cancelled

    monkeypatch.setattr(Running, "tell", cancel)
    document = brought(course_file(), editor)

    assert (document.state, document.document, document.file.name) == ("refused", {"refused": "stopped"}, "")
    assert kept_files() == []


def test_writing_that_is_stopped_leaves_nothing_behind_and_can_begin_again(
    editor: Member, monkeypatch
) -> None:
    document = planned(brought(course_file(), editor))
    tell, pages, images = Running.tell, Page.objects.count(), get_image_model().objects.count()

    def cancel_at_the_end(self: Running, step: str, *more: int) -> None:
        if step == "finishing":
            raise Cancelled

    monkeypatch.setattr(Running, "tell", cancel_at_the_end)
    confirm(document, by=editor, at=AT)
    document.refresh_from_db()

    assert (document.state, document.job.state) == ("ready", "cancelled")
    assert (Page.objects.count(), get_image_model().objects.count()) == (pages, images)
    assert kept_images() == []
    monkeypatch.setattr(Running, "tell", tell)
    confirm(document, by=editor, at=AT)
    document.refresh_from_db()
    assert document.state == "written"


def test_after_thirty_days_nothing_is_left_but_the_drafts(editor: Member) -> None:
    course = written(brought(course_file(), editor))
    acts.remove_old(AT + timedelta(days=30))
    assert BroughtDocument.objects.count() == 1
    acts.remove_old(AT + timedelta(days=30, seconds=1))

    assert (BroughtDocument.objects.count(), kept_files()) == (0, [])
    assert LessonPage.objects.descendant_of(course).count() == 3


def test_the_document_goes_through_the_database_without_loss(editor: Member) -> None:
    document = Document.from_json(brought(course_file(), editor).document)

    assert Document.from_json(document.as_json()) == document
    assert document.notes == {"footnote:2": [Run("《毛泽东选集》第三卷。")]}
