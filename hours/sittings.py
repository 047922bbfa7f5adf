"""Taking in what a lesson page reports, and closing sittings that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.db import connection
from django.utils.timezone import localdate

from hours.clock import LARGE_PRINT_FACTOR, Kind, Reckoning, Refusal, Sign, Span, reckon, total
from hours.models import Rule
from hours.prepared import fetch_all
from hours.slots import reading_times
from hours.tokens import StudyToken
from jobs.schedule import every_minute

SILENCE_ENDS_A_SITTING = timedelta(minutes=10)

_BEAT = (
    "select counted, elsewhere, outside, sitting from study_beat(%s, %s, %s, %s, %s,"
    " %s::tstzmultirange, %s::tstzmultirange, %s::tstzmultirange, %s::int4multirange)"
)


@dataclass(frozen=True)
class BeatAnswer:
    """What a report came to: seconds newly counted, seconds of this sitting so far, and what was refused."""

    counted: int
    sitting: int
    refused: dict[str, int]


@lru_cache(maxsize=4)
def fair_pace(day: date, minute: int) -> float:
    """The rule of that day, read again each minute: a rule written today holds within a minute."""
    return float(Rule.objects.at(Rule.Name.FAIR_PACE, day).value)


def on_server_time(
    reported: Iterable[tuple[int, str, int, int]], *, client_now: int, at: datetime
) -> list[Sign]:
    """
    Return a page's signs in whole seconds of the server's clock.

    The page tells milliseconds of its own clock and what that clock shows now; only the differences matter,
    so a device clock that is days off does no harm. What lies outside the page's own time is cut by the
    database; here moments are only kept within a range that it can hold.
    """
    anchor = int(at.timestamp() * 1000)
    earliest, latest = anchor - 7 * 86_400_000, anchor + 86_400_000
    signs = []
    for when, kind, first, last in reported:
        moment = min(max(anchor - client_now + when, earliest), latest)
        signs.append(Sign(moment // 1000, Kind(kind), first, last, moment % 1000))
    return signs


def take_beat(token: StudyToken, signs: Sequence[Sign], *, at: datetime) -> BeatAnswer:
    """
    Count what `signs` are worth into the member's open sitting, durably, and say what was refused.

    Sending the same signs again counts nothing more: counted time is a union. One statement.
    """
    times = reading_times(token.edition)
    factor = fair_pace(localdate(at), at.hour * 60 + at.minute) * (
        LARGE_PRINT_FACTOR if token.large_print else 1
    )
    found = reckon(signs, times.screens, factor=factor, media=times.media)
    ((counted, elsewhere, outside, sitting),) = fetch_all(
        _BEAT,
        [
            token.member,
            token.subject,
            token.edition,
            token.issued_at,
            at.replace(microsecond=0),
            _as_multirange(found.counted),
            _as_multirange(found.refused.get(Refusal.QUIET, ())),
            _as_multirange(found.refused.get(Refusal.HIDDEN, ())),
            "{" + ",".join(f"[{n},{n + 1})" for n in sorted(found.screens)) + "}",
        ],
    )
    return BeatAnswer(counted, sitting, _refusals(found, elsewhere=elsewhere, outside=outside))


def _refusals(found: Reckoning, *, elsewhere: int, outside: int) -> dict[str, int]:
    refused = {str(why): total(spans) for why, spans in found.refused.items()}
    refused |= {str(Refusal.ELSEWHERE): elsewhere, str(Refusal.OUTSIDE): outside}
    return {why: seconds for why, seconds in refused.items() if seconds}


def _as_multirange(spans: Iterable[Span]) -> str:
    def moment(second: int) -> str:
        return datetime.fromtimestamp(second, UTC).isoformat()

    return "{" + ",".join(f'["{moment(begin)}","{moment(end)}")' for begin, end in spans) + "}"


@every_minute("close study sittings that have ended")
def close_ended_sittings(at: datetime) -> int:
    """Write sittings that have been silent for ten minutes to the ledger; return how many."""
    return _closed_before(at - SILENCE_ENDS_A_SITTING, at=at)


def close_all_sittings(*, at: datetime) -> int:
    """Write every open sitting to the ledger, silent or not; return how many."""
    return _closed_before(at + timedelta(days=1), at=at)


def _closed_before(moment: datetime, *, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select study_sweep(%s, %s)", [moment, at])
        (closed,) = cursor.fetchone()
    return closed
