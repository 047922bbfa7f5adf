"""A course goes into an archive and comes out again: all of it, once, and never over somebody's work."""

import io
import json
import zipfile
from datetime import date
from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from wagtail.images.models import Image

from courses.archive.exporting import export_course
from courses.archive.importing import import_course
from courses.archive.reading import ArchiveRefused
from courses.models import CoursePage, LessonPage, ModulePage, PrivateDocument, private_storage
from people.audit import AuditEntry
from people.models import Organisation
from quizzes.models import Question, QuestionVersion, Quiz
from sources.models import Passage, Work
from tests.cast import add_lesson, add_module, give_office, make_member, moment
from tests.courses.lessons import add_lesson_of
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 20"><rect width="64" height="20"/></svg>'
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


def add_document(name: str, content: bytes) -> PrivateDocument:
    return PrivateDocument.objects.create(title=name, file=ContentFile(content, name=name))


@pytest.fixture
def course(db: None) -> CoursePage:
    """A course in both languages, with a quiz on a passage and a lesson of every block there is."""
    work = Work.objects.create(reference="work", title="《工作》", edition="人民出版社", date="1943年6月1日")
    passage = Passage.objects.create(reference="passage", work=work, text="从群众中来，到群众中去。")
    question = add_question("L1")
    question.passage = passage
    question.save()
    quiz = add_quiz(question)
    module = add_module()
    module.quiz = quiz
    module.summary = "第一个专题"
    module.save_revision().publish()
    image = Image.objects.create(
        title="一来一去", file=ContentFile(DRAWING, name="cycle.svg"), width=64, height=20
    )
    document, words = add_document("notes.txt", "讲稿".encode()), add_document("words.vtt", CAPTIONS)
    text = (
        f'<p><b>重要</b>：<a linktype="document" id="{document.pk}">讲稿</a>、'
        f'<a linktype="page" id="{module.pk}">专题</a>、<a href="https://example.org/">网页</a></p>'
    )
    table = {"columns": [{"type": "text", "heading": "甲"}, {"type": "number", "heading": "数"}],
             "rows": [{"values": ["乙", "3"]}], "caption": "表"}  # fmt: skip
    stream = LessonPage._meta.get_field("body").stream_block
    blocks = [
        ("heading", "标题"), ("paragraph", text), ("locked_quotation", passage), ("quiz", quiz),
        ("quotation", {"text": "话", "work": "《书》", "date": "1943年", "place": "第一页"}),
        ("key_terms", {"terms": [{"term": "词", "meaning": "意思"}]}),
        ("timeline", {"title": "经过", "events": [{"when": w, "what": "事"} for w in ("去年", "今年")]}),
        ("case", {"title": "案例", "text": "<p>发生了什么</p>", "questions": ["为什么？"]}),
        ("table", stream.child_blocks["table"].to_python(table)),
        ("discussion", {"question": "说什么？", "hint": "从哪里说起"}),
        ("image", {"image": image, "alt": "一来一去", "caption": "图"}),
        ("video", {"file": words, "captions": words, "title": "片子", "seconds": 60, "transcript": "话"}),
        ("audio", {"file": words, "title": "录音", "seconds": 60, "transcript": "话"}),
        ("document", {"file": document, "title": "讲稿"}),
        ("notes", ["<p>《选集》第三卷。</p>"]),
    ]  # fmt: skip
    assert {name for name, _value in blocks} == set(stream.child_blocks)
    lesson = add_lesson_of(module, *blocks)
    lesson.tags.add("调查研究")
    lesson.save_revision().publish()
    english = add_lesson(add_module("en"))
    english.translation_key = lesson.translation_key
    english.save()
    found = CoursePage.objects.get(locale__language_code="zh-hans")
    for theirs, ours in ((english.get_parent(), module), (english.get_parent().get_parent(), found)):
        type(theirs.specific).objects.filter(pk=theirs.pk).update(translation_key=ours.translation_key)
    return found


def exported(course: CoursePage, by=None) -> bytes:
    target = io.BytesIO()
    export_course(course, target, languages=["zh-hans", "en"], by=by, at=NOON)
    return target.getvalue()


def brought_in(content: bytes, by=None):
    return import_course(ContentFile(content, name="course.zip"), by=by, at=NOON)


def contents(archive: bytes) -> dict:
    return json.loads(zipfile.ZipFile(io.BytesIO(archive)).read("course.json"))


def without_names(contents: dict) -> dict:
    """A file gets another name where one of its name lies in the folder already."""
    for file in contents["files"].values():
        del file["name"]
    return contents


def with_contents(archive: bytes, **changes: object) -> bytes:
    """The archive with other contents, its files as they were."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "course.json":
                content = json.dumps(json.loads(content) | changes).encode()
            after.writestr(name, content)
    return target.getvalue()


def forget_everything() -> None:
    """As on another site: nothing of the course is here."""
    for page in CoursePage.objects.all():
        page.delete()
    Quiz.objects.all().delete()
    Question.objects.update(version=None, state=Question.State.DRAFT)
    QuestionVersion.objects.all().delete()
    Question.objects.all().delete()
    Passage.objects.all().delete()
    Work.objects.all().delete()
    Image.objects.all().delete()
    PrivateDocument.objects.all().delete()


def counts() -> list[int]:
    models = (CoursePage, ModulePage, LessonPage, Quiz, Question, Passage, Work, Image, PrivateDocument)
    return [model.objects.count() for model in models]


def test_everything_of_a_course_comes_out_as_it_went_in_and_is_a_draft(course) -> None:
    archive = exported(course)
    assert exported(course) == archive
    before = counts()
    forget_everything()
    report = brought_in(archive)

    assert (report.made, report.updated, report.unchanged, report.kept, report.differs) == (6, 0, 0, [], [])
    assert counts() == before
    assert not CoursePage.objects.filter(live=True).exists()
    assert not LessonPage.objects.filter(live=True).exists()
    assert Question.objects.get().state == Question.State.DRAFT
    again = exported(CoursePage.objects.get(locale__language_code="zh-hans"))
    assert without_names(contents(again)) == without_names(contents(archive))
    lesson = LessonPage.objects.get(locale__language_code="zh-hans").get_latest_revision_as_object()
    lesson.save_revision().publish()
    assert lesson.tags.first().name == "调查研究"


def test_the_second_time_changes_nothing(course) -> None:
    archive = exported(course)
    forget_everything()
    brought_in(archive)
    before = counts()
    report = brought_in(archive)

    assert (report.made, report.updated, report.unchanged, report.kept) == (0, 0, 6, [])
    assert counts() == before


def test_where_the_course_was_written_nothing_is_touched(course) -> None:
    archive, before = exported(course), counts()
    report = brought_in(archive)

    assert (report.made, report.updated, report.unchanged, len(report.kept)) == (0, 0, 0, 6)
    assert counts() == before


def test_a_later_archive_brings_drafts_up_to_date_but_not_what_an_editor_changed(course) -> None:
    archive = exported(course)
    forget_everything()
    brought_in(archive)
    changed = LessonPage.objects.get(locale__language_code="en").get_latest_revision_as_object()
    changed.title = "Mine"
    changed.save_revision()
    pages = contents(archive)["pages"]
    for page in pages:
        page["summary"] = "新的说明"
    report = brought_in(with_contents(archive, pages=pages))

    assert (report.made, report.updated, report.unchanged, len(report.kept)) == (0, 5, 0, 1)
    lessons = LessonPage.objects.all()
    drafts = {page.locale.language_code: page.get_latest_revision_as_object() for page in lessons}
    assert (drafts["en"].title, drafts["en"].summary) == ("Mine", "")
    assert drafts["zh-hans"].summary == "新的说明"


def test_words_that_are_here_already_are_told_and_not_changed(course) -> None:
    archive = exported(course)
    Passage.objects.update(text="别的话。")
    report = brought_in(archive)

    assert report.differs == ["passage"]
    assert Passage.objects.get().text == "别的话。"


def test_an_address_that_is_taken_gives_way(course) -> None:
    archive = exported(course)
    forget_everything()
    add_module()
    brought_in(archive)

    slugs = CoursePage.objects.filter(locale__language_code="zh-hans").values_list("slug", flat=True)
    assert set(slugs) == {"mass-line", "mass-line-2"}


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _page(pages: list, kind: str) -> dict:
    return next(page for page in pages if page["kind"] == kind and page["language"] == "zh-hans")


def _spoil(contents: dict, how: str) -> None:
    """One thing that no archive of ours has."""
    pages = contents["pages"]
    lesson, course = _page(pages, "lesson"), _page(pages, "course")
    text = next(block for block in lesson["body"] if block["type"] == "paragraph")
    spoils = {
        "another version": lambda: contents.update(version=3),
        "another format": lambda: contents.update(format="x"),
        "a field more": lambda: contents.update(more=1),
        "a script in a text": lambda: text.update(value="<p><script>x</script></p>"),
        "a handler in a text": lambda: text.update(value='<p onclick="x">x</p>'),
        "a link that acts": lambda: text.update(value='<a href="javascript:x">x</a>'),
        "an unknown block": lambda: lesson["body"].append({"type": "raw", "value": "x", "id": ""}),
        "a number for a text": lambda: text.update(value=5),
        "an image of nowhere": lambda: lesson["body"].append(
            {"type": "image", "value": {"image": "0" * 64, "alt": "", "caption": ""}, "id": ""}
        ),
        "a key of this database": lambda: lesson["body"].append({"type": "quiz", "value": 1, "id": ""}),
        "a lesson above its module": lambda: lesson.update(parent=None),
        "two courses": lambda: pages.append({**course, "key": "0" * 8 + course["key"][8:]}),
        "an unknown category": lambda: course.update(category="x"),
        "a page twice": lambda: pages.append(dict(course)),
        "a quiz of unknown questions": lambda: contents["quizzes"][0].update(questions=["x"]),
        "a question without a right option": lambda: [
            option.update(right=False) for option in contents["questions"][0]["options"]
        ],
        "a passage of no work": lambda: contents.update(works=[]),
        "a title too long": lambda: course.update(title="长" * 256),
        "a slug that is a path": lambda: course.update(slug="../x"),
        "too deep": lambda: lesson["body"].append(_nested(60)),
    }
    spoils[how]()


def _nested(depth: int) -> object:
    return [_nested(depth - 1)] if depth else "x"


@pytest.mark.parametrize(
    "how",
    [
        "another version", "another format", "a field more", "a script in a text", "a handler in a text",
        "a link that acts", "an unknown block", "a number for a text", "an image of nowhere",
        "a key of this database", "a lesson above its module", "two courses", "an unknown category",
        "a page twice", "a quiz of unknown questions", "a question without a right option",
        "a passage of no work", "a title too long", "a slug that is a path", "too deep",
    ],
)  # fmt: skip
def test_an_archive_with_anything_amiss_is_refused_whole(course, how) -> None:
    archive = exported(course)
    forget_everything()
    before, spoiled = counts(), contents(archive)
    _spoil(spoiled, how)
    with pytest.raises(ArchiveRefused):
        brought_in(with_contents(archive, **spoiled))
    assert counts() == before


@pytest.mark.parametrize(
    "file",
    [
        b"", b"not a zip", zipped(**{"course.json": b"{"}), zipped(**{"course.json": b"[" * 100_000}),
        zipped(**{"other.json": b"{}"}), zipped(**{"course.json": b"{}", "../../x": b"x"}),
        zipped(**{"course.json": b"0" * 30_000_000}), zipped(**{"course.json": b'{"a": NaN}'}),
    ],
    ids=["empty", "no zip", "no json", "deep", "another", "climbing", "bomb", "no number"],
)  # fmt: skip
def test_what_is_no_archive_is_refused_with_a_sentence(db, file) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        brought_in(file)
    assert refused.value.words
    assert counts() == [0] * 9


def test_a_file_that_is_not_what_its_name_says_is_refused(course) -> None:
    archive = exported(course)
    forget_everything()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            after.writestr(name, b"<svg onload='x'/>" if name.endswith(".svg") else before.read(name))
    with pytest.raises(ArchiveRefused):
        brought_in(target.getvalue())
    assert counts() == [0] * 9


def test_archives_are_for_those_who_write_and_the_audit_keeps_them(client, course, member, editor) -> None:
    address = f"/admin/courses/{course.pk}/export/"
    client.force_login(member)
    for closed in (address, "/admin/courses/import/"):
        assert client.get(closed).status_code == HTTPStatus.NOT_FOUND
    client.force_login(editor)
    assert client.get(address).status_code == HTTPStatus.OK
    answer = client.post(address, {"languages": ["zh-hans", "en"]})
    archive = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == 'attachment; filename="mass-line.zip"'
    [entry] = AuditEntry.objects.filter(action="course.exported")
    assert (entry.actor, entry.details["pages"], entry.details["quizzes"]) == (editor.key, 6, 1)
    upload = SimpleUploadedFile("course.zip", archive)
    shown = client.post("/admin/courses/import/", {"file": upload}, follow=True)
    assert (shown.status_code, len(shown.context["report"]["kept"])) == (HTTPStatus.OK, 6)
    assert private_storage().listdir("archives")[1] == []
    state = shown.request["PATH_INFO"]
    refused = client.post("/admin/courses/import/", {"file": SimpleUploadedFile("course.zip", b"x")})
    assert refused.context["refused"] and "report" not in refused.context
    client.force_login(give_office(make_member("other"), Organisation.objects.first(), "editor").member)
    assert client.get(state).status_code == HTTPStatus.NOT_FOUND


def test_the_commands_write_and_read_an_archive(course, tmp_path, capsys) -> None:
    file = tmp_path / "course.zip"
    call_command("export_course", "mass-line", str(file), "--language", "zh-hans")
    forget_everything()
    call_command("import_course", str(file))

    assert capsys.readouterr().out.splitlines() == [
        f"3 pages written to {file}.",
        "3 pages made, 0 brought up to date, 0 unchanged.",
    ]
    assert LessonPage.objects.get().get_latest_revision_as_object().valid_as_of == date(2026, 11, 1)
