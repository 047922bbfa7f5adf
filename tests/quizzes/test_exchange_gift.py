"""GIFT as people and Moodle write it: what comes of each question, and what is said of it."""

from __future__ import annotations

import pytest

from quizzes.exchange.carried import Blank, Entry, Option, Pair
from tests.quizzes.exchanged import read_text

ALL_KINDS = r"""
// A bank of questions  [tag:never used: no question follows directly]

$CATEGORY: $course$/top/政治理论

// question: 7  name: colours [id:colour-1] [tag:颜色] [tag:a\]b]
::Colours:: What is between orange \& green?\nThink \{well\}\: {
    =yellow # right\: good!
    ~red    # wrong, it's yellow
    ~blue
    #### The spectrum \= a band.
}

The sun {=rises ~sets ~stands} in the east.

Mahatma Gandhi lived in India. {TRUE#No, he did.#Yes.####He did.}

Who wrote it?{=Li Bai =李白 =%50%Du Fu#nearly}

::When:: When was it? {#1921:2}

What is the first prime? {#1..3}

$CATEGORY: $course$/top/Geography//Rivers

Capitals {
    =France -> Paris
    =Italy -> Rome
    = -> Berlin
}

Which two? {
    ~%50%a
    ~%50%b
    ~%-100%c
}

Write about the river. {}

Only a text, and no question.
"""


def by_number(entries: list[Entry]) -> dict[int, Entry]:
    return {entry.number: entry for entry in entries}


def codes(entry: Entry) -> list[str]:
    return [message.code for message in entry.messages]


def test_every_kind_of_gift_is_read() -> None:
    found = by_number(read_text(ALL_KINDS, "bank.gift"))
    questions = {number: entry.question for number, entry in found.items()}
    first = questions[1]

    assert {number: question.kind for number, question in questions.items() if question} == {
        1: "single_choice",
        2: "single_choice",
        3: "true_false",
        4: "fill_in",
        5: "fill_in",
        6: "fill_in",
        7: "matching",
        8: "multiple_choice",
        9: "short_answer",
    }
    assert (first.stem, first.explanation) == (
        "What is between orange \\& green?\nThink {well}:",
        "The spectrum = a band.",
    )
    assert (first.reference, first.tags, first.category) == ("colour-1", ["颜色", "a]b"], "political-theory")
    assert first.options[:2] == [
        Option("yellow", is_right=True, feedback="right: good!"),
        Option("red", feedback="wrong, it's yellow"),
    ]
    assert questions[2].stem == "The sun ____ in the east."
    assert [(option.text, option.is_right, option.feedback) for option in questions[3].options] == [
        ("正确", True, "Yes."),
        ("错误", False, "No, he did."),
    ]
    assert (questions[4].stem, questions[4].blanks) == ("Who wrote it?____", [Blank(["Li Bai", "李白"])])
    assert questions[5].blanks == [Blank(["1921"], kind="number", tolerance="2")]
    assert questions[6].blanks == [Blank(["2"], kind="number", tolerance="1")]
    assert questions[7].pairs == [Pair("France", "Paris"), Pair("Italy", "Rome"), Pair("", "Berlin")]
    assert (questions[7].path, questions[7].is_partial) == ("Geography/Rivers", True)
    assert [option.is_right for option in questions[8].options] == [True, True, False]
    assert {number: codes(entry) for number, entry in found.items() if entry.messages} == {
        4: ["feedback_not_kept", "part_of_points"],
        8: ["weights_of_several"],
        9: ["no_rubric"],
        10: ["description"],
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Two right {=a =b ~c}", "needs_one_right"),
        ("None right {~a ~b}", "needs_one_right"),
        ("Open {=a ~b", "brace_not_closed"),
        ("Closed =a ~b}", "brace_not_opened"),
        ("One {T}\nTwo {F}", "two_braces"),
        ("::title without end {T}", "title_open"),
        ("Number {#three}", "no_number"),
        ("Number {#NaN}", "no_number"),
        ("Number {#1e999999999}", "no_number"),
        ("Number {#0e-999999999}", "no_number"),
        ("Numbers {#=1:1 =2:2}", "tolerances_differ"),
        ("Pairs {=a -> b =c}", "no_arrow"),
        ("Same twice {=a ~b ~b}", "amiss"),
        ("{=only an answer}", "no_stem"),
        (f"Long {{={'x' * 501} ~b}}", "too_long"),
        (f"Many {{=a {' '.join(f'~b{n}' for n in range(8))}}}", "amiss"),
        ("Stars {=a*}", "no_answer"),
    ],
)
def test_one_bad_question_is_named_and_loses_no_good_one(text, code) -> None:
    bad, good = read_text(f"{text}\n\nGood? {{=yes it is ~no}}\n", "bank.txt")

    assert (codes(bad)[-1], bad.is_good) == (code, False)
    assert (good.is_good, good.messages, good.question.stem) == (True, [], "Good?")


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("[html]<p>Which <b>river</b>?</p><p>H<sub>2</sub>O</p>{T}", "Which river?\nH₂O", []),
        ('[html]<img src="@@PLUGINFILE@@/a.png" alt="a map">Where?{T}', "a mapWhere?", ["lost"]),
        ("[html]a &lt; b &amp; c{T}", "a < b & c", []),
        ("[plain]a < b <i>c</i>{T}", "a < b <i>c</i>", []),
        ("[markdown]**bold** word{T}", "**bold** word", ["markdown"]),
        ('[html]<script>alert(1)</script>Safe?<a href\\="javascript\\:x">y</a>{T}', "Safe?y", []),
        ("[html]Area $$x^2$${T}", "Area $$x^2$$", ["lost"]),
    ],
)
def test_marks_of_a_text_become_plain_words(text, words, said) -> None:
    (entry,) = read_text(text, "bank.txt")

    assert (entry.question.stem, codes(entry)) == (words, said)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_any_usual_encoding_is_read(encoding, end) -> None:
    text = f"黄河流入{{=渤海 ~黄海}}。{end}{end}对吗？{{T}}{end}"

    entries = read_text(text.encode(encoding), "题库.txt")

    assert [entry.question.stem for entry in entries] == ["黄河流入____。", "对吗？"]


def test_a_text_of_questions_without_any_signs_is_read_too() -> None:
    text = (
        "一、单选题\n1. 一年有几个季度？\nA. 三  B. 四\n答案：B 解析：各三个月。\n"
        "2、几月最短（A）\nA、二月\nB、三月\n"
    )

    first, second = read_text(text, "bank.txt")

    assert [(option.text, option.is_right) for option in first.question.options] == [
        ("三", False),
        ("四", True),
    ]
    assert first.question.explanation == "各三个月。"
    assert (second.question.stem, second.question.options[0].is_right) == ("几月最短（　）", True)
