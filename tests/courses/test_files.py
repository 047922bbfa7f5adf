"""Documents are for members; images of lessons are for everyone; nothing else leaves the folders."""

from http import HTTPStatus

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from wagtail.images.models import Image

from courses.models import PrivateDocument

pytestmark = pytest.mark.django_db

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="200"><rect width="640" height="200"/></svg>'
)


@pytest.fixture
def document() -> PrivateDocument:
    return PrivateDocument.objects.create(title="讲稿", file=ContentFile(b"%PDF-1.7", name="notes.pdf"))


def test_a_visitor_who_asks_for_a_document_is_asked_to_sign_in(client, document) -> None:
    response = client.get(document.url)

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, f"/sign-in/?next={document.url}")


def test_a_signed_in_member_gets_the_document(client, member, document) -> None:
    client.force_login(member)
    response = client.get(document.url)

    assert response.status_code == HTTPStatus.OK
    assert b"".join(response.streaming_content) == b"%PDF-1.7"


def test_documents_lie_outside_the_public_folder_and_have_no_public_address(client, document) -> None:
    assert document.file.path.startswith(str(settings.PRIVATE_ROOT))
    assert not document.file.path.startswith(str(settings.MEDIA_ROOT))
    assert document.url == f"/documents/{document.pk}/{document.filename}"
    assert client.get(f"/media/documents/{document.filename}").status_code == HTTPStatus.NOT_FOUND


def test_an_unknown_document_is_not_found(client, member) -> None:
    client.force_login(member)

    assert client.get("/documents/9999/notes.pdf").status_code == HTTPStatus.NOT_FOUND


def test_images_are_public_and_may_run_nothing(client) -> None:
    file = ContentFile(DRAWING, name="cycle.svg")
    image = Image(title="一来一去", file=file, width=640, height=200)
    image.save()
    response = client.get(image.file.url)

    assert response.status_code == HTTPStatus.OK
    assert b"".join(response.streaming_content) == DRAWING
    policy = response["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    ["/media/README.md", "/media/images/../README.md", "/media/documents/notes.pdf", "/media/"],
)
def test_nothing_but_images_is_public(client, address) -> None:
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_an_address_cannot_climb_out_of_the_folder(client) -> None:
    response = client.get("/media/original_images/..%2f..%2fmanage.py")

    assert response.status_code == HTTPStatus.BAD_REQUEST
