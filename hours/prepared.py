"""Statements of the hot paths, planned once for each connection: Django's own cursor plans them each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import OperationalError, connection

Values = Sequence[Any] | Mapping[str, Any]


def fetch_all(sql: str, values: Values) -> list[tuple]:
    """
    Return the rows. JSON comes as text: Django keeps its own way of reading it.

    Django hears of a fault all the same, so that a broken connection is not used again.
    """
    if connection.queries_logged:  # whoever counts statements has to see these too
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    try:
        return _fetch(sql, values)
    except OperationalError:
        # The server was started anew since the last request: once more, unless a transaction went with it.
        if connection.in_atomic_block:
            raise
        connection.close()
        return _fetch(sql, values)


def _fetch(sql: str, values: Values) -> list[tuple]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, values, prepare=True).fetchall()
