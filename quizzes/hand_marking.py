"""
Short answers are marked by persons 评阅: question by question, line by line of the rubric, without a name.

Whoever marks sees the question and the answer, and neither who wrote it nor where. The order of the answers
is random, and another for each marker. Points are added as rows, the last holds; when the last answer of an
attempt has its points, a new mark follows. Nobody marks their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import NotForYourself, Refusal
from people.models import Member, Office
from quizzes.awarding import award_passes
from quizzes.items import write_items
from quizzes.keys import hold_keys
from quizzes.models import Attempt, GivenPoints, Mark, QuestionVersion
from quizzes.remarking import new_mark, remark

LONGEST_COMMENT = 1000
MARKERS = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})

MARKED = audit.action("attempt.marked_by_hand", _("Gave points for a short answer"))


class OnlyMarkers(Refusal):
    words = _("Short answers are marked by editors and reviewers.")


class NothingToMark(Refusal):
    words = _("There is no such answer to mark.")


class PointsDoNotFit(Refusal):
    words = _("Please give points for each line, none at least and what the line is worth at most.")


class MarkedMeanwhile(Refusal):
    words = _("Somebody else has marked this answer meanwhile. Please look at their points first.")


class CommentTooLong(Refusal):
    words = _("Please write at most 1000 characters.")


@dataclass(frozen=True)
class Waiting:
    """A question with answers that wait for a marker, in the version that was asked last."""

    question: int
    version: QuestionVersion
    count: int
    oldest: datetime


@dataclass(frozen=True)
class ToMark:
    """An answer as a marker sees it. `key` stands for it in an address, and for one marker alone."""

    key: str
    attempt: UUID
    position: int
    version: int
    text: str
    out_of: int
    last: GivenPoints | None = None


_AWAITING = """
    from quizzes_mark mark
    join quizzes_attempt attempt on attempt.id = mark.attempt_id
    cross join lateral jsonb_array_elements(mark.detail) with ordinality place(row, number)
    join quizzes_questionversion version on version.id = (place.row ->> 'version')::bigint
    where mark.awaiting > 0 and (place.row ->> 'awaiting')::boolean and attempt.member_id <> %(viewer)s
        and not exists (select from quizzes_mark later
            where later.attempt_id = mark.attempt_id and later.id > mark.id)
        and not exists (select from quizzes_givenpoints given
            where given.attempt_id = mark.attempt_id and given.position = place.number - 1)
"""

_QUESTIONS = f"""
    select version.question_id, max(version.id), count(*), min(attempt.handed_in_at) {_AWAITING}
    group by version.question_id order by min(attempt.handed_in_at), version.question_id
"""

_ANSWERS = f"""
    select attempt.id, place.number - 1, version.id, place.row #>> '{{given,0}}',
        (place.row ->> 'out_of')::int {_AWAITING} and version.question_id = %(question)s
"""

_MARKED = """
    select attempt.id, given.position, version.id, given.given[1], given.id
    from quizzes_givenpoints given
    join quizzes_attempt attempt on attempt.id = given.attempt_id
    join quizzes_questionversion version
        on version.id = (attempt.paper -> given.position ->> 'version')::bigint
    where version.question_id = %(question)s and attempt.member_id <> %(viewer)s
        and not exists (select from quizzes_givenpoints later where later.attempt_id = given.attempt_id
            and later.position = given.position and later.id > given.id)
    order by given.id desc
"""


_MARKED_QUESTIONS = """
    select version.question_id, max(version.id)
    from quizzes_givenpoints given
    join quizzes_attempt attempt on attempt.id = given.attempt_id
    join quizzes_questionversion version
        on version.id = (attempt.paper -> given.position ->> 'version')::bigint
    where attempt.member_id <> %(viewer)s
    group by version.question_id order by max(given.id) desc limit 20
"""


def may_mark(member: Member, *, at: datetime) -> bool:
    """True for editors and reviewers. They see answers and no names; what they see is no score of anybody."""
    return any(office.kind in MARKERS for office in member.held_offices(localdate(at)))


def waiting_questions(viewer: Member) -> list[Waiting]:
    """Return the questions with answers that wait, the longest waiting first. Two queries."""
    rows = _rows(_QUESTIONS, viewer=viewer.pk)
    versions = QuestionVersion.objects.in_bulk([row[1] for row in rows])
    return [Waiting(question, versions[pk], count, oldest) for question, pk, count, oldest in rows]


def marked_questions(viewer: Member) -> list[QuestionVersion]:
    """Return the questions whose answers persons have marked, the last marked first, twenty. Two queries."""
    rows = _rows(_MARKED_QUESTIONS, viewer=viewer.pk)
    versions = QuestionVersion.objects.in_bulk([pk for _, pk in rows])
    return [versions[pk] for _, pk in rows]


def waiting_answers(question: int, viewer: Member) -> list[ToMark]:
    """Return the answers that wait, in the marker's own random order, which stays the same. One query."""
    rows = _rows(_ANSWERS, question=question, viewer=viewer.pk)
    found = [
        ToMark(_key(viewer, attempt, position), attempt, position, version, text or "", out_of)
        for attempt, position, version, text, out_of in rows
    ]
    return sorted(found, key=lambda one: one.key)


def marked_answers(question: int, viewer: Member) -> list[ToMark]:
    """Return the answers that persons have marked, the last marked first. Two queries."""
    rows = _rows(_MARKED, question=question, viewer=viewer.pk)
    given = GivenPoints.objects.select_related("marker").in_bulk([row[-1] for row in rows])
    return [
        ToMark(_key(viewer, attempt, position), attempt, position, version, text or "", 0, given[pk])
        for attempt, position, version, text, pk in rows
    ]


def answer_with_key(question: int, key: str, viewer: Member) -> ToMark | None:
    """Return the answer that this marker knows by the key, waiting or marked. Three queries."""
    both = (waiting_answers, marked_answers)
    return next((one for find in both for one in find(question, viewer) if one.key == key), None)


def _key(viewer: Member, attempt: UUID, position: int) -> str:
    words = f"{viewer.key}:{attempt}:{position}"
    return salted_hmac("quizzes.hand_marking", words, algorithm="sha256").hexdigest()[:24]


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def lines_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of the rubric; a question without one has one line that is worth all its points."""
    whole = {"text": "", "text_en": "", "points": content.get("points", 1)}
    return content.get("rubric") or [whole]


@transaction.atomic
def give_points(
    *,
    attempt: UUID,
    position: int,
    lines: Sequence[int],
    comment: str,
    by: Member,
    at: datetime,
    seen: int = 0,
    lets_pass_fall: bool = False,
) -> Mark | None:
    """
    Give points for each line of the rubric, and return the new mark when the attempt awaits no more.

    `seen`: the points that the marker knows of (0: none), so that of two at once the second looks again. The
    same given again by the same person is given once. With fewer points than a colleague gave, a pass stays
    unless the marker lets it fall.

    :raises Refusal: for who does not mark, for their own answer, or when the points do not fit.
    """
    if not may_mark(by, at=at):
        raise OnlyMarkers
    place = _place(attempt, position)
    hold_keys(place.versions)
    row = Attempt.objects.select_for_update(no_key=True).get(pk=attempt)
    if row.member_id == by.pk:
        raise NotForYourself
    given = _checked(place, lines, comment)
    last = GivenPoints.objects.filter(attempt=row, position=position).order_by("-pk").first()
    if last is not None and _is_same(last, given, by):
        return None
    if (last.pk if last else 0) != seen:
        raise MarkedMeanwhile
    GivenPoints.objects.create(
        attempt=row, position=position, given=place.given, marker=by, given_at=at, **given
    )
    audit.note(
        MARKED,
        at=at,
        by=by,
        member=row.member,
        details={"attempt": str(attempt), "number": position + 1, "points": given["points"]},
    )
    return _mark_if_done(attempt, by=by, at=at, lets_pass_fall=lets_pass_fall)


@dataclass(frozen=True)
class _Place:
    """A short answer of an attempt that was handed in."""

    versions: list[int]
    lines: list[dict[str, Any]]
    given: list[str]


def _place(attempt: UUID, position: int) -> _Place:
    row = Attempt.objects.handed_in().filter(pk=attempt).first()
    mark = Mark.objects.filter(attempt=attempt).order_by("-pk").first()
    if row is None or mark is None or not 0 <= position < len(row.paper):
        raise NothingToMark
    version = QuestionVersion.objects.get(pk=row.paper[position]["version"])
    given = mark.detail[position]["given"]
    if version.content["kind"] != "short_answer" or not given:
        raise NothingToMark
    return _Place([place["version"] for place in row.paper], lines_of(version.content), given)


def _checked(place: _Place, lines: Sequence[int], comment: str) -> dict[str, Any]:
    told = comment.strip()
    if len(told) > LONGEST_COMMENT:
        raise CommentTooLong
    worth = [line["points"] for line in place.lines]
    if len(lines) != len(worth) or not all(0 <= one <= most for one, most in zip(lines, worth, strict=True)):
        raise PointsDoNotFit
    return {"lines": list(lines), "points": sum(lines), "comment": told}


def _is_same(last: GivenPoints, given: dict[str, Any], by: Member) -> bool:
    return last.marker_id == by.pk and all(getattr(last, name) == value for name, value in given.items())


def _mark_if_done(attempt: UUID, *, by: Member, at: datetime, lets_pass_fall: bool) -> Mark | None:
    (one,) = remark([attempt])
    if one.result.awaiting or not one.is_other:
        return None
    with override(settings.LANGUAGE_CODE):
        reason = gettext("Short answers marked by a person")
    mark = new_mark(one, at=at, lets_pass_fall=lets_pass_fall, marker=by, reason=reason)
    mark.save()
    if one.gains:
        award_passes([one.attempt], at=at)
    write_items(one.attempt, mark)
    return mark
