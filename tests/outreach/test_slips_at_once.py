"""Two telephones write the same slip down at the same moment, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import uuid4

import pytest

from hours.models import StudyRecord
from outreach.packet_records import Packet, PacketStep, PackRun, Slip
from outreach.packet_steps import take_step
from outreach.slips import Told, record_slip
from people.models import Affiliation, Member, Office, Organisation, OrganisationState
from quizzes.models import Answer, Attempt, ItemResult, Mark, Question, QuestionVersion, Quiz
from quizzes.on_paper import draw_on_paper
from tests.cast import give_office, make_member
from tests.committed import AUDIT, empty
from tests.hours.test_acts_at_once import LEDGER, at_once
from tests.outreach.packing import AT, MADE, right
from tests.quizzes.papers import add_question, add_quiz

HANDS = 5
PACKS = (
    "outreach_memberquestion",
    "outreach_slip",
    "outreach_packetstep",
    "outreach_packet",
    "outreach_packrun",
)


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def packet(db) -> Iterator[Packet]:
    """A member's pack with a quiz, as other connections see it; taken away afterwards."""
    branch = Organisation.objects.found(kind="branch", name="此支部")
    member, leader = (make_member(f"{name}{uuid4().hex[:8]}", branch) for name in ("reads", "leads"))
    give_office(leader, branch, Office.Kind.SECRETARY)
    drawn = draw_on_paper(add_quiz(add_question("A1"), add_question("A2")), uuid4())
    run = PackRun.objects.create(
        organisation=branch, asked_by=leader, asked_at=MADE, language="zh-hans", kind="files", look={},
        contents={},
    )  # fmt: skip
    packet = Packet.objects.create(
        number="2026-000001", run=run, member=member, branch=branch, made_at=MADE,
        contents={"lessons": [], "quizzes": [{"title": "测验", **drawn}]},
    )  # fmt: skip
    PacketStep.objects.create(packet=packet, state="made", on=MADE.date(), at=MADE)
    yield packet
    empty(*PACKS, *AUDIT, *LEDGER, "people_noticeread")
    Question.objects.update(state=Question.State.DRAFT, version=None)
    for model in (ItemResult, Mark, Answer, Attempt, Quiz, QuestionVersion, Question):
        model.objects.all().delete()
    Office.objects.filter(member=leader).delete()
    Affiliation.objects.filter(branch=branch).delete()
    Member.objects.filter(pk__in=[member.pk, leader.pk]).delete()
    OrganisationState.objects.filter(organisation=branch).delete()
    Organisation.objects.filter(pk=branch.pk).delete()


def recording(packet: Packet, minutes: int = 5, **fixed: object) -> Callable[[], object]:
    told = Told(
        read_on=date(2026, 3, 10),
        minutes=minutes,
        questions="下次几时来？",
        chosen=[right(packet.contents["quizzes"][0])],
    )
    leader = packet.run.asked_by
    return lambda: record_slip(packet, told, key=fixed.get("key") or uuid4(), by=leader, at=AT)


def assert_written_once(packet: Packet) -> None:
    assert Slip.objects.count() == 1
    assert (Attempt.objects.count(), Mark.objects.count(), Answer.objects.count()) == (1, 1, 2)
    assert StudyRecord.objects.filter(source="paper").count() == 1
    assert packet.member.questions_asked.count() == 1
    assert packet.steps.filter(state="recorded").count() == 1


def test_the_same_form_sent_by_many_hands_is_one_slip(packet) -> None:
    acts = [recording(packet, key=uuid4())] * HANDS

    assert at_once(*acts) == ["done"] * HANDS
    assert_written_once(packet)


def test_of_two_forms_the_first_holds_and_the_other_is_told_so(packet) -> None:
    got = at_once(*(recording(packet, minutes=minute) for minute in range(1, HANDS + 1)))

    assert got == ["AlreadyRecorded"] * (HANDS - 1) + ["done"]
    assert_written_once(packet)


def test_a_step_said_at_once_is_one_step(packet) -> None:
    leader = packet.run.asked_by
    got = at_once(*[lambda: take_step(packet, "delivered", on=date(2026, 3, 5), by=leader, at=AT)] * HANDS)

    assert got == ["done"] * HANDS
    assert list(packet.steps.order_by("pk").values_list("state", flat=True)) == ["made", "delivered"]
