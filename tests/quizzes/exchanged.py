"""Questions of every kind for tests of the exchange, made by Hypothesis: what each format can hold."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from hypothesis import strategies as st

from quizzes.exchange.carried import (
    BLANK,
    FALSE,
    FILL_IN,
    MATCHING,
    ORDERING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE,
    TRUE_FALSE,
    Blank,
    Carried,
    Entry,
    Option,
    Pair,
    RubricRow,
    in_one_line,
    tidy,
    with_blanks,
)
from quizzes.exchange.reading import read_questions

_SIGNS = st.sampled_from(list("\\~=#{}:%*[]<>&'\"/|｜→-$.,;_@`^()!?（）：；、，。√×A1b正错“”　\t€é😀"))
_LETTERS = st.characters(
    min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc", "Co", "Cn")
)
_CHUNKS = st.lists(
    st.one_of(
        _SIGNS,
        _LETTERS,
        st.sampled_from(["->", "=>", "//", "::", "####", "&nbsp;", "<br>", "]]>", "_x0041_"]),
    ),
    max_size=12,
).map("".join)


def _no_blanks(text: str) -> str:
    return with_blanks(text).replace(BLANK, "-")


def line(prefix: str = "") -> Any:
    """A line that says something."""
    return _CHUNKS.map(lambda text: _no_blanks(in_one_line(prefix + text))).filter(
        lambda text: any(map(str.isalnum, text))
    )


lines = st.lists(line("字"), min_size=1, max_size=3).map("\n".join).map(tidy)
some = st.one_of(st.just(""), lines)
some_line = st.one_of(st.just(""), line("字"))


def rows(least: int, most: int) -> Any:
    """Lines that a reader can tell apart."""
    return st.lists(
        line(), min_size=least, max_size=most, unique_by=lambda text: " ".join(text.split()).casefold()
    )


@st.composite
def about(draw: Any, *, english: bool, all_fields: bool) -> dict[str, Any]:
    """What every question may say besides."""
    said = {
        "explanation": draw(some),
        "source": draw(some_line),
        "reference": draw(st.one_of(st.just(""), st.from_regex(r"[a-z]{1,8}-[0-9]{1,4}", fullmatch=True))),
        "category": draw(st.sampled_from(["", "political-theory", "purpose"])),
        "tags": draw(st.lists(st.sampled_from(["群众路线", "tag one", "C++"]), unique=True)),
        "difficulty": draw(st.integers(1, 3)),
        "points": draw(st.integers(1, 100)),
    }
    if english:
        said |= {"explanation_en": draw(some), "source_en": draw(some_line)}
    if all_fields:
        said |= {
            "valid_as_of": draw(
                st.one_of(st.just(""), st.dates().map(lambda day: f"{day:%Y-%m-%d}".zfill(10)))
            ),
            "passage": draw(some_line),
            "case": draw(some_line),
        }
    return said


@st.composite
def choice(draw: Any, *, english: bool = True, all_fields: bool = True) -> Carried:
    texts = draw(rows(2, 8))
    kind = draw(st.sampled_from([SINGLE, SEVERAL]))
    least, most = (1, 1) if kind == SINGLE else (2, len(texts))
    right = draw(st.sets(st.integers(0, len(texts) - 1), min_size=least, max_size=most))
    question = Carried(kind, draw(lines), **draw(about(english=english, all_fields=all_fields)))
    others = (
        draw(st.lists(line("e"), min_size=len(texts), max_size=len(texts), unique_by=str.casefold))
        if english
        else []
    )
    question.options = [
        Option(
            text,
            others[n] if english else "",
            n in right,
            draw(some_line),
            draw(some_line) if english else "",
        )
        for n, text in enumerate(texts)
    ]
    question.stem_en = draw(lines) if english else ""
    question.is_partial = kind == SEVERAL and draw(st.booleans())
    return question


@st.composite
def true_false(draw: Any, *, english: bool = True, all_fields: bool = True) -> Carried:
    question = Carried(TRUE_FALSE, draw(lines), **draw(about(english=english, all_fields=all_fields)))
    is_true = draw(st.booleans())
    question.options = [Option(*TRUE, is_true, draw(some_line)), Option(*FALSE, not is_true, draw(some_line))]
    return question


_NUMBERS = (
    st.decimals(-1_000_000, 1_000_000, places=3)
    .map(lambda n: f"{n:f}".rstrip("0").rstrip("."))
    .map(lambda text: "0" if text in ("-0", "") else text)
)
_TOLERANCES = st.sampled_from(["", "0.5", "2", "0.0001"])


@st.composite
def fill_in(draw: Any, *, english: bool = True, all_fields: bool = True, many: bool = True) -> Carried:
    number = draw(st.integers(1, 3)) if many else 1
    pieces = [f"{draw(line('字'))}字" for _n in range(number + 1)]  # no underline beside a blank
    question = Carried(FILL_IN, BLANK.join(pieces), **draw(about(english=english, all_fields=all_fields)))
    for _n in range(number):
        kind = draw(st.sampled_from(["text", "number", "date"] if many else ["text", "number"]))
        if kind == "text":
            blank = Blank(draw(rows(1, 3)), draw(rows(0, 2)) if english and many else [])
        elif kind == "number":
            blank = Blank(
                draw(st.lists(_NUMBERS, min_size=1, max_size=2, unique=True)), [], kind, draw(_TOLERANCES)
            )
        else:
            blank = Blank(["2021-07-01"], [], kind)
        question.blanks.append(blank)
    if english:
        question.stem_en = BLANK.join(f"e{piece}" for piece in pieces)
    question.is_partial = many and draw(st.booleans())
    return question


@st.composite
def ordering(draw: Any, *, english: bool = True, all_fields: bool = True) -> Carried:
    question = Carried(ORDERING, draw(lines), **draw(about(english=english, all_fields=all_fields)))
    texts = draw(rows(2, 12))
    others = [f"row {n}" if english else "" for n in range(len(texts))]
    question.options = [Option(text, other) for text, other in zip(texts, others, strict=True)]
    question.is_partial = draw(st.booleans())
    return question


@st.composite
def matching(draw: Any, *, english: bool = True, all_fields: bool = True) -> Carried:
    question = Carried(MATCHING, draw(lines), **draw(about(english=english, all_fields=all_fields)))
    texts = draw(rows(2, 6))
    question.pairs = [
        Pair(text, draw(line()), f"left {n}" if english else "", f"right {n}" if english else "")
        for n, text in enumerate(texts)
    ]
    if draw(st.booleans()):
        question.pairs.append(Pair("", draw(line())))
    question.is_partial = draw(st.booleans())
    return question


@st.composite
def short_answer(draw: Any, *, english: bool = True, all_fields: bool = True, rubric: bool = True) -> Carried:
    question = Carried(SHORT, draw(lines), **draw(about(english=english, all_fields=all_fields)))
    if rubric:
        question.rubric = [
            RubricRow(draw(line("字")), draw(st.integers(1, 20)), draw(line("e")) if english else "")
            for _n in range(draw(st.integers(1, 4)))
        ]
        question.points = sum(row.points for row in question.rubric)
    return question


KINDS: dict[str, list[Any]] = {
    "rows": [choice(), true_false(), fill_in(), ordering(), matching(), short_answer()],
    "moodle": [
        choice(all_fields=False),
        true_false(all_fields=False),
        fill_in(all_fields=False, many=False),
        ordering(all_fields=False),
        matching(all_fields=False),
        short_answer(all_fields=False),
    ],
    "gift": [
        choice(english=False, all_fields=False),
        true_false(english=False, all_fields=False),
        fill_in(english=False, all_fields=False, many=False),
        matching(english=False, all_fields=False),
        short_answer(english=False, all_fields=False, rubric=False),
    ],
}


def read_text(content: str | bytes, name: str) -> list[Entry]:
    """What is read of a file of this content."""
    raw = content.encode() if isinstance(content, str) else content
    return read_questions(ContentFile(raw, name=name), lambda *_told: None).entries
