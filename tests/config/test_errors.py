"""When something is wrong, the page says in the reader's language what happened, what is kept, what to do."""

from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils.translation import gettext, override

from config import errors

pytestmark = pytest.mark.django_db

LANGUAGES = pytest.mark.parametrize(
    ("prefix", "code", "html"), [("", "zh-hans", "zh-CN"), ("/en", "en", "en")]
)


def assert_says(response, code: str, title: str, html: str) -> None:
    body = response.content.decode()
    with override(code):
        assert f"<h1>{gettext(title)}</h1>" in body
    assert f'<html lang="{html}">' in body


@LANGUAGES
@pytest.mark.parametrize("signed_in", [False, True])
def test_not_found(client, member, prefix, code, html, signed_in) -> None:
    if signed_in:
        client.force_login(member)
    response = client.get(f"{prefix}/no-such-page/")

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert_says(response, code, "There is no such page", html)


@LANGUAGES
def test_a_form_without_its_token(member, prefix, code, html) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    response = client.post(f"{prefix}/sign-out/")

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert_says(response, code, "Please send the form once more", html)
    assert client.get(f"{prefix}/record/").status_code == HTTPStatus.OK


HANDLERS = {
    errors.bad_request: (400, "We could not read that request"),
    errors.forbidden: (403, "This page is not open to you"),
    errors.not_found: (404, "There is no such page"),
}


@pytest.mark.parametrize("handler", list(HANDLERS), ids=lambda handler: handler.__name__)
@LANGUAGES
def test_every_handler_has_its_page(rf: RequestFactory, member, handler, prefix, code, html) -> None:
    request = rf.get(f"{prefix}/anywhere/")
    request.user, request.LANGUAGE_CODE = member, code
    status, title = HANDLERS[handler]
    with override(code):
        response = handler(request, Exception("a detail that is nobody's business"))

    assert response.status_code == status
    assert_says(response, code, title, html)
    assert "a detail" not in response.content.decode()


@LANGUAGES
def test_a_fault_of_ours_is_said_without_asking_the_database(
    rf, prefix, code, html, django_assert_num_queries
) -> None:
    request = rf.get(f"{prefix}/anywhere/")  # as it fails before anyone is known
    request.LANGUAGE_CODE = code
    with override(code), django_assert_num_queries(0):
        response = errors.server_error(request)

    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert_says(response, code, "Something went wrong on our side", html)


def test_the_server_answers_when_its_database_does(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        response = client.get("/healthz")

    assert (response.status_code, response.content, response["Content-Type"]) == (
        HTTPStatus.OK,
        b"ok",
        "text/plain",
    )


def test_the_server_is_not_well_when_its_database_is_not(client) -> None:
    client.raise_request_exception = False

    def refuse(execute, sql, params, many, context):
        raise connection.Database.OperationalError("the connection is lost")

    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "the connection is lost" not in response.content.decode()
