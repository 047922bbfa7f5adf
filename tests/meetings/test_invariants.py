"""Whatever is marked, closed and corrected: what counts is the union of what was attended."""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours.correcting import NothingChanges
from hours.models import Rule
from meetings.closing import NobodyCame, close_meeting, correct_attendance
from meetings.holding import Mark
from meetings.models import Attendance
from people.leading import Refusal
from tests.cast import make_member
from tests.hours.acts import assert_all_agrees, held_by, minutes_of
from tests.meetings.room import NOON, after, marked, opened

pytestmark = pytest.mark.django_db

few = settings(
    max_examples=int(os.environ.get("XUECHENG_HISTORIES", "200")) // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

STATES = ["present", "late", "leave", "absent"]


@dataclass(frozen=True)
class Held:
    """A meeting in minutes after ten: what was marked before it was closed, and corrected after."""

    begin: int
    lasts: int
    marks: list[tuple[str, int]]
    corrections: list[tuple[str, int]]

    @property
    def last(self) -> tuple[str, int] | None:
        return (self.corrections or self.marks or [None])[-1]


@st.composite
def meetings(draw: st.DrawFn) -> Held:
    lasts = draw(st.integers(5, 60))
    said = st.tuples(st.sampled_from(STATES), st.integers(0, lasts))
    marks = draw(st.lists(said, min_size=1, max_size=4))
    return Held(draw(st.integers(0, 60)), lasts, marks, draw(st.lists(said, max_size=2)))


def attended(held: list[Held]) -> set[int]:
    """The minutes after ten at which the member sat in a meeting."""
    found: set[int] = set()
    for one in held:
        state, arrived = one.last
        begin = {"present": one.begin, "late": one.begin + arrived}.get(state)
        if begin is not None:
            found |= set(range(begin, one.begin + one.lasts))
    return found


@few
@given(held=st.lists(meetings(), min_size=1, max_size=4))
def test_what_counts_is_the_union_of_what_was_attended(held, branch, secretary, member) -> None:
    before = len(Attendance.objects.filter(member=member))
    own = _Histories(branch, secretary)
    studies = own.newcomer()
    for one in held:
        own.hold(one, studies)
    minutes = attended(held)

    assert minutes_of(studies) == len(minutes)
    assert {m for begin, end in held_by(studies) for m in range(begin, end)} == minutes
    assert_all_agrees(studies)
    assert len(Attendance.objects.filter(member=member)) == before


class _Histories:
    def __init__(self, branch, secretary) -> None:
        self.branch, self.secretary = branch, secretary
        if not Rule.objects.filter(name="correction_second_person", source="x").exists():
            fields = {"name": "correction_second_person", "value": 0, "source": "x"}
            Rule.objects.create(valid_from=after(-60 * 24 * 30).date(), **fields)

    def newcomer(self):
        return make_member(f"x{uuid4().hex[:12]}", self.branch)

    def hold(self, one: Held, studies) -> None:
        meeting = opened(self.branch, self.secretary, "theme_day", one.begin, one.begin + one.lasts)

        def mark(member, state: str, arrived: int) -> Mark:
            return Mark(uuid4(), member.key, state, after(one.begin + arrived) if state == "late" else None)

        for state, arrived in one.marks:
            marked(meeting, self.secretary, mark(studies, state, arrived))
        try:
            close_meeting(meeting, by=self.secretary, at=NOON)
        except NobodyCame:
            somebody = self.newcomer()
            marked(meeting, self.secretary, mark(somebody, "present", 0))
            close_meeting(meeting, by=self.secretary, at=NOON)
        for state, arrived in one.corrections:
            said = mark(studies, state, arrived)
            try:
                correct_attendance(
                    meeting, studies, state, arrived_at=said.arrived_at, key=said.key, by=self.secretary,
                    reason="x", at=NOON,
                )  # fmt: skip
            except NothingChanges:
                pass
            except Refusal as refusal:
                raise AssertionError(refusal) from refusal
