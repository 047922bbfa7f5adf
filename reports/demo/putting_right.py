"""What the branch of the account `secretary` confirmed, corrected and answered, and what waits there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hours.confirming import confirm, decline
from hours.correcting import Wanted, correct
from hours.ledger import award
from hours.models import Bucket, Rule, Source, StudyRecord, StudyRecordQuerySet
from hours.objections import answer, raise_objection
from people.models import Member, Office
from reports.demo.gatherings import Year

CONFIRMED = "与本人核实过，断网时确在学习。"
DECLINED = "与本人核实过，这段时间是家里人在用平板，不计入。"
LONGER = "活动延长了十分钟，按实际结束时间更正。"
SHORTER = "活动提前十五分钟结束，按实际结束时间更正。"

TEN_MINUTES_MORE = "那次活动延长了十分钟，记录里好像没有算上，请核对。"
CORRECTED = "已与支部的会议记录核对，活动确实延长了十分钟，已经更正。谢谢提醒。"
NOT_MOVED = "这一课我一直在读，只是没有翻动屏幕，有几分钟没有计入，请帮我核对。"
EXPLAINED = (
    "核对过了：那几分钟超过了这一屏的预计阅读时间，期间没有任何操作，所以没有计入。"
    "读得慢时，轻点一下屏幕就会接着计时。"
)
TWO_DEVICES = "那天我先在手机上读，后来换到电脑上接着读，觉得计入的时间少了，请核对。"


@dataclass(frozen=True)
class Desk:
    """Two who lead the branch, and the moment of the demonstration."""

    secretary: Member
    deputy: Member
    at: datetime

    def ago(self, days: int, hours: int = 0) -> datetime:
        return self.at - timedelta(days=days, hours=hours)


def put_right(year: Year) -> None:
    """Act by act, as people do it on the pages."""
    branch = year.places.branches["willow"]
    leaders = Office.objects.held_on(year.at.date()).filter(organisation=branch).select_related("member")
    desk = Desk(leaders.get(kind="secretary").member, leaders.get(kind="deputy").member, year.at)
    member = Member.objects.get(number="member")
    here = StudyRecord.objects.filter(recorded_in=branch).select_related("member", "recorded_in")
    _confirm(here, desk)
    _correct(here, desk)
    _object(here.filter(member=member), member, desk)
    award(
        member=desk.deputy,
        source=Source.MEETING,
        key=f"lecture:{desk.deputy.key}",
        rule=Rule.Name.LECTURE_AWARD_MINUTES,
        by=desk.secretary,
        at=desk.ago(20),
    )


def _confirm(here: StudyRecordQuerySet, desk: Desk) -> None:
    """Of what waited for the branch one record was confirmed and one was not; the others wait."""
    waiting = here.awaiting().exclude(member__in=[desk.secretary.key, desk.deputy.key])
    open_ones = list(waiting.filter(received_at__lt=desk.ago(7)).order_by("received_at", "pk"))
    if len(open_ones) > 3:
        confirm(open_ones[:1], by=desk.secretary, reason=CONFIRMED, at=desk.ago(6, 3))
        decline(open_ones[1:2], by=desk.secretary, reason=DECLINED, at=desk.ago(6, 2))


def _correct(here: StudyRecordQuerySet, desk: Desk) -> None:
    """A meeting had lasted longer: corrected by two. Another correction waits for the second person."""
    plain = here.filter(source=Source.MEETING, bucket=Bucket.COLLECTIVE, member__number__startswith="lx")
    others = plain.exclude(member__in=[desk.secretary.key, desk.deputy.key]).order_by(
        "-started_at", "member_id"
    )
    rows = list(others.filter(started_at__lt=desk.ago(12))[:40])
    longer = rows[0]
    shorter = next(row for row in rows if row.member_id != longer.member_id)
    objection = raise_objection(longer, by=longer.member, text=TEN_MINUTES_MORE, at=desk.ago(10))
    key = "longer"
    wanted = Wanted([(longer.started_at, longer.ended_at + timedelta(minutes=10))])
    proposal = correct(longer, wanted, key=key, by=desk.secretary, reason=LONGER, at=desk.ago(9))
    (done,) = confirm([proposal], by=desk.deputy, at=desk.ago(8))
    answer(objection, CORRECTED, done, by=desk.secretary, at=desk.ago(8, -1))
    wanted = Wanted([(shorter.started_at, shorter.ended_at - timedelta(minutes=15))])
    correct(shorter, wanted, key="shorter", by=desk.deputy, reason=SHORTER, at=desk.ago(1))


def _object(records: StudyRecordQuerySet, member: Member, desk: Desk) -> None:
    """The account `member` asked twice: one answer is there, the other is still to come."""
    mine = records.filter(source=Source.ONLINE).order_by("-started_at")
    quiet = list(mine.filter(refused__has_key="quiet")[:1])
    for record in quiet:
        objection = raise_objection(record, by=member, text=NOT_MOVED, at=desk.ago(0, 60))
        answer(objection, EXPLAINED, by=desk.secretary, at=desk.ago(0, 50))
    for record in mine.exclude(pk__in=[record.pk for record in quiet])[:1]:
        raise_objection(record, by=member, text=TWO_DEVICES, at=desk.ago(0, 20))
