"""The pages of the import: who may look, the way through them, and nothing lost on it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile

from courses.models import BroughtDocument, CoursePage, PrivateDocument
from people.models import Member, Organisation
from tests.cast import give_office, make_member
from tests.courses.brought import brought, course_file
from tests.intake import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(client: Client, editor: Member) -> Client:
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = "en"
    profile.save()
    client.force_login(editor)
    return client


def address(route: str, document: BroughtDocument | None = None, **more: object) -> str:
    return reverse(route, kwargs={"key": document.key, **more} if document else None)


@pytest.mark.parametrize(
    ("who", "lists", "own"),
    [
        ("editor", 200, 200),
        ("reviewer", 200, 404),
        ("secretary", 404, 404),
        ("member", 404, 404),
        (None, 302, 302),
    ],
)
def test_who_may_look(client: Client, request, editor: Member, county: Organisation, who, lists, own) -> None:
    document = brought(course_file(), editor)
    number = next(n for n, block in enumerate(document.document["blocks"]) if block["kind"] == "picture")
    if who == "reviewer":
        give_office(reviewer := make_member("shenhe"), county, "reviewer")
        client.force_login(reviewer)
    elif who:
        client.force_login(request.getfixturevalue(who))

    for name in ("courses_imports", "courses_import_guide", "courses_import_sample"):
        assert client.get(address(name)).status_code == lists, name
    assert client.get(address("courses_import", document)).status_code == own
    assert client.get(address("courses_import_picture", document, number=number)).status_code == own
    assert client.get(reverse("courses_import_progress", kwargs={"key": document.job.key})).status_code == own
    answer = client.post(address("courses_import_act", document, name="discard"))
    assert answer.status_code == (302 if own == 200 else own)
    assert BroughtDocument.objects.exists() is (own != 200)


def test_the_whole_way_through_the_pages(at_work: Client) -> None:
    sent = {"file": ContentFile(course_file(), name="讲义.docx"), "key": str(uuid4())}
    answer = at_work.post(address("courses_imports"), sent)
    document = BroughtDocument.objects.get()
    assert answer["Location"] == address("courses_import", document)
    page = at_work.get(answer["Location"]).content.decode()
    assert "2 modules" in page and "3 lessons" in page
    assert 'value="第一课 起点"' in page
    answer = at_work.post(answer["Location"], {"act": "write", "version": "1", "title": "讲义",
    "language": "zh-hans",
                                               "module_level": "1", "lesson_level": "2"})  # fmt: skip
    assert "Choose one of the seven categories." in answer.content.decode()
    assert not CoursePage.objects.filter(title="讲义").exists()
    answer = at_work.post(
        address("courses_import", document),
        {"act": "write", "version": "1", "title": "讲义", "language": "zh-hans", "category": "purpose",
         "module_level": "1", "lesson_level": "2", "title-1": "起点", "quotations-shown": "1",
         "quotation": "1"},
        follow=True,
    )  # fmt: skip

    course = CoursePage.objects.get(title="讲义")
    assert (course.live, [page.title for page in course.get_descendants()]) == (
        False, ["第一专题 怎样形成", "起点", "第二课 条文", "第二专题 怎样坚持", "第二专题 怎样坚持"],
    )  # fmt: skip
    assert f"/admin/pages/{course.pk}/" in answer.content.decode()


def test_arranging_anew_by_other_levels_keeps_the_titles_of_the_document(
    at_work: Client, editor: Member
) -> None:
    document = brought(course_file(), editor)
    sent = {"act": "levels", "version": "1", "title": "讲义", "language": "zh-hans", "category": "purpose",
            "module_level": "0", "lesson_level": "1"}  # fmt: skip
    page = at_work.post(address("courses_import", document), sent, follow=True).content.decode()

    assert "1 module" in page and "2 lessons" in page
    document.refresh_from_db()
    assert [row["role"] for row in document.plan["rows"].values()] == [
        "lesson",
        "heading",
        "heading",
        "heading",
        "lesson",
    ]


def test_a_second_window_is_told_and_loses_nothing_of_what_was_entered(
    at_work: Client, editor: Member
) -> None:
    document = brought(course_file(), editor)
    sent = {"act": "keep", "version": "1", "title": "第一个窗口", "language": "zh-hans",
    "category": "purpose",
            "module_level": "1", "lesson_level": "2"}  # fmt: skip
    at_work.post(address("courses_import", document), sent)
    page = at_work.post(address("courses_import", document), {**sent, "title": "第二个窗口"}).content.decode()

    assert "in another window" in page
    assert 'value="第二个窗口"' in page
    assert 'name="version" value="2"' in page
    document.refresh_from_db()
    assert document.plan["title"] == "第一个窗口"


def test_a_refused_document_is_told_at_its_field_and_not_kept(at_work: Client) -> None:
    sent = {"file": ContentFile(files.with_macros(), name="a.docx"), "key": str(uuid4())}
    page = at_work.post(address("courses_imports"), sent).content.decode()

    assert "The file has macros." in page
    assert not BroughtDocument.objects.exists()


def test_the_list_asks_the_same_number_of_questions(at_work: Client, editor: Member) -> None:
    counts = []
    at_work.get(address("courses_imports"))
    for _more in range(2):
        brought(files.word(), editor)
        with CaptureQueriesContext(connection) as asked:
            at_work.get(address("courses_imports"))
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("route", "content", "name", "said"),
    [
        ("wagtailimages:add", files.huge_png(9000, 9000), "a.png", "pixels"),
        ("wagtailimages:add", b'<svg xmlns="http://www.w3.org/2000/svg"><script>a()</script></svg>',
         "a.svg", "parts that act"),
        ("wagtailimages:add_multiple", b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>',
         "a.svg", "parts that act"),
        ("wagtaildocs:add", files.with_macros(), "a.docx", "macros"),
        ("wagtaildocs:add", b"no video", "a.mp4", "cannot be told"),
        ("wagtaildocs:add_multiple", files.mp4()[:-9], "a.mp4", "cut off"),
        ("wagtaildocs_chooser:create", files.bomb(), "a.docx", "unpacks"),
        ("wagtailimages_chooser:create", b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>',
         "a.svg", "parts that act"),
    ],
)  # fmt: skip
def test_what_editors_upload_elsewhere_is_checked_as_well(
    at_work: Client, route, content, name, said
) -> None:
    many = route.endswith("_multiple")
    field = {
        "wagtailimages_chooser:create": "image-chooser-upload-file",
        "wagtaildocs_chooser:create": "document-chooser-upload-file",
    }
    prefix = {
        "wagtailimages_chooser:create": "image-chooser-upload-",
        "wagtaildocs_chooser:create": "document-chooser-upload-",
    }.get(route, "")
    sent = {
        "files[]" if many else field.get(route, "file"): ContentFile(content, name=name),
        f"{prefix}title": "题", f"{prefix}collection": "1",
    }  # fmt: skip
    more = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"} if many else {}
    answer = at_work.post(reverse(route), sent, **more)

    assert said in answer.content.decode()
    assert not get_image_model().objects.exists()
    assert not PrivateDocument.objects.exists()


def test_a_drawing_is_kept_without_what_does_not_draw(at_work: Client) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        b'<metadata>m</metadata><rect width="9" height="9"/></svg>'
    )
    at_work.post(
        reverse("wagtailimages:add"),
        {"file": ContentFile(drawing, name="a.svg"), "title": "图", "collection": "1"},
    )

    with get_image_model().objects.get().file.open("rb") as kept:
        assert b"metadata" not in kept.read()
