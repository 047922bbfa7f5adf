"""The audit is only added to, sealed in a chain, and whoever changes it behind its back is found out."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.audit import ACTIONS, AuditEntry
from people.audit_keeping import (
    AuditAltered,
    make_room,
    verify_lately,
)
from people.audit_seals import NOTHING, AuditSeal, Month, seal_waiting, waiting
from people.audit_verifying import verify
from tests.cast import moment
from tests.people.audit_entries import AT, NIGHT, add, behind_its_back, found, ids, run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "update people_auditentry set reason = 'another'",
        "delete from people_auditentry",
        "truncate people_auditentry",
        "update people_auditentry_2026_03 set reason = 'another'",
        "delete from people_auditentry_2026_03",
        "truncate people_auditentry_2026_03",
        "truncate people_auditentry_rest",
        "update people_auditseal set rows = 0",
        "delete from people_auditseal",
        "truncate people_auditseal",
        "truncate people_auditpending",
    ],
)
def test_the_database_refuses_to_change_the_audit(statement) -> None:
    make_room(Month.of(AT))
    add(2)
    seal_waiting(at=NIGHT)

    with (
        pytest.raises(DatabaseError, match="the audit is only added to, never changed"),
        transaction.atomic(),
    ):
        run(statement)
    assert (AuditEntry.objects.filter(reason="").count(), AuditSeal.objects.get().rows) == (2, 2)
    assert verify().is_whole


def test_what_waits_for_its_seal_cannot_be_changed_either() -> None:
    add()

    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        run("update people_auditpending set id = 0")
    assert waiting() == 1


def test_entries_are_sealed_in_batches_of_one_month_each_bound_to_the_one_before() -> None:
    add(5)
    add(2, at=moment("2026-03-31 23:59"))
    add(1, at=moment("2026-04-01 00:00"))

    assert seal_waiting(at=NIGHT, most=4) == 8

    seals = list(AuditSeal.objects.order_by("number"))
    assert [(s.number, f"{s.month:%Y-%m}", s.rows) for s in seals] == [
        (1, "2026-03", 4),
        (2, "2026-03", 3),
        (3, "2026-04", 1),
    ]
    assert [s.previous for s in seals] == [NOTHING, seals[0].digest, seals[1].digest]
    assert [entry for s in seals for entry in s.entries] == ids()
    assert (waiting(), seal_waiting(at=NIGHT)) == (0, 0)


def test_an_untouched_audit_is_whole_and_tells_what_is_not_sealed_yet() -> None:
    add(3)
    seal_waiting(at=NIGHT)
    add(2, at=AT + timedelta(hours=1))

    verification = verify()

    assert (verification.findings, verification.seals, verification.sealed, verification.unsealed) == (
        [],
        1,
        3,
        2,
    )


def test_an_altered_row_is_named() -> None:
    add(3)
    seal_waiting(at=NIGHT)
    with behind_its_back():
        run("update people_auditentry set reason = 'another' where id = %s", ids()[1])

    with translation.override("en"):
        assert found() == [f"2026-03: entry {ids()[1]} is not as it was when seal 1 was set"]


def test_a_deleted_row_is_named() -> None:
    add(3)
    seal_waiting(at=NIGHT)
    gone = ids()[1]
    with behind_its_back():
        run("delete from people_auditentry where id = %s", gone)

    assert [(f.entry, f.seal, str(f.month)) for f in verify().findings] == [(gone, 1, "2026-03")]


def test_a_row_deleted_before_it_was_sealed_is_named_as_long_as_it_is_awaited() -> None:
    add(2)
    gone = ids()[0]
    with behind_its_back():
        run("delete from people_auditentry where id = %s", gone)
    seal_waiting(at=NIGHT)

    assert [(f.entry, f.seal) for f in verify().findings] == [(gone, None)]


@pytest.mark.parametrize("number", ["number + 1000", "number"])
def test_a_row_added_behind_the_audit_s_back_is_named(number) -> None:
    """Also one that borrows the number of a sealed one."""
    add(1)
    seal_waiting(at=NIGHT)
    (number_of_sealed,) = ids()
    with behind_its_back():
        run(
            "insert into people_auditentry (id, at, action, address, outcome, reason, details)"
            f" select {number.replace('number', 'id')}, at + interval '1 second', action, address, outcome,"
            " 'forged', details from people_auditentry"
        )

    (finding,) = verify().findings
    assert finding.entry == number_of_sealed + (1000 if "+" in number else 0)


def test_a_row_moved_to_another_month_is_missed_here_and_unknown_there() -> None:
    add(1)
    seal_waiting(at=NIGHT)
    with behind_its_back():
        run("update people_auditentry set at = at - interval '2 months'")

    assert [(str(f.month), f.entry) for f in verify().findings] == [
        ("2026-01", ids()[0]),
        ("2026-03", ids()[0]),
    ]


def test_a_seal_that_was_deleted_or_replaced_breaks_the_chain() -> None:
    for hour in range(3):
        add(1, at=AT + timedelta(hours=hour))
        seal_waiting(at=NIGHT)
    with behind_its_back():
        run("delete from people_auditseal where number = 2")

    assert [f.seal for f in verify().findings if f.seal] == [2]
    assert [f.entry for f in verify().findings if f.entry] == [ids()[1]]


def test_a_seal_computed_anew_no_longer_fits_the_next() -> None:
    for hour in range(2):
        add(1, at=AT + timedelta(hours=hour))
        seal_waiting(at=NIGHT)
    forged = AuditSeal.objects.get(number=1)
    forged.sealed_at += timedelta(minutes=1)
    with behind_its_back():
        run(
            "update people_auditseal set sealed_at = %s, digest = %s where number = 1",
            forged.sealed_at,
            forged.computed_digest(),
        )

    assert [f.seal for f in verify().findings] == [2]


CHANGES = {
    "people_auditentry": {
        "id": "id + 100000",
        "at": "at + interval '1 microsecond'",
        "actor": "'00000000-0000-0000-0000-000000000001'",
        "action": "action || 'x'",
        "subject": "null",
        "organisation": "'00000000-0000-0000-0000-000000000001'",
        "address": "'203.0.113.0/24'",
        "outcome": "case outcome when 'done' then 'refused' else 'done' end",
        "reason": "reason || ' '",
        "details": "jsonb_set(details, '{n}', '-1')",
    },
    "people_auditseal": {
        "number": "number + 100000",
        "kind": "'dropped', kept_days = 400",
        "month": "month + 40",
        "sealed_at": "sealed_at + interval '1 microsecond'",
        "rows": "rows + 1",
        "digest_of_rows": "reverse(digest_of_rows)",
        "entries": "entries || 1::bigint",
        "marks": "marks[2:]",
        "previous": "reverse(previous || 'a')::varchar(64)",
        "digest": "reverse(digest)",
    },
}


@pytest.fixture
def chain() -> None:
    for hour in range(3):
        add(4, at=AT + timedelta(hours=hour))
    seal_waiting(at=NIGHT, most=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.sampled_from([(t, c) for t, columns in CHANGES.items() for c in columns]),
    which=st.integers(0, 11),
)
def test_any_single_change_of_any_stored_field_is_found(chain, change, which) -> None:
    table, column = change
    key = "number" if table == "people_auditseal" else "id"
    with transaction.atomic():
        with behind_its_back(), connection.cursor() as cursor:
            cursor.execute(f"select {key} from {table} order by {key}")
            rows = cursor.fetchall()
            (chosen,) = rows[which % len(rows)]
            value = CHANGES[table][column]
            cursor.execute(f"update {table} set {column} = {value} where {key} = %s", [chosen])
            assert cursor.rowcount == 1
        assert not verify().is_whole
        transaction.set_rollback(True)
    assert verify().is_whole


def test_every_stored_field_is_tried() -> None:
    assert set(CHANGES["people_auditentry"]) == {f.column for f in AuditEntry._meta.fields}
    assert set(CHANGES["people_auditseal"]) == {f.column for f in AuditSeal._meta.fields} - {"kept_days"}


def verified() -> tuple[int, str]:
    out, code = io.StringIO(), 0
    try:
        with translation.override("en"):
            call_command("verify_audit", stdout=out, stderr=out)
    except SystemExit as end:
        code = int(str(end.code))
    return code, out.getvalue()


def test_the_command_says_what_is_wrong_and_exits_with_1() -> None:
    add(2)
    seal_waiting(at=NIGHT)
    code, words = verified()
    assert (code, "1 seals over 2 entries" in words) == (0, True)
    with behind_its_back():
        run("update people_auditentry set details = '{}' where id = %s", ids()[0])

    code, words = verified()

    assert code == 1
    assert f"2026-03: entry {ids()[0]} is not as it was when seal 1 was set" in words
    noted = AuditEntry.objects.filter(action="audit.verified").order_by("id")
    assert [(e.outcome, e.details["findings"]) for e in noted] == [("done", 0), ("refused", 1)]


def test_the_nightly_verification_tells_the_scheduler() -> None:
    add(2)
    seal_waiting(at=NIGHT)
    verify_lately(NIGHT)
    with behind_its_back():
        run("update people_auditentry set reason = 'x' where id = %s", ids()[0])

    with pytest.raises(AuditAltered, match="2026-03: "):
        verify_lately(NIGHT)


def test_every_action_has_a_label() -> None:
    assert all(str(action.label) for action in ACTIONS.values())
