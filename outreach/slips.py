"""
What comes back of a pack: the return slip and the answers, written down by hand, once.

The answers are attempts that the server marks by the order that was printed. The time of the slip goes into
the ledger by the dated rule about paper, up to what its lessons can earn; what lies beyond is kept and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.models import LessonEdition
from hours.counting_rules import rules_of_day
from hours.ledger import Event, add, lock_clocks
from hours.models import Bucket, Rule, Source, Standing, StudyRecord
from hours.pace import pace_of
from hours.slots import reading_times
from hours.totals import SHANGHAI, bounds, seconds_by_subject, studied
from outreach.packet_records import Packet, PacketStep, Slip
from outreach.questions import take_down
from people import audit
from people.leading import NotForYourself, Refusal, leads
from people.models import Member, Organisation
from quizzes.answers import NotOnThePaper, TooLong
from quizzes.models import Attempt
from quizzes.on_paper import Noted, check_chosen, record_on_paper

RECORDED = audit.action("packs.slip_recorded", _("Wrote down the return slip of a study pack"))

LONGEST = 500
"""Characters of questions or wishes at most."""

LONGEST_NAME = 40
"""Characters of a companion's name at most."""

DAY_MINUTES = 24 * 60


class NotYourPack(Refusal):
    words = _("This is written down by the leaders of the branch or above, or by the visitor of the member.")


class NotMade(Refusal):
    words = _("This pack has not been made, or it was cancelled. Nothing can be written down for it.")


class MemberErased(Refusal):
    words = _("The member has been erased since. Nothing can be written down any more.")


class NotWhenItWasRead(Refusal):
    words = _("The day of reading lies before the pack was made, or in the future. Please look at the slip.")


class NotSoLong(Refusal):
    words = _("Please write the minutes that stand on the slip: from 1 up to a whole day, 1440.")


class NoCompanion(Refusal):
    words = _("Somebody else signed: please write the name, 40 characters at most.")


class TooManyWords(Refusal):
    words = _("Up to 500 characters each for questions and wishes. Nothing about health.")


class NotOnTheSheet(Refusal):
    words = _("What was sent does not fit this pack. Please open the page of the pack again.")


class AnswerTooLong(Refusal):
    """An answer on the sheet is longer than its question takes."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        words = _("One of the answers is too long: it takes %(longest)d characters at most.")
        self.words = words % {"longest": longest}


class AlreadyRecorded(Refusal):
    """Somebody has written this slip down before; what they wrote holds."""

    words = _("This slip has been written down already. What was written then holds; nothing was added.")

    def __init__(self, slip: Slip) -> None:
        super().__init__()
        self.slip = slip


@dataclass(frozen=True)
class Told:
    """
    What stands on a slip and its answer sheet.

    `lessons`: translation keys of what was read. `chosen`: for each quiz of the pack, what was marked or
    written, by position.
    """

    read_on: date
    minutes: int
    lessons: Sequence[UUID] = ()
    signed_by: str = Slip.SignedBy.READER
    companion: str = ""
    questions: str = ""
    wishes: str = ""
    chosen: Sequence[Noted] = field(default_factory=tuple)


@transaction.atomic
def record_slip(packet: Packet, told: Told, *, key: UUID, by: Member, at: datetime) -> Slip:
    """
    Write down a return slip with its answers. The same form sent again is the slip there is.

    :raises AlreadyRecorded: another form has told of this pack; nothing is added.
    :raises NotYourPack, NotForYourself, NotMade, MemberErased, NotWhenItWasRead, NotSoLong, NoCompanion,
        TooManyWords, AnswerTooLong, NotOnTheSheet: and nothing is kept.
    """
    held = _held(packet, by, at)
    before = Slip.objects.filter(packet=held).select_related("recorded_by").first()
    if before is not None and before.key == key:
        return before
    if before is not None:
        raise AlreadyRecorded(before)
    _check_packet(held, key)
    _check(told, held, on=localdate(at))
    lock_clocks([held.member.key])
    record = add(_event(held, told, by, at), at=at)
    slip = Slip.objects.create(
        key=key,
        packet=held,
        read_on=told.read_on,
        minutes=told.minutes,
        lessons=[str(lesson) for lesson in told.lessons],
        signed_by=told.signed_by,
        companion=told.companion.strip() or None,
        questions=told.questions.strip() or None,
        wishes=told.wishes.strip() or None,
        record=record,
        recorded_by=by,
        recorded_at=at,
    )
    _mark_answers(held, told, by=by, at=at)
    _take_down_questions(slip, told, by=by, at=at)
    PacketStep.objects.create(packet=held, state=PacketStep.State.RECORDED, on=localdate(at), by=by, at=at)
    details = {"pack": held.number, "minutes": told.minutes, "lessons": len(told.lessons)}
    audit.note(RECORDED, at=at, by=by, member=held.member, details=details)
    return slip


def _held(packet: Packet, by: Member, at: datetime) -> Packet:
    """The pack as it stands once nobody else holds it."""
    if packet.member_id == by.pk:
        raise NotForYourself
    rows = Packet.objects.filter(pk=packet.pk)
    if not rows.cared_for_by(by, on=localdate(at)).exists():
        raise NotYourPack
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return rows.with_state().select_related("member", "branch", "run").get()


def _check_packet(packet: Packet, key: UUID) -> None:
    if packet.made_at is None or packet.state == PacketStep.State.CANCELLED:
        raise NotMade
    if packet.member.erased_at is not None:
        raise MemberErased
    if Slip.objects.filter(key=key).exists():
        raise NotOnTheSheet  # the device's key belongs to the form of another pack


def _check(told: Told, packet: Packet, *, on: date) -> None:
    if not localdate(packet.made_at) <= told.read_on <= on:
        raise NotWhenItWasRead
    if not 1 <= told.minutes <= DAY_MINUTES:
        raise NotSoLong
    name = told.companion.strip()
    if told.signed_by not in Slip.SignedBy.values or len(name) > LONGEST_NAME:
        raise NoCompanion
    if (told.signed_by == Slip.SignedBy.COMPANION) != bool(name):
        raise NoCompanion
    if len(told.questions) > LONGEST or len(told.wishes) > LONGEST:
        raise TooManyWords
    known = {lesson["lesson"] for lesson in packet.contents["lessons"]}
    quizzes = packet.contents["quizzes"]
    if not {str(lesson) for lesson in told.lessons} <= known or len(told.chosen) > len(quizzes):
        raise NotOnTheSheet
    try:
        for drawn, chosen in zip(quizzes, told.chosen, strict=False):
            check_chosen(drawn, chosen)
    except NotOnThePaper as error:
        raise NotOnTheSheet from error
    except TooLong as error:
        raise AnswerTooLong(error.args[0]) from error


def _event(packet: Packet, told: Told, by: Member, at: datetime) -> Event:
    """What the slip is worth: by the dated rule counted at once, or when the branch has confirmed it."""
    claimed = told.minutes * 60
    shares = _shares(packet, told, claimed, at=at)
    award = sum(shares.values())
    awaits = not Rule.objects.at(Rule.Name.PAPER_COUNTS, told.read_on).value
    evidence: dict[str, Any] = {"packet": packet.number, "shares": shares}
    if told.lessons:
        evidence["lessons"] = [str(lesson) for lesson in told.lessons]
    if award < claimed:
        evidence["beyond"] = claimed - award
    if awaits:
        evidence["award"] = award
    noon = min(datetime.combine(told.read_on, time(12), SHANGHAI), at)
    return Event(
        member=packet.member,
        bucket=Bucket.INDIVIDUAL,
        source=Source.PAPER,
        key=f"pack:{packet.key.hex}",
        started_at=noon,
        ended_at=noon,
        award=0 if awaits else award,
        subject=packet.key,
        standing=Standing.AWAITING if awaits else Standing.COUNTED,
        recorded_in=_recording_branch(packet, by, on=localdate(at)),
        recorded_by=by,
        rule=Rule.Name.PAPER_COUNTS,
        evidence=evidence,
    )


def _recording_branch(packet: Packet, by: Member, *, on: date) -> Organisation:
    """The branch that made the pack; when the member has moved and another branch records, that one."""
    home = packet.member.home(on)
    if home is None or leads(by, packet.branch, on=on):
        return packet.branch
    return home.branch


def _shares(packet: Packet, told: Told, claimed: int, *, at: datetime) -> dict[str, int]:
    """
    The seconds that each lesson read can still earn this year, filled up in the order of the pack.

    A lesson earns its expected time times the rule's factor, longer in large print and by the reader's own
    pace; what the member earned with it on the screen, or by another slip, is taken off.
    """
    year, rules = told.read_on.year, rules_of_day(told.read_on, at=at)
    pace = pace_of(packet.member.key)
    rows = studied([packet.member.key], year)
    on_screen = seconds_by_subject(row for row in rows if row.bucket == Bucket.INDIVIDUAL)
    by_slips = _earned_by_slips(packet.member, year)
    read, left, shares = {str(lesson) for lesson in told.lessons}, claimed, {}
    for lesson in packet.contents["lessons"]:
        key = lesson["lesson"]
        if key not in read:
            continue
        most = rules.most(reading_times(lesson["edition"]), large_print=True, pace=pace)
        earned = on_screen.get((packet.member.key, UUID(key)), 0) + by_slips.get(key, 0)
        shares[key] = max(0, min(left, most - earned))
        left -= shares[key]
    return shares


def _earned_by_slips(member: Member, year: int) -> dict[str, int]:
    begin, end = bounds(year)
    rows = StudyRecord.objects.filter(
        member=member.key,
        source=Source.PAPER,
        settles=None,
        started_at__gte=begin,
        started_at__lt=end,
        evidence__has_key="shares",
    ).exclude(settled_by__standing=Standing.DECLINED)
    earned: dict[str, int] = {}
    for shares in rows.values_list("evidence__shares", flat=True):
        for lesson, seconds in shares.items():
            earned[lesson] = earned.get(lesson, 0) + seconds
    return earned


def _take_down_questions(slip: Slip, told: Told, *, by: Member, at: datetime) -> None:
    """Each line of the questions is a question that somebody finds out about: first whoever wrote it down."""
    lines = told.questions.splitlines()
    take_down(slip.packet.member, lines, taken_by=by, on=told.read_on, at=at, slip=slip)


def attempt_key(packet: Packet, quiz: str) -> UUID:
    """The key of the attempt that a pack's answers to a quiz become: one for each quiz of each pack."""
    return uuid5(packet.key, quiz)


def _mark_answers(packet: Packet, told: Told, *, by: Member, at: datetime) -> None:
    """A quiz of which nothing was marked or written was not taken: it becomes no attempt."""
    for drawn, chosen in zip(packet.contents["quizzes"], told.chosen, strict=False):
        if any(any(given) for given in chosen.values()):
            key = attempt_key(packet, drawn["quiz"])
            record_on_paper(packet.member, drawn, chosen, key=key, at=at, by=by)


def attempts_of(packet: Packet) -> list[Attempt]:
    """What the answers of a pack became, with marks, in the order of the pack. One query."""
    keys = [attempt_key(packet, drawn["quiz"]) for drawn in packet.contents["quizzes"]]
    found = {attempt.pk: attempt for attempt in Attempt.objects.filter(pk__in=keys).with_marks()}
    return [found[key] for key in keys if key in found]


def lessons_of(packet: Packet) -> list[LessonEdition]:
    """The editions of a pack, in order. One query."""
    wanted = [lesson["edition"] for lesson in packet.contents["lessons"]]
    rows = LessonEdition.objects.in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]
