"""The stamp of the published tree (migrations/sql/lane.sql): what changed long ago is added up at night."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from jobs.schedule import nightly


@nightly("add up old changes of the tree")
def fold_changes(at: datetime) -> None:
    """The stamp stays what it is; a page's statement reads few rows."""
    with connection.cursor() as cursor:
        cursor.execute("select courses_fold_changes()")
