"""
Recording a visit 上门送学 or a telephone call: one act, one transaction, safe to repeat by its key.

A visit of the same hour by a second visitor, or from a second telephone, is another report and is kept; the
ledger unites their time and counts no minute twice. Calls and closed doors earn no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.gate import readable
from courses.models import LessonEdition
from hours import ledger
from hours.models import Bucket, Rule, Source, Standing, StudyRecord
from outreach import planning, questions
from outreach.reports import (
    MOST_MEMBERS,
    BeforeThePairing,
    NobodyVisited,
    NoLongerAMember,
    NotPaired,
    NotReadTogether,
    NotTheirReport,
    NoVisitor,
    Report,
    TooMany,
    Visited,
    VisitedThemself,
)
from outreach.visiting import Visit, VisitLesson, VisitMember, VisitVisitor
from people import audit
from people.leading import NotYourBranch, leads, visitors_of
from people.models import Affiliation, Member, Office, Organisation, Pairing
from quizzes.on_paper import record_on_paper

RECORDED = audit.action("visit.recorded", _("Recorded a visit or a call"))

FOLLOWED = timedelta(days=60)
"""A visitor who had not heard of a move is still believed so long after it."""


@dataclass(frozen=True)
class Recorded:
    """A visit with whether this very report made it, or an earlier one with the same key."""

    visit: Visit
    is_new: bool


@dataclass
class _Table:
    """Who sits at the table: members with what was reported of them, and their branches on that day."""

    report: Report
    day: date
    members: dict[UUID, Member]
    branches: dict[int, list[Organisation]]

    def branch_of(self, member: Member) -> Organisation:
        """Their home on that day, or where they are guests when the rule says that the host leads."""
        places = self.branches[member.pk]
        if len(places) > 1 and Rule.objects.at(Rule.Name.HOST_LEADS, self.day).value:
            return places[1]
        return places[0]

    def __iter__(self) -> Iterator[tuple[Visited, Member]]:
        for said in self.report.members:
            yield said, self.members[said.member]


@transaction.atomic
def record_visit(report: Report, *, by: Member, at: datetime) -> Recorded:
    """
    Keep a report, write what was studied into the ledger, and note the questions as tasks.

    The same key again returns the visit that was made. Without both consents a visit that happened is
    recorded all the same.

    :raises NotRecorded: one of its kinds, when it cannot be taken; nothing is written.
    :raises NotYourBranch: when `by` neither came nor leads.
    :raises NotOnThePaper, TooLong: when an answer given aloud does not fit the paper that was drawn.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 5))", [str(report.key)])
    found = Visit.objects.filter(key=report.key).first()
    if found is not None:
        if found.recorded_by_id != by.pk:
            raise NotTheirReport
        return Recorded(found, is_new=False)
    report.check_time(at=at)
    table = _gathered(report)
    visitors = _visitors(report, table, by)
    editions = _editions(report, table)
    _check_who_may(table, by, at=at)
    visit = _keep(report, table, visitors, by=by, at=at)
    records = _counted(visit, table, editions, by=by, at=at)
    _keep_members(visit, table, records)
    VisitLesson.objects.bulk_create(
        VisitLesson(visit=visit, edition=edition, lesson=edition.translation_key) for edition in editions
    )
    planning.settle(visit, visitors=visitors, members=table.members.values())
    for said, member in table:
        questions.take_down(member, said.questions, visit=visit, taken_by=by, on=table.day, at=at)
    if report.spoken is not None and report.earns_time:
        spoken = report.spoken
        record_on_paper(
            table.members[spoken.member], spoken.drawn, spoken.chosen, key=spoken.key, at=at, by=by
        )
    return Recorded(visit, is_new=True)


def _gathered(report: Report) -> _Table:
    keys = {said.member for said in report.members}
    if not keys:
        raise NobodyVisited
    if len(keys) > MOST_MEMBERS:
        raise TooMany
    day = localdate(report.started_at)
    members = {member.key: member for member in Member.objects.filter(key__in=keys).order_by("key")}
    if len(members) < len(keys) or any(not m.is_active or m.erased_at for m in members.values()):
        raise NoLongerAMember
    branches: dict[int, list[Organisation]] = {}
    affiliations = Affiliation.objects.on(day).filter(member__in=members.values())
    for affiliation in affiliations.select_related("branch").order_by("-kind", "pk"):  # home before host
        branches.setdefault(affiliation.member_id, []).append(affiliation.branch)
    if any(member.pk not in branches for member in members.values()):
        raise NoLongerAMember
    return _Table(report, day, members, branches)


def _visitors(report: Report, table: _Table, by: Member) -> list[Member]:
    """Who came: offices say who can, and whoever records without leading was there."""
    keys = {*report.visitors} or {by.key}
    if keys & {*table.members}:
        raise VisitedThemself
    came = list(Member.objects.filter(key__in=keys, is_active=True).order_by("key"))
    possible: set[int] = set()
    for branch in {places[0].pk: places[0] for places in table.branches.values()}.values():
        possible |= set(visitors_of(branch, on=table.day).values_list("member_id", flat=True))
    if len(came) < len(keys) or any(
        member.pk not in possible and not _leads_one(member, table) for member in came if member.pk != by.pk
    ):
        raise NoVisitor
    return came


def _leads_one(member: Member, table: _Table) -> bool:
    return any(leads(member, places[0], on=table.day) for places in table.branches.values())


def _check_who_may(table: _Table, by: Member, *, at: datetime) -> None:
    """Return when `by` leads the branch of each member, or is their visitor and was there."""
    if by.key in table.members:
        raise VisitedThemself
    strangers = [
        member
        for member in table.members.values()
        if not any(leads(by, branch, on=localdate(at)) for branch in table.branches[member.pk])
    ]
    if not strangers:
        return
    holds = any(office.kind == Office.Kind.VISITOR for office in by.held_offices(table.day))
    if not holds or (table.report.visitors and by.key not in table.report.visitors):
        raise NotYourBranch
    pairings: dict[int, list[Pairing]] = {}
    for pairing in Pairing.objects.filter(visitor=by, member__in=strangers).order_by("since"):
        pairings.setdefault(pairing.member_id, []).append(pairing)
    for member in strangers:
        _check_paired(member, pairings.get(member.pk, []), table.day)


def _check_paired(member: Member, pairings: Sequence[Pairing], day: date) -> None:
    held = [pairing for pairing in pairings if pairing.since <= day]
    if any(pairing.until is None or pairing.until > day for pairing in held):
        return
    ended = {pairing.until for pairing in held if pairing.until and pairing.until > day - FOLLOWED}
    if ended and Affiliation.objects.home().filter(member=member, since__in=ended).exists():
        return  # the member has moved meanwhile, and the visitor had not heard of it
    if pairings and not held:
        raise BeforeThePairing(member.local_name)
    raise NotPaired(member.local_name)


def _editions(report: Report, table: _Table) -> list[LessonEdition]:
    """The live edition of each lesson, the Chinese one first. Calls and closed doors read none."""
    wanted = {*report.lessons} if report.earns_time else set()
    if not wanted:
        return []
    found: dict[UUID, LessonEdition] = {}
    live = LessonEdition.objects.live().filter(translation_key__in=wanted, page__live=True)
    for edition in live.select_related("page").order_by("-language", "pk"):
        found.setdefault(edition.translation_key, edition)
    together = readable(table.members.values(), found.values())
    if set(found) != wanted or len(together) < len(table.members) * len(found):
        raise NotReadTogether
    return sorted(found.values(), key=lambda edition: edition.page.path)


def _keep(report: Report, table: _Table, visitors: Sequence[Member], *, by: Member, at: datetime) -> Visit:
    first = table.members[report.members[0].member]
    visit = Visit.objects.create(
        key=report.key,
        way=report.way,
        outcome=report.outcome,
        started_at=report.started_at,
        minutes=report.minutes if report.was_held else 0,
        place=report.place.strip() or None if report.way == Visit.Way.VISIT else None,
        branch=table.branch_of(first),
        recorded_by=by,
        device_at=report.device_at,
        counter=report.counter,
        received_at=at,
    )
    VisitVisitor.objects.bulk_create(VisitVisitor(visit=visit, visitor=visitor) for visitor in visitors)
    details = {"visit": str(visit.key), "way": str(report.way), "outcome": str(report.outcome)}
    subjects = [(member, details) for member in table.members.values()]
    audit.note_each(RECORDED, at=at, by=by, subjects=subjects, organisation=visit.branch)
    return visit


def _counted(
    visit: Visit, table: _Table, editions: Sequence[LessonEdition], *, by: Member, at: datetime
) -> dict[UUID, StudyRecord]:
    """The rows of the ledger, by member; none for what earns no time."""
    if not visit.earns_time:
        return {}
    counts = bool(Rule.objects.at(Rule.Name.VISIT_COUNTS, table.day).value)
    lessons = [str(edition.translation_key) for edition in editions]
    events = [
        ledger.Event(
            member=member,
            bucket=Bucket.COLLECTIVE,
            source=Source.VISIT,
            key=f"visit:{visit.key}:{member.key}",
            started_at=visit.started_at,
            ended_at=visit.ended_at,
            pieces=[(visit.started_at, visit.ended_at)],
            subject=editions[0].translation_key if len(editions) == 1 else None,
            edition=editions[0].pk if len(editions) == 1 else None,
            standing=Standing.COUNTED if counts and _is_confirmed(said) else Standing.AWAITING,
            recorded_by=by,
            rule=Rule.Name.VISIT_COUNTS,
            evidence={"lessons": lessons, "visit": str(visit.key), "confirmed": str(said.confirmed)},
        )
        for said, member in table
    ]
    return {record.member_id: record for record in ledger.add_all(events, at=at)}


def _is_confirmed(said: Visited) -> bool:
    return said.confirmed != VisitMember.Confirmed.NONE


def _keep_members(visit: Visit, table: _Table, records: dict[UUID, StudyRecord]) -> None:
    companions = VisitMember.Confirmed.COMPANION
    VisitMember.objects.bulk_create(
        VisitMember(
            visit=visit,
            member=member,
            branch=table.branch_of(member),
            confirmed=said.confirmed,
            companion=said.companion.strip() or None if said.confirmed == companions else None,
            wishes=said.wishes.strip() or None,
            record=records.get(member.key),
        )
        for said, member in table
    )


def other_reports(visit: Visit) -> list[VisitMember]:
    """Other reports of the same members that touch the time of this visit, the earliest first. One query."""
    if not visit.earns_time:
        return []
    mine = visit.members.values("member")
    near = Q(
        visit__started_at__lt=visit.ended_at, visit__started_at__gt=visit.started_at - timedelta(hours=6)
    )
    others = (
        VisitMember.objects.filter(near, member__in=mine, visit__way="visit", visit__outcome="held")
        .exclude(visit=visit)
        .select_related("member", "visit__recorded_by")
        .order_by("visit__started_at", "pk")
    )
    return [other for other in others if other.visit.ended_at > visit.started_at]
