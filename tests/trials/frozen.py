"""The ledger refuses to be changed, and no two intervals of a member overlap: asked as psql would ask."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg

from tests.trials.finding import Finding

ASKED = (
    ("update hours_studyrecord set seconds = seconds + 1", "check_violation"),
    ("delete from hours_studyrecord", "check_violation"),
    ("truncate hours_studyrecord cascade", "check_violation"),
    (
        "insert into hours_countedinterval"
        " (member_key, record_id, bucket, subject, started_at, ended_at, seconds)"
        " select member_key, record_id, bucket, subject, started_at + interval '1 second', ended_at,"
        " seconds - 1 from hours_countedinterval where seconds > 1 limit 1",
        "exclusion_violation",
    ),
)
TABLES = ("hours_studyrecord", "hours_countedinterval")
_ALL = "select md5(string_agg(t::text, ' ' order by id)) from {} t"


def tried() -> Iterator[Finding]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as straight:
        before = _everything(straight)
        for asked, expected in ASKED:
            try:
                straight.execute(asked)
                said = "it was done"
            except psycopg.Error as error:
                said = type(error).__name__
            wanted = expected.title().replace("_", "")
            same = _everything(straight) == before
            yield Finding(
                "frozen", f"{' '.join(asked.split()[:3])} is refused", said, said == wanted and same
            )


def _everything(straight: psycopg.Connection) -> list[object]:
    return [straight.execute(_ALL.format(table)).fetchone() for table in TABLES]
