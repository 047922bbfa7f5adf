"""Our own courses come from files: loaded once, brought up to date, and never over an editor's change."""

from pathlib import Path

import pytest
from wagtail.images.models import Image

from courses import content_files
from courses.content_files import as_rich_text, stable_key
from courses.content_loading import load_content
from courses.models import CoursePage, LessonEdition, LessonPage, ModulePage
from quizzes.models import Quiz
from tests.cast import moment
from tests.courses.lessons import publish

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")

COURSE = """
id = "short"
category = "purpose"
tags_zh = ["宗旨"]
tags_en = ["purpose"]
[zh]
slug = "short"
title = "短课程"
summary = "一门短课程。"
[en]
slug = "short"
title = "A short course"
summary = "One short course."
[[module]]
id = "short-1"
lessons = ["1-1"]
questions = ["S01"]
[module.zh]
slug = "one"
title = "第一专题"
summary = "从头说起。"
quiz_title = "专题测验：一"
[module.en]
slug = "one"
title = "Module one"
summary = "From the beginning."
quiz_title = "Quiz of module one"
"""

QUESTIONS = """
[[question]]
id = "S01"
kind = "true_false"
difficulty = 1
stem_zh = "党的宗旨是全心全意为人民服务。"
stem_en = "The purpose is to serve the people."
explanation_zh = "见党章总纲。"
explanation_en = "See the General Program."
source_zh = "《中国共产党章程》总纲，2022年"
source_en = "Constitution, General Program, 2022"
valid_as_of = 2026-11-22
review_by = 2027-11-30
[[question.options]]
zh = "正确"
en = "True"
correct = true
[[question.options]]
zh = "错误"
en = "False"
correct = false
"""

LESSON = """
id = "short-1-1"
slug = "first"
title = "{title}"
summary = "{summary}"
valid_as_of = 2026-11-22
review_by = 2027-11-30
[[sources]]
work = "{work}"
date = "2022"
[[body]]
type = "paragraph"
text = "{text}"
[[body]]
type = "figure"
file = "one.svg"
alt = "{title}"
"""

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200" width="640" height="200">'
    '<rect width="640" height="200"/></svg>'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One course: a module, a lesson with a figure, a question."""
    folder = tmp_path / "short"
    (folder / "lessons").mkdir(parents=True)
    (folder / "figures").mkdir()
    (folder / "course.toml").write_text(COURSE, "utf-8")
    (folder / "questions.toml").write_text(QUESTIONS, "utf-8")
    (folder / "figures" / "one.svg").write_text(DRAWING, "utf-8")
    write_lesson(
        folder, "zh", title="为人民服务", summary="提要", work="《章程》", text="**宗旨**是为人民服务。"
    )
    write_lesson(
        folder, "en", title="To serve", summary="Summary", work="Constitution", text="It is to serve."
    )
    monkeypatch.setattr(content_files, "CONTENT", tmp_path)
    return folder


def write_lesson(folder: Path, language: str, **words: str) -> None:
    (folder / "lessons" / f"1-1.{language}.toml").write_text(LESSON.format(**words), "utf-8")


def counts(report) -> tuple[int, int, int, list[str]]:
    return (report.made, report.updated, report.unchanged, report.kept)


def lesson_in(language: str) -> LessonPage:
    return LessonPage.objects.get(translation_key=stable_key("short-1-1"), locale__language_code=language)


def test_a_course_is_made_in_both_languages_and_published(folder) -> None:
    assert counts(load_content(at=NOON)) == (6, 0, 0, [])

    assert sorted(CoursePage.objects.values_list("title", flat=True)) == ["A short course", "短课程"]
    editions = LessonEdition.objects.live().order_by("language")
    assert [(edition.language, edition.title) for edition in editions] == [
        ("en", "To serve"),
        ("zh-hans", "为人民服务"),
    ]
    assert {edition.translation_key for edition in editions} == {stable_key("short-1-1")}
    assert "<b>宗旨</b>是为人民服务。" in editions[1].html
    assert "/media/" in editions[1].html


def test_both_languages_share_the_quiz_of_the_module(folder) -> None:
    load_content(at=NOON)

    quiz = Quiz.objects.get()
    assert (quiz.title, quiz.title_en, quiz.entries.count()) == ("专题测验：一", "Quiz of module one", 1)
    assert list(ModulePage.objects.values_list("quiz", flat=True)) == [quiz.pk, quiz.pk]


def test_loading_again_changes_nothing(folder) -> None:
    load_content(at=NOON)
    before = list(LessonEdition.objects.values_list("pk", "digest").order_by("pk"))

    assert counts(load_content(at=NOON)) == (0, 0, 6, [])
    assert list(LessonEdition.objects.values_list("pk", "digest").order_by("pk")) == before
    assert Image.objects.count() == 1


def test_a_changed_file_is_a_new_edition(folder) -> None:
    load_content(at=NOON)
    write_lesson(folder, "zh", title="为人民服务", summary="提要", work="《章程》", text="宗旨只有一个。")

    assert counts(load_content(at=NOON)) == (0, 1, 5, [])
    assert "宗旨只有一个。" in LessonEdition.objects.live().get(language="zh-hans").html


def test_a_changed_figure_is_a_new_edition_of_both(folder) -> None:
    load_content(at=NOON)
    (folder / "figures" / "one.svg").write_text(DRAWING.replace("200", "240"), "utf-8")

    assert counts(load_content(at=NOON)) == (0, 2, 4, [])
    assert LessonEdition.objects.count() == 4


def test_what_an_editor_changed_is_kept(folder) -> None:
    load_content(at=NOON)
    publish(lesson_in("zh-hans"), title="编辑改过的题目")
    write_lesson(folder, "zh", title="文件里的新题目", summary="提要", work="《章程》", text="新的。")

    assert counts(load_content(at=NOON)) == (0, 0, 5, ["short-1-1.zh"])
    assert lesson_in("zh-hans").title == "编辑改过的题目"


def test_a_draft_of_an_editor_is_kept_too(folder) -> None:
    load_content(at=NOON)
    page = lesson_in("zh-hans")
    page.title = "编辑正在改"
    page.save_revision()
    write_lesson(folder, "zh", title="文件里的新题目", summary="提要", work="《章程》", text="新的。")

    assert counts(load_content(at=NOON)) == (0, 0, 5, ["short-1-1.zh"])
    assert lesson_in("zh-hans").get_latest_revision_as_object().title == "编辑正在改"


def test_what_an_editor_removed_does_not_come_back(folder) -> None:
    load_content(at=NOON)
    lesson_in("zh-hans").delete()

    assert counts(load_content(at=NOON)) == (0, 0, 5, ["short-1-1.zh"])
    assert not LessonPage.objects.filter(locale__language_code="zh-hans").exists()


def test_what_an_editor_unpublished_stays_unpublished(folder) -> None:
    load_content(at=NOON)
    lesson_in("zh-hans").unpublish()
    write_lesson(folder, "zh", title="文件里的新题目", summary="提要", work="《章程》", text="新的。")

    assert counts(load_content(at=NOON)) == (0, 0, 5, ["short-1-1.zh"])
    assert not lesson_in("zh-hans").live


def test_a_file_that_is_not_right_changes_nothing(folder) -> None:
    (folder / "lessons" / "1-1.en.toml").write_text("title = ", "utf-8")

    with pytest.raises(ValueError, match="Invalid value"):
        load_content(at=NOON)
    assert not CoursePage.objects.exists()
    assert not Quiz.objects.exists()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("一句。", "<p>一句。</p>"),
        ("一。\n\n二。", "<p>一。</p><p>二。</p>"),
        ("**重**点", "<p><b>重</b>点</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
    ],
)
def test_plain_text_becomes_the_html_of_the_editor(text, html) -> None:
    assert as_rich_text(text) == html
