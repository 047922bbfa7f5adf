"""Workbooks and Word files as branches have them: tables in any order, answers in any writing."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
import pytest
from openpyxl import load_workbook

from intake.refusals import UploadRefused
from quizzes.exchange.carried import Blank, Pair, RubricRow
from quizzes.exchange.exporting import TYPES
from quizzes.exchange.guide import EXAMPLES
from quizzes.exchange.refusals import FileRefused
from quizzes.exchange.workbook_writing import (
    EXAMPLE_SHEET,
    GUIDE_SHEET,
    SHEET,
    write_template,
    write_workbook,
)
from tests.intake import files
from tests.people.workbooks.books import xlsx
from tests.quizzes.exchanged import read_text

Rows = Sequence[Sequence[str]]


def word(*tables: Rows, lines: Sequence[str] = ()) -> bytes:
    """A Word file with these paragraphs and tables."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    for rows in tables:
        table = document.add_table(len(rows), max(len(row) for row in rows))
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(place, column).text = text
        document.add_paragraph("")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def right(entry) -> str:
    return "".join(
        letter for letter, option in zip("ABCDEFGH", entry.question.options, strict=False) if option.is_right
    )


USUAL = [
    ["序号", "题型", "题干", "A", "B", "C", "D", "答案", "解析"],
    ["1", "单选题", "一年有几个季度？", "二", "三", "四", "五", "C", "每个季度三个月。"],
    ["2", "多选题", "哪些月份有三十一天？", "一月", "二月", "三月", "四月", "A、C", ""],
    ["3", "判断题", "一小时有六十分钟。", "", "", "", "", "√", ""],
    ["4", "填空题", "一周有（  ）天。", "", "", "", "", "七|7", ""],
    ["5", "单选题", "没有答案的题", "一", "二", "", "", "", ""],
]


@pytest.mark.parametrize("name", ["题库.docx", "题库.xlsx"])
def test_the_table_that_branches_have(name) -> None:
    content = word(USUAL) if name.endswith("docx") else xlsx({"题库": USUAL})

    one, several, true_false, fill_in, wrong = read_text(content, name)

    assert (one.question.kind, right(one), one.question.explanation) == (
        "single_choice",
        "C",
        "每个季度三个月。",
    )
    assert (several.question.kind, right(several)) == ("multiple_choice", "AC")
    assert [(option.text, option.is_right) for option in true_false.question.options] == [
        ("正确", True),
        ("错误", False),
    ]
    assert (fill_in.question.stem, fill_in.question.blanks) == ("一周有____天。", [Blank(["七", "7"])])
    assert (wrong.is_good, [message.code for message in wrong.messages]) == (False, ["no_answer"])
    assert wrong.place == (("table", 1, 6) if name.endswith("docx") else ("row", 6))


def test_columns_in_any_order_options_in_one_cell_and_lines_between() -> None:
    rows = [
        ["答案", "试题内容", "选项"],
        ["一、判断题（每题1分）", "一、判断题（每题1分）", "一、判断题（每题1分）"],
        ["×", "二月有三十一天。", ""],
        ["二、多选题", "", ""],
        ["ABD", "哪些是春天的月份？", "A．二月\nB．三月\nC．八月\nD．四月"],
        ["选项B", "最冷的是？", "A. 七月  B. 一月"],
    ]

    false, several, changed = read_text(word(rows), "题库.docx")

    assert (false.question.kind, [o.is_right for o in false.question.options]) == (
        "true_false",
        [False, True],
    )
    assert (several.question.kind, right(several), several.question.options[2].text) == (
        "multiple_choice",
        "ABD",
        "八月",
    )
    assert [message.code for message in changed.messages] == ["amiss"]


def test_a_table_of_two_columns_holds_questions_below_each_other() -> None:
    rows = [
        ["题干", "一年有几个季度？"],
        ["A", "三"],
        ["B", "四"],
        ["答案", "B"],
        ["解析", "每个季度三个月。\n一年十二个月。"],
        ["题干", "一小时有六十分钟。"],
        ["答案", "对"],
    ]

    one, two = read_text(word(rows), "题库.docx")

    assert (one.place, right(one), one.question.explanation) == (
        ("table", 1, 1),
        "B",
        "每个季度三个月。\n一年十二个月。",
    )
    assert (two.place, two.question.kind, right(two)) == (("table", 1, 6), "true_false", "A")


def test_paragraphs_and_words_own_numbering_are_read() -> None:
    document = docx.Document()
    document.add_paragraph("党史知识题库")
    document.add_paragraph("一、单选题")
    document.add_paragraph("1．一年有几个季度？")
    document.add_paragraph("A．三\tB．四\tC．五")
    document.add_paragraph("答案：B")
    document.add_paragraph("解析：每个季度三个月。")
    document.add_paragraph("二、判断题")
    document.add_paragraph("2．一小时有六十分钟。（√）")
    document.add_paragraph("三、简答题")
    document.add_paragraph("3．为什么要闰年？")
    document.add_paragraph("答案：地球公转一周不是整天数。")
    file = io.BytesIO()
    document.save(file)

    one, two, three = read_text(file.getvalue(), "题库.docx")

    assert (one.question.stem, right(one), one.question.explanation) == (
        "一年有几个季度？",
        "B",
        "每个季度三个月。",
    )
    assert (two.question.stem, two.question.kind, right(two)) == ("一小时有六十分钟。", "true_false", "A")
    assert (three.question.kind, three.question.explanation) == ("short_answer", "地球公转一周不是整天数。")
    assert [message.code for message in three.messages] == ["answer_explains", "no_rubric"]


def test_pictures_in_a_table_are_named() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for place, (label, value) in enumerate([("题干", "图中是什么？"), ("答案", "对"), ("题型", "判断题")]):
        table.cell(place, 0).text, table.cell(place, 1).text = label, value
    table.cell(0, 1).paragraphs[0].add_run().add_picture(io.BytesIO(files.picture()))
    file = io.BytesIO()
    document.save(file)

    (entry,) = read_text(file.getvalue(), "题库.docx")

    assert [(message.code, message.values["what"]) for message in entry.messages] == [("lost", "picture")]


def test_other_kinds_have_their_own_writing() -> None:
    rows = [
        ["题型", "题干", "A", "B", "C", "答案", "评分要点", "难度", "分值", "部分得分", "标签"],
        ["排序题", "排好四季", "夏", "春", "秋", "BAC", "", "难", "", "", ""],
        ["连线题", "连起来", "立春 → 春", "冬至->冬", "→ 夏", "", "", "", "2", "是", "节气，季节"],
        ["简答题", "为什么？", "", "", "", "", "2分：说明原因\n举例", "中", "", "", ""],
        ["填空题", "____年____月", "", "", "", "1921；七", "", "", "", "", ""],
        ["填空题", "圆周率约____", "", "", "", "[数字] 3.14 ±0.01", "", "", "", "", ""],
    ]

    order, match, short, several, number = read_text(xlsx({"试题": rows}), "题库.xlsx")

    assert [option.text for option in order.question.options] == ["春", "夏", "秋"]
    assert match.question.pairs == [Pair("立春", "春"), Pair("冬至", "冬"), Pair("", "夏")]
    assert (match.question.points, match.question.is_partial, match.question.tags) == (
        2,
        True,
        ["节气", "季节"],
    )
    assert short.question.rubric == [RubricRow("说明原因", 2), RubricRow("举例", 1)]
    assert (short.question.points, short.question.difficulty) == (3, 2)
    assert several.question.blanks == [Blank(["1921"]), Blank(["七"])]
    assert number.question.blanks == [Blank(["3.14"], kind="number", tolerance="0.01")]
    assert all(entry.is_good for entry in (order, match, short, several, number))


def test_the_template_has_examples_drop_downs_and_a_guide_that_are_not_read() -> None:
    content = write_template()
    book = load_workbook(io.BytesIO(content))

    with pytest.raises(FileRefused) as refused:
        read_text(content, "template.xlsx")

    assert book.sheetnames == [SHEET, EXAMPLE_SHEET, GUIDE_SHEET]
    assert book[SHEET].data_validations.dataValidation[0].formula1 == (
        '"单选题,多选题,判断题,填空题,排序题,连线题,简答题"'
    )
    assert book[GUIDE_SHEET]["A1"].value == "怎样填写"
    assert refused.value.code == "no_questions"
    assert [entry.question for entry in read_text(write_workbook(EXAMPLES), "q.xlsx")] == list(EXAMPLES)


def test_formulas_are_not_reckoned_and_words_that_look_like_one_stay_words() -> None:
    book = load_workbook(io.BytesIO(xlsx({"试题": [["题干", "A", "B", "答案"], ["a", "=1+1", "c", "A"]]})))
    file = io.BytesIO()
    book.save(file)
    written = load_workbook(io.BytesIO(write_workbook(EXAMPLES)))

    (entry,) = read_text(file.getvalue(), "q.xlsx")

    assert [(message.code, message.values["cell"]) for message in entry.messages] == [("cell_formula", "B2")]
    assert {cell.data_type for row in written[SHEET].iter_rows() for cell in row} <= {"s", "n"}


def external(content: bytes) -> bytes:
    relation = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        b'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="http://127.0.0.1:1/x.png" TargetMode="External"/></Relationships>'
    )
    return files.repacked(content, {"xl/worksheets/_rels/sheet1.xml.rels": relation})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("q.docx", files.with_macros(), "macros"),
        ("q.docx", files.as_docm(), "macros"),
        ("q.docx", files.with_entities(), "entities"),
        ("q.docx", files.bomb(), "bomb"),
        ("q.docx", files.loading("image", "http://127.0.0.1:1/x.png"), "outside"),
        ("q.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not_this_kind"),
        ("q.xlsx", files.repacked(write_template(), {"xl/vbaProject.bin": b"\xd0\xcf"}), "macros"),
        ("q.xlsx", external(write_template()), "outside"),
        ("q.pdf", b"%PDF-1.7\n" + b"\0" * 100, "not_this_kind"),
        ("q.gift", b"\0\1\2\3" * 50, "not_this_kind"),
    ],
)
def test_files_that_may_do_harm_are_refused_with_words(name, content, code) -> None:
    with pytest.raises(UploadRefused) as refused:
        read_text(content, name)

    assert (refused.value.code, bool(str(refused.value.words))) == (code, True)


def test_what_unpacks_to_too_much_text_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("quizzes.exchange.reading.UNPACKED_BYTES", 2 * 1024 * 1024)
    part = b"<a>" + b"".join(b"%08d" % n for n in range(300_000)) + b"</a>"

    with pytest.raises(FileRefused) as refused:
        read_text(files.repacked(word(USUAL), {"word/more.xml": part}), "q.docx")

    assert (refused.value.code, refused.value.values) == ("too_large_unpacked", {"most": 2})


def test_every_format_has_an_ending() -> None:
    assert {form: ending for form, (ending, _kind) in TYPES.items()} == {
        "xlsx": "xlsx",
        "word": "docx",
        "gift": "txt",
        "moodle": "xml",
    }
