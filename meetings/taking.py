"""What a roll says when it is sent: by a device in JSON, or as a plain form. Nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from meetings.forms import moment
from meetings.holding import Mark
from meetings.models import Attendance, Meeting
from meetings.rolls import Line, Roll

State = Attendance.State


class NotMarks(Exception):
    """This is not what a device of ours sends."""


def marks_from(body: bytes, meeting: Meeting) -> list[Mark]:
    """
    Return the marks of a device: `{"marks": [{"key", "member", "state", "arrived": "15:20"}]}`.

    :raises NotMarks: when it is something else.
    """
    try:
        rows = json.loads(body)["marks"]
        return [
            Mark(UUID(row["key"]), UUID(row["member"]), str(row["state"]), clock(row.get("arrived"), meeting))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotMarks from error


def clock(text: Any, meeting: Meeting) -> datetime | None:
    """A time of day as a moment of the meeting's day; None when there is none."""
    try:
        return moment(meeting.day, time.fromisoformat(text)) if text else None
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Shown:
    """A line as the form shows it: what holds, or what was typed and could not be kept."""

    line: Line
    state: str
    arrived: str
    error: Any = ""

    @property
    def was(self) -> str:
        """What held when the page was made, so that a page does not overwrite what it does not know."""
        return as_text(self.line)


def as_text(line: Line) -> str:
    """The state, and the time of day of an arrival."""
    return f"{line.state} {line.arrived}".strip()


@dataclass
class Sent:
    """What a plain form says: the marks that differ from what holds, and what was typed, by member."""

    marks: list[Mark] = field(default_factory=list)
    typed: dict[UUID, tuple[str, str]] = field(default_factory=dict)


def sent_with(data: Mapping[str, str], roll: Roll) -> Sent:
    """
    Read the form of the roll: what differs from what the page showed, and from what holds.

    `act` = `rest`: everybody expected of whom nothing is said is present. Only who knows of everybody here
    who studies at home says so: nobody is to be counted as present because nothing is known of them.
    """
    sent, rest = Sent(), data.get("act") == "rest" and roll.knows_arrangements
    for line in roll.lines:
        key = line.member.key
        state, arrived = data.get(f"state-{key}", ""), data.get(f"arrived-{key}", "")
        if not state and rest and line.is_expected and not line.state:
            state = State.PRESENT
        if state not in State.values:
            continue
        sent.typed[key] = (state, arrived)
        arrived_at = clock(arrived, roll.meeting) if state == State.LATE else None
        said = f"{state} {arrived}" if state == State.LATE else state
        if said not in {data.get(f"was-{key}", ""), as_text(line)}:
            sent.marks.append(Mark(uuid4(), key, state, arrived_at))
    return sent
