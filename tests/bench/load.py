"""
A closed loop over HTTP: each client sends, waits for the whole answer, checks it, sends the next.

Also conversations, in which a request follows from the answer before; and arrivals, which come when it is
their time whether the server keeps up or not.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

PATIENCE = 30
"""Seconds without any answer after which a measurement is given up."""

Requests = Callable[[int, int], Iterator[bytes]]
"""The requests of one client (its number, and how many there are)."""

Talk = Generator[bytes, bytes, None]
"""Gives a request, is sent the answer, gives the next; it raises `UnexpectedAnswer` itself."""

Talks = Callable[[int, int], Iterator[Talk]]
"""What one client has to do, one after the other."""


class UnexpectedAnswer(Exception):
    """The server said something else than it should: a figure of it would mean nothing."""


@dataclass
class Load:
    """What a run came to: seconds it took, and how long each answer took."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def answers(self) -> int:
        return len(self.waits)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def quantile(self, share: float) -> float:
        """The wait in ms below which this share of the answers stayed."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Client:
    """One connection, kept open."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests

    def send(self) -> bool:
        """Send the next request; False when there is none left."""
        request = next(self.requests, None)
        if request is not None:
            self.say(request)
        return request is not None

    def say(self, request: bytes) -> None:
        self.received = bytearray()
        self.whole = 0
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Take in what has come; return the answer once it is whole."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise UnexpectedAnswer("The server closed the connection.")
        self.received += piece
        if not self.whole:
            head, blank, _body = bytes(self.received).partition(b"\r\n\r\n")
            if not blank:
                return None
            self.whole = len(head) + 4 + _length(head)
        return bytes(self.received) if len(self.received) >= self.whole else None


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise UnexpectedAnswer(f"No length in {head[:300]!r}")


def drive(
    port: int, requests: Requests, accept: Callable[[bytes], bool], *, clients: int, seconds: float
) -> Load:
    """
    Send for so many seconds with so many clients at once, or until one has nothing left to send, and wait for
    what is still under way.

    :raises UnexpectedAnswer: at the first answer that `accept` refuses.
    """
    load = Load()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        waiting = clients
        group = [_Client(port, requests(number, clients)) for number in range(clients)]
        for client in group:
            stack.callback(client.socket.close)
            selector.register(client.socket, selectors.EVENT_READ, client)
        begun = time.perf_counter()
        for client in group:
            client.send()
        while waiting:
            ready = selector.select(PATIENCE)
            if not ready:
                raise UnexpectedAnswer(f"No answer within {PATIENCE} s.")
            for key, _events in ready:
                answer = key.data.receive()
                if answer is None:
                    continue
                arrived = time.perf_counter()
                load.waits.append(arrived - key.data.begun)
                if not accept(answer):
                    raise UnexpectedAnswer(answer[:600].decode(errors="replace"))
                if arrived - begun < seconds and key.data.send():
                    continue
                seconds = 0
                waiting -= 1
        load.seconds = time.perf_counter() - begun
    return load


class _Talker(_Client):
    """One connection on which one conversation follows the other."""

    def __init__(self, port: int, talks: Iterator[Talk]) -> None:
        super().__init__(port, iter(()))
        self.talks = talks

    def begin(self) -> bool:
        """Begin the next conversation; False when there is none left."""
        talk = next(self.talks, None)
        if talk is None:
            return False
        self.talk, self.talk_begun = talk, time.perf_counter()
        self.say(next(talk))
        return True

    def go_on(self, answer: bytes) -> bool:
        """Answer the answer; False when nothing more is to be said."""
        try:
            self.say(self.talk.send(answer))
        except StopIteration:
            return False
        return True


def converse(port: int, talks: Talks, *, clients: int, seconds: float) -> Load:
    """
    Hold conversations for so many seconds with so many clients at once; what was begun is ended. The load's
    waits are those of whole conversations.

    :raises UnexpectedAnswer: from a conversation.
    """
    load = Load()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        group = [_Talker(port, talks(number, clients)) for number in range(clients)]
        for client in group:
            stack.callback(client.socket.close)
            selector.register(client.socket, selectors.EVENT_READ, client)
        begun = time.perf_counter()
        waiting = sum(client.begin() for client in group)
        while waiting:
            for client in _ready(selector, PATIENCE):
                answer = client.receive()
                if answer is None or client.go_on(answer):
                    continue
                ended = time.perf_counter()
                load.waits.append(ended - client.talk_begun)
                if ended - begun >= seconds or not client.begin():
                    waiting -= 1
        load.seconds = time.perf_counter() - begun
    return load


def arrive(port: int, arrivals: Iterable[tuple[float, bytes]], accept: Callable[[bytes], bool]) -> Load:
    """
    Send each request at its second from the beginning, on a connection of its own. The waits are counted from
    that second, also when we are late to send it.

    :raises UnexpectedAnswer: at the first answer that `accept` refuses.
    """
    load = Load()
    coming = sorted(arrivals, reverse=True)
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        begun = time.perf_counter()
        while coming or selector.get_map():
            while coming and begun + coming[-1][0] <= time.perf_counter():
                due, request = coming.pop()
                client = _Client(port, iter(()))
                stack.callback(client.socket.close)
                client.say(request)
                client.begun = begun + due
                selector.register(client.socket, selectors.EVENT_READ, client)
            until = begun + coming[-1][0] - time.perf_counter() if coming else PATIENCE
            for client in _ready(selector, max(0.0, until), must=not coming):
                answer = client.receive()
                if answer is None:
                    continue
                load.waits.append(time.perf_counter() - client.begun)
                selector.unregister(client.socket)
                if not accept(answer):
                    raise UnexpectedAnswer(answer[:600].decode(errors="replace"))
        load.seconds = time.perf_counter() - begun
    return load


def _ready(selector: selectors.BaseSelector, seconds: float, *, must: bool = True) -> list[_Talker]:
    """The clients to which something has come; one of them has to answer in time."""
    ready = selector.select(seconds)
    if must and not ready:
        raise UnexpectedAnswer(f"No answer within {PATIENCE} s.")
    return [key.data for key, _events in ready]
