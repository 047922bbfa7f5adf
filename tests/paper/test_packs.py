"""Packs on paper, read back from the PDF."""

import io
import re

import pypdf
import pytest

from paper.bulk import print_each, print_together
from paper.content import Look
from paper.packs import print_pack, print_run
from tests.paper.packing import (
    SENTENCE,
    lesson,
    lines_of,
    opened,
    pack,
    paragraph,
    plain,
    quiz,
    run,
    text_of,
    words_of,
)

ENGLISH = Look(language="en")
NOT_FIRST = "，。、；：？！）》」』】…”’"
NOT_LAST = "（《「『【“‘"


def test_every_word_of_a_lesson_is_in_its_pack():
    blocks = [
        {"kind": "heading", "text": "标题甲"},
        {"kind": "paragraph", "runs": [run("正文乙"), run("粗体丙", bold=True)]},
        {"kind": "list", "ordered": True, "items": [[run("第一丁")], [run("第二戊")]]},
        {"kind": "quotation", "text": "引文己", "from": "《出处庚》"},
        {"kind": "terms", "terms": [{"term": "词语辛", "meaning": "解释壬"}]},
        {"kind": "timeline", "title": "年表癸", "events": [{"when": "1943年", "what": "事件子"}]},
        {"kind": "figure", "path": "", "alt": "图示丑", "caption": "图题寅"},
        {"kind": "table", "caption": "表题卯", "head": [[run("列辰")]], "rows": [[[run("格巳")]]]},
        {"kind": "media", "title": "录音午", "transcript": "所说未", "address": "https://study.example/a1/"},
        {
            "kind": "case",
            "title": "案例天",
            "blocks": [{"kind": "paragraph", "runs": [run("经过地")]}],
            "think": "想想玄",
            "questions": ["为何黄"],
        },
        {"kind": "discussion", "heading": "谈谈宇", "question": "哪里宙", "hint": "先说洪"},
        {"kind": "something new", "text": "不识申"},
    ]
    part = lesson(*blocks, summary="提要酉", as_of="2026年11月1日", discussion=["问题戌"])
    words = words_of(print_pack(pack(part, quizzes=[quiz()]), ENGLISH))
    for word in [
        "标题甲",
        "正文乙",
        "粗体丙",
        "第一丁",
        "第二戊",
        "引文己",
        "《出处庚》",
        "词语辛",
        "解释壬",
        "年表癸",
        "1943年",
        "事件子",
        "图示丑",
        *("案例天", "经过地", "想想玄", "为何黄", "谈谈宇", "哪里宙", "先说洪", "https://study.example/a1/"),
        "图题寅",
        "表题卯",
        "列辰",
        "格巳",
        "录音午",
        "所说未",
        "不识申",
        "提要酉",
        "2026年11月1日",
        "问题戌",
        "第3题问什么",
        "选项3",
    ]:
        assert word in words, word


def test_a_small_pack_has_a_cover_a_lesson_a_quiz_a_sheet_and_a_slip():
    printed = print_pack(pack(lesson(paragraph("一句话。")), quizzes=[quiz()]), ENGLISH)
    pages = [plain(text_of(page)) for page in opened(printed)]
    assert printed.pages == [5]
    assert [f"Page{number}of5" in page for number, page in enumerate(pages, 1)] == [True] * 5
    assert [
        word in page
        for word, page in zip(
            ("Whatisinside", "一句话", "第3题", "Answersheet", "Returnslip"), pages, strict=True
        )
    ] == [True] * 5
    assert "Thispack:5pages" in pages[0]
    assert all("欧阳建国" in page and "2026-000017" in page for page in pages)
    assert "13800001234" in pages[0]


def test_a_pack_without_a_quiz_has_no_answer_sheet():
    printed = print_pack(pack(lesson(paragraph("一句话。"))), ENGLISH)
    assert printed.pages == [3]
    assert "Answersheet" not in words_of(printed)


@pytest.mark.parametrize("points", [16, 20, 30])
@pytest.mark.parametrize("pinyin", [False, True])
def test_no_line_begins_or_ends_with_a_mark_that_must_not(points, pinyin):
    part = lesson(*(paragraph("学" * start + SENTENCE * 2) for start in range(16)), summary=SENTENCE)
    printed = print_pack(pack(part), Look(points=points, pinyin=pinyin))
    lines = [line for page in opened(printed) for line in lines_of(page)]
    assert [line for line in lines if line[0] in NOT_FIRST or line[-1] in NOT_LAST] == []
    assert len(lines) > 50


def test_a_number_and_its_unit_stay_on_one_line():
    part = lesson(*(paragraph("学" * start + "习到1943年6月1日共56学时") for start in range(8, 24)))
    lines = [line for page in opened(print_pack(pack(part), Look())) for line in lines_of(page)]
    assert [line for line in lines if re.match("[年月日]", line)] == []


def test_pinyin_stands_above_by_the_word_and_only_when_asked():
    part = lesson(paragraph("银行的行长在重庆。"))
    words = words_of(print_pack(pack(part), Look(pinyin=True)))
    assert [(reading, words.count(reading)) for reading in ("háng", "zhǎng", "chóng", "xíng", "zhòng")] == [
        ("háng", 2),
        ("zhǎng", 1),
        ("chóng", 1),
        ("xíng", 0),
        ("zhòng", 1),
    ]
    assert "háng" not in words_of(print_pack(pack(part), Look()))


def test_the_pdf_is_tagged_has_a_language_a_title_and_only_embedded_fonts():
    printed = print_pack(pack(lesson(paragraph(SENTENCE)), quizzes=[quiz()]), Look())
    reader = pypdf.PdfReader(io.BytesIO(printed.pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/StructTreeRoot"]["/K"]
    assert "2026-000017" in reader.metadata.title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font["/DescendantFonts"][0]
            fonts[font["/BaseFont"]] = any(key.startswith("/FontFile") for key in inner["/FontDescriptor"])
    assert set(fonts.values()) == {True}
    assert all(re.match(r"/[A-Z]{6}\+NotoSans(SC|JP)", name) for name in fonts)


@pytest.mark.parametrize(("size", "wide", "high"), [("a4", 595.28, 841.89), ("a3", 841.89, 1190.55)])
def test_pages_have_the_size_asked_for(size, wide, high):
    document = opened(print_pack(pack(lesson(paragraph(SENTENCE)), quizzes=[quiz()]), Look(size=size)))
    assert {tuple(round(side, 2) for side in page.get_size()) for page in document} == {(wide, high)}


@pytest.mark.parametrize("size", ["a4", "a3"])
@pytest.mark.parametrize("name", ["阿" * 40, "W" * 40, "买买提·" * 10])
def test_a_name_of_forty_characters_stays_on_the_page(size, name):
    printed = print_pack(
        pack(lesson(paragraph("一句话。")), name=name, branch=name * 3), Look(size=size, points=30)
    )
    for page in opened(printed):
        held = page.get_textpage()
        boxes = [held.get_charbox(index) for index in range(held.count_chars())]
        wide, _ = page.get_size()
        assert min(box[0] for box in boxes if box[2] > box[0]) > 40
        assert max(box[2] for box in boxes) < wide - 40
    assert plain(name) in words_of(printed)


def test_rare_characters_are_printed_and_those_without_a_picture_are_told():
    printed = print_pack(
        pack(lesson(paragraph("䶮和𠮷在这里，😀和\U000323aa不在\x07。")), name="䶮𠮷"), Look()
    )
    words = words_of(printed)
    assert "䶮和𠮷在这里，〓和〓不在。" in words
    assert printed.missing == "😀\U000323aa"


@pytest.mark.parametrize(
    "hostile", ["#panic()", "*粗*_斜_", "$x$", r"\#let", "@ref <a>", "= 标题", '"]) #', "[链](a)"]
)
def test_what_looks_like_markup_is_printed_as_it_stands(hostile):
    part = lesson(paragraph(hostile), title=hostile, discussion=[hostile])
    words = words_of(print_pack(pack(part, name=hostile, branch=hostile, contact_name=hostile), ENGLISH))
    assert words.count(plain(hostile)) >= 6


def test_a_long_table_repeats_its_head_on_each_of_its_pages():
    rows = [
        [[run(f"第{number}行")], [run("集中学习，支部书记讲课，全体党员参加")]] for number in range(1, 1001)
    ]
    table = {"kind": "table", "caption": "", "head": [[run("表头甲")], [run("表头乙")]], "rows": rows}
    document = opened(print_pack(pack(lesson(table)), Look(points=16)))
    pages = [plain(text_of(page)) for page in document]
    held = [page for page in pages if re.search("第[0-9]+行", page)]
    assert len(held) >= 40
    assert all("表头甲表头乙" in page for page in held)
    assert "第1000行" in held[-1]


def test_a_table_with_uneven_rows_or_none_does_not_break_the_page():
    uneven = {
        "kind": "table",
        "caption": "",
        "head": [],
        "rows": [[[run("甲")], [run("乙")]], [[run("丙")]], []],
    }
    empty = {"kind": "table", "caption": "空", "head": [], "rows": []}
    assert "甲乙丙空" in words_of(print_pack(pack(lesson(uneven, empty)), Look()))


def test_the_words_of_a_pack_follow_its_look():
    words = words_of(print_pack(pack(lesson(paragraph("一句话。"))), ENGLISH))
    assert "Studypack" in words and "Returnslip" in words


def test_packs_of_a_run_begin_on_a_new_sheet_and_count_their_own_pages():
    packs = [
        pack(lesson(paragraph(SENTENCE * times)), key=f"{times:032x}", number=f"2026-{times:06d}")
        for times in (1, 8, 2)
    ]
    printed = print_run(packs, ENGLISH)
    pages = [plain(text_of(page)) for page in opened(printed)]
    assert printed.pages == [3, 4, 3]
    assert len(pages) == 3 + 1 + 4 + 3
    assert [("Page1of" in page) for page in pages] == [number in (0, 4, 8) for number in range(11)]
    assert pages[3] == ""
    assert print_together(packs, ENGLISH).pages == [3, 4, 3]
    assert len(opened(print_run(packs, ENGLISH, duplex=False))) == 10


def test_packs_printed_one_by_one_are_the_same_as_each_alone():
    packs = [pack(lesson(paragraph(f"第{number}份。")), key=f"{number:032x}") for number in range(1, 4)]
    assert [printed.pdf for printed in print_each(packs, ENGLISH)] == [
        print_pack(one, ENGLISH).pdf for one in packs
    ]


def test_two_processes_print_the_same_packs_in_their_order():
    packs = [pack(lesson(paragraph(f"第{number}份。")), key=f"{number:032x}") for number in range(1, 13)]
    printed = list(print_each(packs, ENGLISH, workers=2))
    assert [f"第{number}份。" in words_of(one) for number, one in enumerate(printed, 1)] == [True] * 12


def test_whoever_stops_early_gets_no_more():
    asked = []

    def packs():
        for number in range(1, 200):
            asked.append(number)
            yield pack(lesson(paragraph("一句话。")), key=f"{number:032x}")

    coming = print_each(packs(), ENGLISH, workers=1)
    next(coming)
    coming.close()
    assert len(asked) == 8
