"""Study brought to members: consents, visits and calls, what was asked, the week, packs, activity records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate
from django.utils.translation import override

from hours.models import Source, StudyRecord
from outreach.arranged import MemberQuestion, PairingConsent, PlannedVisit
from outreach.pack_freezing import freezer
from outreach.packet_records import Packet, PacketStep, PackRun, Slip
from outreach.packet_steps import take_step, take_steps
from outreach.packs import Wanted, checked_look, contents_of, found_for, keep_packets
from outreach.pairing import note_consent
from outreach.planning import plan_visit
from outreach.questions import answer, tell
from outreach.reports import Report, Visited
from outreach.sheet_acts import Line, issue, record_return
from outreach.sheets import SheetLine
from outreach.slips import Told, record_slip
from outreach.visiting import Visit, VisitLesson, VisitMember, VisitVisitor
from outreach.visits import FOLLOWED, record_visit
from people.models import Member, MobileRegistration, Pairing
from quizzes.on_paper import contents_drawn
from reports.demo.chance import dice, draw_key
from reports.demo.diary import moment
from reports.demo.gatherings import Year
from reports.demo.lessons import LessonFacts
from reports.demo.roster import Person

HERE = "willow"
"""The branch of the accounts `secretary`, `visitor` and `elder`."""

Courses = list[list[LessonFacts]]
Confirmed = VisitMember.Confirmed

WISH = "希望下次带一本大字的读本来，也想听听社区里今年办成的几件实事。"
FOLLOW_UP = "想请年轻党员周末来坐坐，一起把这一课读完。"
HOW_OFTEN = "支部的党员大会，一般多久开一次？"
ANSWER = "一般每季度开一次，由支部书记召集并主持。今年最后一次的时间定下来后，我提前告诉您。"
NEAR_HERE = "上次讲到的群众路线，我们柳溪当年有没有可以讲给孩子们听的例子？"
LIBRARY = "社区图书室周末开门吗？想去借两本党史方面的书。"
AT_HOME, AT_TABLE = "家中客厅", "院子里的小桌旁"
DAUGHTER = "女儿林晓"
NOTE, SECOND_NOTE = "带上送学包，收回上次的回执。", "一起读下一课，讲讲社区里的新变化。"

TALK = "您身边有没有这样的好做法？想给支部提什么建议？"
PACK_TITLE = "本季度送学包"
LOOK = {"size": "a4", "points": 20, "pinyin": False}
SLIP_WISH = "字号正合适，下一包也照这样印。"
SLIP_ANSWER = "我们组每月到几户老党员家里坐坐，听到的事记下来带回支部，能办的当月就办。"

HOST_MEETING = "学习身边党员的故事，交流一个月的工作"
HOST_LECTURE = "支部书记讲党课"


@dataclass(frozen=True)
class Round:
    """Who goes to whom in the branch, and the moment of the demonstration."""

    year: Year
    courses: Courses
    secretary: Member
    visitor: Member
    at_home: list[Person]

    @property
    def elder(self) -> Person:
        return next(person for person in self.at_home if person.number == "elder")

    @property
    def with_visitor(self) -> list[Person]:
        """Those to whom the account `visitor` comes, the account `elder` first."""
        on = self.year.at.date()
        mine = set(Pairing.objects.on(on).filter(visitor=self.visitor).values_list("member", flat=True))
        found = [person for person in self.at_home if person.member.pk in mine]
        return sorted(found, key=lambda person: person.number != "elder")

    def ago(self, days: int, hour: int = 18) -> datetime:
        """An hour of that day so long ago."""
        return moment(self.year.at.date() - timedelta(days=days), hour * 60)

    def unread(self, person: Person, count: int) -> list[LessonFacts]:
        """The next lessons whose end the member has not reached, or the last ones there are."""
        lessons = [lesson for course in self.courses for lesson in course]
        fresh = [lesson for lesson in lessons if (person.number, lesson.key) not in self.year.reached]
        return (fresh or lessons)[:count]


def bring_study(year: Year, courses: Courses) -> None:
    """Act by act, as people do it on the pages; the visits of two months get their reports."""
    _report_visits(year)
    _agree(year)
    at_home = [person for person in year.people if person.code == HERE and person.home_study]
    secretary, visitor = (year.numbered(number).member for number in ("secretary", "visitor"))
    around = Round(year, courses, secretary, visitor, at_home)
    _visit(around)
    _find_out(around)
    _plan(around)
    _hand_out_sheets(around)
    if courses:
        _send_packs(around)


def _report_visits(year: Year) -> None:
    """What the ledger holds of visits of the last two months was reported: the rows that say so."""
    rows = StudyRecord.objects.filter(source=Source.VISIT, started_at__gte=year.at - FOLLOWED)
    records = list(rows.select_related("member").order_by("started_at", "key"))
    visits = Visit.objects.bulk_create(_visit_of(record) for record in records)
    pairs = list(zip(visits, records, strict=True))
    VisitVisitor.objects.bulk_create(
        VisitVisitor(visit=visit, visitor_id=record.recorded_by_id) for visit, record in pairs
    )
    VisitMember.objects.bulk_create(
        VisitMember(
            visit=visit,
            member=record.member,
            branch_id=record.recorded_in_id,
            confirmed=Confirmed.TAP,
            record=record,
        )
        for visit, record in pairs
    )
    VisitLesson.objects.bulk_create(
        VisitLesson(visit=visit, edition_id=record.edition, lesson=record.subject)
        for visit, record in pairs
        if record.edition
    )


def _visit_of(record: StudyRecord) -> Visit:
    return Visit(
        key=UUID(record.key.split(":")[0]),
        way=Visit.Way.VISIT,
        outcome=Visit.Outcome.HELD,
        started_at=record.started_at,
        minutes=(record.ended_at - record.started_at) // timedelta(minutes=1),
        branch_id=record.recorded_in_id,
        recorded_by_id=record.recorded_by_id,
        received_at=record.received_at,
    )


def _agree(year: Year) -> None:
    """Visitors and members agreed to be paired; of one pairing here the member has still to be asked."""
    noted = moment(year.at.date() - timedelta(days=61), 17 * 60)
    on = localdate(noted)
    pairings = list(Pairing.objects.on(on).select_related("visitor", "member").order_by("pk"))
    code = {person.member.pk: person.code for person in year.people}
    here = [pairing for pairing in pairings if code[pairing.member_id] == HERE]
    not_elder = [pairing for pairing in here if pairing.member.number != "elder"]
    still_open = min(not_elder, key=lambda pairing: (pairing.visitor.number == "visitor", pairing.pk))
    for pairing in pairings:
        secretary = year.posts.secretary_of(code[pairing.member_id], on).member
        for side, way in (("helper", "in_person"), ("member", "telephone")):
            if pairing == still_open and side == PairingConsent.Side.MEMBER:
                continue
            given_on = max(pairing.since, on - timedelta(days=2))
            note_consent(pairing, side=side, way=way, given_on=given_on, by=secretary, at=noted)


# Visits and calls


def _visit(around: Round) -> None:
    """Visits and calls of seven weeks, the earliest first."""
    elder, others = around.elder, around.with_visitor[1:]
    other = others[0] if others else elder
    by = around.visitor
    _report(around, 47, [elder], by, lessons=1, said={"questions": [HOW_OFTEN], "wishes": WISH})
    _report(around, 34, around.at_home, around.secretary, lessons=1, place=AT_TABLE)
    _report(around, 27, [other], by, way=Visit.Way.TELEPHONE, minutes=12)
    _report(around, 20, [other], by, outcome=Visit.Outcome.NOBODY_HOME)
    _report(around, 17, [other], by, lessons=1, said={"questions": [LIBRARY], "wishes": FOLLOW_UP})
    _report(around, 11, [elder], by, way=Visit.Way.TELEPHONE, minutes=15)
    said = {"questions": [NEAR_HERE], "confirmed": Confirmed.COMPANION, "companion": DAUGHTER}
    _report(around, 5, [elder], by, said=said)


def _report(
    around: Round,
    days: int,
    people: Sequence[Person],
    by: Member,
    *,
    lessons: int = 0,
    minutes: int = 0,
    place: str = AT_HOME,
    said: Mapping[str, Any] | None = None,
    **facts: Any,
) -> None:
    rng = dice("report", days)
    lasts = minutes or rng.randint(35, 48)
    begin = _free_moment(around, people, days, lasts)
    read = around.unread(people[0], lessons)
    confirmed = Confirmed.NONE if facts else Confirmed.TAP  # calls and closed doors need no tap
    report = Report(
        key=draw_key(rng),
        started_at=begin,
        minutes=lasts,
        members=[Visited(**{"member": p.member.key, "confirmed": confirmed, **(said or {})}) for p in people],
        visitors=[around.visitor.key],
        lessons=[lesson.key for lesson in read],
        place=place,
        **facts,
    )
    record_visit(report, by=by, at=begin + timedelta(minutes=lasts + rng.randint(5, 90)))
    for person in people:
        around.year.reached.update({(person.number, lesson.key): (lesson, begin) for lesson in read})


def _free_moment(around: Round, people: Sequence[Person], days: int, minutes: int) -> datetime:
    """A time by daylight at which none of them has anything else; a day earlier when there is none."""
    while True:
        for quarter in dice("free", days).sample(range(36, 64), 28):
            begin = moment(around.year.at.date() - timedelta(days=days), quarter * 15)
            end = begin + timedelta(minutes=minutes)
            diaries = [around.year.diaries[person.number] for person in people]
            if all(diary.is_free(begin, end) for diary in diaries):
                for diary in diaries:
                    diary.take(begin, end)
                return begin
        days += 1


def _find_out(around: Round) -> None:
    """The first question was answered at the next visit; two are still to find out."""
    asked = MemberQuestion.objects.order_by("pk")
    for number, question in enumerate(asked):
        asked.filter(pk=question.pk).update(key=draw_key(dice("question", number)))
    first = asked[0]
    answer(first, ANSWER, by=around.visitor, at=around.ago(40))
    tell(first, on=around.ago(34).date(), by=around.visitor, at=around.ago(33))


def _plan(around: Round) -> None:
    """The account `visitor` goes to two members in the coming days, once planned by the secretary."""
    today, people = around.year.at.date(), around.with_visitor
    plans = [(people[0], 1, NOTE, around.visitor), (people[-1], 3, SECOND_NOTE, around.visitor)]
    for number, (person, days, note, by) in enumerate(plans):
        day = today + timedelta(days=days)
        plan = plan_visit(
            person.member, visitor=around.visitor, day=day, note=note, by=by, at=around.ago(1, 20)
        )
        key = draw_key(dice("plan", number))
        PlannedVisit.objects.filter(pk=plan.pk).update(key=key)


# Activity records


def _hand_out_sheets(around: Round) -> None:
    """Who is away from the branch has a sheet, and two lines came back; the account `mobile` has one."""
    on = around.year.at.date()
    branches = around.year.places.branches
    for row in MobileRegistration.objects.on(on).select_related("member", "branch").order_by("pk"):
        if row.branch_id != branches[HERE].pk and row.member.number != "mobile":
            continue
        code = next(code for code, branch in branches.items() if branch.pk == row.branch_id)
        by = around.year.posts.secretary_of(code, on).member
        key = draw_key(dice("sheet", row.member.number))
        sheet = issue(row, key=key, by=by, at=around.ago(50))
        if code == HERE:
            lines = _lines(around, around.year.numbered(row.member.number), row.since)
            record_return(sheet, lines, key=draw_key(dice("return", sheet.key)), by=by, at=around.ago(2))


def _lines(around: Round, person: Person, since: date) -> list[Line]:
    kinds = (
        (40, SheetLine.Kind.BRANCH_MEETING, HOST_MEETING, 75),
        (12, SheetLine.Kind.LECTURE, HOST_LECTURE, 60),
    )
    return [
        Line(row, _free_moment(around, [person], days, minutes), minutes, kind, about)
        for row, (days, kind, about, minutes) in enumerate(kinds, 1)
        if around.ago(days).date() - timedelta(days=7) >= since
    ]


# Packs


def _send_packs(around: Round) -> None:
    """Packs for those at home: made, printed, two brought, and the slip of the account `elder` came back."""
    run = _make_packs(around)
    packets = list(run.packets.select_related("member").order_by("number"))
    printed, brought, back = around.ago(24), around.ago(21), around.ago(2, 16)
    take_steps(packets, PacketStep.State.PRINTED, on=printed.date(), by=around.secretary, at=printed)
    mine = next(packet for packet in packets if packet.member.number == "elder")
    theirs = [packet for packet in packets if packet != mine]
    delivered = PacketStep.State.DELIVERED
    take_steps([mine, *theirs[:1]], delivered, on=brought.date(), by=around.secretary, at=brought)
    take_step(mine, PacketStep.State.RETURNED, on=back.date(), by=around.visitor, at=back)
    told = Told(
        read_on=around.ago(4).date(),
        minutes=15,
        lessons=[UUID(lesson["lesson"]) for lesson in mine.contents["lessons"]],
        signed_by=Slip.SignedBy.READER,
        wishes=SLIP_WISH,
        chosen=[_mostly_right(drawn) for drawn in mine.contents["quizzes"]],
    )
    key = draw_key(dice("slip", mine.number))
    record_slip(mine, told, key=key, by=around.visitor, at=back + timedelta(minutes=20))


def _make_packs(around: Round) -> PackRun:
    """The rows as the work leaves them once the files have gone: what is frozen can be printed again."""
    lessons, language, at = around.unread(around.elder, 2), "zh-hans", around.ago(25)
    quizzes = list(dict.fromkeys(key for lesson in lessons for key in lesson.quizzes))
    editions = [lesson.edition.key for lesson in lessons]
    wanted = Wanted(editions, quizzes, {editions[0]: [TALK]}, PACK_TITLE)
    run = PackRun.objects.create(
        key=draw_key(dice("packs", at)),
        organisation=around.year.places.branches[HERE],
        asked_by=around.secretary,
        asked_at=at,
        title=wanted.title,
        language=language,
        kind=PackRun.Kind.FILES,
        look=checked_look(LOOK),
        contents=contents_of(wanted, found_for(around.secretary, wanted, language=language, at=at)),
    )
    keep_packets(run, [person.member.pk for person in around.at_home], on=at.date())
    _freeze(run, at=at)
    return run


def _freeze(run: PackRun, *, at: datetime) -> None:
    packets = list(run.packets.select_related("member", "branch").order_by("number"))
    with override(run.language):
        shared = freezer(run, {packet.branch_id for packet in packets}, on=at.date(), at=at)
        for packet in packets:
            packet.key = draw_key(dice("pack", packet.number))
            shared.freeze(packet)
    Packet.objects.bulk_update(packets, ["key", "contents", "cover", "made_at"])
    PacketStep.objects.bulk_create(
        PacketStep(packet=packet, state=PacketStep.State.MADE, on=at.date(), by=run.asked_by, at=at)
        for packet in packets
    )


def _mostly_right(drawn: Mapping[str, Any]) -> dict[int, list[str]]:
    """What is right at each place of a drawn paper; where the last one is a choice, another box is marked."""
    chosen = {}
    for position, (place, content) in enumerate(zip(drawn["paper"], contents_drawn(drawn), strict=True)):
        written = [blank["accepted"][0] for blank in content.get("blanks", ())]
        marked = content["correct"] or written or [SLIP_ANSWER]
        if 0 < position == len(drawn["paper"]) - 1:
            marked = [key for key in place["options"] if key not in marked][:1] or marked
        chosen[position] = marked
    return chosen
