"""Many rows at once, through PostgreSQL's COPY, and changes of many rows in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models

from people.ciphers import EncryptedField, all_encrypted

PIECE = 2_000
"""Rows between two signs of progress."""

COPIED = 6_000
"""Rows that one COPY takes, and whose references are checked together."""

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
    done = 0
    for at_once in pieces(rows, COPIED):
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            for piece in pieces(at_once):
                for row in zip(*(one(piece) for one in make), strict=True):
                    copy.write_row(row)
                done += len(piece)
                if done < len(rows):
                    tell(done, len(rows))
        tell(done, len(rows))


Column = Callable[[Sequence[tuple]], Sequence[Any]]
"""Makes the values of one column for some of the rows."""


def _maker(field: models.Field, given: Mapping[str, int]) -> Column:
    if field.attname in given:
        return _given(field, given[field.attname])
    if callable(field.default):
        return lambda piece: [field.get_prep_value(field.get_default()) for _ in piece]
    value = field.get_db_prep_save(field.get_default(), connection)
    return lambda piece: [value] * len(piece)


def _given(field: models.Field, place: int) -> Column:
    if isinstance(field, EncryptedField):
        return lambda piece: prepared_secrets([row[place] for row in piece])
    if type(field).get_prep_value in _PLAIN:
        return lambda piece: [row[place] for row in piece]
    return lambda piece: [field.get_prep_value(row[place]) for row in piece]


def prepared_secrets(texts: Sequence[str | None]) -> list[str | None]:
    """What an encrypted column holds for these; none stays none."""
    tokens = iter(all_encrypted(text for text in texts if text is not None))
    return [None if text is None else next(tokens) for text in texts]


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
