"""The trials of quizzes: faults by the thousand, then page, network and server killed under real readers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.db import connections

from config.prepare import collect_static_files, compile_messages, migrate
from config.processes import Processes
from config.progress import step
from people.ciphers import write_new_keys
from tests.trials import breaks, faults
from tests.trials.finding import Finding
from tests.trials.hours import ROOT, SEED, logs, start_server


def tried() -> list[Finding]:
    """The seed is told, and SEED chooses another."""
    seed = int(os.environ.get("SEED") or SEED)
    print(f"  Seed {seed}", flush=True)
    compile_messages(ROOT / "site")
    if not Path(settings.KEYS_FILE).exists():
        write_new_keys(Path(settings.KEYS_FILE))
    migrate()
    collect_static_files()
    return list(_all(seed))


def _all(seed: int) -> Iterator[Finding]:
    with ExitStack() as stack:
        stack.callback(connections.close_all)
        processes = stack.enter_context(Processes(ROOT, logs()))
        port = start_server(processes, os.environ["DATABASE_URL"])
        with step("Faults between devices and the server"):
            yield from faults.tried(port, seed)
    yield from breaks.tried(seed)
