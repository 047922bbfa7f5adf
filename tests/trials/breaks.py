"""
Thirty real kills while somebody is at an attempt in Chromium: of the page, the network, server and database.

PostgreSQL is one of the trial's own, with fsync. After each kill what the page had told as saved is there; at
the end what the device kept has arrived, what holds is what is reckoned here and what the page showed last,
and there is one mark.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

from config.embedded import VAR, running
from config.processes import Processes
from config.progress import step
from do import BROWSER_HINT, chromium
from tests.bench.processor import family_of_database
from tests.conftest import FLAGS
from tests.trials.browsing import WORDS, Visitor, plain, read_works
from tests.trials.cable import Cable
from tests.trials.finding import Finding
from tests.trials.holding import holding, rows_of, worth

ROOT = Path(__file__).resolve().parents[2]
KILLS_EACH = int(os.environ.get("KILLS") or 10)
PAGE, NETWORK, SERVER = "page", "network", "server"
TYPING = 6
"""The question with a text to write."""


@dataclass
class Ground:
    """The server, its database, and the cable to them; each can be killed and comes back."""

    home: Path
    url: str
    processes: Processes
    started: ExitStack
    cable: Cable

    def kill(self, *, database: bool) -> None:
        """As a power cut does; the database first when it goes at all, so that requests are under way."""
        if database:
            with psycopg.connect(self.url, autocommit=True) as straight:
                postmaster = family_of_database(straight.info.backend_pid)
            if postmaster is None:
                raise LookupError("PostgreSQL's first process was not found.")
            os.kill(postmaster, signal.SIGKILL)
        server = self.processes.running["server"]
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def start_anew(self, *, database: bool) -> None:
        from tests.trials.hours import start_server

        if database:
            self.url = self.started.enter_context(running(self.home))
        self.cable.plug_in(start_server(self.processes, self.url))


@dataclass
class Account:
    """What the kills came to."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys((PAGE, NETWORK, SERVER), 0))
    told: int = 0
    kept: int = 0
    late: int = 0
    lost: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)


def tried(seed: int) -> Iterator[Finding]:
    home = VAR / "bench" / "trials-postgres"
    account = Account()
    with ExitStack() as started:
        url = started.enter_context(running(home))
        with step("A database of its own"):
            _manage(url, "migrate", "--verbosity", "0")
            command = f"from tests.trials.readers_at_work import tell; tell({KILLS_EACH * 3})"
            works = read_works(_manage(url, "shell", "--no-imports", "--command", command))
        ground = _start(started, home, url)
        browser = started.enter_context(_browsing())
        for number, work in enumerate(works):
            kind = (PAGE, NETWORK, SERVER)[number % 3]
            _one(ground, browser, work, kind, number // 3, Random(f"{seed} {number}"), account)
    kills = ", ".join(f"{number} of the {kind}" for kind, number in account.kills.items())
    yield Finding("kills", "kills while somebody answers", kills, set(account.kills.values()) == {KILLS_EACH})
    for what, wrong in (
        (f"every answer told as saved is there: {account.told}", account.lost),
        (f"every answer kept on the device has arrived: {account.kept}, {account.late} late", account.unsent),
        ("one mark each, of what holds and was shown last", account.marks),
    ):
        yield Finding("kills", what, f"{len(wrong)} amiss {wrong[:2]}", not wrong)


def _one(
    ground: Ground,
    browser: Browser,
    work: dict[str, Any],
    kind: str,
    number: int,
    chance: Random,
    account: Account,
) -> None:
    """One member, one attempt, one kill."""
    visitor = Visitor(browser, f"http://127.0.0.1:{ground.cable.port}", work, chance)
    name = f"{kind} {number}"
    with step(f"Killing the {kind}, {number + 1}"):
        try:
            visitor.open()
            for question in chance.sample(range(1, TYPING), 2):
                visitor.give(question)
            visitor.look()
            kill = {PAGE: _kill_page, NETWORK: _kill_network, SERVER: _kill_server}[kind]
            kill(ground, visitor, number, account)
            account.kills[kind] += 1
            _settle(ground, visitor, name, account)
        except BrowserError as error:
            account.marks.append(f"{name}: {error.message[:200]}")
        finally:
            visitor.close()


# The kills


def _kill_page(ground: Ground, visitor: Visitor, number: int, account: Account) -> None:
    """While somebody is typing: the page is closed, or its process crashes."""
    first, second = WORDS[:8], WORDS[8 : 9 + number]
    visitor.give(TYPING, words=first)
    visitor.page.wait_for_timeout(1000)
    visitor.look()
    visitor.page.locator(f"[data-question='{TYPING}'] textarea").press_sequentially(second, delay=10)
    if number % 2:
        with suppress(BrowserError):
            visitor.page.goto("chrome://crash", timeout=3000)
        with suppress(BrowserError):
            visitor.page.close()
    else:
        visitor.page.close()
    _nothing_lost(ground, visitor, account)
    kept = visitor.kept()
    visitor.open(f"{TYPING}/")
    text = visitor.page.locator(f"[data-question='{TYPING}'] textarea").input_value()
    whole = first + second
    if not (whole.startswith(text) and len(text) >= len(first)):
        account.unsent.append(f"typed {whole!r}, there is {text!r}")
    _all_sent(ground, visitor, kept, account, reload=False)


def _kill_network(ground: Ground, visitor: Visitor, number: int, account: Account) -> None:
    """The device is offline, the cable is out, an answer is cut; or another device ends it meanwhile."""
    elsewhere = number >= KILLS_EACH - 2
    way = 0 if elsewhere else number % 3
    if way == 0:
        visitor.context.set_offline(True)
    elif way == 1:
        ground.cable.pull_out()
    for turn, question in enumerate(visitor.chance.sample(range(1, TYPING + 1), 3)):
        if way == 2:
            ground.cable.cut_the_next_answer(turn * 40)
        visitor.give(question)
    visitor.look()
    kept = visitor.kept()
    if elsewhere:
        _end_elsewhere(visitor)
    if way == 0:
        visitor.context.set_offline(False)
    elif way == 1:
        ground.cable.plug_in()
    _nothing_lost(ground, visitor, account)
    _all_sent(ground, visitor, kept, account, reload=way == 1 and number % 2 == 0)
    if elsewhere:
        _shown_as_late(visitor, kept, account)


def _end_elsewhere(visitor: Visitor) -> None:
    """Another device of the same member answers one of the questions, and hands in."""
    other = Visitor(visitor.browser, visitor.site, visitor.work, visitor.chance)
    try:
        other.open()
        other.give(1)
        other.wait_until_sent(reload=False)
        if not other.hand_in():
            raise LookupError("The other device could not hand in.")
    finally:
        other.close()


def _shown_as_late(visitor: Visitor, kept: list[dict[str, Any]], account: Account) -> None:
    """What came after the end stands with the result."""
    account.late += len(kept)
    visitor.page.goto(visitor.address(""))
    shown = visitor.page.locator("main").inner_text()
    texts = [row["given"][0] for row in kept if visitor.work["kinds"][row["number"] - 1] == "short_answer"]
    if not all(text in shown for text in texts):
        account.unsent.append(f"{texts} came after the end and is not shown")


def _kill_server(ground: Ground, visitor: Visitor, number: int, account: Account) -> None:
    """The server, every second time its database with it, in the moment in which an answer is sent."""
    database = bool(number % 2)
    first, second, third = visitor.chance.sample(range(1, TYPING + 1), 3)
    visitor.give(first)
    ground.kill(database=database)
    visitor.give(second)
    visitor.give(third)
    visitor.look()
    kept = visitor.kept()
    ground.start_anew(database=database)
    _nothing_lost(ground, visitor, account)
    _all_sent(ground, visitor, kept, account, reload=number % 5 != 0)


# What must hold


def _nothing_lost(ground: Ground, visitor: Visitor, account: Account) -> None:
    """What the page had told as saved until now is there."""
    with psycopg.connect(ground.url, autocommit=True) as straight:
        rows = rows_of(straight, UUID(visitor.work["attempt"]))
    there = [(row.position, row.given) for row in rows]
    for told in visitor.told:
        account.told += 1
        kept = (told.position, plain(visitor.work["kinds"][told.position], told.given))
        if kept not in there:
            account.lost.append(f"{visitor.work['attempt']} {kept}")


def _all_sent(
    ground: Ground, visitor: Visitor, kept: list[dict[str, Any]], account: Account, *, reload: bool
) -> None:
    """What the device kept is there, with its count."""
    account.kept += len(kept)
    if not visitor.wait_until_sent(reload=reload):
        account.unsent.append(f"still kept after a long time: {visitor.kept()}")
    with psycopg.connect(ground.url, autocommit=True) as straight:
        rows = rows_of(straight, UUID(visitor.work["attempt"]))
    there = [(row.position + 1, row.given, row.counter) for row in rows]
    for one in kept:
        number = one["number"]
        if (number, plain(visitor.work["kinds"][number - 1], one["given"]), one["count"]) not in there:
            account.unsent.append(f"{visitor.work['attempt']} {one}")


def _settle(ground: Ground, visitor: Visitor, name: str, account: Account) -> None:
    """Hand in; what was marked is what holds, and what the page showed last."""
    attempt, kinds = UUID(visitor.work["attempt"]), visitor.work["kinds"]
    is_open = "[data-quiz]" if not visitor.page.is_closed() else ""
    seen = visitor.look() if is_open and visitor.page.locator(is_open).count() else None
    if seen is not None and not visitor.hand_in():
        account.marks.append(f"{name}: it could not be handed in")
    _nothing_lost(ground, visitor, account)
    with psycopg.connect(ground.url, autocommit=True) as straight:
        held = holding(rows_of(straight, attempt))
        sql = "select detail from quizzes_mark where attempt_id = %s"
        marks = straight.execute(sql, [attempt]).fetchall()
    given = [held[n].given if n in held else [] for n in range(len(kinds))]
    shown = [plain(kind, one["given"]) for kind, one in zip(kinds, seen, strict=True)] if seen else given
    if given != shown:
        account.marks.append(f"{name}: {given} holds and {shown} was shown")
    if len(marks) != 1:
        account.marks.append(f"{name}: {len(marks)} marks")
        return
    told = [(row["given"], row["right"], bool(row.get("awaiting"))) for row in marks[0][0]]
    worths = worth(held, visitor.work["right"], kinds)
    expected = [(one, *each) for one, each in zip(given, worths, strict=True)]
    if told != expected:
        account.marks.append(f"{name}: marked {told}, expected {expected}")


# Starting


def _start(started: ExitStack, home: Path, url: str) -> Ground:
    from tests.trials.hours import start_server

    folder = Path(settings.BENCH) / "trials" / "breaks"
    folder.mkdir(parents=True, exist_ok=True)
    processes = started.enter_context(Processes(ROOT, folder))
    cable = Cable(start_server(processes, url))
    started.callback(cable.close)
    return Ground(home, url, processes, started, cable)


@contextmanager
def _browsing() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        sys.exit(BROWSER_HINT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _manage(url: str, *command: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
