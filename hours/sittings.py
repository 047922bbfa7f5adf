"""Taking in what lesson pages report, and closing sittings that have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils.timezone import localdate

from hours.beats import PageReport
from hours.clock import LONGEST_BEAT, Beat, Pace, Reckoning, Refusal, Span, merged, reckon, reckon_one
from hours.counting_rules import CountingRules, counting_rules, rules_of_day
from hours.prepared import fetch_all
from hours.slots import ReadingTimes, reading_times
from hours.tokens import StudyToken
from jobs.schedule import every_minute

SILENCE_ENDS_A_SITTING = timedelta(minutes=10)

LATE = 1200
"""Tenths of a second: what is told more than two minutes after it happened has waited on a device."""

SITTING = 6000
"""The tenths of a second of `SILENCE_ENDS_A_SITTING`."""

WRONG_CLOCK = 50
"""Tenths of a second that a device's clock may be ahead without being put right."""

_NOTHING = [(0, 0)]
"""Of a beat in which nothing counts only its number is told."""

_PAGE = "%s::uuid, %s::uuid, %s::bigint"
_SPANS = "%s::text::tstzmultirange"
_NUMBERS = "%s::text::int4multirange"
_BEAT = (
    "select counted, elsewhere, beyond, why, sitting, awaiting from study_beat("  # noqa: S608  # constant
    f"{_PAGE}, %s, {_SPANS}, {_SPANS}, {_SPANS}, {_NUMBERS}, {_NUMBERS}, %s::int, %s::int)"
)
_LATE = (
    "select counted, elsewhere, beyond, why, sitting, awaiting from study_late("  # noqa: S608  # constant
    f"{_PAGE}, %s, %s, %s::text::int[], %s::text::int[], %s::text::int[], {_SPANS}, {_SPANS}, {_NUMBERS},"
    f" {_NUMBERS}, %s::int, %s::int, %s, %s::jsonb)"
)


@dataclass
class BeatAnswer:
    """
    What reports came to, in whole seconds: newly counted, in this sitting so far, awaiting confirmation, and
    what was not counted, by reason.
    """

    counted: int = 0
    sitting: int = 0
    awaiting: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, why: str, seconds: int) -> None:
        if seconds > 0:
            self.refused[why] = self.refused.get(why, 0) + seconds


class _Call(NamedTuple):
    """One call of a function of the clock."""

    sql: str
    values: list[object]


def take_reports(
    reports: Sequence[PageReport],
    *,
    at: datetime,
    times: Callable[[int], ReadingTimes] = reading_times,
) -> BeatAnswer:
    """
    Count what pages report into their members' sittings and ledgers, durably, and say what was refused.

    Sending the same again counts nothing more: counted time is a union. One statement, whatever the number of
    pages and beats; members are locked in the order of their keys.
    """
    at = at.replace(microsecond=0)
    rules = counting_rules(at)
    answer = BeatAnswer()
    calls: list[_Call] = []
    for report in sorted(reports, key=lambda report: report.token.member):
        calls += _calls(report, rules, times(report.token.edition), at, answer)
    for counted, elsewhere, beyond, why, sitting, awaiting in _run(calls):
        answer.counted += counted
        answer.awaiting += awaiting
        answer.sitting = sitting or answer.sitting
        answer.refuse(Refusal.ELSEWHERE, elsewhere)
        answer.refuse(why, beyond)
    return answer


def _run(calls: Sequence[_Call]) -> list[tuple]:
    if not calls:
        return []
    return fetch_all(
        " union all ".join(call.sql for call in calls), [value for call in calls for value in call.values]
    )


def _calls(
    report: PageReport, rules: CountingRules, times: ReadingTimes, at: datetime, answer: BeatAnswer
) -> list[_Call]:
    """What the database is asked for one page: what happens now, and what has waited."""
    token = report.token
    pace = rules.pace(times, large_print=token.large_print, pace=token.pace)
    limits = (rules.most(times, large_print=token.large_print, pace=token.pace), rules.day_seconds)
    now = int((at - token.issued_at).total_seconds() * 10)
    prompt, waited, skew = _sorted_out(report, pace, now)
    calls = []
    if prompt:
        calls.append(_prompt_call(token, reckon(prompt, pace), at, now, limits, answer))
    for day, beats in _by_day(waited, token.issued_at):
        then = rules_of_day(day, at=at)
        pace = then.pace(times, large_print=token.large_print, pace=token.pace)
        most = then.most(times, large_print=token.large_print, pace=token.pace)
        late_limits = (most, then.day_seconds, then.offline_standing)
        calls.append(_late_call(token, beats, pace, at, now, late_limits, skew, answer))
    return calls


def _by_day(waited: Sequence[Beat], opened: datetime) -> Iterable[tuple[date, Sequence[Beat]]]:
    """Beats by the day on which they began: what has waited counts by the rules of its own day."""
    if not waited:
        return
    first, last = (
        localdate(opened + timedelta(seconds=start // 10))
        for start in (min(beat.start for beat in waited), max(beat.start for beat in waited))
    )
    if first == last:
        yield first, waited
        return
    days: dict[date, list[Beat]] = {}
    for beat in waited:
        days.setdefault(localdate(opened + timedelta(seconds=beat.start // 10)), []).append(beat)
    yield from days.items()


def _sorted_out(report: PageReport, pace: Pace, now: int) -> tuple[list[Beat], list[Beat], int]:
    """
    Part the beats into those that happen now and those that have waited, and put a wrong clock right.

    What lies between the opening of the page and now is taken as it is told. What lies outside was told by a
    device whose clock was wrong: when the device says what it believes the time is, it is put right.
    A silence within a sitting is told when it is over; there is nothing in it to count, so it belongs to now.
    """
    prompt: list[Beat] = []
    waited: list[Beat] = []
    outside = [beat for beat in report.beats if _lies_outside(beat, now)]
    wrong_by = _wrong_by(outside, report.clock, now) if outside and report.clock is not None else 0
    for beat in report.beats:
        if wrong_by and _lies_outside(beat, now):
            waited.append(_moved(beat, wrong_by))
        elif now - _end(beat) > SITTING or (now - _end(beat) > LATE and reckon([beat], pace).counted):
            waited.append(beat)
        else:
            prompt.append(beat)
    return prompt, waited, wrong_by


def _wrong_by(outside: Sequence[Beat], clock: int, now: int) -> int:
    """
    What has to be added to beats that lie outside: what the device's clock is wrong by now, and when it was
    put right before it told them, as little as brings them between the opening and now.
    """
    by = now - clock
    by -= max(0, max(_end(beat) for beat in outside) + by - now)
    return by + max(0, -(min(beat.start for beat in outside) + by))


def _lies_outside(beat: Beat, now: int) -> bool:
    return beat.start < 0 or _end(beat) > now + WRONG_CLOCK


def _end(beat: Beat) -> int:
    return beat.start + min(beat.length, LONGEST_BEAT)


def _moved(beat: Beat, by: int) -> Beat:
    signs = tuple(sign._replace(at=sign.at + by) for sign in beat.signs)
    return beat._replace(start=beat.start + by, signs=signs)


def _prompt_call(
    token: StudyToken, found: Reckoning, at: datetime, now: int, limits: tuple[int, int], answer: BeatAnswer
) -> _Call:
    lane = _Lane(token, now)
    _tell(found, lane, answer)
    values = [
        token.member,
        token.subject,
        token.edition,
        at,
        lane.multirange(found.counted),
        lane.multirange(found.refused.get(Refusal.QUIET, ())),
        lane.multirange(found.refused.get(Refusal.HIDDEN, ())),
        _numbers((n, n + 1) for n in sorted(found.screens)),
        _numbers(found.media),
        *limits,
    ]
    return _Call(_BEAT, values)


def _late_call(
    token: StudyToken,
    waited: Sequence[Beat],
    pace: Pace,
    at: datetime,
    now: int,
    limits: tuple[int, int, str],
    skew: int,
    answer: BeatAnswer,
) -> _Call:
    lane = _Lane(token, now)
    whole = Reckoning()
    counters, begins, ends = [], [], []
    for beat in waited:
        known = len(whole.counted)
        reckon_one(whole, beat, pace)
        for begin, end in lane.seconds(whole.counted[known:]) or _NOTHING:
            counters.append(beat.counter)
            begins.append(begin)
            ends.append(end)
    _tell(whole, lane, answer)
    *seconds, standing = limits
    values = [
        token.member,
        token.subject,
        token.edition,
        lane.opened,
        at,
        _array(counters),
        _array(begins),
        _array(ends),
        lane.multirange(whole.refused.get(Refusal.QUIET, ())),
        lane.multirange(whole.refused.get(Refusal.HIDDEN, ())),
        _numbers((n, n + 1) for n in sorted(whole.screens)),
        _numbers(whole.media),
        *seconds,
        standing,
        f'{{"clock_off": {skew // 10}}}' if skew else "{}",
    ]
    return _Call(_LATE, values)


class _Lane:
    """
    The time in which a page can have been studied: from its opening to now, in seconds of the server.

    A second counts when it lies in that time wholly: no sum of them is longer than the time that passed.
    """

    def __init__(self, token: StudyToken, now: int) -> None:
        self.opened = token.issued_at.replace(microsecond=0)
        self.first = 10 if token.begun else 0
        self.now = max(0, now)

    def seconds(self, spans: Iterable[Span]) -> list[tuple[int, int]]:
        """Stretches in tenths since the opening as whole seconds since then, united and cut to the lane."""
        cut = [(max(begin, self.first) // 10, min(end, self.now) // 10) for begin, end in merged(spans)]
        return [(first, last) for first, last in cut if first < last]

    def multirange(self, spans: Sequence[Span]) -> str:
        if not spans:
            return "{}"
        pieces = [f'["{self._moment(begin)}","{self._moment(end)}")' for begin, end in self.seconds(spans)]
        return "{" + ",".join(pieces) + "}"

    def _moment(self, second: int) -> str:
        return (self.opened + timedelta(seconds=second)).isoformat()

    def outside(self, spans: Iterable[Span]) -> tuple[int, int]:
        """The seconds of the spans that lie before the opening, and after now."""
        whole = merged(spans)
        if not whole or (whole[0].begin >= 0 and whole[-1].end <= self.now):
            return 0, 0
        before = sum(min(end, 0) - begin for begin, end in whole if begin < 0)
        after = sum(end - max(begin, self.now) for begin, end in whole if end > self.now)
        return before // 10, after // 10


def _tell(found: Reckoning, lane: _Lane, answer: BeatAnswer) -> None:
    """Say what was refused before the database was asked."""
    for why, spans in found.refused.items():
        answer.refuse(why, sum(end - begin for begin, end in lane.seconds(spans)))
    before, after = lane.outside(
        [*found.counted, *(span for spans in found.refused.values() for span in spans)]
    )
    answer.refuse(Refusal.OUTSIDE, before)
    answer.refuse(Refusal.FUTURE, after)
    answer.refuse(Refusal.CLAIMED, found.claimed // 10)


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _numbers(spans: Iterable[tuple[int, int]]) -> str:
    return "{" + ",".join(f"[{begin},{end})" for begin, end in spans) + "}"


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
