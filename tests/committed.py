"""
What the tests share whose rows other connections see: no transaction is around them, so they tidy up.

Such a file has a fixture of its own named `db`: by that name pytest-django knows that it needs the tables.
"""

from __future__ import annotations

from django.db import connection, transaction

AUDIT = ("people_auditentry", "people_auditseal", "people_auditpending")


def empty(*tables: str) -> None:
    """Take every row out of tables that are only added to; their triggers rest meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # rows of one table may name one another
        for table in tables:
            cursor.execute(f"alter table {table} disable trigger user")
            cursor.execute(f"delete from {table}")
            cursor.execute(f"alter table {table} enable trigger user")
