"""
How questions do: how many get them right, whether those who know the rest do, and what is chosen instead.

One statement counts all that was given (`ItemResult`), one more writes what it comes to (`ItemStatistic`).
It is about questions: nobody is named, and nothing is told below five people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from jobs.schedule import nightly
from jobs.work import Running, work
from people.counting import LEAST_COUNTED
from quizzes.keys import contents_by_version
from quizzes.models import ItemStatistic, Question
from quizzes.suspects import Chosen, Figures, suspects_of

WORK = "quizzes.statistics"

_MEMORY = "set local work_mem = '64MB'"
"""So that a million rows are gathered in memory, not sorted on the disk."""

_COUNT = """
    with cells as (
        select version_id, given, score, rest, count(*) as n
            from quizzes_itemresult group by version_id, given, score, rest
    ), answered as (
        select version_id, sum(n) as n from cells group by version_id having sum(n) >= %(least)s
    ), few as (
        -- Five answers of one member are not five people. Of very many answers it need not be asked.
        select i.version_id from answered v
            join quizzes_itemresult i using (version_id) join quizzes_attempt a on a.id = i.attempt_id
            where v.n < %(least)s * 100
            group by i.version_id having count(distinct a.member_id) < %(least)s
    ), told as (
        select version_id from answered except select version_id from few
    ), ranks as (
        -- Those with the same rest stand together: as much of them belongs to a third as reaches into it.
        select version_id, rest, sum(n) as n, sum(sum(n)) over better - sum(n) as before,
                sum(sum(n)) over (partition by version_id) / 3.0 as third
            from cells where rest is not null group by version_id, rest
            window better as (partition by version_id order by rest)
    ), weights as (
        select version_id, rest, third,
                greatest(0, least(before + n, third) - before) / n as low,
                greatest(0, before + n - greatest(before, third * 2)) / n as high
            from ranks
    ), options as (
        select version_id, given, sum(n) as n, max(score) as score,
                sum(n * high) / max(third) as high, sum(n * low) / max(third) as low,
                row_number() over (partition by version_id order by sum(n) desc, given) as place
            from cells left join weights using (version_id, rest) group by version_id, given
    ), sums as (
        select version_id, sum(n) as n, sum(n * score) / sum(n) as facility,
                sum(n) filter (where rest is not null) as w,
                sum(n * score) filter (where rest is not null) as x, sum(n * rest) as y,
                sum(n * score * score) filter (where rest is not null) as xx, sum(n * rest * rest) as yy,
                sum(n * score * rest) as xy
            from cells group by version_id
    ), times as (
        select version_id, percentile_disc(0.5) within group (order by seconds) as seconds
            from quizzes_itemresult where seconds is not null group by version_id
    ), chosen as (
        select version_id, json_agg(json_build_object('given', given, 'count', n, 'score', score,
                'high', coalesce(high, 0)::float8, 'low', coalesce(low, 0)::float8)
                order by place)::text as options
            from options where place <= %(most)s group by version_id
    )
    select version_id, n::int, facility,
            case when (w * xx - x * x) > 1e-9 * w * w and (w * yy - y * y) > 1e-9 * w * w
                then (w * xy - x * y) / sqrt((w * xx - x * x) * (w * yy - y * y)) end,
            seconds, options
        from told join sums using (version_id) join chosen using (version_id)
            left join times using (version_id)
        order by version_id
"""

_WRITE = """
    insert into quizzes_itemstatistic (version_id, answers, facility, discrimination, median_seconds, options,
            suspects, computed_at)
        select version, answers, facility, discrimination, seconds, options, suspects, %s
            from jsonb_to_recordset(%s) as row(version bigint, answers int, facility float8,
                discrimination float8, seconds int, options jsonb, suspects text[])
        on conflict (version_id) do update set answers = excluded.answers, facility = excluded.facility,
            discrimination = excluded.discrimination, median_seconds = excluded.median_seconds,
            options = excluded.options, suspects = excluded.suspects, computed_at = excluded.computed_at
"""

MOST_COUNTED = 300
"""Different answers of a question that are read; of a choice out of eight there are not so many."""

MOST_KEPT = 10
"""Different answers that are kept of a question without options to choose."""


@transaction.atomic
def count_anew(at: datetime) -> int:
    """Make the statistics of all versions anew; return of how many there are any. A few statements in all."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute(_COUNT, {"least": LEAST_COUNTED, "most": MOST_COUNTED})
        counted = {version: figures for version, *figures in cursor.fetchall()}
        contents = contents_by_version(counted)
        rows = [_row(version, counted[version], contents[version]) for version in counted]
        cursor.execute(_WRITE, [at, json.dumps(rows)])
    ItemStatistic.objects.exclude(computed_at=at).delete()
    return len(rows)


def _row(version: int, figures: Sequence[Any], content: Mapping[str, Any]) -> dict[str, Any]:
    answers, facility, discrimination, seconds, options = figures
    discrimination = None if discrimination is None else round(discrimination, 6)
    chosen = chosen_of(content, [Chosen(**row) for row in json.loads(options)])
    found = Figures(answers, facility, discrimination, tuple(chosen))
    return {
        "version": version,
        "answers": answers,
        "facility": facility,
        "discrimination": discrimination,
        "seconds": seconds,
        "options": [{"given": c.given, "count": c.count, "high": c.high, "low": c.low} for c in chosen],
        "suspects": suspects_of(content, found),
    }


def chosen_of(content: Mapping[str, Any], rows: Sequence[Chosen]) -> list[Chosen]:
    """
    Return what is told of what was given, the commonest first.

    Of choices: each option, chosen or not, and who chose none. Of words, orders and pairs: the commonest as a
    whole; words only where five or more gave the same. Of what a person marks: nothing.
    """
    match content["kind"]:
        case Question.Kind.SHORT_ANSWER:
            return []
        case Question.Kind.FILL_IN:
            return [row for row in rows if row.count >= LEAST_COUNTED][:MOST_KEPT]
        case Question.Kind.ORDERING | Question.Kind.MATCHING:
            return list(rows[:MOST_KEPT])
    right = set(content["correct"])
    each = [
        _together([key], [row for row in rows if key in row.given], score=float(key in right))
        for key in [option["key"] for option in content["options"]]
    ]
    nothing = [row for row in rows if not row.given]
    return sorted(each, key=lambda one: -one.count) + nothing


def _together(given: list[str], rows: Sequence[Chosen], *, score: float) -> Chosen:
    high, low = sum(row.high for row in rows), sum(row.low for row in rows)
    return Chosen(given, sum(row.count for row in rows), score, high, low)


@work(WORK, _("Counting how questions do"))
def count_when_asked(running: Running) -> dict[str, int]:
    return {"versions": count_anew(running.job.began_at)}


@nightly("count how questions do")
def count_each_night(at: datetime) -> None:
    count_anew(at)
