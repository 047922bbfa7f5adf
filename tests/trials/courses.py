"""
Readers at two servers, while another process publishes, unpublishes, closes, opens, renames and moves.

After each change no page that was asked for later may show what stood before it, in any process; and no page
shows one member what is another's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connections

from config.prepare import collect_static_files, compile_messages, migrate
from config.processes import Processes
from config.progress import step
from people.ciphers import write_new_keys
from tests.trials.editing import Desk
from tests.trials.finding import Finding
from tests.trials.hours import ROOT, SEED, logs, start_server
from tests.trials.readers import Reading, stage_readers

SECONDS = 75.0
READERS = 12
THREADS = 8


def tried() -> list[Finding]:
    """The seed is told, and SEED chooses another."""
    seed = int(os.environ.get("SEED") or SEED)
    print(f"  Seed {seed}", flush=True)
    compile_messages(ROOT / "site")
    if not Path(settings.KEYS_FILE).exists():
        write_new_keys(Path(settings.KEYS_FILE))
    migrate()
    collect_static_files()
    with ExitStack() as stack:
        stack.callback(connections.close_all)
        processes = stack.enter_context(Processes(ROOT, logs()))
        ports = [start_server(processes, os.environ["DATABASE_URL"], name=f"server-{n}") for n in (1, 2)]
        return list(_tried(ports, Random(seed)))


def _tried(ports: list[int], chance: Random) -> Iterator[Finding]:
    desk = Desk()
    reading = Reading(ports, stage_readers(READERS), desk, chance)
    with step("Two servers, readers, and an editor who changes the tree"), reading.under_way(THREADS):
        while reading.seconds < SECONDS and not reading.stale:
            desk.change(chance)
            reading.end_a_session()
    told = f"{reading.pages:,} pages, {desk.changes} changes"
    yield Finding("no stale page", "whoever asks later sees the change", told, reading.pages > 500)
    for what, found in (
        ("no page as it was before a change", reading.stale),
        ("no page of another member", reading.foreign),
        ("no fault", reading.faults),
    ):
        yield Finding("no stale page", what, f"{len(found)} {found[:2]}", not found)
    share = reading.by_lane / max(reading.shown, 1)
    yield Finding(
        "no stale page", "the lane was taken, however often the tree changed", f"{share:.0%}", share > 0.3
    )
    desk.all_done()
