"""Learner traces, through the page's own clock module and the server: what is counted is what was studied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from hours.models import CountedInterval, StudyClock, StudyRecord
from hours.replay.browser import Browser
from hours.replay.replaying import Outcome, replay
from hours.replay.traces import BrokenTrace, read_trace
from people.models import Member
from tests.hours.readers import random_trace

TRACES = Path(__file__).parents[1] / "traces"


@pytest.fixture(scope="module")
def node() -> Iterator[Browser]:
    with Browser() as node:
        yield node


def outcome_of(name: str, node: Browser, **how: Any) -> Outcome:
    return replay(read_trace(TRACES / f"{name}.json"), node, **how)


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_counted_is_what_was_studied(path: Path, node: Browser, db: None) -> None:
    outcome = replay(read_trace(path), node)

    assert outcome.is_right, outcome.as_told()
    assert outcome.trace.name == path.stem


@pytest.mark.parametrize(
    "name", ["asleep-three-times", "offline-and-home-a-week-later", "phone-in-five-minute-pieces"]
)
def test_sleep_earns_nothing_when_the_monotonic_clock_runs_on(name: str, node: Browser, db: None) -> None:
    outcome = outcome_of(name, node, monotonic_sleeps=False)

    assert outcome.is_right, outcome.as_told()


@pytest.mark.parametrize("seed", range(15))
def test_no_reader_is_ever_given_more_than_the_time_that_a_page_was_open(
    seed: int, node: Browser, db: None, tmp_path: Path
) -> None:
    told = random_trace(seed)
    file = tmp_path / "random.json"
    file.write_text(json.dumps(told))

    outcome = replay(read_trace(file), node)

    assert 0.8 * told["truth_seconds"] <= outcome.counted_seconds <= told["events"][-1]["at"] + 60


def test_new_years_eve_parts_the_years(node: Browser, db: None) -> None:
    assert outcome_of("new-years-eve", node).by_year == {2026: 1500, 2027: 1667}


def test_a_replayed_outbox_counts_once(node: Browser, db: None, tmp_path: Path) -> None:
    told = json.loads((TRACES / "replayed-outbox.json").read_text())
    told["events"] = [event for event in told["events"] if event["kind"] != "replay"]
    file = tmp_path / "once.json"
    file.write_text(json.dumps(told))

    once = replay(read_trace(file), node)

    assert outcome_of("replayed-outbox", node).counted_seconds == once.counted_seconds


def test_a_claim_of_31_years_is_told_to_be_one(node: Browser, db: None) -> None:
    outcome = outcome_of("kolibri-forge", node)

    assert outcome.refused["claimed"] == 1_003_000_000 - 60
    assert outcome.counted_seconds <= outcome.trace.truth_seconds + 1


def test_a_robot_in_ten_tabs_earns_the_wall_clock_and_is_told_so(node: Browser, db: None) -> None:
    outcome = outcome_of("robot-in-ten-tabs", node)

    assert outcome.by_year == {2026: 1800}
    assert outcome.refused == {"elsewhere": 9 * 1800}


def test_nothing_is_kept(node: Browser, db: None) -> None:
    outcome_of("crash-offline", node)

    for model in (StudyRecord, CountedInterval, StudyClock, Member):
        assert not model.objects.exists()


def run(*files: Path) -> tuple[int, list[dict[str, Any]], str]:
    """The command's end, its lines, and what it complains of."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("replay_trace", *map(str, files), stdout=out, stderr=err)
    except SystemExit as end:
        code = int(str(end.code))
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_the_command_prints_one_line_a_trace(db: None) -> None:
    code, lines, complaints = run(TRACES / "very-short-lesson.json", TRACES / "seek-to-the-end.json")

    assert (code, complaints) == (0, "")
    assert lines[0] == {
        "name": "very-short-lesson",
        "truth_seconds": 38.0,
        "counted_seconds": 38,
        "error": 0.0,
        "by_year": {"2026": 38},
        "refused": {},
    }
    assert [line["name"] for line in lines] == ["very-short-lesson", "seek-to-the-end"]


def test_the_command_ends_with_1_when_a_trace_is_not_right(db: None, tmp_path: Path) -> None:
    told = json.loads((TRACES / "very-short-lesson.json").read_text())
    human, robot = tmp_path / "human.json", tmp_path / "robot.json"
    human.write_text(json.dumps(told | {"truth_seconds": 100}))
    robot.write_text(json.dumps(told | {"truth_seconds": 100, "robot": True}))

    assert run(human)[0] == 1
    assert run(robot)[0] == 0


GOOD = {
    "name": "good",
    "starts": "2026-03-10T10:00:00+08:00",
    "truth_seconds": 30,
    "lessons": [{"id": "l1", "expected_seconds": 60, "screens": 1, "media_seconds": 0}],
    "events": [{"at": 0, "device": "a", "tab": "1", "kind": "open", "lesson": "l1"}],
}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "byte 0: is not UTF-8"),
        (b"{", "line 1, column 2: Expecting property name enclosed in double quotes"),
        (b"[]", "the file: must be an object"),
        ({"starts": None}, "starts: is missing"),
        ({"starts": "2026-03-10T10:00:00"}, "starts: must say how far it is from UTC, like +08:00"),
        ({"starts": "yesterday"}, "starts: must be a moment like 2026-03-10T10:00:00+08:00"),
        (
            {"starts": "2019-03-10T10:00:00+08:00"},
            "starts: lies before the first rules, which begin on 2020-01-02",
        ),
        ({"truth_seconds": "30"}, "truth_seconds: must be a number"),
        ({"truth_seconds": -1}, "truth_seconds: must not be below 0"),
        ({"lessons": {}}, "lessons: must be a list"),
        ({"lessons": [{"id": "l1", "screens": 1}]}, "lessons[0].expected_seconds: is missing"),
        (
            {"lessons": [{"id": "l1", "expected_seconds": 60, "screens": 1.5}]},
            "lessons[0].screens: must be a whole number up to 9999",
        ),
        ({"reader": {"pace": 0}}, "reader.pace: must be more than 0"),
        ({"reader": {"large_print": "no"}}, "reader.large_print: must be true or false"),
        ({"events": [{"at": 0, "kind": "stare"}]}, "events[0].kind: 'stare' is no kind of event"),
        (
            {"events": [{"at": 0, "kind": "open", "lesson": "l9"}]},
            "events[0].lesson: 'l9' is none of the lessons",
        ),
        ({"events": [{"kind": "key"}]}, "events[0].at: is missing"),
        ({"events": [{"at": 1e9, "kind": "key"}]}, "events[0].at: lies more than 29 days after the start"),
        ({"events": [{"at": 0, "kind": "key", "every": 0, "until": 9}]}, "events[0].every: is too often"),
        ({"events": ["key"]}, "events[0]: must be an object"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_the_place(
    content: object, complaint: str, db: None, tmp_path: Path
) -> None:
    file, good = tmp_path / "broken.json", tmp_path / "good.json"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        file.write_text(json.dumps(GOOD | content))
    good.write_text(json.dumps(GOOD))

    with pytest.raises(BrokenTrace) as refusal:
        read_trace(file)

    assert str(refusal.value) == f"{file}: {complaint}"
    if content is None or content == b"{":
        code, lines, complaints = run(file, good)
        assert (code, [line["name"] for line in lines]) == (2, ["good"])
        assert complaints.strip() == f"{file}: {complaint}"
