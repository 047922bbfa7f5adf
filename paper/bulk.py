"""Many packs, fast: two processes that keep their press, and a pack at a time for whoever asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context

from django.conf import settings

from paper.content import Look, Pack, Printed
from paper.packs import PackPress, print_run
from paper.typesetting import Codes, OurCodes, Words
from paper.words import fixed_words

AT_ONCE = 5
"""Packs that go to a process together."""

ALONE = 8
"""So few packs are printed here: to start a process takes as long."""

TASKS_OF_A_PROCESS = 40
"""Then it is replaced, and what the typesetter remembers goes with it."""

IDLE_SECONDS = 30.0


def print_each(
    packs: Iterable[Pack], look: Look, *, codes: Codes | None = None, workers: int = 2
) -> Iterator[Printed]:
    """
    Print each pack into a PDF of its own, and return them one by one in the order of `packs`.

    Whoever asks may stop after any pack; what was not yet begun is then not printed.
    """
    codes = codes or OurCodes(settings.SECRET_KEY)
    words = fixed_words(look.language)
    coming = iter(packs)
    first = list(islice(coming, ALONE))
    if workers < 2 or len(first) < ALONE:
        press = PackPress(look, codes=codes, words=words)
        for pack in first:
            yield press.print([pack])
        for pack in coming:
            yield press.print([pack])
        return
    with _POOL.lent(workers) as pool:
        yield from _in_order(pool, first, coming, (look, codes, words), workers)


def print_together(packs: Sequence[Pack], look: Look, *, codes: Codes | None = None) -> Printed:
    """Print packs into one PDF for both sides of the paper: each begins on a new sheet."""
    return print_run(packs, look, codes=codes, duplex=True)


def _in_order(
    pool: ProcessPoolExecutor,
    first: list[Pack],
    coming: Iterator[Pack],
    setting: tuple[Look, Codes, Words],
    workers: int,
) -> Iterator[Printed]:
    under_way: deque[Future[list[Printed]]] = deque()
    parts = _parts(first, coming)
    try:
        for part in parts:
            under_way.append(pool.submit(_print_part, part, *setting))
            if len(under_way) > 2 * workers:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def _parts(first: list[Pack], coming: Iterator[Pack]) -> Iterator[list[Pack]]:
    for at in range(0, len(first), AT_ONCE):
        yield first[at : at + AT_ONCE]
    while part := list(islice(coming, AT_ONCE)):
        yield part


def _print_part(packs: list[Pack], look: Look, codes: Codes, words: Words) -> list[Printed]:
    """In a process of the pool."""
    press = _kept_press(look, codes, tuple(sorted(words.items())))
    return [press.print([pack]) for pack in packs]


@lru_cache(maxsize=1)
def _kept_press(look: Look, codes: Codes, words: tuple[tuple[str, str], ...]) -> PackPress:
    return PackPress(look, codes=codes, words=dict(words))


class _Pool:
    """Processes kept between calls, so that printing by fifties does not start them anew; idle ones end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._workers = 0
        self._borrowers = 0
        self._end: threading.Timer | None = None

    def lent(self, workers: int) -> _Loan:
        return _Loan(self, workers)

    def take(self, workers: int) -> ProcessPoolExecutor:
        with self._lock:
            self._borrowers += 1
            if self._end is not None:
                self._end.cancel()
                self._end = None
            if self._pool is None:
                self._workers = workers
                self._pool = ProcessPoolExecutor(
                    workers, mp_context=get_context("spawn"), max_tasks_per_child=TASKS_OF_A_PROCESS
                )
            return self._pool

    def give_back(self, *, broken: bool) -> None:
        with self._lock:
            self._borrowers -= 1
            if broken:
                self._close()
            elif self._borrowers == 0:
                self._end = threading.Timer(IDLE_SECONDS, self._close_idle)
                self._end.daemon = True
                self._end.start()

    def _close_idle(self) -> None:
        with self._lock:
            if self._borrowers == 0:
                self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class _Loan:
    def __init__(self, pool: _Pool, workers: int) -> None:
        self._pool, self._workers = pool, workers

    def __enter__(self) -> ProcessPoolExecutor:
        return self._pool.take(self._workers)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.give_back(broken=kind is not None and issubclass(kind, Exception))


_POOL = _Pool()
