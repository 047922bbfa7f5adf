"""
Ten thousand faults between devices and the server, in attempts that two devices work on.

Requests that are lost, answers that are lost, both sent twice, in another order, cut, garbled, after the end,
with a token of last year, from clocks that jump; hand-ins again and again. At the end every answer that was
told as saved is there, every answer that a device kept has arrived, and what holds and what it is worth is
what is reckoned here (see `tests.trials.holding`).
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Lock
from typing import Any

from django.db import connections
from django.utils.timezone import now

from quizzes.models import Attempt
from quizzes.tokens import LIFETIME, AttemptToken
from tests.bench.papers import Staged, Work, stage_quiz
from tests.trials.compared import compared
from tests.trials.devices import Device, Kept, Wire, as_bytes
from tests.trials.finding import Finding

FAULTS = int(os.environ.get("FAULTS") or 10_000)
THREADS = 8
STEPS = 45
ORDERLY = 0.3
"""Share of the attempts in which nothing comes at once, so that it is known what came first."""

FAULTS_EACH = 22
"""No attempt is expected to meet fewer: so many attempts are staged as are needed at most."""

KINDS = (
    *["single_choice"] * 3,
    *["multiple_choice"] * 2,
    "true_false",
    "fill_in",
    "fill_in",
    "ordering",
    "matching",
    *["short_answer"] * 2,
)
LIMITS = (None, None, None, None, timedelta(seconds=-12), timedelta(seconds=-50))
"""When the time of an attempt ends, seen from the beginning of the trial."""


@dataclass
class Tally:
    """What happened, and what must not."""

    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def number(self) -> int:
        return sum(self.faults.values())

    def fault(self, name: str) -> None:
        with self.lock:
            self.faults[name] += 1

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            with self.lock:
                self.wrong.append(what[:300])


class Learner:
    """A member with two devices at one attempt, and the wire between."""

    def __init__(self, work: Work, paper: list[dict[str, Any]], port: int, tally: Tally, seed: str) -> None:
        self.work, self.paper, self.tally = work, paper, tally
        self.chance = Random(seed)
        self.wire = Wire(port)
        self.devices = [Device(work.token) for _ in range(self.chance.choice((1, 2, 2)))]
        self.in_order: list[tuple[Kept, dict[str, Any]]] = []
        self.is_in_order = True
        self.handing_in: float | None = None
        self.handed_in: float | None = None
        self.result: dict[str, Any] = {}

    # What is done

    def work_through(self) -> None:
        acts: list[tuple[int, Callable[[Device], None]]] = [
            (30, self.send),
            (12, self.lose_the_request),
            (12, self.lose_the_answer),
            (10, self.send_twice),
            (6, self.send_twice_at_once),
            (8, self.send_in_another_order),
            (8, self.cut),
            (10, self.garble),
            (6, self.come_with_an_old_token),
            (8, self.jump_with_the_clock),
            (8, self.send_together),
            (8, self.differ),
            (4, self.set_back),
        ]
        if self.chance.random() < ORDERLY:
            acts = [
                act for act in acts if act[1] not in (self.send_twice_at_once, self.send_together, self.cut)
            ]
        weights, choices = zip(*acts, strict=True)
        for _step in range(STEPS):
            device = self.chance.choice(self.devices)
            number = self.chance.randrange(len(self.paper)) + 1
            device.give(number, self._some_answer(number - 1))
            self.chance.choices(choices, weights)[0](device)
        self._end()

    def _some_answer(self, position: int) -> list[str]:
        """The right one, another one, or none."""
        chance, right, place = self.chance, self.work.right[position], self.paper[position]
        if chance.random() < 0.08:
            return []
        if chance.random() < 0.5 and place["kind"] != "short_answer":
            return right
        match place["kind"]:
            case "short_answer":
                return [chance.choice(('我认为："要\\实事求是"', "第一行\n第二行", "{a,b}", "🙂 好", "NULL"))]
            case "fill_in":
                return [str(1900 + chance.randrange(99)), chance.choice(("", "二大", "'; --"))]
            case "ordering":
                return chance.sample(place["options"], len(place["options"]))
            case "matching":
                return [place["matches"][0], *chance.choices([*place["matches"], ""], k=len(right) - 1)]
            case "multiple_choice":
                return sorted(chance.sample(place["options"], chance.randrange(1, len(place["options"]))))
            case _:
                return [chance.choice(place["options"])]

    def _address(self, kept: Kept) -> str:
        return f"/api/v1/attempts/{self.work.attempt}/answers/{kept.number}"

    def _request(self, device: Device, kept: Kept, **changes: object) -> tuple[str, str, dict[str, Any]]:
        body = device.body(kept, **changes)
        kept.sent[-1].after_end = self.handed_in is not None
        kept.sent[-1].before_end = self.handing_in is None
        return "PUT", self._address(kept), body

    def _take(self, device: Device, kept: Kept, answer: tuple[int, dict[str, Any]]) -> None:
        status, told = answer
        self.tally.expect(status == 200 and told.get("saved") is True, f"answered {status} {told}")
        if status == 200:
            device.has(kept, told)
            if self.is_in_order:
                self.in_order.append((kept, told))

    def _deliver(self, device: Device, kept: Kept) -> None:
        self._take(device, kept, self.wire.ask(*self._request(device, kept)))

    # Without a fault, and with one

    def send(self, device: Device) -> None:
        """All that waits, the oldest first, as a page does."""
        for kept in device.waiting:
            self._deliver(device, kept)

    def lose_the_request(self, device: Device) -> None:
        self.tally.fault("request lost")

    def lose_the_answer(self, device: Device) -> None:
        """The server has it and the device does not know: it keeps it, and sends it again."""
        self.tally.fault("answer lost")
        kept = device.all[-1]
        self._deliver(device, kept)
        device.outbox[kept.number] = kept

    def send_twice(self, device: Device) -> None:
        self.tally.fault("sent twice")
        kept = self.chance.choice([each for each in device.all if each.told] or device.all[-1:])
        self._deliver(device, kept)
        self._deliver(device, kept)

    def send_twice_at_once(self, device: Device) -> None:
        self.tally.fault("sent twice at once")
        kept = device.all[-1]
        self.is_in_order = False
        requests = [self._request(device, kept), self._request(device, kept)]
        for answer in self.wire.ask_at_once(*requests):
            self._take(device, kept, answer)

    def send_in_another_order(self, device: Device) -> None:
        self.tally.fault("in another order")
        for number in self.chance.choices(range(1, len(self.paper) + 1), k=3):
            device.give(number, self._some_answer(number - 1))
        waiting = device.waiting
        self.chance.shuffle(waiting)
        for kept in waiting:
            self._deliver(device, kept)

    def cut(self, device: Device) -> None:
        """In the middle of the request, or after it: nobody knows whether it arrived."""
        self.tally.fault("connection cut")
        share = self.chance.choice((0.3, 0.8, 0.97, 1.0))
        if share == 1.0:
            self.is_in_order = False
        self.wire.cut(*self._request(device, device.all[-1]), share=share)
        if share < 1.0:
            device.all[-1].sent.pop()

    def garble(self, device: Device) -> None:
        """Not a byte of it may be kept, and the answer says what is amiss."""
        self.tally.fault("body garbled")
        kept = device.all[-1]
        method, address, body = self._request(device, kept)
        whole = as_bytes(body)
        kept.sent.pop()
        way = self.chance.randrange(4)
        if way == 0:
            whole = whole[: self.chance.randrange(len(whole))]
        elif way == 1:
            place = self.chance.randrange(len(whole))
            whole = whole[:place] + b"\xff\x00\xfe" + whole[place + 1 :]
        elif way == 2:
            token = body["token"]
            place = self.chance.randrange(len(token))
            other = "A" if token[place] != "A" else "B"
            whole = as_bytes(body | {"token": token[:place] + other + token[place + 1 :]})
        else:
            whole = as_bytes(body | {"given": "not a list", "score": 9999})
        status, told = self.wire.ask(method, address, whole)
        codes = {"malformed": 422, "forged": 409, "unknown": 404}
        self.tally.expect(codes.get(told.get("code", "")) == status, f"garbled: answered {status} {told}")

    def come_with_an_old_token(self, device: Device) -> None:
        """It is refused, and kept; the page is opened again, has another token, and sends it."""
        self.tally.fault("token expired")
        kept = device.all[-1]
        issued = now() - LIFETIME - timedelta(hours=1)
        old = AttemptToken(self.work.attempt, self.work.member, issued).sign()
        method, address, body = self._request(device, kept, token=old)
        kept.sent.pop()
        status, told = self.wire.ask(method, address, body)
        self.tally.expect((status, told.get("code")) == (409, "old"), f"old: answered {status} {told}")
        device.token = AttemptToken(self.work.attempt, self.work.member, now()).sign()
        self.send(device)

    def jump_with_the_clock(self, device: Device) -> None:
        self.tally.fault("clock jumped")
        days = self.chance.choice((0.01, 0.1, 1, 30, 800)) * self.chance.choice((1, -1))
        device.ahead += days * 86_400
        self.send(device)

    def send_together(self, device: Device) -> None:
        """What waits in one request, now and then one of it twice."""
        self.tally.fault("sent together, some twice")
        again = [each for each in device.all if each.told] or device.waiting
        self._deliver_together([(device, kept) for kept in [*device.waiting, self.chance.choice(again)]])

    def differ(self, device: Device) -> None:
        """Another device, or this one a moment later, gives something else for the same question."""
        self.tally.fault("two devices, one question")
        number = device.all[-1].number
        others = [other for other in self.devices if other is not device] or [device]
        for other in others:
            other.give(number, self._some_answer(number - 1))
            self.send(other)
        self.send(device)

    def set_back(self, device: Device) -> None:
        """Its storage comes from yesterday: it counts what it has counted before, and is told."""
        self.tally.fault("device set back")
        before = [each for each in device.all if each.told and each.number != device.all[-1].number]
        if not before:
            return self.send(device)
        kept = device.all[-1]
        counter, kept.counter = kept.counter, before[-1].counter
        status, told = self.wire.ask(*self._request(device, kept))
        kept.counter = counter
        kept.sent.pop()
        highest = max(each.counter for each in device.all if each.told)
        # What was cut off on its way may have arrived whole, with a count that is higher still.
        known = {each.counter for each in device.all if each.counter >= highest}
        is_told = (status, told.get("code")) == (409, "counted_twice") and told.get("counter") in known
        self.tally.expect(is_told, f"set back: {status} {told}")
        return self._deliver(device, device.count_anew(kept, told.get("counter", 0)))

    def _deliver_together(self, waiting: list[tuple[Device, Kept]]) -> None:
        listed = []
        for device, kept in waiting:
            body = self._request(device, kept)[2]
            listed.append({"attempt": str(self.work.attempt), "number": kept.number, **body})
        self.is_in_order = False
        status, told = self.wire.ask("POST", "/api/v1/attempts/answers", {"answers": listed})
        self.tally.expect(status == 200 and len(told["results"]) == len(listed), f"list: {status} {told}")
        for (device, kept), one in zip(waiting, told.get("results", ()), strict=False):
            self._take(device, kept, (200 if one.get("saved") else 409, one))

    # The end

    def _end(self) -> None:
        """Hand in, often twice or thrice at once, with answers under way; then comes what still waited."""
        address = f"/api/v1/attempts/{self.work.attempt}/hand-in"
        token = {"token": self.work.token}
        under_way = [(d, d.waiting[-1]) for d in self.devices if d.outbox and self.chance.random() < 0.5]
        requests: list[tuple[str, str, object]] = [self._request(*each) for each in under_way]
        again = self.chance.choice((1, 2, 3))
        self.handing_in = time.time()
        if under_way:
            self.tally.fault("answer and hand-in at once")
            self.is_in_order = False
            for _device, kept in under_way:
                kept.sent[-1].before_end = False
        for _ in range(again - 1):
            self.tally.fault("hand-in replayed")
        answers = self.wire.ask_at_once(*requests, *[("POST", address, token)] * again)
        for each, answer in zip(under_way, answers, strict=False):
            self._take(*each, answer)
        self._check_ends(answers[len(under_way) :])
        self.handed_in = time.time()
        for device in self.devices:
            for number in self.chance.choices(range(1, len(self.paper) + 1), k=3):
                self.tally.fault("after the end")
                device.give(number, self._some_answer(number - 1))
            if self.chance.random() < 0.5:
                self._deliver_together([(device, kept) for kept in device.waiting])
            else:
                self.send(device)
        for _ in range(self.chance.randrange(3)):
            self.tally.fault("hand-in replayed")
            self._check_ends([self.wire.ask("POST", address, token)])

    def _check_ends(self, answers: list[tuple[int, dict[str, Any]]]) -> None:
        for status, told in answers:
            handed = status == 200 and told.get("handed_in") is True
            self.tally.expect(handed, f"hand-in: answered {status} {told}")
            self.result = self.result or told
            self.tally.expect(told.get("result") == self.result.get("result"), f"hand-in: {told}")


# The beginning and the end of the trial


def tried(port: int, seed: int) -> Iterator[Finding]:
    tally = Tally()
    staged = Staged(stage_quiz(KINDS))
    at_work = staged.begin(FAULTS // FAULTS_EACH + THREADS)
    attempts = Attempt.objects.in_bulk([work.attempt for work in at_work])
    begun = now()
    for number, attempt in enumerate(attempts.values()):
        limit = LIMITS[number % len(LIMITS)]
        attempt.ends_at = begun + limit if limit else None
    Attempt.objects.bulk_update(attempts.values(), ["ends_at"], batch_size=500)
    learners = [
        Learner(work, attempts[work.attempt].paper, port, tally, f"{seed} {n}")
        for n, work in enumerate(at_work)
    ]

    def take(learner: Learner) -> bool:
        if tally.number >= FAULTS:
            return False
        learner.work_through()
        connections.close_all()
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        done = [learner for learner, worked in zip(learners, pool.map(take, learners), strict=True) if worked]
    kinds = ", ".join(f"{name} {number:,}" for name, number in tally.faults.most_common())
    print(f"  {kinds}", flush=True)
    yield Finding(
        "faults",
        f"{FAULTS:,} faults, each answered as it should",
        f"{tally.number:,} in {len(done)} attempts; {len(tally.wrong)} amiss {tally.wrong[:2]}",
        tally.number >= FAULTS and not tally.wrong,
    )
    yield from compared(done, KINDS, {pk: attempt.ends_at for pk, attempt in attempts.items()})
