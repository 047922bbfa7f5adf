"""
`python -m tests.trials`: long trials with faults. ONLY=hours (or courses, quizzes) names those of one room.

The database is a new one on the server of DATABASE_URL, and is dropped at the end; what is killed has a
server of its own. Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import django

from tests.bench.__main__ import new_database

ROOT = Path(__file__).resolve().parents[2]
TRIALS = ("courses", "hours", "quizzes")
DATABASE = "xuecheng_trials"


def main() -> None:
    for folder in (ROOT, ROOT / "site"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from config.embedded import VAR, EmbeddedError, running  # stands in site/
    from config.processes import Ended, end_in_order

    begun = time.monotonic()
    rooms = chosen()
    end_in_order()
    given = os.environ.get("DATABASE_URL")
    try:
        with (
            nullcontext(given) if given else running(VAR / "postgres-bench") as server,
            new_database(server, DATABASE) as url,
        ):
            held = tried(url, rooms)
    except EmbeddedError as error:
        sys.exit(str(error))
    except Ended:
        sys.exit("\nStopped.")
    print(
        f"\nAfter {time.monotonic() - begun:.0f} s: {'everything held' if held else 'NOT EVERYTHING HELD'}."
    )
    sys.exit(0 if held else 1)


def chosen() -> list[str]:
    only = os.environ.get("ONLY") or ""
    names = [name.strip() for name in only.split(",") if name.strip()] or list(TRIALS)
    unknown = [name for name in names if name not in TRIALS]
    if unknown:
        sys.exit(f"There is no trial {unknown[0]!r}. ONLY is one of {', '.join(TRIALS)}.")
    return names


def tried(url: str, rooms: list[str]) -> bool:
    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        PYTHONPATH=os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
    )
    django.setup()
    from tests.trials.finding import table  # what follows reads the settings

    findings = [finding for room in rooms for finding in import_module(f"tests.trials.{room}").tried()]
    print(f"\n{table(findings)}")
    return all(finding.held for finding in findings)


if __name__ == "__main__":
    main()
