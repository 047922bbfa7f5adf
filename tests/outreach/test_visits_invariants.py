"""However visits and online study of a member overlap: the wall clock, and never more."""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours import ledger
from hours.models import Bucket, CountedInterval, StudyRecord
from hours.verifying import verify_ledger
from outreach.visits import record_visit
from people.models import Organisation
from tests.cast import make_member, moment
from tests.outreach.visiting import make_visitor, report

pytestmark = pytest.mark.django_db

NINE = moment("2026-03-10 09:00")
ON = moment("2026-03-10 20:00")

few = settings(
    max_examples=int(os.environ.get("XUECHENG_HISTORIES", "200")) // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

stretches = st.tuples(
    st.sampled_from(["first visitor", "second visitor", "online"]), st.integers(0, 240), st.integers(1, 120)
)


def minutes_in(told: list[tuple[str, int, int]]) -> set[int]:
    """The minutes on the wall clock that these stretches cover."""
    return {minute for _who, begin, length in told for minute in range(begin, begin + length)}


@few
@given(told=st.lists(stretches, min_size=1, max_size=7), again=st.booleans())
def test_what_counts_is_the_union_and_visits_go_first(branch: Organisation, told, again) -> None:
    number = uuid4().hex[:12]
    member = make_member(f"m{number}", branch)
    people = {
        "first visitor": make_visitor(f"a{number}", branch, member),
        "second visitor": make_visitor(f"b{number}", branch, member),
    }
    reports = []
    for who, begin, length in told:
        start = NINE + timedelta(minutes=begin)
        if who == "online":
            end = start + timedelta(minutes=length)
            ledger.add(
                ledger.Event(
                    member=member, bucket=Bucket.INDIVIDUAL, source="online", key=f"{uuid4()}",
                    started_at=start, ended_at=end, pieces=[(start, end)],
                ),
                at=ON,
            )  # fmt: skip
        else:
            reports.append((report(member, start=start, minutes=length), people[who]))
            record_visit(reports[-1][0], by=people[who], at=ON)
    for sent, by in reports if again else []:
        assert not record_visit(sent, by=by, at=ON).is_new

    held = CountedInterval.objects.filter(member=member)
    visits = [one for one in told if one[0] != "online"]
    assert held.seconds() == 60 * len(minutes_in(told))
    assert held.filter(bucket=Bucket.COLLECTIVE).seconds() == 60 * len(minutes_in(visits))
    assert sum(StudyRecord.objects.filter(member=member).values_list("seconds", flat=True)) == held.seconds()


def test_the_ledger_verifies_after_visits_of_a_whole_table(branch) -> None:
    members = [make_member(f"m{n}", branch) for n in range(4)]
    visitor = make_visitor("wanghong", branch, *members)
    for begin in (0, 20, 70):
        record_visit(report(*members, start=NINE + timedelta(minutes=begin)), by=visitor, at=ON)

    assert CountedInterval.objects.seconds() == 4 * 60 * 100
    found = verify_ledger(at=ON)
    assert found.findings == []
