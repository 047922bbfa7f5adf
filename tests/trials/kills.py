"""
Server, worker and database are killed (-9) in the middle of ten thousand beats, and started again.

PostgreSQL is one of the trial's own, with fsync. Clients send a beat until it is answered. After each kill
every second that was answered is there; at the end every second told is counted, and none twice.
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from uuid import UUID

import psycopg
from django.conf import settings
from django.utils.timezone import now

from config.embedded import VAR, running
from config.processes import Processes
from config.progress import step
from tests.bench.processor import family_of_database
from tests.trials.finding import Finding
from tests.trials.studying import body, counted, new_lessons, new_members, report, token

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = 2_500
BEATS_EACH = 4
BEATS = MEMBERS * BEATS_EACH
EVERY = 30
CLIENTS = 8
KILLS = (("server", "worker"), ("database", "server", "worker"), ("database", "server", "worker"))
PATIENCE = 300.0
"""Seconds for a part of the beats; a machine that is busy needs many."""


@dataclass
class Answers:
    """What was answered, by member; and which server is asked."""

    counted: dict[UUID, int] = field(default_factory=dict)
    told: int = 0
    retried: int = 0
    port: int = 0
    lock: Lock = field(default_factory=Lock)
    ended: Event = field(default_factory=Event)
    paused: Event = field(default_factory=Event)

    def add(self, member: UUID, seconds: int) -> None:
        with self.lock:
            self.told += 1
            self.counted[member] = self.counted.get(member, 0) + seconds


def tried(seed: int) -> Iterator[Finding]:
    chance = Random(seed)
    home = VAR / "bench" / "trials-postgres"
    with running(home) as url, ExitStack() as started:
        with step("A database of its own"):
            _manage(url, "migrate", "--verbosity", "0")
        with psycopg.connect(url, autocommit=True) as straight:
            members = new_members(straight, MEMBERS)
            lesson = new_lessons(straight, 1)[0]
        opened = now().replace(microsecond=0) - timedelta(seconds=EVERY * BEATS_EACH)
        outbox = [
            (member, body([[token(member, lesson, opened), [[n, n * EVERY * 10, EVERY * 10, "p0:0-9"]]]]))
            for n in range(BEATS_EACH)
            for member in members
        ]
        answers = Answers()
        processes, answers.port = _start(started, url)
        clients = [
            Thread(target=_client, args=(outbox[n::CLIENTS], answers), daemon=True) for n in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        started.callback(answers.ended.set)
        for number, killed in enumerate(KILLS):
            _wait_for(answers, BEATS * (number + 1) // 4 + chance.randrange(-300, 300))
            name = ", ".join(killed)
            with step(f"Killing {name} after {answers.told:,} beats"):
                answers.paused.set()
                _kill(url, processes, database="database" in killed)
                url = started.enter_context(running(home))
                yield _nothing_lost(url, answers, f"{name} killed")
                processes, answers.port = _start(started, url)
                answers.paused.clear()
        _wait_for(answers, BEATS)
        for client in clients:
            client.join(PATIENCE)
        yield from _at_the_end(url, answers, members)


def _at_the_end(url: str, answers: Answers, members: list[UUID]) -> Iterator[Finding]:
    due = BEATS * EVERY
    with psycopg.connect(url, autocommit=True) as straight:
        added, united, held = counted(straight, members)
    told = f"{BEATS:,} beats, {answers.retried:,} sent again: {added:,} = {united:,} = {held:,} of {due:,} s"
    yield Finding("kill -9", "every second told is counted, none twice", told, added == united == held == due)
    _manage(url, "shell", "--no-imports", "--command", _CLOSE)
    with psycopg.connect(url, autocommit=True) as straight:
        added, united, _held = counted(straight, members)
    yield Finding("kill -9", "the same when all is closed", f"{added:,} = {united:,}", added == united == due)
    verified = _manage(url, "verify_ledger", check=False)
    yield Finding("kill -9", "verify_ledger agrees", verified.stdout.strip()[-90:], verified.returncode == 0)


_CLOSE = (
    "from django.utils.timezone import now; from hours.sittings import close_all_sittings;"
    " close_all_sittings(at=now())"
)


def _nothing_lost(url: str, answers: Answers, what: str) -> Finding:
    """Whether what was answered until now is there: for each member at least as much."""
    with psycopg.connect(url, autocommit=True) as straight:
        rows = straight.execute("select member_key, study_seconds(held) from hours_studyclock").fetchall()
    there = dict(rows)
    with answers.lock:
        missing = {m: s for m, s in answers.counted.items() if there.get(m, 0) < s}
        found = f"{answers.told:,} answered, {len(missing)} members lack something"
    return Finding("kill -9", f"{what}: every answered second is there", found, not missing)


def _client(outbox: list[tuple[UUID, bytes]], answers: Answers) -> None:
    """Send one beat after the other, each until it is answered."""
    server: http.client.HTTPConnection | None = None
    for member, sent in outbox:
        while not answers.ended.is_set():
            try:
                server = server or http.client.HTTPConnection("127.0.0.1", answers.port, timeout=20)
                answers.add(member, report(server, sent)["counted"])
                break
            except (OSError, http.client.HTTPException):
                server = None
                answers.retried += 1
                time.sleep(0.2)
                while answers.paused.is_set() and not answers.ended.is_set():
                    time.sleep(0.05)


def _wait_for(answers: Answers, told: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while answers.told < told:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{answers.told:,} of {told:,} beats were answered in {PATIENCE:.0f} s.")
        time.sleep(0.01)


def _start(stack: ExitStack, url: str) -> tuple[Processes, int]:
    """Server, worker and scheduler as `make run` has them, and the server's port."""
    from tests.trials.hours import start_server

    folder = Path(settings.BENCH) / "trials" / "kills"
    folder.mkdir(parents=True, exist_ok=True)
    processes = stack.enter_context(Processes(ROOT, folder))
    port = start_server(processes, url)
    manage = ("env", f"DATABASE_URL={url}", sys.executable, ROOT / "manage.py")
    processes.start("worker", *manage, "db_worker", "--no-startup-delay", "--queue-name", "default")
    processes.start("scheduler", *manage, "scheduler")
    return processes, port


def _kill(url: str, processes: Processes, *, database: bool) -> None:
    """
    End them as a power cut does.

    The database goes first when it goes at all, so that requests are under way. The others go with it every
    time, since it has another address afterwards.
    """
    if database:
        with psycopg.connect(url, autocommit=True) as straight:
            postmaster = family_of_database(straight.info.backend_pid)
        if postmaster is None:
            raise LookupError("PostgreSQL's first process was not found.")
        os.kill(postmaster, signal.SIGKILL)
    for process in processes.running.values():
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _manage(url: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=check,
    )
