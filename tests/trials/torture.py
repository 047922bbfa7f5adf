"""
Sixteen threads over five members: overlapping, reversed, future, repeated and out of order.

Half of them call `take_reports`, half send over HTTP, at the same time and for the same members. No call may
fail, none may be stopped as a deadlock, and what the answers counted is what the ledger and the open sittings
have, and what the clock holds, to the second; also when all sittings are closed.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import psycopg
from django.db import connections
from django.utils.timezone import now

from hours.beats import read_reports
from hours.sittings import close_all_sittings, take_reports
from hours.verifying import verify_ledger
from tests.trials.finding import Finding
from tests.trials.studying import Lesson, body, counted, new_lessons, new_members, report, token

THREADS = 16
CALLS = 150
MEMBERS = 5
LESSONS = 3
DEVICES = 2
OPENED = timedelta(minutes=25)


@dataclass
class Told:
    """What the answers of one thread came to."""

    counted: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """A page that is open on one of a member's devices."""

    token: str
    opened: datetime


def tried(port: int, seed: int) -> Iterator[Finding]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as straight:
        members = new_members(straight, MEMBERS)
        pages = _pages(members, new_lessons(straight, LESSONS), Random(seed))
        before = _deadlocks(straight)
        with ThreadPoolExecutor(THREADS) as pool:
            told = list(pool.map(lambda n: _thread(n, pages, port, seed), range(THREADS)))
        errors = [error for each in told for error in each.errors]
        answers = sum(each.counted for each in told)
        yield Finding(
            "torture", f"{THREADS * CALLS:,} calls, none fails", f"{len(errors)} {errors[:1]}", not errors
        )
        deadlocks = _deadlocks(straight) - before
        yield Finding("torture", "no deadlock", str(deadlocks), deadlocks == 0)
        added, united, held = counted(straight, members)
        yield Finding(
            "torture",
            "answers = ledger + open = united = held, in seconds",
            f"{answers:,} = {added:,} = {united:,} = {held:,}",
            answers == added == united == held > 0,
        )
        wall = MEMBERS * int((OPENED + timedelta(minutes=5)).total_seconds())
        yield Finding("torture", "no more than the wall clock", f"{held:,} of {wall:,}", held <= wall)
        close_all_sittings(at=now())
        added, united, _held = counted(straight, members)
        yield Finding("torture", "the same when all is closed", f"{added:,}", answers == added == united)
    found = verify_ledger(at=now())
    yield Finding(
        "torture", "verify_ledger agrees", f"{found.differences} {found.findings[:1]}", not found.differences
    )


def _pages(members: list[UUID], lessons: list[Lesson], chance: Random) -> list[Page]:
    opened = now().replace(microsecond=0) - OPENED
    found = []
    for member in members:
        for lesson in lessons:
            for device in range(DEVICES):
                at = opened + timedelta(seconds=device + chance.randrange(30))
                found.append(Page(token(member, lesson, at), at))
    return found


def _thread(number: int, pages: list[Page], port: int, seed: int) -> Told:
    chance = Random(seed * 1000 + number)
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60) if number % 2 else None
    told = Told()
    sent: list[bytes] = []
    for _call in range(CALLS):
        again = sent and chance.random() < 0.15
        request = chance.choice(sent) if again else _request(pages, chance)
        sent.append(request)
        try:
            if server:
                told.counted += report(server, request)["counted"]
            else:
                at = now()
                told.counted += take_reports(read_reports(request, at=at), at=at).counted
        except Exception as error:  # whatever it is, the trial looks for it
            told.errors.append(repr(error)[:300])
    connections.close_all()
    return told


def _request(pages: list[Page], chance: Random) -> bytes:
    """One to four beats of one page or two, mostly of the last minutes, some of the future, in any order."""
    asked = []
    for page in chance.sample(pages, chance.choice((1, 1, 2))):
        present = int((now() - page.opened).total_seconds() * 10)
        beats = []
        for _beat in range(chance.randrange(1, 5)):
            back = chance.choice((300, 600, 1100, present)) if chance.random() < 0.9 else -600
            start = present - chance.randrange(1, back) if back > 0 else present + chance.randrange(600)
            beats.append([chance.randrange(200), start, chance.randrange(10, 900), _signs(chance)])
        chance.shuffle(beats)
        asked.append([page.token, beats])
    return body(asked)


def _signs(chance: Random) -> str:
    """Somebody reads, and now and then the page is hidden; also told in the wrong order."""
    signs = [
        f"{chance.choice('pppph')}{chance.randrange(-100, 400)}:{chance.randrange(60)}" for _ in range(3)
    ]
    return " ".join(signs)


def _deadlocks(straight: psycopg.Connection) -> int:
    straight.execute("select pg_stat_clear_snapshot()")
    row = straight.execute(
        "select deadlocks from pg_stat_database where datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0
