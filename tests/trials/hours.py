"""The trials of the study clock and the ledger, on one ground."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings
from django.db import connections

from config.prepare import compile_messages, migrate
from config.processes import Processes
from config.progress import step
from do import server
from people.ciphers import write_new_keys
from tests.trials import attacks, bloat, frozen, kills, torture
from tests.trials.finding import Finding

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261122


def tried() -> list[Finding]:
    """Every trial; the seed is told, and SEED chooses another."""
    seed = int(os.environ.get("SEED") or SEED)
    print(f"  Seed {seed}", flush=True)
    compile_messages(ROOT / "site")
    write_new_keys(Path(settings.KEYS_FILE))
    migrate()
    with ExitStack() as stack:
        stack.callback(connections.close_all)
        processes = stack.enter_context(Processes(ROOT, logs()))
        port = start_server(processes, os.environ["DATABASE_URL"])
        return list(_all(port, seed))


def _all(port: int, seed: int) -> Iterator[Finding]:
    with step("Sixteen threads, five members"):
        yield from torture.tried(port, seed)
    with step("Attacks"):
        yield from attacks.tried()
    with step("What is written stays"):
        yield from frozen.tried()
    with step("A million beats"):
        yield from bloat.tried()
    yield from kills.tried(seed)


def logs() -> Path:
    folder = Path(settings.BENCH) / "trials"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def start_server(processes: Processes, url: str, *, name: str = "server") -> int:
    """The ordinary server process of this database; returns its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    processes.start(name, "env", f"DATABASE_URL={url}", *server(port))
    processes.wait_for_answer(port)
    return port
