"""Courses and lessons for programs: what the member may read, and a course to keep offline."""

import gzip
import json
from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from wagtail.images.models import Image

from courses.models import Audience, CoursePage
from people.card_sessions import BACKEND
from programmes.progress import mark_reached
from tests.cast import add_module, moment
from tests.courses.lessons import add_edition, add_lesson_of

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 20"/>'


def addresses(lesson) -> list[str]:
    course = CoursePage.objects.get(locale__language_code="zh-hans").translation_key
    return [
        "/api/v1/courses",
        f"/api/v1/courses/{course}",
        f"/api/v1/courses/{course}/bundle",
        f"/api/v1/lessons/{lesson.translation_key}",
    ]


def test_who_has_not_signed_in_is_told_so_and_members_are_answered(client, member, lesson) -> None:
    assert [client.get(address).status_code for address in addresses(lesson)] == [401] * 4
    client.force_login(member)
    assert [client.get(address).status_code for address in addresses(lesson)] == [200] * 4


def test_what_the_member_may_not_read_is_in_no_answer(client, member, lesson, monkeypatch) -> None:
    client.force_login(member)
    places = addresses(lesson)
    monkeypatch.setattr("courses.slots._gates", [lambda reader, key: False])
    assert [client.get(address).status_code for address in places[1:]] == [404] * 3
    monkeypatch.setattr("courses.slots._gates", [])
    Audience.objects.create(page=lesson.page, leaders_only=True)
    assert client.get(places[0]).json() == []
    assert [client.get(address).status_code for address in places[1:]] == [404] * 3


def test_a_course_tells_its_lessons_and_how_far_the_member_is(client, member) -> None:
    module = add_module()
    editions = [add_edition(module, slug) for slug in ("first", "second")]
    mark_reached(member_id=member.pk, edition=editions[0], at=NOON)
    client.force_login(member)
    [line] = client.get("/api/v1/courses").json()
    whole = client.get(f"/api/v1/courses/{line['key']}").json()

    assert (line["title"], line["category"], line["lessons"], line["done"]) == ("群众路线", "purpose", 2, 1)
    lessons = whole["modules"][0]["lessons"]
    assert [(one["key"], one["state"]["done"]) for one in lessons] == [
        (str(editions[0].translation_key), True),
        (str(editions[1].translation_key), False),
    ]
    assert lessons[0]["url"] == "/mass-line/one/first/"


def test_a_lesson_tells_its_screens_sources_and_validity(client, member, lesson) -> None:
    client.force_login(member)
    told = client.get(f"/api/v1/lessons/{lesson.translation_key}").json()

    assert (told["edition"], told["digest"]) == (str(lesson.key), lesson.digest)
    assert [screen["seconds"] for screen in told["screens"]] == lesson.screens
    words = [screen["html"] for screen in told["screens"]]
    assert all(each.startswith("<p") and each.endswith("</p>") for each in words)
    assert told["sources"] == [{"work": "《中国共产党章程》", "date": "2022年10月22日"}]
    assert (told["valid_as_of"], told["review_by"]) == ("2026-11-01", "2027-11-30")
    assert client.get(f"/api/v1/lessons/{lesson.translation_key}?language=en").status_code == 404
    assert client.get(f"/api/v1/lessons/{lesson.translation_key}?language=fr").status_code == 422


def test_a_bundle_holds_every_word_no_media_and_comes_again_only_when_it_changed(client, member) -> None:
    image = Image.objects.create(title="图", file=ContentFile(DRAWING, name="d.svg"), width=64, height=20)
    figure = ("image", {"image": image, "alt": "一来<一去", "caption": "图一"})
    page = add_lesson_of(add_module(), ("paragraph", "<p>从群众中来。</p>"), figure)
    client.force_login(member)
    [line] = client.get("/api/v1/courses").json()
    address = f"/api/v1/courses/{line['key']}/bundle"
    plain = client.get(address)
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    again = client.get(address, headers={"if-none-match": plain["ETag"]})

    assert gzip.decompress(packed.content) == plain.content
    assert plain["ETag"] != packed["ETag"]
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert plain["Cache-Control"] == "private, no-cache"
    words = json.loads(plain.content)["modules"][0]["lessons"][0]["screens"][0]["html"]
    assert "从群众中来。" in words and "一来&lt;一去" in words and "图一" in words
    assert "<img" not in words and "<picture" not in words
    page.title = "改了"
    page.save_revision().publish()
    assert client.get(address, headers={"if-none-match": plain["ETag"]}).status_code == HTTPStatus.OK


def test_a_study_card_opens_what_is_read(client, member, lesson, monkeypatch) -> None:
    client.force_login(member, backend=BACKEND)
    monkeypatch.setattr("config.by_card.still_holds", lambda request: True)
    monkeypatch.setattr("people.card_sessions.ByStudyCard.get_user", lambda self, pk: _by_card(member))
    assert [client.get(address).status_code for address in addresses(lesson)] == [200] * 4
    assert client.get("/my-data/").status_code == HTTPStatus.FORBIDDEN


def _by_card(member):
    member.by_card = True
    return member


@pytest.mark.parametrize(
    ("place", "queries"),
    # session, member; outline, reached, studied; courses, tags, keys
    [(0, 8),
     # session, member; course, outline, reached, studied
     (1, 6),
     # session, member; course, outline; editions
     (2, 5)],
)  # fmt: skip
def test_an_answer_costs_the_same_however_much_there_is(
    client, member, django_assert_num_queries, place, queries
) -> None:
    client.force_login(member)
    module = add_module()
    for numbers in (range(1), range(1, 5)):
        lessons = [add_edition(module, f"lesson-{number}") for number in numbers]
        address = addresses(lessons[0])[place]
        client.get(address)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == HTTPStatus.OK
