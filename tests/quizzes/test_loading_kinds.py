"""Questions of every kind from a data file, with cases, tags and points."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from quizzes.loading import BadQuestion, load_questions
from quizzes.models import Case, Question

pytestmark = pytest.mark.django_db

FILE = """
[[case]]
id = "K01"
title_zh = "一次走访"
title_en = "A visit"
text_zh = "老王病了一个月，支部没有人去看他。"
text_en = "Old Wang was ill for a month, and nobody of his branch went to see him."
source_zh = "自编"
source_en = "Our own"

[[question]]
id = "K1"
kind = "fill_in"
stem_zh = "党的一大于____年在____召开。"
stem_en = "The First Congress met in ____ in ____."
explanation_zh = ""
explanation_en = ""
source_zh = "《决议》"
source_en = "Resolution"
points = 2
partial = true
category = "revolutionary-tradition"
tags = ["党史", "一大"]
blanks = [
  {kind = "number", accepted = ["1921"], tolerance = 0},
  {accepted = ["上海", "上海市"], accepted_en = ["Shanghai"]},
]

[[question]]
id = "K2"
kind = "ordering"
stem_zh = "按时间排序。"
stem_en = "Put in order."
explanation_zh = ""
explanation_en = ""
source_zh = "《决议》"
source_en = "Resolution"
options = [{zh = "一大", en = "First"}, {zh = "二大", en = "Second"}, {zh = "三大", en = "Third"}]

[[question]]
id = "K3"
kind = "matching"
stem_zh = "连一连。"
stem_en = "Match."
explanation_zh = ""
explanation_en = ""
source_zh = "《决议》"
source_en = "Resolution"
options = [
  {zh = "上海", en = "Shanghai", match_zh = "一大", match_en = "First"},
  {zh = "广州", en = "Guangzhou", match_zh = "三大", match_en = "Third"},
  {match_zh = "七大", match_en = "Seventh"},
]

[[question]]
id = "K4"
kind = "short_answer"
case = "K01"
stem_zh = "支部该怎么做？"
stem_en = "What should the branch do?"
explanation_zh = ""
explanation_en = ""
source_zh = "自编"
source_en = "Our own"
rubric = [{zh = "去看他", en = "Visit him", points = 2}, {zh = "送学上门", en = "Bring study to him"}]
"""


@pytest.fixture
def file() -> dict:
    return tomllib.loads(FILE)


def test_every_kind_comes_with_all_its_rows_and_is_in_use(file) -> None:
    found = load_questions(file["question"], file["case"])

    contents = {name: Question.objects.get(pk=row.pk).version.content for name, row in found.items()}
    assert {row.state for row in Question.objects.all()} == {"in_use"}
    assert contents["K1"]["blanks"] == [
        {"kind": "number", "accepted": ["1921"], "accepted_en": [], "tolerance": None},
        {"kind": "text", "accepted": ["上海", "上海市"], "accepted_en": ["Shanghai"], "tolerance": None},
    ]
    assert (contents["K1"]["points"], contents["K1"]["partial"]) == (2, True)
    question = Question.objects.get(reference="K1")
    assert (question.category, sorted(tag.name for tag in question.tags.all())) == (
        "revolutionary-tradition",
        ["一大", "党史"],
    )
    assert [row["text"] for row in contents["K2"]["options"]] == ["一大", "二大", "三大"]
    assert [row["text"] for row in contents["K3"]["matches"]] == ["一大", "三大", "七大"]
    assert len(contents["K3"]["options"]) == 2
    assert contents["K4"]["rubric"][0] == {"text": "去看他", "text_en": "Visit him", "points": 2}
    assert (contents["K4"]["points"], contents["K4"]["case"]["title"]) == (3, "一次走访")


def test_loading_again_changes_nothing_and_a_file_is_followed(file) -> None:
    load_questions(file["question"], file["case"])
    before = list(Question.objects.order_by("pk").values())
    load_questions(file["question"], file["case"])
    assert list(Question.objects.order_by("pk").values()) == before

    file["case"][0]["text_zh"] = "老王病了两个月。"
    file["question"][0]["blanks"][0]["tolerance"] = 1
    file["question"][0]["tags"] = ["党史"]
    load_questions(file["question"], file["case"])
    assert Case.objects.get().text == "老王病了两个月。"
    question = Question.objects.get(reference="K1")
    assert question.version.content["blanks"][0]["tolerance"] == "1.0000"
    assert [tag.name for tag in question.tags.all()] == ["党史"]
    assert (Question.objects.get(reference="K4").version.content["case"]["text"]) == "老王病了两个月。"


def test_what_an_editor_changed_stays(file) -> None:
    load_questions(file["question"], file["case"])
    Case.objects.update(text="编辑改过的案例")
    Question.objects.get(reference="K1").blanks.filter(position=0).update(tolerance=Decimal(2))
    Question.objects.get(reference="K2").tags.add("编辑加的")
    kept = Question.objects.get(reference="K2")
    kept.tags.add("编辑加的")
    kept.save()

    file["case"][0]["text_zh"] = "文件里的新案例"
    for row in file["question"]:
        row["stem_en"] += "!" if row["id"] != "K1" else ""
        row["points"] = 5
    load_questions(file["question"], file["case"])
    assert Case.objects.get().text == "编辑改过的案例"
    points = dict(Question.objects.values_list("reference", "points"))
    assert points == {"K1": 2, "K2": 1, "K3": 5, "K4": 1}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda q: q[0]["blanks"].pop(), "K1: "),
        (lambda q: q[0]["blanks"][0].update(accepted=["很多"]), "K1: "),
        (lambda q: q[0].update(category="x"), "K1: x is no category."),
        (lambda q: q[1]["options"].append({"zh": "一大", "en": "F"}), "K2: "),
        (lambda q: q[2]["options"][0].pop("match_zh"), "K3: "),
        (lambda q: q[3].update(case="K99"), "K4: there is no case K99."),
        (lambda q: q[3].pop("rubric"), "K4: "),
    ],
)
def test_a_row_that_does_not_hold_is_named_and_nothing_is_loaded(file, spoil, message) -> None:
    spoil(file["question"])
    with pytest.raises(BadQuestion) as refusal:
        load_questions(file["question"], file["case"])
    assert str(refusal.value).startswith(message)
    assert (Question.objects.count(), Case.objects.count()) == (0, 0)
