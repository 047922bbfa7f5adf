"""Many rows at once, through PostgreSQL's COPY, and changes of many rows in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models

PIECE = 1_000
"""Rows between two signs of progress."""

Tell = Callable[[int, int], None]


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """Reserve so many primary keys."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count]
        )
        return [key for (key,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple], tell: Tell) -> None:
    """
    Write rows of a model. `names` are the columns given (as attributes); the others get the model's defaults.

    What a field does to its value on the way to the database (encrypting, say) is done here too.
    """
    given = {name: n for n, name in enumerate(names)}
    fields = [
        field for field in model._meta.concrete_fields if field.attname in given or field.attname != "id"
    ]
    make = [_maker(field, given) for field in fields]
    quoted = ", ".join(f'"{field.column}"' for field in fields)
    sql = f'copy "{model._meta.db_table}" ({quoted}) from stdin'
    for start in range(0, len(rows), PIECE):
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows[start : start + PIECE]:
                copy.write_row([one(row) for one in make])
        tell(min(start + PIECE, len(rows)), len(rows))


def _maker(field: models.Field, given: Mapping[str, int]) -> Callable[[tuple], Any]:
    if field.attname in given:
        place = given[field.attname]
        prepare = field.get_prep_value
        if type(field).get_prep_value in _PLAIN:
            return lambda row: row[place]
        return lambda row: prepare(row[place])
    if callable(field.default):
        return lambda row: field.get_prep_value(field.get_default())
    value = field.get_db_prep_save(field.get_default(), connection)
    return lambda row: value


_PLAIN = {
    models.CharField.get_prep_value,
    models.DateField.get_prep_value,
    models.IntegerField.get_prep_value,
}
"""Fields whose values go to the database as they are."""


def change_rows(
    model: type[models.Model], types: Mapping[str, str], rows: Sequence[tuple], tell: Tell
) -> None:
    """Change rows: each is its key and the new values of the columns in `types` (to PostgreSQL types)."""
    assigned = ", ".join(f'"{column}" = new."{column}"' for column in types)
    arrays = ", ".join(["%s::bigint[]", *(f"%s::{kind}[]" for kind in types.values())])
    names = ", ".join(["id", *(f'"{column}"' for column in types)])
    sql = (
        f'update "{model._meta.db_table}" old set {assigned} from unnest({arrays}) new ({names})'  # noqa: S608
        " where old.id = new.id"
    )
    for piece in pieces(rows):
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*piece, strict=True)])
        tell(len(piece), len(rows))


def pieces(rows: Sequence[Any], size: int = PIECE) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
