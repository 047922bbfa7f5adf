"""What a page may load: this site and nothing else; the editor's pages below /admin/ alone are looser."""

import pytest

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


def policy(response) -> set[str]:
    return {part.strip() for part in response["Content-Security-Policy"].split(";") if part.strip()}


@pytest.mark.parametrize(
    "address",
    ["/", "/en/", "/sign-in/", "/record/", "/mass-line/one/first/", "/no-such-page/", "/rules/", "/healthz"],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_members_pages_are_strict(client, member, lesson, address, signed_in) -> None:
    if signed_in:
        client.force_login(member)
    response = client.get(address)

    assert policy(response) == STRICT
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_editors_pages_allow_inline_scripts_and_their_own_frames(client, editor) -> None:
    client.force_login(editor)
    response = client.get("/admin/")

    assert response.status_code == 200
    assert policy(response) == (STRICT - {"img-src 'self' data:", "frame-ancestors 'none'"}) | {
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "frame-ancestors 'self'",
    }


@pytest.mark.parametrize("address", ["/administration/", "/en/admin/", "/adminx"])
def test_what_only_looks_like_the_editors_pages_is_strict(client, address) -> None:
    assert policy(client.get(address)) == STRICT


def test_members_cannot_enter_the_editors_pages(client, member) -> None:
    client.force_login(member)

    assert client.get("/admin/").status_code == 404
    assert client.get("/admin/pages/").status_code == 404


def test_a_page_names_no_other_host(client, member, lesson) -> None:
    client.force_login(member)
    body = client.get("/mass-line/one/first/").content.decode().replace("http://www.w3.org/2000/svg", "")

    assert "http://" not in body
    assert "https://" not in body
    assert 'src="//' not in body
