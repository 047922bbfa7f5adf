"""What was written into a blank, and what the key accepts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quizzes.numerals import chinese
from quizzes.same_words import fills, plain

SEPARATORS = st.sampled_from([" ", ".", "/", "、", "·", "-", ":", "，", "\u3000", "."])


def blank(kind: str, *accepted: str, tolerance: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "accepted": list(accepted), "accepted_en": [], "tolerance": tolerance}


@pytest.mark.parametrize(
    ("accepted", "given_words"),
    [
        ("群众路线", "群众 路线。"),
        ("群众路线", "群眾路線"),
        ("25000里长征", "2万5千里长征"),
        ("100%", "百分之百"),
        ("Mass line", "ＭＡＳＳ－ＬＩＮＥ"),
        ("第十九次", "第19次"),
        ("十九大", "19大"),
        ("一九二一年", "1921年"),
        ("一百零五", "１０５"),
        ("两千", "2000"),
        ("廿三", "23"),
        ("1.4亿", "一亿四千万"),
        ("9500万", "95000000"),
        ("1234", "1,234"),
        ("百分之八十", "80％"),
        ("80%", "百分之80"),
        ("五四运动", "5·4运动"),
        ("三会一课", "3会1课"),
        ("2012-2015", "２０１２—２０１５"),
        ("千方百计", "「千方百计」"),
        ("三分之一", "三分之一"),
        ("！", "！"),
    ],
)
def test_the_same_words_written_otherwise_are_the_same(accepted, given_words) -> None:
    assert fills(blank("text", accepted), given_words)
    assert fills(blank("text", given_words), accepted)


@pytest.mark.parametrize(
    ("accepted", "given_words"),
    [
        ("1921", "19.21"),
        ("12", "1 2"),
        ("1234", "12,34"),
        ("80%", "80"),
        ("-5", "5"),
        ("10²", "102"),
        ("五四运动", "五十四运动"),
        ("五四运动", "54运动"),
        ("二三十", "23"),
        ("3-5年", "35年"),
        ("群众路线", "群众"),
        ("群众路线", ""),
        ("群众路线", "。"),
        ("C", "C#"),
        ("1921", "1922"),
    ],
)
def test_other_words_are_others(accepted, given_words) -> None:
    assert not fills(blank("text", accepted), given_words)
    assert not fills(blank("text", given_words), accepted)


@pytest.mark.parametrize(
    ("accepted", "tolerance", "given_words", "is_right"),
    [
        ("1234", None, "1,234", True),
        ("28", None, "“28”，", True),
        ("28", None, "(28)；", True),
        ("10", None, "10\u200b", True),
        ("100%", None, "百分之百", True),
        ("25000", None, "2万5千", True),
        ("7", None, "7项内容", True),
        ("10", None, "10来个", False),
        ("50", None, "五十来岁", False),
        ("30", None, "30出头", False),
        ("30", None, "30以内", False),
        ("1234", None, "12,34", False),
        ("1921", None, "19.21", False),
        ("1921", None, "1921年", True),
        ("12", None, "1 2", False),
        ("23", None, "二十三", True),
        ("23", None, "二三", False),
        ("23", None, "23人", True),
        ("23", None, "23多人", False),
        ("23", None, "23以上", False),
        ("23人", None, "二十三 人", True),
        ("23人", None, "23", False),
        ("23人", None, "23年", False),
        ("19", None, "第十九", True),
        ("0.5", None, "1/2", True),
        ("0.5", None, "二分之一", True),
        ("0.5", None, "0.50", True),
        ("140000000", None, "1.4亿", True),
        ("150", None, "一百五", False),
        ("-5", None, "负五", True),
        ("-5", None, "5", False),
        ("80", None, "80%", True),
        ("0.8", None, "80%", False),
        ("80%", None, "百分之八十", True),
        ("3.14", "0.01", "3.15", True),
        ("3.14", "0.01", "3.151", False),
        ("1", None, "1.2.3", False),
        ("1000", None, "1e3", False),
        ("5", None, "5-6", False),
        ("5", None, "不是5", False),
        ("5", None, "", False),
        ("0", None, "零", True),
    ],
)
def test_a_number_is_its_value_and_a_unit_only_where_the_key_names_one(
    accepted, tolerance, given_words, is_right
) -> None:
    assert fills(blank("number", accepted, tolerance=tolerance), given_words) is is_right


WHOLE_DAY = [
    "1921年7月23日", "1921-07-23", "1921/7/23", "1921.7.23", "1921. 7. 23", "一九二一年七月二十三日",
    "一九二一年七月廿三日",
    "１９２１年７月２３号", "23 July 1921", "July 23, 1921", "23rd of July, 1921", "Jul 23 1921",
    "19210723", "1921 年 7 月 23 日",
]  # fmt: skip


@pytest.mark.parametrize(
    "given_words", ["1921年7月23日，", "“1921年7月23日”", "1921年7月23", "1921、7、23", "1921 7 23"]
)
def test_marks_around_a_day_and_a_missing_sign_make_no_difference(given_words) -> None:
    assert fills(blank("date", "1921-07-23"), given_words)


def test_a_number_without_end_is_wrong_and_marked() -> None:
    assert not fills(blank("text", "5"), "⑳" * 156 + ".123百")
    assert not fills(blank("number", "5"), "⑳" * 156 + ".123百")


@pytest.mark.parametrize("given_words", WHOLE_DAY)
def test_a_day_may_be_written_in_many_ways(given_words) -> None:
    assert fills(blank("date", "1921-07-23"), given_words)
    assert fills(blank("date", given_words), "1921年7月23日")
    assert fills(blank("date", "1921年7月"), given_words)
    assert fills(blank("date", "1921"), given_words)
    assert not fills(blank("date", "1921-07-24"), given_words)


@pytest.mark.parametrize(
    ("accepted", "given_words", "is_right"),
    [
        ("1921-07-23", "1921年7月", False),
        ("1921-07-23", "7/23/1921", False),
        ("1921-07-23", "1921-23-07", False),
        ("1921年7月", "July 1921", True),
        ("1921年7月", "1921", False),
        ("1921年", "一九二一", True),
        ("1921年", "19.21", False),
        ("1921年", "公元1921年", True),
        ("7月1日", "7.1", True),
        ("7月1日", "七月一日", True),
        ("7月1日", "1921年7月1日", True),
        ("7月1日", "7月11日", False),
        ("1921-07-01", "7月1日", False),
        ("2024-02-29", "2024年2月29号", True),
        ("2024-02-29", "2023年2月29号", False),
        ("七一前后", "七一前后", True),
    ],
)
def test_the_key_says_how_exact_a_date_has_to_be(accepted, given_words, is_right) -> None:
    assert fills(blank("date", accepted), given_words) is is_right


def in_chinese(number: int) -> str:
    """A number with its places named, as a clerk writes it."""
    digits = "零一二三四五六七八九"
    if number >= 10**8:
        high, low, unit = *divmod(number, 10**8), "亿"
    elif number >= 10**4:
        high, low, unit = *divmod(number, 10**4), "万"
    else:
        words, skipped = "", False
        for step, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = number // step % 10
            if digit:
                words += ("零" if skipped and words else "") + digits[digit] + name
            skipped = not digit
        return words or "零"
    rest = in_chinese(low) if low else ""
    below = 10**7 if unit == "亿" else 1000
    return in_chinese(high) + unit + ("零" if low and low < below else "") + rest


@given(number=st.integers(0, 10**11))
def test_a_number_is_the_same_in_chinese_and_arabic_numerals(number) -> None:
    words = in_chinese(number)

    assert chinese(words) == number
    assert fills(blank("number", str(number)), words)
    assert fills(blank("number", words), f"{number:,}")
    assert fills(blank("text", f"共{words}人"), f"共{number}人")


@given(day=st.dates(date(1000, 1, 1), date(9999, 12, 31)), other=st.dates(date(1000, 1, 1)))
def test_a_date_is_itself_and_no_other(day, other) -> None:
    forms = [f"{day:%Y-%m-%d}", f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}"]

    for form in forms:
        assert fills(blank("date", forms[0]), form)
        assert fills(blank("date", other.isoformat()), form) is (day == other)


@given(first=st.integers(0, 9999), second=st.integers(0, 9999), between=SEPARATORS)
def test_what_stands_between_two_digits_is_never_lost(first, second, between) -> None:
    apart, together = f"{first}{between}{second}", f"{first}{second}"
    assume(between != "，" or not (1 <= first <= 999 and 100 <= second <= 999))  # thousands are grouped so

    assert plain(apart) != plain(together)
    assert not fills(blank("text", together), apart)
    assert not fills(blank("date", together), apart) or between == " "
    value = Fraction(apart) if between == "." else None
    if value != int(together):
        assert not fills(blank("number", together), apart)


@given(words=st.text(max_size=40))
def test_any_text_is_read_without_an_error_and_is_the_same_as_itself(words) -> None:
    for kind in ("text", "number", "date"):
        assert fills(blank(kind, "1921", "七月", "x"), words) in {True, False}
        assert fills(blank(kind, words), words) is bool(plain(words) or words.strip())


@given(
    value=st.decimals(-999, 999, places=2),
    near=st.decimals(0, 9, places=2),
    off=st.decimals(-12, 12, places=2),
)
def test_a_number_is_right_within_the_tolerance_and_not_beyond(value, near, off) -> None:
    right = fills(blank("number", str(value), tolerance=str(near)), str(value + off))
    assert right is (abs(off) <= near)
