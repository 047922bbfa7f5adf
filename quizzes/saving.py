"""Saving an answer: one prepared statement. It waits for the end of the attempt, or the end waits for it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from hours.prepared import fetch_all, fetch_words
from quizzes.answers import NotOnThePaper, TooLong, answer_for
from quizzes.models import Attempt
from quizzes.time_limits import GRACE, is_over

MOST_ROWS = 2000
"""Answers that an attempt takes, with those of its questions below. Nobody changes their mind so often."""

MOST_ROWS_A_QUESTION = 20


class TooMany(Exception):
    """The attempt holds so many answers that nobody gave them by hand."""


class CountedTwice(Exception):
    """The device has given another answer under this count. The first argument is its highest count."""


@dataclass(frozen=True)
class Saved:
    """What became of an answer: `is_late` when it is kept and counts for nothing, `holds` when it counts."""

    is_late: bool
    holds: bool = True


class Given(NamedTuple):
    """
    An answer as it arrives: `position` from 0, `ago` the milliseconds since it was given.

    `device`, `counter`: see `Answer`. Without a device, as from a form, the same again is not another answer.
    """

    attempt: UUID
    member: int
    position: int
    given: Sequence[str]
    device: UUID | None = None
    counter: int = 0
    ago: int = 0


class _Papers:
    """Papers of the attempts that are being worked on. The paper of an attempt never changes."""

    MOST = 1024

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, int], list[dict[str, Any]]] = OrderedDict()
        self._lock = Lock()

    def of(self, keys: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], list[dict[str, Any]]]:
        """Return the papers by attempt and member, those that there are. One query for what is not kept."""
        wanted = set(keys)
        with self._lock:
            found = {key: self._kept[key] for key in wanted if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = wanted - found.keys()
        if missing:
            read = _read_papers(missing)
            found |= read
            with self._lock:
                self._kept |= read
                while len(self._kept) > self.MOST:
                    self._kept.popitem(last=False)
        return found


def _read_papers(keys: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], list[dict[str, Any]]]:
    rows = Attempt.objects.filter(pk__in={attempt for attempt, _member in keys})
    found = {(pk, member): paper for pk, member, paper in rows.values_list("pk", "member_id", "paper")}
    return {key: paper for key, paper in found.items() if key in keys}


_papers = _Papers()

_SAVE = """
    select outcome, is_late::text, holds::text, counted::text from quizzes_save(%s::uuid, %s::bigint, %s::int,
        %s::text[], nullif(%s, '')::uuid, %s::bigint, %s::bigint * interval '1 millisecond', %s::timestamptz,
        %s::bigint * interval '1 second', %s::int)
"""
_SAVE_ALL = """
    select row.n, saved.outcome, saved.is_late, saved.holds, saved.counted
    from json_to_recordset(%s::json) as row(n int, attempt uuid, member bigint, position int, given text[],
        device uuid, counter bigint, ago bigint, most int),
    lateral quizzes_save(row.attempt, row.member, row.position, row.given, row.device, row.counter,
        row.ago * interval '1 millisecond', %s::timestamptz, %s::bigint * interval '1 second', row.most) saved
"""


def save(one: Given, *, at: datetime) -> Saved:
    """
    Keep an answer. One statement, and another when this process has not seen the attempt yet.

    Sent again it is the answer that is there already. Another one is another row, and `quizzes.folding` says
    which holds. After the end it is kept all the same, and counts for nothing.

    :raises Attempt.DoesNotExist: when it is not an attempt of this member.
    :raises NotOnThePaper: when the paper holds no such question or option, or it takes less.
    :raises TooLong: when a text is longer than the question takes.
    :raises TooMany: when the attempt takes no more.
    :raises CountedTwice: when the device has counted another answer so already.
    """
    paper = _papers.of([one[:2]]).get(one[:2])
    if paper is None:
        raise Attempt.DoesNotExist
    kept = answer_for(paper, one.position, one.given)
    values = (
        str(one.attempt),
        str(one.member),
        str(one.position),
        _array(kept),
        str(one.device or ""),
        str(one.counter),
        str(one.ago),
        at.isoformat(),
        str(int(GRACE.total_seconds())),
        str(_most(paper)),
    )
    ((outcome, is_late, holds, counted),) = fetch_words(_SAVE, values)
    return _saved(outcome, is_late == "true", holds == "true", int(counted))


def save_all(answers: Sequence[Given], *, at: datetime) -> list[Saved | Exception]:
    """Keep answers that have waited on a device, each as `save` does; what `save` raises is in its place."""
    papers = _papers.of({one[:2] for one in answers})
    rows: list[dict[str, Any]] = []
    results: dict[int, Saved | Exception] = {}
    for n, one in enumerate(answers):
        paper = papers.get(one[:2])
        try:
            if paper is None:
                raise Attempt.DoesNotExist
            kept = answer_for(paper, one.position, one.given)
        except (Attempt.DoesNotExist, NotOnThePaper, TooLong) as error:
            results[n] = error
            continue
        names = {name: str(one[place]) for name, place in (("attempt", 0), ("device", 4))}
        plain = {"member": one.member, "position": one.position, "counter": one.counter, "ago": one.ago}
        rows.append({"n": n, "given": kept, "most": _most(paper), **names, **plain})
    # In one order everywhere, so that two that bring the same answers do not wait for each other.
    rows.sort(key=lambda row: (row["attempt"], row["device"], row["counter"]))
    if rows:
        grace = int(GRACE.total_seconds())
        for n, *told in fetch_all(_SAVE_ALL, (json.dumps(rows), at, grace)):
            try:
                results[n] = _saved(*told)
            except (TooMany, CountedTwice, Attempt.DoesNotExist) as error:
                results[n] = error
    return [results[n] for n in range(len(answers))]


def _saved(outcome: str, is_late: bool, holds: bool, counted: int) -> Saved:
    match outcome:
        case "unknown":
            raise Attempt.DoesNotExist
        case "too_many":
            raise TooMany
        case "counted_twice":
            raise CountedTwice(counted)
        case _:
            return Saved(is_late, holds)


def _most(paper: Sequence[Any]) -> int:
    return MOST_ROWS + MOST_ROWS_A_QUESTION * len(paper)


def _array(texts: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


@dataclass(frozen=True)
class FromDevice:
    """Which device an answer comes from, its counting there, and when it was given (see `Answer`)."""

    device: UUID
    counter: int
    given_at: datetime


def save_answer(
    *,
    attempt_id: UUID,
    member_id: int,
    position: int,
    given: Sequence[str],
    at: datetime,
    shown: Sequence[str] | None = None,
    from_device: FromDevice | None = None,
) -> Saved:
    """
    Keep what was given for the question at a position (from 0), as a form sends it; see `save`.

    `shown` is what the page showed as answered when it was loaded. When it equals `given`, the reader changed
    nothing, and a page loaded long ago does not undo an answer given since on another one.
    """
    one = Given(attempt_id, member_id, position, given)
    if from_device is not None:
        ago = max(at - from_device.given_at, timedelta())
        one = one._replace(
            device=from_device.device, counter=from_device.counter, ago=ago // timedelta(milliseconds=1)
        )
    if shown is not None:
        paper = _papers.of([one[:2]]).get(one[:2])
        if paper is None:
            raise Attempt.DoesNotExist
        if answer_for(paper, position, given) == answer_for(paper, position, shown):
            attempt = Attempt.objects.defer("paper").get(pk=attempt_id, member=member_id)
            return Saved(is_over(attempt, at), holds=False)
    return save(one, at=at)
