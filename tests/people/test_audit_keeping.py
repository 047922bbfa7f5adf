"""Room for the audit: made ahead month by month, and given up a whole month at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from people.audit import AuditEntry
from people.audit_keeping import drop_months, keeps_the_audit_long_enough, make_room, make_room_ahead
from people.audit_seals import AuditSeal, Month, seal_waiting, waiting
from people.audit_verifying import verify
from tests.cast import moment
from tests.people.audit_entries import AT, NIGHT, add, behind_its_back, ids, run

pytestmark = pytest.mark.django_db


def test_a_partition_is_made_ahead_for_the_coming_months_once() -> None:
    make_room_ahead(moment("2030-11-10 03:10"))
    make_room_ahead(moment("2030-11-11 03:10"))

    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relname ~ '^people_auditentry_203._..$' order by relname"
        )
        made = [name for (name,) in cursor.fetchall()]
    assert made == [f"people_auditentry_{month}" for month in ("2030_11", "2030_12", "2031_01", "2031_02")]


def test_entries_that_came_before_their_partition_move_over_with_their_seals() -> None:
    add(3)
    seal_waiting(at=NIGHT)
    add(2, at=AT + timedelta(hours=1))

    make_room_ahead(NIGHT)

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_auditentry_2026_03")
        assert cursor.fetchone() == (5,)
        cursor.execute("select count(*) from people_auditentry_rest")
        assert cursor.fetchone() == (0,)
    assert (verify().findings, waiting()) == ([], 2)
    assert seal_waiting(at=NIGHT) == 2
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        run("truncate people_auditentry_rest")


@pytest.mark.parametrize(
    ("night", "left"), [("2027-05-04 03:10", 3), ("2027-05-06 03:10", 0)]
)  # 400 days after 1 April 2026: 6 May 2027, 00:00
def test_a_month_is_dropped_when_it_ended_400_days_ago_and_its_seals_stay(night, left) -> None:
    make_room(Month.of(AT))
    add(3)
    seal_waiting(at=NIGHT)

    drop_months(days=400, at=moment(night))

    assert AuditEntry.objects.count() == left
    kinds = list(AuditSeal.objects.order_by("number").values_list("kind", "rows", "kept_days"))
    assert kinds == [("entries", 3, None), ("dropped", 3, 400)][: 1 if left else 2]
    assert verify().is_whole


def test_a_month_with_an_entry_that_waits_or_is_missing_is_not_dropped() -> None:
    make_room(Month.of(AT))
    add(2)
    assert drop_months(days=400, at=moment("2028-01-01 03:10")) == []
    seal_waiting(at=NIGHT)
    with behind_its_back():
        run("delete from people_auditentry where id = %s", ids()[0])

    assert drop_months(days=400, at=moment("2028-01-01 03:10")) == []
    assert AuditEntry.objects.count() == 1


def test_fewer_than_180_days_are_never_kept() -> None:
    make_room(Month.of(AT))
    add(1)
    seal_waiting(at=NIGHT)

    assert drop_months(days=1, at=moment("2026-04-02 03:10")) == []
    assert AuditEntry.objects.count() == 1


def test_a_month_dropped_by_hand_is_found() -> None:
    make_room(Month.of(AT))
    add(2)
    seal_waiting(at=NIGHT)
    run("drop table people_auditentry_2026_03")

    assert len(verify().findings) == 2


@pytest.mark.parametrize(("days", "errors"), [(179, ["people.E001"]), (180, []), (400, [])])
def test_the_settings_must_keep_the_audit_half_a_year(settings, days, errors) -> None:
    settings.AUDIT_DAYS = days

    assert [error.id for error in keeps_the_audit_long_enough()] == errors
