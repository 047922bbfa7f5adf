"""Pages go packed to browsers that can unpack them, and say the same."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.packing import packed

PARTS = st.lists(st.binary(max_size=400) | st.integers(0, 70_000).map(lambda size: b"ab" * size), max_size=12)


@given(PARTS)
def test_parts_packed_one_by_one_are_one_whole(parts) -> None:
    assert gzip.decompress(packed(parts)) == b"".join(parts)


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [
        ("gzip, deflate, br", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0, br", False),
        ("gzip;q=0.5", True),
    ],
)
def test_a_page_is_packed_for_those_who_ask(client, db, accepts, is_packed) -> None:
    answer = client.get("/sign-in/", headers={"accept-encoding": accepts})

    assert answer.get("Content-Encoding") == ("gzip" if is_packed else None)
    assert "Accept-Encoding" in answer["Vary"]
    content = gzip.decompress(answer.content) if is_packed else answer.content
    assert content.startswith(b"<!doctype html>")
    assert answer["Content-Length"] == str(len(answer.content))


def test_a_lesson_says_the_same_packed_and_plain_the_first_time_and_after(client, member, lesson) -> None:
    client.force_login(member)
    for _time in range(3):
        plain = client.get("/mass-line/one/first/").content
        answer = client.get("/mass-line/one/first/", headers={"accept-encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        unpacked = gzip.decompress(answer.content)
        assert unpacked.count(b"data-screen") == plain.count(b"data-screen") == 3
        assert unpacked.endswith(b"</html>\n")
