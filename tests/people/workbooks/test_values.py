"""What people write for dates, numbers and telephones, and what becomes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.workbooks import values
from people.workbooks.cells import Mark, column_index, column_letters, day_of_serial
from people.workbooks.columns import heading_key, headings
from people.workbooks.problems import Problems
from people.workbooks.refusals import Wrong
from people.workbooks.values import CLEAR

FIRST_OF_MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        FIRST_OF_MARCH,
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "２０２６年３月１日",
        "20260301",
        20260301.0,
        46082.0,
        "46082",
        " 2026-3-1 ",
        "2026-03-01 00:00:00",
        "2026-03-01T00:00:00",
        46082.75,
    ],
)
def test_a_day_is_understood(cell: Any) -> None:
    assert values.day(cell, False) == FIRST_OF_MARCH


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert values.day(44620.0, True) == FIRST_OF_MARCH


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30", "no_such_date"),
        ("2026年13月1日", "no_such_date"),
        ("20260230", "no_such_date"),
        ("3/1/2026", "day_order"),
        ("26-3-1", "day_order"),
        ("2026-03", "day_form"),
        ("三月一日", "day_form"),
        (2026.0, "day_is_a_year"),
        ("2026", "day_is_a_year"),
        (60.0, "day_form"),
        ("1850-01-01", "day_range"),
        (Mark.FORMULA, "formula"),
        (Mark.NO_DAY, "no_such_day"),
        (Mark.ERROR, "error_value"),
        ("=TODAY()", "formula"),
    ],
)
def test_what_is_no_day_gets_a_message(cell: Any, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        values.day(cell, False)

    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("serial", "day"), [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1))]
)
def test_excels_29_february_1900_never_was(serial: float, day: date) -> None:
    assert day_of_serial(serial, since_1904=False) == day
    assert day_of_serial(60, since_1904=False) is None


@pytest.mark.parametrize("cell", ["PETER1", "peter1", "ｐｅｔｅｒ１", " pe ter-1 "])
def test_a_member_number_is_the_same_however_it_is_written(cell: str) -> None:
    assert values.number(cell, False) == "peter1"


@pytest.mark.parametrize(
    "cell", ["139 0000 0001", "139-0000-0001", "１３９００００００００１", 13900000001.0]
)
def test_a_telephone_is_the_same_however_it_is_written(cell: Any) -> None:
    assert values.phone(cell, False) == (
        "13900000001" if cell != "１３９００００００００１" else "139000000001"
    )


def test_identity_numbers_are_known_by_their_check_digit() -> None:
    assert values.is_identity_number("11010519491231002X")
    assert not values.is_identity_number("110105194912310021")
    with pytest.raises(Wrong, match="identity_number"):
        values.number("11010519491231002X", False)


def test_numbers_that_excel_rounded_are_not_guessed() -> None:
    with pytest.raises(Wrong, match="rounded"):
        values.number(1.10105194912e17, False)


@pytest.mark.parametrize("cell", ["1968", 1968.0, "1968年", "1968-05", date(1968, 5, 1), "1968年5月1日"])
def test_of_a_birthday_only_the_year_is_kept(cell: Any) -> None:
    assert values.birth_year(cell, False) == 1968


@given(st.text(max_size=30))
def test_what_is_escaped_is_never_evaluated_and_comes_back(text: str) -> None:
    assert not values.escaped(text).startswith(values.EVALUATED)
    assert values.unescaped(values.escaped(text)) == text


def test_the_clearing_word_is_a_word_of_its_own() -> None:
    assert values.text(80)("清空", False) is CLEAR
    assert values.text(80)("'清空", False) == "清空"


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_excels_letters(index: int, letters: str) -> None:
    assert column_letters(index) == letters
    assert column_index(letters) == index


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("党员编号*", "number"),
        (" 编 号 ", "number"),
        ("手机号码（11位）", "phone"),
        ("ＰＨＯＮＥ", "phone"),
        ("Member number", "number"),
        ("姓名：", "name"),
        ("Year of birth", "birth_year"),
        ("所在支部", "branch"),
    ],
)
def test_headings_are_known_in_many_forms(heading: str, column: str) -> None:
    assert headings("members")[heading_key(heading)] == column


def test_above_the_limit_problems_are_counted_and_not_kept() -> None:
    problems = Problems()
    for row in range(6_000):
        problems.add("error", "党员", row, "A", "missing")

    assert (len(problems.kept), problems.errors, len(problems.bad["党员"])) == (5_000, 6_000, 6_000)
