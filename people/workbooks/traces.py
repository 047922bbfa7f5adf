"""What an import leaves behind for taking it back: which rows it added, and what changed rows were before."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models

from people.models import (
    Affiliation,
    ImportBatch,
    Member,
    Office,
    Organisation,
    OrganisationState,
    Standing,
)
from people.workbooks.copying import Tell, pieces

TABLES: dict[str, type[models.Model]] = {
    model._meta.db_table: model
    for model in (Organisation, OrganisationState, Member, Standing, Affiliation, Office)
}
"""The tables that an import writes, what is referred to first."""

NOT_KEPT = frozenset({"id", "password", "last_login"})
"""Columns that an import never changes and that are never put back."""

_NOT_COMPARED = "'{password,phone,last_login}'::text[]"
"""What says nothing about whether a row was used since; a sign-in is asked for by itself."""

AT_ONCE = 4_000
"""Rows between two signs of progress."""

LOOKS = f"md5((to_jsonb(t) - {_NOT_COMPARED})::text)"
"""SQL: what a row `t` looks like, in 32 characters."""


def keep_before(batch: ImportBatch, model: type[models.Model], keys: Sequence[int]) -> None:
    """Keep what rows are before they are changed."""
    table = model._meta.db_table
    sql = (
        'insert into people_importedrow (batch_id, "table", "row", before, digest) '  # noqa: S608
        "select %s, %s, t.id, to_jsonb(t) - '{password,last_login}'::text[], '' "
        f"from {table} t where t.id = any(%s)"
    )
    for piece in pieces(keys):
        with connection.cursor() as cursor:
            cursor.execute(sql, [batch.pk, table, list(piece)])


def keep_added(batch: ImportBatch, model: type[models.Model], keys: Sequence[int], tell: Tell) -> None:
    """Keep which rows were added, and what they look like."""
    table = model._meta.db_table
    sql = (
        'insert into people_importedrow (batch_id, "table", "row", before, digest) '  # noqa: S608
        f"select %s, %s, t.id, null, {LOOKS} from {table} t where t.id = any(%s)"
    )
    done = 0
    for piece in pieces(keys, AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(sql, [batch.pk, table, list(piece)])
        done += len(piece)
        tell(done, len(keys))


def keep_after(batch: ImportBatch) -> None:
    """Keep what the changed rows look like now."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"update people_importedrow kept set digest = {LOOKS} from {table} t "  # noqa: S608
                'where kept.batch_id = %s and kept."table" = %s and kept."row" = t.id '
                "and kept.before is not null",
                [batch.pk, table],
            )
