"""What pages send is read strictly: a report, or nothing at all."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hours.beats import LONGEST_BODY, Malformed, PageReport, read_reports
from hours.clock import Beat, Sign
from hours.tokens import StudyToken, TokenRefused
from tests.hours.pages import TEN

TOKEN = StudyToken(UUID(int=1), UUID(int=2), 3, TEN)
SIGNED = TOKEN.sign()
NOW = TEN + timedelta(minutes=5)


def read(*pages: object) -> list[PageReport]:
    return read_reports(json.dumps({"pages": list(pages)}).encode(), at=NOW)


def read_signs(text: str) -> tuple[Sign, ...]:
    return read([SIGNED, [[0, 100, 300, text]]])[0].beats[0].signs


def test_a_report_says_what_was_sent() -> None:
    assert read([SIGNED, [[7, 2100, 300, "p0:2-3 p120:3-4"]], 2400]) == [
        PageReport(TOKEN, [Beat(7, 2100, 300, (Sign(2100, "p", 2, 3), Sign(2220, "p", 3, 4)))], 2400)
    ]
    assert read([SIGNED, []]) == [PageReport(TOKEN, [], None)]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", ()),
        ("p0", (Sign(100, "p"),)),
        ("p-50", (Sign(50, "p"),)),
        ("p0:4", (Sign(100, "p", 4, 4),)),
        ("p0:4-2", (Sign(100, "p", 4, 4),)),
        ("p0:1-2 h30 p60", (Sign(100, "p", 1, 2), Sign(130, "h", 1, 2), Sign(160, "p", 1, 2))),
        ("m0@90x150", (Sign(100, "m", 0, 0, 90, 1.5),)),
        ("m0@90", (Sign(100, "m", 0, 0, 90, 1.0),)),
        ("m0:2@90x400 s30", (Sign(100, "m", 2, 2, 90, 4.0), Sign(130, "s", 2, 2))),
        ("m0@0x999", (Sign(100, "m", 0, 0, 0, 4.0),)),
        ("m0@0x10", (Sign(100, "m", 0, 0, 0, 0.25),)),
    ],
)
def test_signs_are_read(text, signs) -> None:
    assert read_signs(text) == signs


@pytest.mark.parametrize(
    "text",
    [
        "x0", "p", "P0", "p0,p1", "p0  p1", " p0", "p0\n", "p0.5", "p+1", "p--1", "p1e3", "p0:-1", "p0:1-",
        "p0:99999", "m0x100", "m0@", "m0@1x", "m0@1x1", "m0@1x1000", "p123456789", "p٣", "p０", "p0\x00",
        "p0\u00a0p1",
        "群众", "\ud800", " ".join(["p0"] * 81),
    ],
)  # fmt: skip
def test_anything_else_is_no_sign(text) -> None:
    with pytest.raises(Malformed, match=r"^signs$"):
        read_signs(text)


GOOD = [0, 0, 300, "p0"]


@pytest.mark.parametrize(
    "beat",
    [
        None, 7, "beat", {}, [], GOOD[:3], [*GOOD, 1], [0.0, 0, 300, ""], [0, 0.5, 300, ""],
        ["0", 0, 300, ""],
        [0, 0, 300, None], [0, 0, 300, ["p0"]], [-1, 0, 300, ""], [2**31, 0, 300, ""], [0, 10**8, 300, ""],
        [0, -(10**8), 300, ""], [0, 0, 0, ""], [0, 0, -5, ""], [0, 0, 10**14, ""], [10**400, 0, 300, ""],
        [True, 0, 300, ""], [0, True, 300, ""], [0, 0, True, ""], [None, 0, 300, ""], [0, 0, 300, "", None],
    ],
)  # fmt: skip
def test_a_beat_of_another_form_is_refused_with_the_whole_report(beat) -> None:
    with pytest.raises(Malformed, match=r"^beat$"):
        read([SIGNED, [GOOD, beat]])


@pytest.mark.parametrize(
    "page",
    [
        None, 7, "page", {}, [], [SIGNED], [SIGNED, None], [SIGNED, {}], [SIGNED, "p0"], [None, []], [7, []],
        [SIGNED, [], "now"], [SIGNED, [], 1.5], [SIGNED, [], 10**8], [SIGNED, [], -(10**8)],
        [SIGNED, [], 1, 1],
        [SIGNED, [], None], [SIGNED, [], True], ["x" * 201, []], [SIGNED, [GOOD] * 501],
    ],
)  # fmt: skip
def test_a_page_of_another_form_is_refused(page) -> None:
    with pytest.raises(Malformed, match=r"^page$"):
        read(page)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"), (b"{", "body"), (b"null", "body"), (b"[]", "body"), (b'"x"', "body"), (b"7", "body"),
        (b"{}", "body"), (b'{"pages": NaN}', "pages"), (b'{"pages": Infinity}', "pages"), (b"\x00", "body"),
        (b"\xff\xfe\x00", "body"), (b"\xff\xfe\xfd", "body"), ("群众".encode(), "body"),
        (b'{"pages": []}', "pages"),
        (b'{"pages": {}}', "pages"), (b'{"pages": "p"}', "pages"), (b"[" * 50_000, "body"),
        (b'{"pages":' * 10_000, "body"), (b'{"pages": ' + b"9" * 5000 + b"}", "body"),
        (b'{"pages": [1]} ' + b" " * LONGEST_BODY, "body"),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_report_says_where(body, where) -> None:
    with pytest.raises(Malformed, match=rf"^{where}$"):
        read_reports(body, at=NOW)


def test_as_much_as_is_allowed_and_no_more() -> None:
    assert len(read(*[[SIGNED, [GOOD] * 25]] * 20)) == 20
    assert len(read_signs(" ".join(["p0"] * 80))) == 80
    with pytest.raises(Malformed, match=r"^pages$"):
        read(*[[SIGNED, []]] * 21)
    with pytest.raises(Malformed, match=r"^beats$"):
        read([SIGNED, [GOOD] * 251], [SIGNED, [GOOD] * 250])


def test_one_page_with_a_bad_token_refuses_all() -> None:
    with pytest.raises(TokenRefused, match=r"^forged$"):
        read([SIGNED, [GOOD]], [SIGNED[:-9] + "AAAAAAAAA", [GOOD]])


def test_half_a_minute_of_ordinary_reading_is_sent_in_150_bytes() -> None:
    body = json.dumps(
        {"pages": [[SIGNED, [[12, 3600, 300, "p-20:2-3 p45 p110:3-4 p260"]]]]}, separators=(",", ":")
    )

    assert len(body.encode()) <= 150


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_never_break_it(body) -> None:
    with pytest.raises(Malformed):
        read_reports(body, at=NOW)


near = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["p0", "p0:1-2 h30", SIGNED, "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["pages", "x"]), inner, max_size=2)
    ),
    max_leaves=25,
)
number = st.integers(-(10**9), 10**15) | st.booleans() | st.floats(allow_nan=True)
near_beats = st.lists(
    st.tuples(number, number, number, st.text("phmas0123456789:-@x ", max_size=30)).map(list) | near,
    max_size=4,
)


@settings(max_examples=400)
@given(near | st.lists(st.tuples(st.just(SIGNED), near_beats).map(list) | near, max_size=4))
def test_what_nearly_is_a_report_is_one_or_is_refused(pages) -> None:
    body = json.dumps({"pages": pages}).encode()
    try:
        reports = read_reports(body, at=NOW)
    except (Malformed, TokenRefused):
        return
    for report in reports:
        assert report.token == TOKEN
        for beat in report.beats:
            assert all(type(value) is int for value in beat[:3])
