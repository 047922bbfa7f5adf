"""One point of measurement: so many clients at one server, and the CPU that it and PostgreSQL used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.load import Load, Requests, drive
from tests.bench.processor import used_by_all, used_by_family, used_by_us

SECONDS = 4.0
SECONDS_TO_WARM = 1.5
CLIENTS = (1, 8, 32)
CLIENTS_TO_WARM = 16
"""Twice the threads of a server, so that each of them has its connection, templates and plans."""

MOST_FOREIGN = 0.3
"""Cores. When other programs use more, the figures of that point say less."""


def clients_in_words(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"


@dataclass(frozen=True)
class Point:
    """A load and what it cost. `foreign`: cores that other programs used at the same time."""

    load: Load
    server_seconds: float
    database_seconds: float
    foreign: float

    @property
    def cpu_ms(self) -> float:
        """CPU of server and PostgreSQL for one answer: the figure that other programs disturb least."""
        return (self.server_seconds + self.database_seconds) / self.load.answers * 1000

    @property
    def per_second(self) -> float:
        return self.load.per_second

    @property
    def p50(self) -> float:
        return self.load.quantile(0.5)

    @property
    def p95(self) -> float:
        return self.load.quantile(0.95)

    def __str__(self) -> str:
        server, database = (
            each / self.load.answers * 1000 for each in (self.server_seconds, self.database_seconds)
        )
        return (
            f"{self.per_second:,.0f}/s, p50 {self.p50:.2f} ms, p95 {self.p95:.2f} ms, "
            f"CPU {server:.2f} + {database:.2f} ms, others {self.foreign:.1f} cores"
        )


@dataclass(frozen=True)
class Served:
    """A server that runs: its port and its first process."""

    port: int
    process: int


@dataclass
class Ground:
    """Where everything is measured: PostgreSQL and the servers; and what disturbed us."""

    postmaster: int | None
    durable: bool
    ours: Served
    bare: Served
    least: Served
    foreign: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """
    Requests of one kind to one server, and how its answers must be.

    `prepare` goes before each measurement and is not part of it.
    """

    name: str
    ground: Ground
    server: Served
    requests: Requests
    accept: Callable[[bytes], bool]
    prepare: Callable[[], object] = lambda: None

    def warm(self) -> None:
        self.prepare()
        drive(self.server.port, self.requests, self.accept, clients=CLIENTS_TO_WARM, seconds=SECONDS_TO_WARM)

    def at(self, clients: int) -> Point:
        """Measure; when others disturb, once more, and keep the quieter of the two."""
        point = self._at(clients)
        if point.foreign > MOST_FOREIGN:
            point = min(point, self._at(clients), key=lambda each: each.foreign)
        self.ground.foreign.append(point.foreign)
        print(f"  {self.name}, {clients_in_words(clients)}: {point}", flush=True)
        return point

    def _at(self, clients: int) -> Point:
        self.prepare()
        return costing(
            self.ground,
            self.server,
            lambda: drive(self.server.port, self.requests, self.accept, clients=clients, seconds=SECONDS),
        )


def costing(ground: Ground, server: Served, run: Callable[[], Load]) -> Point:
    """A load and what it cost the server and PostgreSQL."""
    before = _used(ground, server)
    load = run()
    ours, database, own, everything = (b - a for a, b in zip(before, _used(ground, server), strict=True))
    foreign = max(0.0, everything - ours - database - own) / load.seconds
    return Point(load, ours, database, foreign)


def _used(ground: Ground, server: Served) -> tuple[float, float, float, float]:
    database = used_by_family(ground.postmaster) if ground.postmaster else 0.0
    return (used_by_family(server.process), database, used_by_us(), used_by_all())


def side_by_side(work: Work, limit: Work) -> dict[int, tuple[Point, Point]]:
    """Measure a work and its limit by turns, so that a noisy minute meets both."""
    for each in (work, limit):
        each.warm()
    return {number: (work.at(number), limit.at(number)) for number in CLIENTS}
