"""Moodle XML: its question types, what is not carried over, and files that are meant to do harm."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from intake.refusals import UploadRefused
from quizzes.exchange.carried import Blank, Pair, RubricRow
from quizzes.exchange.reading import read_questions
from quizzes.exchange.refusals import FileRefused
from tests.quizzes.exchanged import read_text


def quiz(*questions: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}\n</quiz>'


def question(kind: str, stem: str, inside: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>n</text></name><questiontext format="html">'
        f"<text><![CDATA[{stem}]]></text></questiontext>{inside}</question>\n"
    )


def answer(text: str, fraction: str, feedback: str = "", more: str = "") -> str:
    told = f"<feedback format='html'><text>{feedback}</text></feedback>"
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{told}{more}</answer>'


CATEGORY = '<question type="category"><category><text>$course$/top/党的宗旨</text></category></question>'
ALL_TYPES = quiz(
    CATEGORY,
    question(
        "multichoice",
        "<p>哪一条河<br/>最长？</p>",
        "<generalfeedback format='html'><text>&lt;p&gt;长江。&lt;/p&gt;</text></generalfeedback>"
        "<defaultgrade>2.0000000</defaultgrade><single>true</single><idnumber>river-1</idnumber>"
        + answer("&lt;b&gt;长江&lt;/b&gt;", "100", "对了")
        + answer("黄河", "0")
        + "<tags><tag><text>地理</text></tag></tags>",
    ),
    question(
        "multichoice",
        "Two of them",
        "<single>false</single>" + answer("a", "50") + answer("b", "50") + answer("c", "-50"),
    ),
    question("truefalse", "Is it?", answer("true", "0") + answer("false", "100", "indeed")),
    question(
        "shortanswer", "Capital?", "<usecase>1</usecase>" + answer("Paris", "100") + answer("*", "0", "no")
    ),
    question(
        "numerical",
        "How far?",
        answer("3.50", "100", more="<tolerance>0.1</tolerance>")
        + "<units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit></units>",
    ),
    question(
        "matching",
        "Match",
        "".join(
            f"<subquestion format='html'><text>{left}</text>"
            f"<answer><text>{right}</text></answer></subquestion>"
            for left, right in (("France", "Paris"), ("Italy", "Rome"), ("", "Berlin"))
        ),
    ),
    question(
        "essay", "Why?", "<graderinfo format='html'><text>2 | 说明原因&lt;br/&gt;1 | 举例</text></graderinfo>"
    ),
    question("ordering", "Order", answer("second", "2") + answer("first", "1") + answer("third", "3")),
    question("cloze", "{1:SHORTANSWER:=a}"),
    question("description", "Read this"),
)


def test_every_type_is_read_or_named() -> None:
    entries = read_text(ALL_TYPES, "bank.xml")
    first, several, true_false, short, number, match, essay, order, cloze, description = entries

    assert (first.question.stem, first.question.explanation) == ("哪一条河\n最长？", "长江。")
    assert (first.question.points, first.question.reference) == (2, "river-1")
    assert (first.question.tags, first.question.category) == (["地理"], "purpose")
    assert [(o.text, o.is_right, o.feedback) for o in first.question.options] == [
        ("长江", True, "对了"),
        ("黄河", False, ""),
    ]
    assert (several.question.kind, several.question.is_partial) == ("multiple_choice", True)
    assert [(o.text, o.is_right, o.feedback) for o in true_false.question.options] == [
        ("正确", False, ""),
        ("错误", True, "indeed"),
    ]
    assert (short.question.stem, short.question.blanks) == ("Capital? ____", [Blank(["Paris"])])
    assert number.question.blanks == [Blank(["3.5"], kind="number", tolerance="0.1")]
    assert match.question.pairs == [Pair("France", "Paris"), Pair("Italy", "Rome"), Pair("", "Berlin")]
    assert essay.question.rubric == [RubricRow("说明原因", 2), RubricRow("举例", 1)]
    assert [option.text for option in order.question.options] == ["first", "second", "third"]
    assert {
        entry.number: [message.code for message in entry.messages] for entry in entries if entry.messages
    } == {
        4: ["feedback_not_kept", "case_of_letters"],
        5: ["units_not_kept"],
        7: ["points_of_rubric"],
        9: ["type_not_held"],
        10: ["description"],
    }
    assert (cloze.is_good, description.is_good) == (False, False)


def test_a_picture_in_the_old_way_is_told() -> None:
    picture = "<image>map.png</image><image_base64>iVBORw0KGgo=</image_base64>"
    answers = answer("true", "100") + answer("false", "0")

    (entry,) = read_text(quiz(question("truefalse", "对吗？", picture + answers)), "q.xml")

    assert (entry.is_good, [message.code for message in entry.messages]) == (True, ["lost"])


def test_both_languages_of_moodles_filter_are_read() -> None:
    stem = (
        '<span lang="zh_cn" class="multilang">谁？</span><span lang="en" class="multilang">Who?</span>'
        '<span lang="de" class="multilang">Wer?</span>'
    )

    (entry,) = read_text(
        quiz(question("truefalse", stem, answer("true", "100") + answer("false", "0"))), "q.xml"
    )

    assert (entry.question.stem, entry.question.stem_en) == ("谁？", "Who?")
    assert [dict(message.values) for message in entry.messages] == [{"what": "language"}]


def test_files_and_pictures_within_are_named() -> None:
    text = quiz(
        question(
            "truefalse", '<img src="@@PLUGINFILE@@/map.png" alt="map"/>Is it so?', answer("true", "100")
        ),
    ).replace("</questiontext>", '<file name="map.png" encoding="base64">AAAA</file></questiontext>')

    (entry,) = read_text(text, "q.xml")

    assert [message.values["what"] for message in entry.messages] == ["file", "picture"]
    assert entry.question.stem == "mapIs it so?"


def test_one_broken_question_loses_no_other() -> None:
    good = question("truefalse", "Good&amp;?", answer("true", "100"))
    text = quiz(
        good, "<question type='truefalse'><questiontext><text>broken & <b></questiontext></question>", good
    )

    entries = read_text(text, "q.xml")

    assert [entry.is_good for entry in entries] == [True, False, True]
    assert [message.code for message in entries[1].messages] == ["broken_xml"]


ENTITY = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
PARAMETER = '<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>'


@pytest.mark.parametrize(
    "declared", [ENTITY, LAUGHS, PARAMETER, '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:1/q.dtd">']
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declarations_are_refused_before_anything_is_read(declared, encoding) -> None:
    text = f'<?xml version="1.0"?>{declared}{quiz(question("truefalse", "&x;&c;")).partition("?>")[2]}'

    with pytest.raises(UploadRefused) as refused:
        read_text(text.encode(encoding), "q.xml")

    assert refused.value.code == "entities"


def test_entities_that_nobody_declared_are_no_question() -> None:
    (entry,) = read_text("<quiz><question type='truefalse'>&undeclared;</question></quiz>", "q.xml")

    assert [message.code for message in entry.messages] == ["broken_xml"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.xml", "<quiz>" + "<question type='truefalse'/>" * 50_000 + "</quiz>"),
        ("q.xml", "<quiz>" + "<question type='truefalse'>&</question>" * 50_000 + "</quiz>"),
        ("q.gift", "x{T}\n\n" * 50_000),
        ("q.txt", "1. a\nA. b\nB. c\n答案：A\n" * 50_000),
    ],
)
def test_fifty_thousand_questions_are_refused_with_the_limit(name, text) -> None:
    with pytest.raises(FileRefused) as refused:
        read_text(text, name)

    assert (refused.value.code, refused.value.values) == ("too_many", {"most": 2000})


def test_a_file_of_a_hundred_megabytes_is_refused_by_its_size() -> None:
    file = ContentFile(b"x", name="q.gift")
    file.size = 100 * 1024 * 1024

    with pytest.raises(FileRefused) as refused:
        read_questions(file, lambda *_told: None)

    assert (refused.value.code, refused.value.values) == ("too_large", {"most": 20})


def test_html_nested_without_end_is_one_bad_question() -> None:
    deep = "<div>" * 5_000
    entries = read_text(
        quiz(question("truefalse", deep), question("truefalse", "ok", answer("true", "100"))), "q.xml"
    )

    assert [entry.is_good for entry in entries] == [False, True]
