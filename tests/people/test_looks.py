"""How pages look: what is chosen, remembered and read again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from people.contacts import contact_for
from people.looks import SIZES, PageLook, Theme, look_for
from tests.cast import make_member

LOOKS = st.builds(
    PageLook,
    large=st.booleans(),
    size=st.sampled_from(SIZES),
    theme=st.sampled_from(list(Theme)),
    strip=st.booleans(),
)


@given(LOOKS)
def test_what_is_written_is_read_again(look) -> None:
    assert PageLook.read(str(look)) == look
    assert len(".".join(look.besides)) <= 32


@given(st.text())
def test_whatever_a_cookie_holds_is_a_look(text) -> None:
    assert PageLook.read(text).size in SIZES


@pytest.mark.parametrize(
    ("cookie", "classes"),
    [
        ("", ""),
        ("normal", ""),
        ("large", "large-print"),
        ("large.36.dark.strip", "large-print type-36 theme-dark with-strip"),
        ("normal.28.contrast", "theme-contrast"),
        ("large.99.pink", "large-print"),
    ],
)
def test_the_page_carries_the_look_from_the_server(client, db, cookie, classes) -> None:
    client.cookies["look"] = cookie
    page = client.get("/sign-in/").content.decode()

    assert (f'<html lang="zh-CN" class="{classes}">' if classes else '<html lang="zh-CN">') in page
    assert ("css/looks.css" in page) is bool(classes)
    assert ("big-text.js" in page) is ("strip" in cookie)


@pytest.mark.parametrize(
    ("before", "choice", "after"),
    [
        ("", {"look": "large"}, "large"),
        ("large.28.dark", {"look": "normal"}, "normal.28.dark"),
        ("normal.28.dark", {"look": "large"}, "large.28.dark"),
        ("normal", {"size": "32"}, "large.32"),
        ("large", {"theme": "contrast"}, "large.contrast"),
        ("large.contrast", {"theme": "paper"}, "large"),
        ("large", {"strip": "on"}, "large.strip"),
        ("large.36.strip", {"strip": "off"}, "large.36"),
        ("large.36", {"size": "400", "theme": "pink", "strip": "maybe"}, "large.36"),
        ("large.36", {}, "large.36"),
    ],
)
def test_each_button_changes_one_thing(client, db, before, choice, after) -> None:
    client.cookies["look"] = before
    response = client.post("/look/", {**choice, "next": "/look/#looks"})

    assert (response.url, response.cookies["look"].value) == ("/look/#looks", after)


def test_a_look_follows_the_member_to_another_device(client, member) -> None:
    client.force_login(member)
    client.cookies["look"] = "large"
    for choice in ({"size": "28"}, {"theme": "dark"}, {"strip": "on"}):
        client.cookies["look"] = client.post("/look/", {**choice, "next": "/"}).cookies["look"].value
    member.refresh_from_db()

    assert (member.prefers_large_print, member.look) == (True, "28.dark.strip")
    assert str(look_for(member)) == "large.28.dark.strip"


def test_the_usual_look_is_not_forced_upon_another_device(member) -> None:
    assert look_for(member) is None


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/look/", "/account/"])
def test_the_settings_name_elder_mode_by_every_name_it_is_sought_by(client, member, address) -> None:
    client.force_login(member)
    words = client.get(address).content.decode()

    assert [name for name in ("长辈版", "亲情版", "关爱版", "关怀版") if name not in words] == []


def test_the_person_to_ring_stands_on_every_page_in_elder_mode_for_one_query(
    client, member, secretary
) -> None:
    client.force_login(member)
    pages = {}
    for look in ("normal", "large"):
        client.cookies["look"] = look
        client.get("/account/")
        with CaptureQueriesContext(connection) as captured:
            pages[look] = (client.get("/account/").content.decode(), len(captured))

    assert 'href="tel:13900000002"' in pages["large"][0]
    assert "tel:" not in pages["normal"][0]
    assert pages["large"][1] - pages["normal"][1] == 1


def test_who_has_nobody_to_ring_has_no_empty_line(client, branch, today) -> None:
    alone = make_member("alone", branch)
    client.force_login(alone)
    client.cookies["look"] = "large"

    assert contact_for(alone, on=today) is None
    assert "ring-up" not in client.get("/account/").content.decode()
