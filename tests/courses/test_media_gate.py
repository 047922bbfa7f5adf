"""Files of lessons go to whoever may read a live lesson that shows them, in parts or whole."""

import gzip
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from wagtail.images.models import Image
from wagtail.models import Collection, CollectionViewRestriction

from courses.models import Audience, EditionFile, LessonEdition, LessonPage, PrivateDocument
from people.models import Organisation
from tests.cast import add_module
from tests.courses.lessons import add_lesson_of, live_edition, publish

pytestmark = pytest.mark.django_db

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="200"><rect width="640" height="200"/></svg>'
)
SOUND = bytes(range(256)) * 4


@pytest.fixture
def image() -> Image:
    file = ContentFile(DRAWING, name="cycle.svg")
    return Image.objects.create(title="一来一去", file=file, width=640, height=200)


@pytest.fixture
def sound() -> PrivateDocument:
    return PrivateDocument.objects.create(title="录音 一", file=ContentFile(SOUND, name="sound.mp3"))


@pytest.fixture
def shown(image, sound) -> LessonPage:
    """A lesson that shows the image, plays the sound and links to it within its text."""
    figure = {"image": image, "alt": "一来一去", "caption": ""}
    audio = {"file": sound, "title": "录音", "seconds": 60, "transcript": "从群众中来"}
    text = f'<p>讲稿在<a linktype="document" id="{sound.pk}">这里</a>。</p>'
    return add_lesson_of(add_module(), ("image", figure), ("audio", audio), ("paragraph", text))


def rendition(image: Image) -> str:
    return image.get_rendition("max-320x320|preserve-svg").url


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_an_edition_names_its_files_once_and_again_changes_nothing(shown, image, sound) -> None:
    edition = live_edition(shown)
    named = {(row.image_id, row.document_id) for row in edition.files.all()}

    assert named == {(image.pk, None), (None, sound.pk)}
    publish(shown)
    assert (LessonEdition.objects.count(), EditionFile.objects.count()) == (1, 2)


def test_what_a_live_lesson_shows_opens_to_its_readers_and_closes_with_it(
    client, member, shown, image, sound
) -> None:
    client.force_login(member)
    addresses = [rendition(image), sound.url]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    elsewhere = Organisation.objects.found(kind="branch", name="别处")
    Audience.objects.create(page=shown, organisation=elsewhere)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    Audience.objects.all().delete()
    shown.unpublish()
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_what_is_no_longer_shown_closes_and_what_another_lesson_shows_stays(
    client, member, shown, image, sound
) -> None:
    client.force_login(member)
    publish(shown, body=[("paragraph", "<p>没有图了。</p>")])
    assert [client.get(address).status_code for address in (rendition(image), sound.url)] == [404, 404]
    add_lesson_of(shown.get_parent(), ("image", {"image": image, "alt": "图", "caption": ""}), slug="two")
    assert [client.get(address).status_code for address in (rendition(image), sound.url)] == [200, 404]


def test_who_writes_sees_everything_and_the_office_is_asked_each_time(
    client, editor, image, sound, today
) -> None:
    client.force_login(editor)
    addresses = [rendition(image), image.file.url, sound.url]
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    editor.offices.update(until=today - timedelta(days=1))
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_an_image_as_it_was_uploaded_is_for_those_who_write(client, member, shown, image) -> None:
    client.force_login(member)
    assert client.get(image.file.url).status_code == HTTPStatus.NOT_FOUND


def test_visitors_see_images_of_open_lessons_and_are_asked_to_sign_in_for_documents(
    client, shown, image, sound
) -> None:
    assert client.get(rendition(image)).status_code == HTTPStatus.OK
    answer = client.get(sound.url)
    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, f"/sign-in/?next={sound.url}")
    Audience.objects.create(page=shown, leaders_only=True)
    assert client.get(rendition(image)).status_code == HTTPStatus.NOT_FOUND


def test_a_private_collection_of_the_editors_holds_for_readers(client, member, shown, sound) -> None:
    private = Collection.get_first_root_node().add_child(name="内部")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="password", password="x")
    sound.collection = private
    sound.save()
    client.force_login(member)
    assert client.get(sound.url).status_code == HTTPStatus.NOT_FOUND


def test_a_higher_room_may_keep_a_lessons_files_too(client, member, shown, sound, monkeypatch) -> None:
    monkeypatch.setattr("courses.slots._gates", [lambda reader, key: key != shown.translation_key])
    client.force_login(member)
    assert client.get(sound.url).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", ["image", "sound"])
def test_a_file_costs_one_statement_besides_session_and_member(
    client, member, shown, image, sound, kind, django_assert_num_queries
) -> None:
    client.force_login(member)
    address = {"image": rendition(image), "sound": sound.url}[kind]
    client.get(address)
    with django_assert_num_queries(3):
        assert client.get(address).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("asked", "status", "told", "begin", "end"),
    [
        ("bytes=0-9", 206, "bytes 0-9/1024", 0, 10),
        ("bytes=1000-", 206, "bytes 1000-1023/1024", 1000, 1024),
        ("bytes=1020-9999", 206, "bytes 1020-1023/1024", 1020, 1024),
        ("bytes=-4", 206, "bytes 1020-1023/1024", 1020, 1024),
        ("bytes=-9999", 206, "bytes 0-1023/1024", 0, 1024),
        ("bytes=1024-", 416, "bytes */1024", 0, 0),
        ("bytes=-0", 416, "bytes */1024", 0, 0),
        ("bytes=9-2", 200, None, 0, 1024),
        ("bytes=0-1,4-5", 200, None, 0, 1024),
        ("bytes=-", 200, None, 0, 1024),
        ("bytes=²-", 200, None, 0, 1024),
        ("pages=1-2", 200, None, 0, 1024),
    ],
)
def test_a_player_gets_the_part_it_asks_for(client, member, shown, sound, asked, status, told, begin, end):
    client.force_login(member)
    answer = client.get(sound.url, headers={"range": asked})

    assert (answer.status_code, answer.get("Content-Range")) == (status, told)
    assert body(answer) == SOUND[begin:end]
    assert status == 416 or answer["Content-Length"] == str(end - begin)


def test_a_part_is_sent_only_of_the_file_the_reader_began_with(client, member, shown, sound) -> None:
    client.force_login(member)
    etag = client.get(sound.url)["ETag"]
    same = client.get(sound.url, headers={"range": "bytes=5-", "if-range": etag})
    other = client.get(sound.url, headers={"range": "bytes=5-", "if-range": '"another"'})

    assert (same.status_code, other.status_code, body(other)) == (206, 200, SOUND)


def test_a_file_that_did_not_change_is_not_sent_again(client, member, shown, sound) -> None:
    client.force_login(member)
    first = client.get(sound.url)
    by_tag = client.get(sound.url, headers={"if-none-match": first["ETag"]})
    by_time = client.get(sound.url, headers={"if-modified-since": first["Last-Modified"]})

    assert (by_tag.status_code, by_time.status_code) == (304, 304)
    assert (by_tag["ETag"], by_tag["Cache-Control"]) == (first["ETag"], "private, max-age=3600")
    head = client.head(sound.url)
    assert (head.status_code, head["Content-Length"], head.content) == (200, "1024", b"")


def test_a_drawing_is_packed_for_those_who_can_unpack(client, member, shown, image) -> None:
    client.force_login(member)
    plain = client.get(rendition(image))
    packed = client.get(rendition(image), headers={"accept-encoding": "gzip, br"})

    assert gzip.decompress(packed.content) == body(plain)
    assert (packed["Content-Encoding"], packed["Content-Type"]) == ("gzip", "image/svg+xml")
    assert packed["ETag"] != plain["ETag"]
    assert set(packed["Vary"].split(", ")) >= {"Accept-Encoding", "Cookie"}


def test_a_file_says_what_it_is_and_may_run_nothing(client, member, shown, image, sound) -> None:
    notes = PrivateDocument.objects.create(title="讲稿", file=ContentFile(b"%PDF-1.7", name="notes.pdf"))
    page = PrivateDocument.objects.create(title="page", file=ContentFile(b"<script>", name="page.html"))
    for document in (notes, page):
        EditionFile.objects.create(edition=live_edition(shown), document=document)
    client.force_login(member)
    answers = [client.get(address) for address in (rendition(image), sound.url, notes.url, page.url)]

    assert [(a["Content-Type"], a["Content-Disposition"].split(";")[0]) for a in answers] == [
        ("image/svg+xml", "inline"),
        ("audio/mpeg", "inline"),
        ("application/pdf", "attachment"),
        ("application/octet-stream", "attachment"),
    ]
    assert answers[2]["Content-Disposition"] == "attachment; filename*=utf-8''%E8%AE%B2%E7%A8%BF.pdf"
    for answer in answers:
        assert {"default-src 'none'", "sandbox"} <= set(answer["Content-Security-Policy"].split("; "))
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=3600"


def test_documents_lie_outside_the_public_folder(client, sound) -> None:
    assert sound.file.path.startswith(str(settings.PRIVATE_ROOT))
    assert sound.url == f"/documents/{sound.pk}/{sound.filename}"
    assert client.get(f"/media/documents/{sound.filename}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "address",
    [
        "/media/README.md",
        "/media/images/../README.md",
        "/media/images/%2e%2e/%2e%2e/manage.py",
        "/media/original_images/..%2f..%2fmanage.py",
        "/media/images/x%00.svg",
        "/media/documents/notes.pdf",
        "/media/",
        "/documents/99999999999999999999/notes.pdf",
        "/documents/9999/notes.pdf",
    ],
)
def test_no_address_leads_anywhere_else(client, editor, address) -> None:
    client.force_login(editor)
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_file_that_is_gone_from_the_folder_is_not_there(client, editor, sound) -> None:
    sound.file.storage.delete(sound.file.name)
    client.force_login(editor)
    assert client.get(sound.url).status_code == HTTPStatus.NOT_FOUND
