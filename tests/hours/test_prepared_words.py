"""The hottest statements: text in, text out, planned once, and once more when the connection broke."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from hours.prepared import fetch_words


@pytest.fixture
def db(django_db_setup, django_db_blocker):
    """Without a transaction around the test, which writes nothing."""
    with django_db_blocker.unblock():
        yield
        connection.close()


pytestmark = pytest.mark.usefixtures("db")

PAIR = "select n::text, upper(%s) || n from generate_series(1, %s::int) n"


def test_words_come_as_postgresql_writes_them_in_and_out_of_a_transaction() -> None:
    wanted = [("1", "学A1"), ("2", "学A2")]

    assert fetch_words(PAIR, ("学a", "2")) == wanted
    assert fetch_words(PAIR, ("b", "1")) == [("1", "B1")]
    assert fetch_words(PAIR, ("b", "0")) == []
    with transaction.atomic():
        assert fetch_words(PAIR, ("学a", "2")) == wanted


def test_a_connection_that_broke_is_made_anew() -> None:
    assert fetch_words(PAIR, ("a", "1")) == [("1", "A1")]
    broken = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
    other.close()

    assert fetch_words(PAIR, ("a", "1")) == [("1", "A1")]
    assert connection.connection is not broken


def test_a_fault_is_djangos_own_and_the_next_statement_goes_on() -> None:
    with pytest.raises(ProgrammingError):
        fetch_words("select * from no_such_table where %s = ''", ("a",))
    assert fetch_words(PAIR, ("a", "1")) == [("1", "A1")]


def test_a_statement_that_the_server_forgot_is_planned_again() -> None:
    assert fetch_words(PAIR, ("a", "1")) == [("1", "A1")]
    with connection.cursor() as cursor:
        cursor.execute("deallocate all")  # as psycopg does after a ROLLBACK

    assert fetch_words(PAIR, ("a", "1")) == [("1", "A1")]
