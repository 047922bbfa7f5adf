"""One recorded visit in plain words: what counts of it and why, and whether somebody else told of it too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from hours.models import Source, Standing, StudyRecord
from hours.reasons import claimed_seconds, length, seconds_in, stretch
from outreach.arranged import MemberQuestion
from outreach.visiting import Visit, VisitMember
from outreach.visits import FOLLOWED, other_reports
from people.leading import leads
from people.models import Affiliation, Member


@dataclass(frozen=True)
class Line:
    """One member of the visit as the viewer may see them; `words` explain what counts."""

    row: VisitMember
    words: list[str]
    record: StudyRecord | None
    questions: list[MemberQuestion]
    shows_words: bool


@dataclass(frozen=True)
class Explained:
    """The page of a visit. `others`: members at the table whom the viewer does not see."""

    visit: Visit
    visitors: list[Member]
    lessons: list[str]
    lines: list[Line]
    others: int
    clock: str
    is_theirs: bool


def explained(visit: Visit, *, viewer: Member, on: date) -> Explained:
    """Everything the page shows, in a fixed number of queries."""
    rows = list(visit.members.select_related("member", "branch", "record__settled_by").order_by("pk"))
    seen = set(
        Member.objects.visible_to(viewer, on=on)
        .filter(pk__in=[row.member_id for row in rows])
        .values_list("pk", flat=True)
    )
    came = [row.visitor for row in visit.visitors.select_related("visitor").order_by("pk")]
    was_there = viewer in came or viewer.pk == visit.recorded_by_id
    records = set(
        StudyRecord.objects.visible_to(viewer, on=on)
        .filter(pk__in=[row.record_id for row in rows if row.record_id])
        .values_list("pk", flat=True)
    )
    asked: dict[int, list[MemberQuestion]] = {}
    for question in visit.questions.select_related("taken_by").order_by("pk"):
        asked.setdefault(question.member_id, []).append(question)
    notes = _notes(visit, rows, on)
    shown = [row for row in rows if row.member_id in seen or viewer.pk == row.member_id]
    lines = [
        Line(
            row,
            [*_counts(row), *notes.get(row.member_id, [])],
            row.record if row.record_id in records else None,
            asked.get(row.member_id, []),
            was_there or viewer.pk == row.member_id or leads(viewer, row.branch, on=on),
        )
        for row in shown
    ]
    return Explained(
        visit,
        came,
        [read.edition.title for read in visit.lessons.select_related("edition").order_by("pk")],
        lines,
        len(rows) - len(shown),
        stretch(visit.started_at, visit.ended_at).clock,
        was_there,
    )


def _counts(row: VisitMember) -> list[str]:
    """What the ledger says of this member's part."""
    record = row.record
    if record is None:
        return []
    settled = getattr(record, "settled_by", None)
    if record.standing == Standing.AWAITING and settled is None:
        said = _("%(length)s count as collective study when the branch has confirmed it.")
        return [said % {"length": length(claimed_seconds(record))}]
    if settled is not None and settled.standing == Standing.DECLINED:
        return [_("The branch has not confirmed it: it does not count.")]
    counts = settled or record
    words = [_("%(length)s count as collective study.") % {"length": length(counts.seconds)}]
    elsewhere = int(counts.refused.get("elsewhere") or 0)
    if elsewhere:
        said = _("%(length)s of it count from another record already: no minute counts twice.")
        words.append(said % {"length": length(elsewhere)})
    return words


def _notes(visit: Visit, rows: list[VisitMember], on: date) -> dict[int, list[str]]:
    """By member: other reports of that hour, online study taken over, a change of branch. Three queries."""
    notes: dict[int, list[str]] = {}
    for other in other_reports(visit):
        said = _("%(name)s reported a visit from %(time)s already: the time counts once.")
        if other.visit.received_at > visit.received_at:
            said = _("%(name)s reported a visit from %(time)s later: the time counts once.")
        time = stretch(other.visit.started_at, other.visit.ended_at).clock
        name = other.visit.recorded_by.local_name
        notes.setdefault(other.member_id, []).append(said % {"name": name, "time": time})
    by_key = {row.member.key: row.member_id for row in rows}
    taken = StudyRecord.objects.filter(
        member__in=by_key,
        source=Source.CORRECTION,
        evidence__also=Source.VISIT,
        started_at__gte=visit.started_at,
        ended_at__lte=visit.ended_at,
    )
    for record in taken:
        said = _("%(length)s of online study at that time now count as part of the visit.")
        words = said % {"length": length(seconds_in(record.taken))}
        notes.setdefault(by_key[record.member_id], []).append(words)
    for pk, branch in _moved(visit, rows, on).items():
        said = _("The member has changed branches: this is recorded with %(branch)s, as it was that day.")
        notes.setdefault(pk, []).append(said % {"branch": branch})
    return notes


def _moved(visit: Visit, rows: list[VisitMember], on: date) -> dict[int, str]:
    """By member who moved around the day of the visit, or since, the branch that keeps it."""
    since = localdate(visit.started_at) - FOLLOWED
    homes = Affiliation.objects.home().filter(member__in=[row.member_id for row in rows], since__lte=on)
    moved = set(homes.filter(since__gt=since).values_list("member_id", flat=True))
    before = set(homes.filter(until__gt=since).values_list("member_id", flat=True))
    return {row.member_id: str(row.branch or "") for row in rows if row.member_id in moved & before}
