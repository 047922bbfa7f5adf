"""Reading a learner trace: what was done when, and how long was truly studied. See docs/traces.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hours.slots import ReadingTimes

LONGEST_TRACE = 29 * 86400
"""Seconds: what a device brings is taken for thirty days."""

MOST_EVENTS = 100_000

FIRST_DAY = date(2020, 1, 2)
"""From here on there are rules to count by."""

KINDS: dict[str, str] = {
    "open": "lesson",
    "close": "",
    "visible": "",
    "hidden": "",
    "key": "",
    "pointer": "",
    "scroll": "screen",
    "answer": "",
    "play": "",
    "pause": "",
    "seek": "to",
    "ended": "",
    "sleep": "",
    "wake": "",
    "offline": "",
    "online": "",
    "crash": "",
    "clock": "by",
    "replay": "",
    "forge": "seconds",
}
"""Each kind of event, and what it cannot do without."""


class BrokenTrace(Exception):
    """A file is no trace; says which file, and where in it."""

    def __init__(self, path: Path, place: str, fault: str) -> None:
        super().__init__(f"{path}: {place}: {fault}" if place else f"{path}: {fault}")


class _Fault(Exception):
    """A value is not what it should be: where, and why."""


@dataclass(frozen=True)
class Lesson:
    """A lesson of a trace: the time its text takes, in equal screens, and its media."""

    expected_seconds: float
    screens: int
    media_seconds: float

    @property
    def times(self) -> ReadingTimes:
        each = self.expected_seconds / self.screens if self.screens else 0
        return ReadingTimes((each,) * self.screens, math.ceil(self.media_seconds))


@dataclass(frozen=True)
class Trace:
    """What a learner, or a robot, did, and for how long they truly studied."""

    name: str
    starts: datetime
    truth_seconds: float
    lessons: Mapping[str, Lesson]
    events: tuple[Mapping[str, Any], ...]
    large_print: bool = False
    pace: float = 1.0
    robot: bool = False

    def is_right(self, counted: float) -> bool:
        """Within a tenth or 45 seconds, whichever is more; a robot earns no more than that."""
        error = counted - self.truth_seconds
        allowed = max(self.truth_seconds / 10, 45)
        return error <= allowed if self.robot else abs(error) <= allowed


def read_trace(path: Path) -> Trace:
    """
    Return the trace in a file.

    :raises BrokenTrace: when it cannot be read or is no trace.
    """
    try:
        told = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BrokenTrace(path, "", error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise BrokenTrace(path, f"byte {error.start}", "is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BrokenTrace(path, f"line {error.lineno}, column {error.colno}", error.msg) from error
    except RecursionError as error:
        raise BrokenTrace(path, "", "is nested too deeply") from error
    try:
        return _trace(told, path.stem)
    except _Fault as error:
        raise BrokenTrace(path, *error.args) from error


def _trace(told: object, stem: str) -> Trace:
    whole = _object(told, "the file")
    lessons = {}
    for number, each in enumerate(_list(whole, "lessons")):
        place = f"lessons[{number}]"
        lesson = _object(each, place)
        lessons[str(_needed(lesson, "id", place))] = Lesson(
            _number(lesson, "expected_seconds", place),
            _whole(lesson, "screens", place),
            _number(lesson, "media_seconds", place, default=0),
        )
    reader = _object(whole.get("reader") or {}, "reader")
    pace = _number(reader, "pace", "reader", default=1)
    if pace <= 0:
        raise _Fault("reader.pace", "must be more than 0")
    events: list[dict[str, Any]] = []
    for number, each in enumerate(_list(whole, "events")):
        events += _repeated(_event(each, number, lessons), each, f"events[{number}]")
        if len(events) > MOST_EVENTS:
            raise _Fault(f"events[{number}]", f"is beyond the {MOST_EVENTS} events of a trace")
    return Trace(
        name=str(whole.get("name") or stem),
        starts=_moment(whole),
        truth_seconds=_number(whole, "truth_seconds", ""),
        lessons=lessons,
        events=tuple(sorted(events, key=lambda event: event["at"])),
        large_print=_flag(reader, "large_print", "reader"),
        pace=pace,
        robot=_flag(whole, "robot", ""),
    )


def _repeated(event: dict[str, Any], told: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """An event, or the same one again and again: `every` so many seconds, `until` a moment."""
    if "every" not in told:
        return [event]
    every, until = _number(told, "every", place), _number(told, "until", place)
    if every < 0.1 or until > LONGEST_TRACE or (until - event["at"]) / every > MOST_EVENTS:
        raise _Fault(f"{place}.every", "is too often")
    return [
        event | {"at": event["at"] + number * every}
        for number in range(int((until - event["at"]) / every) + 1)
    ]


def _event(told: object, number: int, lessons: Mapping[str, Lesson]) -> dict[str, Any]:
    place = f"events[{number}]"
    event = dict(_object(told, place))
    at = _number(event, "at", place)
    if at > LONGEST_TRACE:
        raise _Fault(f"{place}.at", f"lies more than {LONGEST_TRACE // 86400} days after the start")
    kind = _needed(event, "kind", place)
    if not isinstance(kind, str) or kind not in KINDS:
        raise _Fault(f"{place}.kind", f"{kind!r} is no kind of event")
    kept: dict[str, Any] = {
        "at": at,
        "kind": kind,
        "device": str(event.get("device", "")),
        "tab": str(event.get("tab", "")),
    }
    if kind == "open":
        kept["lesson"] = str(_needed(event, "lesson", place))
        if kept["lesson"] not in lessons:
            raise _Fault(f"{place}.lesson", f"{kept['lesson']!r} is none of the lessons")
    elif kind == "play":
        kept["rate"] = _number(event, "rate", place, default=1)
        if kept["rate"] <= 0:
            raise _Fault(f"{place}.rate", "must be more than 0")
    elif kind == "scroll":
        kept["screen"] = _whole(event, "screen", place)
    elif KINDS[kind]:
        kept[KINDS[kind]] = _number(event, KINDS[kind], place, below_zero=kind == "clock")
    if kind == "forge":
        kept["cunning"] = _flag(event, "cunning", place)
    return kept


def _object(told: object, place: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise _Fault(place, "must be an object")
    return told


def _list(whole: Mapping[str, Any], key: str) -> list[Any]:
    found = _needed(whole, key, "")
    if not isinstance(found, list):
        raise _Fault(key, "must be a list")
    return found


def _needed(told: Mapping[str, Any], key: str, place: str) -> Any:
    if told.get(key) is None:
        raise _Fault(_joined(place, key), "is missing")
    return told[key]


def _number(
    told: Mapping[str, Any], key: str, place: str, *, default: float | None = None, below_zero: bool = False
) -> float:
    if default is not None and told.get(key) is None:
        return default
    found = _needed(told, key, place)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise _Fault(_joined(place, key), "must be a number")
    if found < 0 and not below_zero:
        raise _Fault(_joined(place, key), "must not be below 0")
    return found


def _whole(told: Mapping[str, Any], key: str, place: str) -> int:
    found = _number(told, key, place)
    if found != int(found) or found > 9999:
        raise _Fault(_joined(place, key), "must be a whole number up to 9999")
    return int(found)


def _flag(told: Mapping[str, Any], key: str, place: str) -> bool:
    found = told.get(key, False)
    if not isinstance(found, bool):
        raise _Fault(_joined(place, key), "must be true or false")
    return found


def _moment(whole: Mapping[str, Any]) -> datetime:
    text = _needed(whole, "starts", "")
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise _Fault("starts", "must be a moment like 2026-03-10T10:00:00+08:00") from error
    if found.tzinfo is None:
        raise _Fault("starts", "must say how far it is from UTC, like +08:00")
    if found.astimezone(UTC).date() < FIRST_DAY:
        raise _Fault("starts", f"lies before the first rules, which begin on {FIRST_DAY}")
    return found


def _joined(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
