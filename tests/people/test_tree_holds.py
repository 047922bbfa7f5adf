"""Whatever happens to the tree, in any order: paths, homes and the past hold together."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people import tree, tree_joining
from people.models import Affiliation, Office, Organisation
from people.organisations import step_of
from people.tree_rules import FITS_BELOW, Refusal
from tests.cast import make_member, moment

FIRST = date(2026, 1, 1)
AT = moment("2026-11-20 10:00")

index = st.integers(0, 11)
act = st.one_of(
    st.tuples(st.just("found"), index, st.sampled_from(Organisation.Kind.values)),
    st.tuples(st.just("move"), index, index),
    st.tuples(st.just("merge"), index, index),
    st.tuples(st.just("split"), index, index),
    st.tuples(st.just("rename"), index, index),
    st.tuples(st.just("close"), index, index),
    st.tuples(st.just("join"), index, index),
)
steps = st.lists(st.tuples(act, st.integers(0, 2)), max_size=25)


def perform(step: tuple, day: date) -> None:
    """One act on organisations picked by number; a refusal is an answer too."""
    what, first, second = step
    places = list(Organisation.objects.order_by("pk"))
    this = places[first % len(places)]
    told = {"by": None, "at": AT, "on": day}
    if what == "found":
        tree.found(kind=second, name="新", under=this, **told)
        return
    other = places[second % len(places)]
    if what == "move":
        tree.move(this, under=other, **told)
    elif what == "merge":
        tree_joining.merge(this, into=other, **told)
    elif what == "split":
        rows = Affiliation.objects.on(day).filter(branch=this)
        members = [row.member for row in rows.select_related("member")][:1]
        below = list(this.children.filter(closed_on=None)[:1])
        tree_joining.split(this, name="分", members=members, below=below, **told)
    elif what == "rename":
        tree.rename(this, name=f"名{second}", name_en="", **told)
    elif what == "close":
        tree.close(this, **told)
    else:
        join(this, day)


def join(this: Organisation, day: date) -> None:
    branch = this.parent if this.kind == "group" else this
    if branch.kind not in {"branch", "general_branch"} or branch.closed_on or this.closed_on:
        return
    member = make_member(f"m{Affiliation.objects.count()}")
    group = this if this.kind == "group" else None
    Affiliation.objects.create(member=member, branch=branch, group=group, kind="home", since=day)
    Office.objects.create(member=member, organisation=this, kind="deputy", since=day)


def check_everything(day: date) -> None:
    places = {place.pk: place for place in Organisation.objects.all()}
    for place in places.values():
        parent = places.get(place.parent_id)
        assert place.path == (parent.path if parent else "") + step_of(place.pk)
        assert place.kind in FITS_BELOW[parent.kind if parent else None]
        assert not (parent and parent.closed_on) or place.closed_on
        check_past(place)
    rows = Affiliation.objects.on(day).select_related("branch", "group")
    homes = Counter(row.member_id for row in rows if row.kind == "home")
    assert set(homes.values()) <= {1}
    assert len(homes) == Affiliation.objects.values("member").distinct().count()
    for row in rows:
        assert row.branch.closed_on is None
        assert row.group is None or row.group.parent_id == row.branch_id
    assert not Office.objects.held_on(day).filter(organisation__closed_on__lt=day).exists()


def check_past(place: Organisation) -> None:
    """The rows of the past follow one another without a gap, and the last one is the present."""
    states = list(place.states.order_by("since"))
    for earlier, later in pairwise(states):
        assert earlier.until == later.since
    if place.closed_on:
        assert [state.until for state in states[-1:]] in ([place.closed_on], [])
        assert bool(states) == (place.closed_on > place.founded_on)
    else:
        assert states[0].since == place.founded_on
        last = states[-1]
        assert (last.name, last.parent_id, last.until) == (place.name, place.parent_id, None)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_sequence_of_changes_keeps_the_tree_whole(steps) -> None:
    with transaction.atomic():
        day = FIRST
        top = tree.found(kind="committee", name="顶", under=None, by=None, at=AT, on=day)
        general = tree.found(kind="general_branch", name="总", under=top, by=None, at=AT, on=day)
        branch = tree.found(kind="branch", name="支", under=general, by=None, at=AT, on=day)
        tree.found(kind="group", name="组", under=branch, by=None, at=AT, on=day)
        for step, days in steps:
            day += timedelta(days=days)
            try:
                with transaction.atomic():
                    perform(step, day)
            except Refusal:
                pass
        check_everything(day)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
        transaction.set_rollback(True)
