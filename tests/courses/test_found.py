"""What a hostile look at publishing has found: files, archives, drawings, pages and doors, each closed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.timezone import now
from PIL import Image as Picture
from wagtail.images.models import Image

from courses import reading, slots
from courses.archive.bank import bring_passages
from courses.archive.contents import Contents
from courses.archive.importing import import_course
from courses.archive.portable import NotPortable, check_html
from courses.archive.reading import ArchiveRefused, opened_archive
from courses.importing.pages import read_pages
from courses.importing.preparing import prepare
from courses.models import HomePage, Note, PrivateDocument
from courses.search import Narrowed
from courses.search_results import results
from intake.svg import check_svg
from intake.texts import clean_html
from intake.uploads import UploadRefused, check
from sources.models import Passage
from tests.cast import add_module, moment
from tests.courses.desk import reviewer, signed_in
from tests.courses.lessons import add_lesson_of, live_edition
from tests.intake.files import named, picture, repacked, word

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]

NOON = moment("2026-03-10 12:00")
SVG = '<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'


def refused(content: bytes, name: str, *kinds: str) -> str:
    with pytest.raises(UploadRefused) as error:
        check(named(content, name), set(kinds))
    return error.value.code


@pytest.fixture
def image() -> Image:
    file = ContentFile(picture(), name="shown.png")
    return Image.objects.create(title="一来一去", file=file, width=60, height=40)


@pytest.fixture
def document() -> PrivateDocument:
    return PrivateDocument.objects.create(title="讲稿", file=ContentFile(b"one", name="notes.txt"))


@pytest.fixture
def edition(image, document):
    figure = {"image": image, "alt": "图", "caption": ""}
    page = add_lesson_of(add_module(), ("image", figure), ("document", {"file": document, "title": "讲稿"}))
    return live_edition(page)


def test_no_file_takes_the_place_of_one_that_was_reviewed(editor, edition, image, document) -> None:
    client = signed_in(editor)
    before = image.file.name, document.file.name
    common = {"title": "新", "collection": str(image.collection_id), "tags": ""}
    for name, file, pk in (
        ("wagtailimages", named(picture(colour="blue"), "shown.png"), image.pk),
        ("wagtaildocs", named(b"two", "notes.txt"), document.pk),
    ):
        answer = client.post(reverse(f"{name}:edit", args=[pk]), {**common, "file": file})
        assert answer.status_code == 200
        assert "submit the lesson" in answer.text or "提交" in answer.text
        assert client.post(reverse(f"{name}:edit", args=[pk]), common).status_code == 302

    image.refresh_from_db()
    document.refresh_from_db()
    assert (image.file.name, document.file.name, image.title, document.title) == (*before, "新", "新")


def test_what_a_live_lesson_shows_is_not_deleted_and_what_none_shows_is(
    reviewer,
    edition,
    image,
    document,
) -> None:
    client, other = (
        signed_in(reviewer),
        Image.objects.create(title="旧", file=image.file.name, width=1, height=1),
    )
    doors = [
        reverse("wagtailimages:delete", args=[image.pk]),
        reverse("wagtaildocs:delete", args=[document.pk]),
        reverse("wagtail_bulk_action", args=["wagtailimages", "image", "delete"]) + f"?id={image.pk}",
    ]
    for door in doors:
        assert client.post(door).status_code == 302
    assert (Image.objects.count(), PrivateDocument.objects.count()) == (2, 1)
    edition.page.unpublish()
    for door in [*doors[:2], reverse("wagtailimages:delete", args=[other.pk])]:
        client.post(door)
    assert (Image.objects.count(), PrivateDocument.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "asked", ["bytes=0-" + "9" * 5000, "bytes=-" + "9" * 5000, "bytes=" + "9" * 5000 + "-"]
)
def test_a_range_of_absurd_numbers_is_answered_with_the_whole(
    client, member, edition, document, asked
) -> None:
    client.force_login(member)
    answer = client.get(document.url, headers={"range": asked})

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"one")


def test_a_document_of_an_absurd_number_is_not_there(client) -> None:
    assert client.get("/documents/999999999999999999/notes.txt").status_code == 404


@pytest.mark.parametrize(
    "html", ["<p>好</p><img src=x onerror=alert(1) ", '<p>好</p><form action="//e', "<p>好</p><!-- "]
)
def test_a_mark_that_an_archive_leaves_open_is_refused(html) -> None:
    with pytest.raises(NotPortable):
        check_html(html)
    check_html("<p>1 &lt; 2 &amp; 3 &gt; 2</p>")


def course_of(**changes: Any) -> dict[str, Any]:
    row = {"kind": "course", "key": str(uuid4()), "language": "zh-hans", "parent": None, "title": "课",
           "slug": "ke", "summary": "", "category": "purpose"}  # fmt: skip
    lists: dict[str, list] = {n: [] for n in ("left_out", "quizzes", "questions", "passages", "works")}
    whole = {"format": "xuecheng.course", "version": 1, "title": "课", "files": {}, **lists}
    return {**whole, "pages": [{**row, **changes}]}


def archive_of(**changes: Any) -> ContentFile:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as package:
        package.writestr("course.json", json.dumps(course_of(**changes)))
    return ContentFile(into.getvalue(), name="course.zip")


def test_an_archive_whose_course_has_the_key_of_the_home_page_is_refused() -> None:
    home = HomePage.objects.get(locale__language_code="zh-hans")
    with pytest.raises(ArchiveRefused):
        import_course(archive_of(key=str(home.translation_key)), by=None, at=NOON)
    assert import_course(archive_of(), by=None, at=NOON).made == 1


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800"])
def test_an_archive_with_what_no_database_keeps_is_refused_before_it_waits(bad) -> None:
    with (
        pytest.raises(ArchiveRefused),
        opened_archive(archive_of(title=f"课{bad}")),
    ):
        pass


def test_words_an_editor_brings_in_an_archive_are_proposed_and_a_reviewer_publishes(
    editor,
    reviewer,
) -> None:
    for number, by in enumerate((editor, reviewer, None)):
        work, passage = str(uuid4()), str(uuid4())
        names = {"title_en": "", "edition_en": "", "date_en": "", "edition": "版", "date": "1943年"}
        row = {"key": passage, "work": work, "reference": f"p{number}", "place": "", "place_en": "",
               "text": "话", "text_en": ""}  # fmt: skip
        works = [{"key": work, "reference": f"w{number}", "title": "书", **names}]
        contents = Contents.model_validate({**course_of(), "works": works, "passages": [row]})
        bring_passages(contents, [], by=by, at=now())

    found = Passage.objects.order_by("reference").values_list("live", "work__live")
    assert list(found) == [(False, False), (True, True), (True, True)]
    assert Passage.objects.get(reference="p0").latest_revision.user == editor


def test_a_package_broken_within_is_refused_with_words() -> None:
    content = bytearray(word())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        part = package.getinfo("word/document.xml")
    start = part.header_offset + 30 + len(part.filename)
    content[start + 5 : start + 60] = b"\xff" * 55
    assert refused(bytes(content), "a.docx", "docx") == "damaged"

    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("index.html", "<p>x</p>")
    assert refused(into.getvalue(), "a.zip", "archive") == "damaged"


@pytest.mark.parametrize(
    ("code", "is_taken"),
    [
        (
            '<w:r><w:instrText>DDEA</w:instrText></w:r><w:r><w:instrText>UTO cmd "/k"</w:instrText></w:r>',
            False,
        ),
        ('<w:fldSimple w:instr=" INCLUDETEXT &quot;https://e.org/a&quot; "/>', False),
        ('<w:r><w:instrText> INCLUDEPICTURE "https://e.org/a.png" </w:instrText></w:r>', True),
        ("<w:r><w:t>DDEAUTO is a word</w:t></w:r>", True),
    ],
)
def test_a_word_file_whose_fields_start_programs_is_refused(code, is_taken) -> None:
    def add(part: bytes) -> bytes:
        return part.replace(b"<w:p>", b"<w:p>" + code.encode(), 1)

    content = repacked(word(), {"word/document.xml": add})
    if is_taken:
        assert check(named(content, "a.docx"), {"docx"}).kind == "docx"
    else:
        assert refused(content, "a.docx", "docx") == "outside"


def test_a_pdf_that_spells_its_script_otherwise_is_refused() -> None:
    content = b"%PDF-1.7\n1 0 obj <</S /J#61vaScript>> endobj\n%%EOF\n"
    assert refused(content, "a.pdf", "pdf") == "active_pdf"


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<style><desc/>@import url(//e.org/x.css);</style>", "active_svg"),
        ("<rect style=\"background:image-set('http://e.org/x' 1x)\"/>", "active_svg"),
        ("<g>" * 3000 + "</g>" * 3000, "too_large"),
    ],
)
def test_a_drawing_that_hides_what_it_loads_or_is_endlessly_deep_is_refused(inner, code) -> None:
    with pytest.raises(UploadRefused) as error:
        check_svg((SVG % inner).encode())
    assert error.value.code == code


def test_a_photograph_of_a_telephone_with_two_lenses_is_a_jpeg() -> None:
    into, one = io.BytesIO(), Picture.new("RGB", (40, 30))
    one.save(into, "MPO", save_all=True, append_images=[one])
    assert check(named(into.getvalue(), "a.jpg"), {"image"}).extension == "jpg"


@pytest.mark.parametrize(
    "html",
    ["<html>" + "<title>" * 60_000, "<html>" + "<body " * 60_000, "<p>x" + "<a b='" * 60_000,
     "<p>x" + "<!--" * 60_000, "<div>" * 20_000 + "x",
     "<p>" + "".join(f"<b id={n}>" for n in range(190)) + "<p>x" * 40_000],
)  # fmt: skip
def test_a_page_made_to_keep_the_reader_busy_is_read_at_once_or_refused(html) -> None:
    """Each of these took minutes or all the memory there is; the test would not come to its end."""
    try:
        prepare(ContentFile(html.encode(), name="a.html"))
    except UploadRefused as error:
        assert error.code in {"too_deep", "empty"}  # either is right


def test_what_acts_is_still_counted_for_the_report() -> None:
    html = '<p onclick="x()">a</p><script>1</script><a href="java&#115;cript:x">b</a><!-- <form> -->'
    clean, removed = clean_html(html + "<iframe></iframe>")

    assert removed == {"script": 3, "iframe": 1}
    assert "script" not in clean


def test_a_table_without_end_is_cut_and_its_number_need_not_be_one() -> None:
    cells = "<td colspan=60>x" * 50 + "<tr><td>a" * 3000
    prepared = prepare(None, pasted=f"<ol start='²'><li>x</ol><table><tr>{cells}</table>")
    document = read_pages(prepared.file.file, {}, lambda *said: None)

    table = document.blocks[1]
    assert (len(table.rows), {len(row) for row in table.rows}) == (2000, {60})
    assert [loss.count for loss in document.losses if loss.code == "table_too_large"] == [3000 - 60 + 1001]


def test_changing_notes_that_are_not_there_does_not_pass_the_limit(
    client, member, edition, monkeypatch
) -> None:
    monkeypatch.setattr(reading, "MOST_NOTES", 1)
    lesson = edition.translation_key
    client.force_login(member)
    for text in ("一", "二"):
        sent = {"act": "change", "key": str(uuid4()), "seen": NOON.isoformat(), "text": text}
        answer = client.post(reverse("courses:notes", args=[lesson]), sent)
    assert (answer.status_code, Note.objects.count()) == (422, 1)
    assert "二" in answer.text


def test_a_lesson_that_a_higher_room_closes_is_not_counted_either(member, edition, monkeypatch) -> None:
    def found() -> int:
        return results("群众路线", reader=member, narrowed=Narrowed(), page=1, at=now()).number

    assert found() == 1
    monkeypatch.setattr(slots, "_gates", [lambda member, lesson: False])
    assert found() == 0
