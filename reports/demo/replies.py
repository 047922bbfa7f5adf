"""What members answer to a question: right more or less often, and when it is wrong, as people are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from quizzes.models import Question
from reports.demo.chance import dice

Kind = Question.Kind

DOUBTFUL = "L12"
"""Reference of a question that misleads those who know the rest: the statistics point at it."""

_MISTAKEN = {"上海": "嘉兴", "6月18日": "6月28日", "年": "半年", "月": "季度"}
"""What is written instead of what is accepted."""

_SHORT = (
    "出门不便的党员不作硬性要求。可以送学上门，每次读一小段，聊一聊就好。",
    "先打电话问他方便的时间，再带大字版的学习材料到家里，一起读一刻钟。",
    "不催他来开会，由结对的同志上门走访，带上会议的主要内容。",
    "可以送学上门，也可以用收音机听，听完了记一记感想，不记也行。",
    "请他的孩子帮忙用手机看课，支部每月上门看望一次。",
    "按条例不作硬性要求，同他商量着来：身体好就多学一点，累了就歇。",
    "把会议内容读给他听。",
    "让他补上落下的学时。",
)


def reply(rng: Random, content: Mapping[str, Any], certainty: float) -> list[str]:
    """An answer in the shape in which it is kept; the more certain, the more often right."""
    if content["kind"] == Kind.SHORT_ANSWER:
        return [rng.choice(_SHORT)]
    hardness = dice("hardness", content["stem"]).uniform(0.3, 1.9)
    return right(content) if rng.random() < certainty**hardness else wrong(rng, content)


def misled(rng: Random, content: Mapping[str, Any], certainty: float) -> list[str]:
    """An answer to a question whose words mislead those who know much: they take one wrong option."""
    chance = 0.85 if certainty > 0.88 else 0.2
    rival = next(option["key"] for option in content["options"] if option["key"] not in content["correct"])
    return [rival] if rng.random() < chance else right(content)


def right(content: Mapping[str, Any]) -> list[str]:
    match content["kind"]:
        case Kind.FILL_IN:
            return [blank["accepted"][0] for blank in content["blanks"]]
        case Kind.ORDERING | Kind.MATCHING:
            return list(content["correct"])
    return sorted(content["correct"])


def wrong(rng: Random, content: Mapping[str, Any]) -> list[str]:
    match content["kind"]:
        case Kind.FILL_IN:
            given = right(content)
            place = rng.randrange(len(given))
            given[place] = _MISTAKEN.get(given[place]) or str(int(given[place]) + rng.choice((-1, 1)))
            return given
        case Kind.ORDERING | Kind.MATCHING:
            return _two_changed(rng, content)
        case Kind.MULTIPLE_CHOICE:
            return _one_amiss(rng, content)
    others = [option["key"] for option in content["options"] if option["key"] not in content["correct"]]
    return rng.choices(others, weights=(4, 3, 2, 1, 1, 1, 1)[: len(others)])


def _two_changed(rng: Random, content: Mapping[str, Any]) -> list[str]:
    given = list(content["correct"])
    place = rng.randrange(len(given) - 1)
    given[place], given[place + 1] = given[place + 1], given[place]
    return given


def _one_amiss(rng: Random, content: Mapping[str, Any]) -> list[str]:
    """One of the right ones is missing; now and then a wrong one is taken in its place."""
    correct = sorted(content["correct"])
    given = correct[:-1]
    others = [option["key"] for option in content["options"] if option["key"] not in correct]
    return sorted([*given, rng.choice(others)]) if others and rng.random() < 0.5 else given
