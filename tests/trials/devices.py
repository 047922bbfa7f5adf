"""
What a device does during an attempt, as site/static/js/quiz-outbox.js does it: of each question it keeps what
was given last, with its own count, until the server has it. And the wire between it and the server.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

LONGEST_AGO = 300 * 24 * 3600 * 1000
"""Milliseconds. A device tells of no longer wait than that, nor of one that is less than none."""

MOST_BY_CLOCK = (2**53 - 1) // 2

Answer = tuple[int, dict[str, Any]]


@dataclass
class Sent:
    """One sending of an answer, when it began and ended (None: nobody knows), and how long ago it claimed."""

    begun: float
    ago: int
    ended: float | None = None
    after_end: bool = False
    before_end: bool = False


@dataclass
class Kept:
    """
    An answer that a device keeps; `told` is what the server said when it had it. `is_replaced`: another
    one to the same question took its place before the server was known to have it.
    """

    device: UUID
    number: int
    given: list[str]
    counter: int
    given_at: float
    sent: list[Sent] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    is_replaced: bool = False

    @property
    def name(self) -> tuple[UUID, int]:
        return self.device, self.counter


@dataclass
class Device:
    """
    A telephone or a computer. `ahead`: seconds by which its clock is wrong just now. `outbox`: by question
    what waits; `all`: whatever was given here, in order.
    """

    token: str
    id: UUID = field(default_factory=uuid4)
    ahead: float = 0.0
    counter: int = 0
    outbox: dict[int, Kept] = field(default_factory=dict)
    all: list[Kept] = field(default_factory=list)

    def clock(self) -> float:
        return time.time() + self.ahead

    @property
    def waiting(self) -> list[Kept]:
        return sorted(self.outbox.values(), key=lambda kept: kept.counter)

    def give(self, number: int, given: list[str]) -> Kept:
        by_clock = round(self.clock() * 1_000_000)
        self.counter = max(self.counter + 1, min(by_clock, MOST_BY_CLOCK))
        return self._keep(Kept(self.id, number, given, self.counter, self.clock()))

    def _keep(self, kept: Kept) -> Kept:
        before = self.outbox.get(kept.number)
        if before is not None:
            before.is_replaced = True
        self.outbox[kept.number] = kept
        self.all.append(kept)
        return kept

    def count_anew(self, kept: Kept, counted: int) -> Kept:
        """The server knows another answer of this device by this count."""
        self.counter = max(self.counter, counted) + 1
        kept.is_replaced = True
        return self._keep(Kept(self.id, kept.number, kept.given, self.counter, kept.given_at))

    def body(self, kept: Kept, **changes: object) -> dict[str, Any]:
        """What is sent for an answer now, and noted as sent."""
        ago = round((self.clock() - kept.given_at) * 1000)
        ago = min(max(ago, 0), LONGEST_AGO)
        kept.sent.append(Sent(time.time(), ago))
        return {
            "token": self.token, "given": kept.given, "device": str(self.id), "counter": kept.counter,
            "ago": ago, **changes,
        }  # fmt: skip

    def has(self, kept: Kept, told: dict[str, Any]) -> None:
        """The server has it."""
        kept.sent[-1].ended = time.time()
        kept.told.append(told)
        if self.outbox.get(kept.number) is kept:
            del self.outbox[kept.number]


class Wire:
    """Connections to the server, kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.kept: list[http.client.HTTPConnection] = []

    def ask(self, method: str, address: str, body: bytes | object) -> Answer:
        ((status, told),) = self.ask_at_once((method, address, body))
        return status, told

    def ask_at_once(self, *requests: tuple[str, str, bytes | object]) -> list[Answer]:
        """Send all of them before any answer is read."""
        while len(self.kept) < len(requests):
            self.kept.append(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        for connection, (method, address, body) in zip(self.kept, requests, strict=False):
            connection.request(method, address, as_bytes(body), {"Content-Type": "application/json"})
        return [self._answer(connection) for connection in self.kept[: len(requests)]]

    def _answer(self, connection: http.client.HTTPConnection) -> Answer:
        answer = connection.getresponse()
        told = answer.read()
        try:
            return answer.status, json.loads(told)
        except ValueError:
            return answer.status, {"said": told[:200].decode(errors="replace")}

    def cut(self, method: str, address: str, body: object, *, share: float) -> None:
        """Send so much of a request, and go without an answer."""
        told = as_bytes(body)
        head = f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        whole = f"{head}Content-Length: {len(told)}\r\n\r\n".encode() + told
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(whole[: max(1, round(len(whole) * share))])


def as_bytes(body: bytes | object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
