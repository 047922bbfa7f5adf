"""
`python -m tests.bench`: figures of the hot paths, each beside a limit measured in the same run.

ONLY=hours (or courses, outreach, people, quizzes, reports) measures one. A target that is missed is said and
is no error.
The database is a new one, on the server of DATABASE_URL or on an embedded one, and is dropped at the end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg

from tests.bench.load import UnexpectedAnswer

ROOT = Path(__file__).resolve().parents[2]
BENCHES = ("courses", "hours", "outreach", "people", "quizzes", "reports")
DATABASE = "xuecheng_bench"


def main() -> None:
    for folder in (ROOT, ROOT / "site"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from config.embedded import VAR, EmbeddedError, running  # stands in site/
    from config.processes import Ended, end_in_order

    if not Path("/proc/self/stat").exists():
        sys.exit("The bench reads from /proc what the processor did. This system has none: run it on Linux.")
    begun = time.monotonic()
    benches = chosen()
    end_in_order()
    given = os.environ.get("DATABASE_URL")
    try:
        with (
            nullcontext(given) if given else running(VAR / "bench" / "postgres") as server,
            new_database(server) as url,
        ):
            rows = measured(url, benches)
    except EmbeddedError as error:
        sys.exit(str(error))
    except UnexpectedAnswer as error:
        sys.exit(
            f"\nNothing was measured, because a server answered:\n{error}\nLogs: {VAR / 'bench' / 'log'}"
        )
    except Ended:
        sys.exit("\nStopped.")
    print(f"\n{rows}\n\nAfter {time.monotonic() - begun:.0f} s; also in {VAR / 'bench.json'}.")


def chosen() -> list[str]:
    only = os.environ.get("ONLY") or ""
    names = [name.strip() for name in only.split(",") if name.strip()] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.exit(f"There is no bench {unknown[0]!r}. ONLY is one of {', '.join(BENCHES)}.")
    return names


@contextmanager
def new_database(server: str, name: str = DATABASE) -> Iterator[str]:
    """An empty database on this server, gone afterwards; also one that a killed bench left behind."""
    drop = f"drop database if exists {name} with (force)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"create database {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(drop)


def measured(url: str, benches: list[str]) -> str:
    from config.embedded import VAR

    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        PYTHONPATH=os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
    )
    django.setup()
    from tests.bench.rows import table, write
    from tests.bench.run import measure  # reads the settings

    rows = measure(benches)
    write(rows, VAR / "bench.json")
    return table(rows)


if __name__ == "__main__":
    main()
