"""What the tests of the audit share: adding entries, and going behind its back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import connection

from people.audit import Action, AuditEntry, note
from people.audit_verifying import verify
from tests.cast import moment

TRIED = Action("test.tried", "Tried")
AT = moment("2026-03-10 10:00")
NIGHT = moment("2026-03-11 03:10")
KEY = UUID(int=7)


def add(number: int = 1, *, at=AT, **fields: object) -> None:
    for n in range(number):
        note(TRIED, at=at + timedelta(seconds=n), by=None, member=KEY, details={"n": n}, **fields)


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def behind_its_back() -> Iterator[None]:
    """As a superuser would, with the triggers switched off."""
    tables = ("people_auditentry", "people_auditseal", "people_auditpending")
    for table in tables:
        run(f"alter table {table} disable trigger user")
    yield
    for table in tables:
        run(f"alter table {table} enable trigger user")


def found() -> list[str]:
    return [str(finding) for finding in verify().findings]


def ids() -> list[int]:
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True))
