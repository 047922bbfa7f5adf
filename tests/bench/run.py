"""Tables, people, lessons, servers; then the benches asked for. Imported after the settings are known."""

from __future__ import annotations

import os
import shutil
import socket
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.utils.timezone import now

from config.prepare import collect_static_files, compile_messages, migrate
from config.processes import Processes
from config.progress import step
from courses.outline import Module
from do import server
from people.ciphers import write_new_keys
from tests.bench import (
    city,
    courses,
    hours,
    importing,
    items,
    lane,
    ledger,
    packs,
    people,
    quizzes,
    reach,
    reports,
    rolls,
    searching,
    slow_phone,
    transfer,
    workbooks,
)
from tests.bench.measuring import MOST_FOREIGN, Ground, Served
from tests.bench.processor import family_of_database
from tests.bench.rows import Row
from tests.bench.stage import (
    Branch,
    sign_in,
    stage_bare_page,
    stage_branch,
    stage_lessons,
    stage_study,
)

ROOT = Path(__file__).resolve().parents[2]
BRANCH_SIZES = (100, 10)


def measure(benches: list[str]) -> list[Row]:
    """Prepare the ground and measure; everything that was started ends with it."""
    compile_messages(ROOT / "site")
    write_new_keys(Path(settings.KEYS_FILE))
    migrate()
    rows = _measure_served(benches)
    if "outreach" in benches:
        rows += packs.measure()
        rows += reach.measure()
        rows += rolls.measure()
    # Last: a million members and twenty million rows would be in everybody's way.
    if "people" in benches:
        rows += workbooks.importing()
        rows += city.measure()
    if "quizzes" in benches:
        rows += items.measure()
    if "hours" in benches:
        rows += ledger.measure()
    if "courses" in benches:
        rows += searching.measure()
        rows += importing.importing()
    return rows


def _measure_served(benches: list[str]) -> list[Row]:
    """What is measured over HTTP."""
    modules, branches, bare_address = _stage(at=now())
    with ExitStack() as stack:
        stack.callback(connections.close_all)
        processes = stack.enter_context(Processes(ROOT, _logs()))
        ground = _ground(processes)
        cookies = [sign_in(member) for member in branches[0].members]
        rows: list[Row] = []
        if "courses" in benches:
            rows += courses.measure(ground, modules, cookies, bare_address)
            rows += lane.measure(ground, modules, branches[0].members, cookies, bare_address)
            rows += transfer.measure(ground, modules, cookies[1])
        if "hours" in benches:
            editions = [lesson.edition for module in modules for lesson in module.lessons]
            rows += hours.measure(ground, editions)
        if "outreach" in benches:
            rows += slow_phone.measure(ground, cookies[1])
        if "people" in benches:
            editions = [lesson.edition for module in modules for lesson in module.lessons]
            rows += people.measure(ground, editions)
        if "quizzes" in benches:
            rows += quizzes.measure(ground)
        if "reports" in benches:
            rows += reports.measure(ground, branches, cookies, bare_address)
    print(_disturbance(ground))
    return rows


def _stage(*, at: datetime) -> tuple[list[Module], list[Branch], str]:
    collect_static_files()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)  # of the last bench
    with step("Loading lessons, members and their study"):
        modules = stage_lessons(at=at)
        bare_address = stage_bare_page()
        branches = [stage_branch(f"{size}人支部", size) for size in BRANCH_SIZES]
        for branch in branches:
            stage_study(branch.members, modules)
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")
    return modules, branches, bare_address


def _ground(processes: Processes) -> Ground:
    with step("Starting the servers"):
        ours = _start(processes, "ours", "tests.bench.settings")
        bare = _start(processes, "bare", "tests.bench.bare.settings")
        least = _start(processes, "least", "tests.bench.bare.least")
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_backend_pid(), current_setting('server_version'), current_setting('fsync'),"
            " current_setting('synchronous_commit')"
        )
        backend, version, fsync, commit = cursor.fetchone()
    postmaster = family_of_database(backend)
    print(f"  PostgreSQL {version}, fsync {fsync}, synchronous_commit {commit}; {os.cpu_count()} cores")
    if postmaster is None:
        print("  PostgreSQL runs on another machine: its CPU is not in the figures.")
    return Ground(postmaster, fsync == "on" and commit == "on", ours, bare, least)


def _start(processes: Processes, name: str, settings_module: str) -> Served:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    processes.start(name, "env", f"DJANGO_SETTINGS_MODULE={settings_module}", *server(port))
    processes.wait_for_answer(port)
    return Served(port, processes.running[name].pid)


def _logs() -> Path:
    logs = Path(settings.BENCH) / "log"
    logs.mkdir(parents=True, exist_ok=True)
    return logs


def _disturbance(ground: Ground) -> str:
    worst = max(ground.foreign, default=0.0)
    if worst <= MOST_FOREIGN:
        return f"  Quiet: other programs used at most {worst:.1f} cores."
    return (
        f"  NOT QUIET: other programs used up to {worst:.1f} of {os.cpu_count()} cores. "
        "CPU and statements still say something, requests per second do not."
    )
