"""
A key is put right 改正答案: what it would change, and then marking anew what was handed in.

What was asked stays as it was. The new key holds from that moment for every attempt, open or handed in, and
each result that changes gets a new mark with the reason. Nobody loses a pass unless the person who decides
says so. A reviewer decides who did not write the words, as with any words that members are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import Refusal
from people.models import Member, Office, Sight
from quizzes.awarding import award_passes
from quizzes.keys import check_key, contents_by_version, for_version, hold_keys_alone
from quizzes.models import Attempt, KeyCorrection, Mark, Question, QuestionVersion, Regrade, ReviewStep
from quizzes.remarking import AT_ONCE, Remarked, new_mark, remark, write_items_again

LONGEST_REASON = 200
MOST_NAMES = 200
"""Names that a preview shows; the others are counted."""

PREVIEWED = audit.action("question.key_previewed", _("Looked at who would pass or fail by a corrected key"))
CORRECTED = audit.action("question.key_corrected", _("Corrected the key of a question"))
REGRADED = audit.action("attempt.regraded", _("An attempt was marked anew after its key was corrected"))


class ReviewersDecide(Refusal):
    words = _("A reviewer decides about the key of a question.")


class OwnKey(Refusal):
    words = _("You wrote this question, so another reviewer decides about its key.")


class SayWhyCorrected(Refusal):
    words = _("Say in a sentence why the key is corrected, in 200 characters at most.")


class KeyIsSo(Refusal):
    words = _("This is the key already. Nothing was changed.")


class KeyChangedMeanwhile(Refusal):
    words = _("Somebody has corrected this key since you opened the page. Please look at it again.")


@dataclass(frozen=True)
class NewKey:
    """A key for some versions of a question that are alike; `key` is written for the first of them."""

    question: Question
    versions: Sequence[QuestionVersion]
    key: dict[str, Any]

    def by_version(self) -> dict[int, dict[str, Any]]:
        """
        The key of each version.

        :raises NotAKey: when it is none of this question.
        """
        first = self.versions[0].content
        check_key(first, self.key)
        return {row.pk: for_version(self.key, row.content, first) for row in self.versions}


@dataclass(frozen=True)
class Person:
    """Somebody whose score the reader may see."""

    member: Member
    quiz: str
    before: int
    after: int


@dataclass
class Persons:
    """How many, and those of them whom the reader's office names."""

    count: int = 0
    named: list[Person] = field(default_factory=list)

    @property
    def others(self) -> int:
        return self.count - len(self.named)


@dataclass
class Preview:
    """What a corrected key would change. `before`, `after`: the mean per cent of the attempts concerned."""

    attempts: int = 0
    changed: int = 0
    more: int = 0
    less: int = 0
    look_backs: int = 0
    gain: Persons = field(default_factory=Persons)
    fall: Persons = field(default_factory=Persons)
    before: float = 0.0
    after: float = 0.0


def preview(new: NewKey, *, viewer: Member, on: date) -> Preview:
    """
    Return what the key would change. It changes nothing; names only as far as the viewer may see scores.

    :raises NotAKey: when it is no key of the question.
    """
    holding = contents_by_version(row.pk for row in new.versions)
    contents = {pk: holding[pk] | key for pk, key in new.by_version().items()}
    found, gains, falls = Preview(), [], []
    for one in remark(_asked(new.versions), contents):
        if one.attempt.is_look_back:
            found.look_backs += one.is_other
            continue
        found.attempts += 1
        found.before += one.last.percent
        found.after += one.result.percent if one.is_other else one.last.percent
        if one.is_other:
            found.changed += 1
            found.more += one.result.points > one.last.points
            found.less += one.result.points < one.last.points
            gains += [one] if one.gains else []
            falls += [one] if one.falls else []
    found.before = found.before / found.attempts if found.attempts else 0.0
    found.after = found.after / found.attempts if found.attempts else 0.0
    found.gain, found.fall = (_persons(some, viewer, on) for some in (gains, falls))
    return found


def _persons(some: Sequence[Remarked], viewer: Member, on: date) -> Persons:
    members = {one.attempt.member_id for one in some}
    seen = Member.objects.none()
    if members:
        seen = Member.objects.visible_to(viewer, sight=Sight.SCORES, on=on).filter(pk__in=members)
    shown = set(seen.values_list("pk", flat=True)) if members else set()
    named = [
        Person(one.attempt.member, one.attempt.quiz.local_title, one.last.percent, one.result.percent)
        for one in some
        if one.attempt.member_id in shown
    ]
    return Persons(len(some), named[:MOST_NAMES])


def _asked(versions: Iterable[QuestionVersion]) -> list[UUID]:
    """The attempts handed in whose paper holds one of these, in the order of their keys. One query."""
    return list(_asking(versions).order_by("pk").values_list("pk", flat=True))


def _asking(versions: Iterable[QuestionVersion]) -> Any:
    held = Q()
    for version in versions:
        held |= Q(paper__contains=[{"version": version.pk}])
    return Attempt.objects.handed_in().filter(held)


def last_correction(versions: Iterable[QuestionVersion]) -> int:
    """Return what tells whether the key of these was corrected since: 0 when it never was. One query."""
    rows = KeyCorrection.objects.filter(version__in=list(versions))
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def refuse_who_may_not(versions: Iterable[QuestionVersion], by: Member, *, at: datetime) -> None:
    """
    Return when this person may decide about the key of these versions.

    :raises ReviewersDecide, OwnKey: otherwise.
    """
    if not any(office.kind == Office.Kind.REVIEWER for office in by.held_offices(localdate(at))):
        raise ReviewersDecide
    rows = list(versions)
    wrote = ReviewStep.objects.filter(
        question__in={row.question_id for row in rows}, by=by, kind=ReviewStep.Kind.WRITTEN
    )
    if any(row.written_by_id == by.pk for row in rows) or wrote.exists():
        raise OwnKey


@transaction.atomic
def apply(
    new: NewKey, *, reason: str, by: Member, at: datetime, seen: int, lets_passes_fall: bool = False
) -> Regrade:
    """
    Put a key in its place and mark anew every attempt handed in that asked one of these versions.

    `seen`: what `last_correction` said when the person looked, so that of two at once the second looks again.
    An attempt that is handed in meanwhile waits and is marked by the new key.

    :raises Refusal: for who may not decide, without a reason, or when nothing changes.
    """
    refuse_who_may_not(new.versions, by, at=at)
    told = reason.strip()
    if not told or len(told) > LONGEST_REASON:
        raise SayWhyCorrected
    Question.objects.select_for_update(no_key=True).get(pk=new.question.pk)
    if last_correction(new.versions) != seen:
        raise KeyChangedMeanwhile
    keys = new.by_version()
    holding = contents_by_version(keys)
    if all(holding[pk] | key == holding[pk] for pk, key in keys.items()):
        raise KeyIsSo
    hold_keys_alone(keys)
    regrade = Regrade.objects.create(
        question=new.question, reason=told, lets_passes_fall=lets_passes_fall, decided_by=by, decided_at=at
    )
    KeyCorrection.objects.bulk_create(
        [KeyCorrection(regrade=regrade, version_id=pk, key=key) for pk, key in keys.items()]
    )
    regrade.counts = _mark_anew(regrade, new.versions, by=by, at=at)
    regrade.save(update_fields=["counts"])
    details = {"question": new.question.pk, "regrade": regrade.pk, **regrade.counts}
    audit.note(CORRECTED, at=at, by=by, reason=told, details=details)
    return regrade


def _mark_anew(
    regrade: Regrade, versions: Sequence[QuestionVersion], *, by: Member, at: datetime
) -> dict[str, int]:
    # In the order of their numbers: whoever marks one of them by hand, or anew, waits for the other.
    attempts = list(
        _asking(versions).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    )
    counts = {"attempts": 0, "gained": 0, "kept": 0, "lost": 0}
    others = (one for one in remark(attempts) if one.is_other)
    while some := list(islice(others, AT_ONCE)):
        _write(some, regrade, by=by, at=at)
        scored = [one for one in some if not one.attempt.is_look_back]
        fallen = sum(one.falls for one in scored)
        counts["attempts"] += len(some)
        counts["gained"] += sum(one.gains for one in scored)
        counts["lost" if regrade.lets_passes_fall else "kept"] += fallen
    return counts


def _write(some: Sequence[Remarked], regrade: Regrade, *, by: Member, at: datetime) -> None:
    """New marks, study time for passes gained, rows for the statistics, the audit. No query in a loop."""
    why = {"reason": regrade.reason, "marker": by, "regrade": regrade}
    marks = [new_mark(one, at=at, lets_pass_fall=regrade.lets_passes_fall, **why) for one in some]
    Mark.objects.bulk_create(marks)
    award_passes([one.attempt for one in some if one.gains], at=at)
    write_items_again([one.attempt.pk for one in some])
    subjects = [(one.attempt.member, _told(one, mark)) for one, mark in zip(some, marks, strict=True)]
    audit.note_each(REGRADED, at=at, by=by, subjects=subjects, reason=regrade.reason)


def _told(one: Remarked, mark: Mark) -> Mapping[str, Any]:
    return {"attempt": str(one.attempt.pk), "regrade": mark.regrade_id, "passed": mark.passed}
