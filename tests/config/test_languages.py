"""Chinese has no prefix, English begins with /en/; the address decides, and the two are never mixed."""

import pytest
from django.utils.translation import override

from tests.cast import add_module
from tests.courses.lessons import add_edition

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/sign-in/",
    "/record/",
    "/rules/",
    "/password/",
    "/mass-line/",
    "/mass-line/one/",
    "/mass-line/one/first/",
]


@pytest.fixture
def both(member):
    """The same lesson in both languages."""
    chinese = add_edition(add_module())
    add_edition(add_module("en"), translation_key=chinese.translation_key)
    return chinese


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_page_says_its_language(client, member, both, address, signed_in) -> None:
    if signed_in:
        client.force_login(member)
    for prefix, language in (("", "zh-CN"), ("/en", "en")):
        body = client.get(prefix + address, follow=True).content.decode()
        assert f'<html lang="{language}">' in body


@pytest.mark.parametrize("header", ["en", "en-GB,en;q=0.9", "fr", ""])
def test_the_address_decides_and_not_the_browser(client, header) -> None:
    assert '<html lang="zh-CN">' in client.get("/", headers={"accept-language": header}).content.decode()


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("/record/", ("en", "English", "/en/record/")),
        ("/en/record/", ("zh-hans", "中文", "/record/")),
        ("/record/?page=2", ("en", "English", "/en/record/?page=2")),
        ("/en/", ("zh-hans", "中文", "/")),
        ("/", ("en", "English", "/en/")),
    ],
)
def test_every_page_links_to_its_counterpart(client, member, address, other) -> None:
    client.force_login(member)

    assert client.get(address).context["other_language"] == other


def test_english_pages_use_names_in_latin_letters(client, member) -> None:
    client.force_login(member)

    assert "Li Hui" in client.get("/en/").content.decode()
    assert "李慧" in client.get("/").content.decode()


def test_signing_out_stays_in_the_language(client, member) -> None:
    client.force_login(member)

    assert client.post("/en/sign-out/").url == "/en/"


def test_an_organisation_without_an_english_name_keeps_its_own(county) -> None:
    county.name_en = ""
    with override("en"):
        assert str(county) == "柳溪县委"
