"""Statements of the hot paths, planned once for each connection: Django's own cursor plans them each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

import psycopg
from django.db import OperationalError, connection
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus

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


_PREPARED: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()
"""The statements that a connection has planned already, besides those that psycopg looks after."""

_FORGOTTEN = b"26000"
"""The server knows no such statement: psycopg lets it forget all of them after a ROLLBACK."""


def fetch_words(sql: str, values: Sequence[str]) -> list[tuple[str, ...]]:
    """
    The rows of a statement that takes and answers text only, the statement's hottest way: without psycopg's
    cursor, which costs more than all else that such a page does.

    Within a transaction, and when statements are counted, it goes the ordinary way. No column may be null.
    """
    if connection.queries_logged or connection.in_atomic_block or not connection.get_autocommit():
        return fetch_all(sql, values)
    try:
        return _fetch_words(sql, values)
    except OperationalError:  # the server was started anew since the last request: once more
        connection.close()
        return _fetch_words(sql, values)


def _fetch_words(sql: str, values: Sequence[str]) -> list[tuple[str, ...]]:
    connection.ensure_connection()
    server = connection.connection.pgconn
    name, numbered = _named(sql)
    told = [value.encode() for value in values]
    with connection.wrap_database_errors:
        known = _PREPARED.setdefault(connection.connection, set())
        answer = server.exec_prepared(name, told) if name in known else None
        if answer is None or answer.error_field(DiagnosticField.SQLSTATE) == _FORGOTTEN:
            _expect(server, server.prepare(name, numbered), ExecStatus.COMMAND_OK)
            known.add(name)
            answer = server.exec_prepared(name, told)
        _expect(server, answer, ExecStatus.TUPLES_OK)
    columns = range(answer.nfields)
    return [
        tuple(answer.get_value(row, column).decode() for column in columns) for row in range(answer.ntuples)
    ]


def _expect(server: Any, answer: Any, status: ExecStatus) -> None:
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    if answer.status != status:
        raise psycopg.errors.error_from_result(answer)


@lru_cache(maxsize=16)
def _named(sql: str) -> tuple[bytes, bytes]:
    """A name for the statement, and the statement with its places numbered."""
    first, *rest = sql.split("%s")
    places = count(1)
    numbered = "".join([first, *(f"${next(places)}{part}" for part in rest)])
    return b"xuecheng_%08x" % crc32(sql.encode()), numbered.encode()
