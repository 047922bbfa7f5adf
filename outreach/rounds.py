"""The visitor's page: whom I visit, what is planned, what to bring, what was said last, and my tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from courses.outline import Course, outline
from hours.models import Source, Standing, StudyRecord
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.assigned import Assigned, how_far, is_visitor, members_assigned, visits_of
from outreach.packet_records import Packet, PacketStep
from outreach.pairing import Paired, pairings_of
from outreach.planning import plans_of
from outreach.visiting import Visit, VisitMember
from outreach.visits import FOLLOWED
from people.leading import led_by
from people.models import Affiliation, Member, Pairing
from programmes.models import LessonReached

PLANS_AHEAD = timedelta(days=13)
TO_BRING = (PacketStep.State.MADE, PacketStep.State.PRINTED)
TO_FETCH = (PacketStep.State.DELIVERED,)


@dataclass(frozen=True)
class Studied:
    """What was studied last, and when."""

    title: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """What the last visits left behind: the last one, where it was, and the wishes said last."""

    visit: Visit | None = None
    place: str = ""
    wishes: str = ""


@dataclass(frozen=True)
class Round:
    """A member with everything a visitor wants to know before going."""

    assigned: Assigned
    paired: Paired | None
    said: Said
    studied: Studied | None
    questions: list[MemberQuestion]
    packets: list[Packet]

    @property
    def member(self) -> Member:
        return self.assigned.member

    @property
    def to_bring(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.state in TO_BRING]

    @property
    def to_fetch(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.state in TO_FETCH]


@dataclass(frozen=True)
class Rounds:
    """The whole page. `tasks`: questions I find out about, or whose answer I am to tell."""

    rounds: list[Round]
    plans: list[PlannedVisit] = field(default_factory=list)
    tasks: list[MemberQuestion] = field(default_factory=list)

    @property
    def to_bring(self) -> list[Packet]:
        return [packet for one in self.rounds for packet in one.to_bring]


def rounds_of(viewer: Member, *, on: date, language: str) -> Rounds:
    """Everything the page shows, in a fixed number of queries."""
    courses = outline(language, reader=viewer)
    assigned = visits_of(viewer, on=on, language=language, courses=courses)
    members = [one.member for one in assigned]
    said = said_last(members)
    studied = studied_last(members, courses)
    paired = {one.pairing.member_id: one for one in pairings_of(viewer, on=on)}
    packets: dict[int, list[Packet]] = {}
    known = Packet.objects.visible_to(viewer, on=on).filter(member__in=members).with_state()
    for packet in known.filter(state__in=[*TO_BRING, *TO_FETCH]).select_related("member").order_by("pk"):
        packets.setdefault(packet.member_id, []).append(packet)
    asked: dict[int, list[MemberQuestion]] = {}
    open_questions = MemberQuestion.objects.untold().filter(member__in=members)
    for question in open_questions.select_related("taken_by", "member").order_by("pk"):
        asked.setdefault(question.member_id, []).append(question)
    lines = [
        Round(
            one,
            paired.get(one.member.pk),
            said.get(one.member.pk, Said()),
            studied.get(one.member.pk),
            asked.get(one.member.pk, []),
            packets.get(one.member.pk, []),
        )
        for one in assigned
    ]
    seen = {member.pk for member in members}
    plans = [plan for plan in plans_of(viewer, to=on + PLANS_AHEAD) if plan.member_id in seen]
    tasks = [question for line in lines for question in line.questions if question.taken_by_id == viewer.pk]
    return Rounds(lines, plans, tasks)


def said_last(members: Iterable[Member]) -> dict[int, Said]:
    """By member, what the last visits left. Three queries, however many members."""
    rows = VisitMember.objects.filter(member__in=list(members)).select_related("visit")
    latest = rows.order_by("member", "-visit__started_at", "-pk").distinct("member")
    held = {row.member_id: row.visit for row in latest.filter(visit__outcome=Visit.Outcome.HELD)}
    places = {row.member_id: row.visit.place for row in latest.filter(visit__place__isnull=False)}
    wishes = {row.member_id: row.wishes for row in latest.filter(wishes__isnull=False)}
    return {
        pk: Said(held.get(pk), places.get(pk) or "", wishes.get(pk) or "") for pk in {*held, *places, *wishes}
    }


def studied_last(members: Sequence[Member], courses: Sequence[Course]) -> dict[int, Studied]:
    """By member, the lesson read last: on a screen, or named by a visit, slip or meeting. Two queries."""
    titles = {lesson.key: lesson.edition.title for course in courses for lesson in course.lessons}
    by_key = {member.key: member.pk for member in members}
    found: dict[int, Studied] = {}
    reached = LessonReached.objects.filter(member__in=[member.pk for member in members], lesson__in=titles)
    for row in reached.order_by("member", "-reached_at", "-pk").distinct("member"):
        found[row.member_id] = Studied(titles[row.lesson], row.reached_at)
    named = StudyRecord.objects.filter(
        member__in=by_key,
        standing=Standing.COUNTED,
        evidence__has_key="lessons",
        source__in=[Source.VISIT, Source.PAPER, Source.MEETING],
    ).exclude(evidence__lessons=[])
    for record in named.order_by("member", "-started_at", "-pk").distinct("member"):
        pk, key = by_key[record.member_id], UUID(record.evidence["lessons"][-1])
        if key in titles and (pk not in found or found[pk].at < record.started_at):
            found[pk] = Studied(titles[key], record.started_at)
    return found


def may_report(viewer: Member, *, on: date) -> bool:
    """True for visitors, leaders, and who was paired until lately: a form may have waited on a device."""
    if is_visitor(viewer, on=on) or led_by(viewer, on=on):
        return True
    lately = Q(until=None) | Q(until__gt=on - FOLLOWED)
    return bool(viewer.offices_of_record(on)) and Pairing.objects.filter(lately, visitor=viewer).exists()


def to_report_on(
    viewer: Member, keys: Collection[UUID], *, on: date, courses: Sequence[Course]
) -> list[Assigned]:
    """
    Whom a form of the viewer offers: the members assigned; of those with these keys also whom one leads, and
    whom one visited until lately. A few queries, however many.
    """
    assigned = members_assigned(viewer, on=on).values("pk")
    led = Affiliation.objects.of(OuterRef("pk"), on=on).within(*led_by(viewer, on=on))
    lately = Pairing.objects.filter(Q(until=None) | Q(until__gt=on - FOLLOWED), visitor=viewer)
    known = Q(Exists(led)) | Q(Exists(lately.filter(member=OuterRef("pk"))))
    people = Member.objects.filter(Q(pk__in=assigned) | (Q(key__in=list(keys)) & known), erased_at=None)
    return how_far(people.exclude(pk=viewer.pk), viewer, on=on, courses=courses)
