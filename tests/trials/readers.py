"""Members who read the same few lessons at two servers, and look whether what they see can be right."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from urllib.parse import urlsplit

from django.contrib.sessions.models import Session
from django.utils.timezone import now

from hours.tokens import read_token
from people.models import Affiliation, Member
from tests.bench.stage import LONG_AGO, read_on, sign_in
from tests.trials.editing import ELSEWHERE, FIRST, HERE, MOVED, NEIGHBOUR, Desk, Seen

_TOKEN = re.compile(rb'data-token="([^"]+)"')
_TITLE = re.compile(b"<h1>([^<]+)</h1>")
_LISTED = re.compile("第[0-9]+版".encode())


@dataclass
class Reader:
    """
    A member, their branch, and the cookies of their browser; when somebody began and had ended the session.
    """

    member: Member
    branch: str
    cookies: dict[str, str]
    ending: float = float("inf")
    ended: float = float("inf")


def stage_readers(number: int) -> list[Member]:
    return Member.objects.bulk_create(
        Member(number=f"reader{n}", name=f"读者{n}", name_latin=f"Reader {n}", password="!")
        for n in range(number)
    )


def fresh_cookies(member: Member) -> dict[str, str]:
    return read_on(member, sign_in(member))


@dataclass
class Reading:
    """Everybody reads; what could not be is kept."""

    ports: list[int]
    members: list[Member]
    desk: Desk
    chance: Random
    pages: int = 0
    shown: int = 0
    by_lane: int = 0
    stale: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ending: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.begun = time.monotonic()
        places = [HERE, ELSEWHERE]
        self.readers = [
            Reader(member, places[n % 2], fresh_cookies(member)) for n, member in enumerate(self.members)
        ]
        Affiliation.objects.bulk_create(
            Affiliation(member=r.member, branch=self.desk.branches[r.branch], kind="home", since=LONG_AGO)
            for r in self.readers
        )

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @contextmanager
    def under_way(self, threads: int) -> Iterator[None]:
        group = [Thread(target=self._read, args=(Random(self.chance.random()),)) for _n in range(threads)]
        for thread in group:
            thread.start()
        try:
            yield
        finally:
            self.ending.set()
            for thread in group:
                thread.join()

    def end_a_session(self) -> None:
        """Somebody is signed out from another device now and then, and another signs in."""
        if self.chance.random() > 0.3:
            return
        reader = self.chance.choice(self.readers)
        reader.ending = time.monotonic()
        Session.objects.filter(session_key=reader.cookies["session"]).delete()
        reader.ended = time.monotonic()
        time.sleep(0.05)
        place = self.readers.index(reader)
        self.readers[place] = Reader(reader.member, reader.branch, fresh_cookies(reader.member))

    def _read(self, chance: Random) -> None:
        servers = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in self.ports]
        try:
            while not self.ending.is_set():
                self._one(chance.choice(servers), chance)
        except Exception as error:  # whatever it is, the trial looks for it
            self.faults.append(repr(error)[:300])

    def _one(self, server: http.client.HTTPConnection, chance: Random) -> None:
        reader = chance.choice(self.readers)
        address = chance.choice([FIRST, FIRST, NEIGHBOUR, NEIGHBOUR, MOVED])
        cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
        asked = time.monotonic()
        server.request("GET", address, headers={"Cookie": cookies, "Accept": "text/html"})
        answer = server.getresponse()
        page = answer.read()
        answered = time.monotonic()
        self._look(reader, address, answer, page, asked, answered)

    def _look(
        self,
        reader: Reader,
        address: str,
        answer: http.client.HTTPResponse,
        page: bytes,
        asked: float,
        answered: float,
    ) -> None:
        self.pages += 1
        if answer.status == 302 and answered < reader.ending:
            self.stale.append(f"{address}: signed out, and the session holds")
        if answer.status == 200 and asked > reader.ended:
            self.stale.append(f"{address}: shown in a session that had ended")
        if answered >= reader.ending:
            return
        cookies = answer.headers.get_all("Set-Cookie") or []
        self.shown += answer.status == 200
        self.by_lane += answer.status == 200 and not any(each.startswith("csrf=") for each in cookies)
        token = _TOKEN.search(page)
        if token and read_token(token[1].decode(), at=now()).member != reader.member.key:
            self.foreign.append(address)
        seen = what_is_seen(address, answer, page)
        allowed = self.desk.allowed(reader.branch, address, asked, answered)
        if allowed and seen not in allowed:
            self.stale.append(f"{address}, {reader.branch}: {seen} instead of {sorted(allowed)}")


def what_is_seen(address: str, answer: http.client.HTTPResponse, page: bytes) -> Seen:
    if answer.status in {404, 301}:
        return "gone" if answer.status == 404 else "moved"
    if answer.status != 200:
        return f"{answer.status} {urlsplit(answer.headers.get('Location', '')).path}"
    if address != NEIGHBOUR:
        title = _TITLE.search(page)
        return title[1].decode() if title else "no title"
    listed = {found.decode() for found in _LISTED.findall(page)}
    return " ".join(sorted(listed)) or "unlisted"
