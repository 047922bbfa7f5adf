"""A return slip written down by hand: marked, in the ledger by the dated rule, once, and refused in words."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from courses.outline import outline
from courses.slots import progress
from hours.confirming import confirm
from hours.families import family_of
from hours.models import Rule, StudyRecord
from hours.reasons import counted_because, not_counted
from hours.totals import seconds_by_subject, studied
from outreach.arranged import MemberQuestion
from outreach.packet_records import Packet, PacketStep, Slip
from outreach.packet_steps import take_step
from outreach.slips import (
    AlreadyRecorded,
    MemberErased,
    NoCompanion,
    NotMade,
    NotOnTheSheet,
    NotSoLong,
    NotWhenItWasRead,
    NotYourPack,
    Told,
    TooManyWords,
    attempts_of,
    record_slip,
)
from people.leading import NotForYourself
from people.models import Affiliation, AuditEntry, Member, Office, Pairing
from quizzes.attempts import begin
from quizzes.models import Attempt, Mark
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.outreach.packing import AT, MADE, ask, freeze, lesson_with_quiz, paper_rows, right, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("work_waits")]

KEY = UUID("00000000-0000-4000-8000-00000000000b")
READ_ON = date(2026, 3, 10)


@pytest.fixture
def part(db):
    return lesson_with_quiz()


@pytest.fixture
def packet(branch, member, secretary, part):
    (packet,) = freeze(ask(branch, wanted(part), by=secretary, members=[member.key]))
    return packet


def told(packet, **changes):
    """Everything read in two minutes, all answers right."""
    facts = {
        "read_on": READ_ON,
        "minutes": 2,
        "lessons": [UUID(lesson["lesson"]) for lesson in packet.contents["lessons"]],
        "chosen": [right(drawn) for drawn in packet.contents["quizzes"]],
    }
    return Told(**facts | changes)


def record(packet, by, *, key=KEY, at=AT, **changes):
    return record_slip(packet, told(packet, **changes), key=key, by=by, at=at)


def nothing_is_kept(packet):
    return (
        not Slip.objects.exists()
        and not Attempt.objects.exists()
        and not StudyRecord.objects.exists()
        and not MemberQuestion.objects.exists()
        and packet.steps.count() == 1
    )


def state_of(packet):
    return Packet.objects.with_state().get(pk=packet.pk).state


class TestWhatComesOfIt:
    def test_the_answers_are_marked_by_the_order_that_was_printed(self, packet, secretary, part):
        _edition, quiz = part
        record(packet, secretary)

        (attempt,) = attempts_of(packet)
        assert (attempt.quiz, attempt.percent, attempt.passed) == (quiz, 100, True)
        assert attempt.paper == packet.contents["quizzes"][0]["paper"]
        assert (attempt.member, attempt.handed_in_at) == (packet.member, AT)

    def test_the_time_awaits_the_branch_as_study_on_paper(self, packet, member, branch, secretary, part):
        edition, _quiz = part
        record(packet, secretary)

        (row,) = paper_rows(member)
        assert (row.source, row.bucket, row.standing, row.seconds) == ("paper", "individual", "awaiting", 0)
        assert row.evidence == {
            "packet": "2026-000001",
            "award": 120,
            "lessons": [str(edition.translation_key)],
            "shares": {str(edition.translation_key): 120},
        }
        assert (row.rule.name, row.recorded_in, row.recorded_by) == ("paper_counts", branch, secretary)
        assert row.started_at == row.ended_at == moment("2026-03-10 12:00")
        assert row.subject == packet.key

    def test_confirmed_it_counts_and_the_lesson_is_done(self, packet, member, secretary, part):
        edition, _quiz = part
        record(packet, secretary)
        (lesson,) = outline("zh-hans", reader=None)[0].lessons
        assert not progress(member, [lesson.wanted])[edition.translation_key].is_done

        confirm(paper_rows(member), by=secretary, at=moment("2026-03-21 09:00"))

        assert [row.seconds for row in paper_rows(member)] == [0, 120]
        assert progress(member, [lesson.wanted])[edition.translation_key].is_done
        assert seconds_by_subject(studied([member.key], 2026)) == {(member.key, packet.key): 120}

    def test_by_the_other_rule_it_counts_at_once(self, packet, member, secretary, part):
        edition, _quiz = part
        Rule.objects.create(
            name="paper_counts", value=Decimal(1), valid_from=date(2026, 1, 1), source="县委通知"
        )
        record(packet, secretary)

        (row,) = paper_rows(member)
        assert (row.standing, row.seconds, row.award) == ("counted", 120, 120)
        (lesson,) = outline("zh-hans", reader=None)[0].lessons
        assert progress(member, [lesson.wanted])[edition.translation_key].is_done

    def test_minutes_beyond_what_the_lesson_earns_are_kept_and_said(self, packet, member, secretary):
        record(packet, secretary, minutes=60)

        # The expected time of the lesson, longer in large print, times what a lesson counts at most.
        (row,) = paper_rows(member)
        assert (row.evidence["award"], row.evidence["beyond"]) == (269, 3331)
        family = family_of(row)
        with override("en"):
            assert not_counted(family) == [
                "55 minutes: beyond what these lessons can earn in a year. It is kept."
            ]
        assert "2026-000001" in counted_because(family, own=True)[0]

    def test_a_second_pack_of_the_same_lesson_earns_only_what_is_left(
        self, packet, branch, member, secretary, part
    ):
        record(packet, secretary, minutes=60)
        (again,) = freeze(ask(branch, wanted(part), by=secretary, members=[member.key]))
        record(again, secretary, key=uuid4(), minutes=5)

        rows = paper_rows(member)
        assert (rows[1].evidence["award"], rows[1].evidence["beyond"]) == (0, 300)

    def test_what_was_declined_leaves_its_room(self, packet, branch, member, secretary, part):
        from hours.confirming import decline

        record(packet, secretary, minutes=60)
        decline(paper_rows(member), by=secretary, reason="签名不符", at=AT)
        (again,) = freeze(ask(branch, wanted(part), by=secretary, members=[member.key]))
        record(again, secretary, key=uuid4(), minutes=2)

        assert paper_rows(member)[-1].evidence["award"] == 120

    def test_a_lesson_that_was_not_read_earns_nothing_and_is_not_named(self, packet, member, secretary):
        record(packet, secretary, lessons=[])

        (row,) = paper_rows(member)
        assert row.evidence == {"packet": "2026-000001", "award": 0, "beyond": 120, "shares": {}}

    def test_a_quiz_left_blank_is_no_attempt(self, packet, secretary):
        record(packet, secretary, chosen=[{0: [], 1: []}])

        assert not Attempt.objects.exists()
        assert Slip.objects.count() == 1

    def test_the_attempt_on_the_screen_stays_open(self, packet, member, secretary, part):
        _edition, quiz = part
        on_screen = begin(member=member, quiz=quiz, at=MADE)
        record(packet, secretary)

        on_screen.refresh_from_db()
        assert on_screen.handed_in_at is None
        assert Attempt.objects.count() == 2

    def test_each_line_of_the_questions_is_a_question_somebody_finds_out_about(
        self, packet, member, secretary
    ):
        slip = record(packet, secretary, questions="党费怎么交？\n\n下次几时来？", wishes="想听红军故事")

        asked = MemberQuestion.objects.order_by("pk")
        assert [question.text for question in asked] == ["党费怎么交？", "下次几时来？"]
        assert {(q.member, q.taken_by, q.slip, q.asked_on) for q in asked} == {
            (member, secretary, slip, READ_ON)
        }
        assert Slip.objects.get().wishes == "想听红军故事"

    def test_the_pack_is_recorded_and_the_audit_says_by_whom(self, packet, member, secretary):
        record(packet, secretary, companion="张大妈", signed_by="companion")

        assert state_of(packet) == "recorded"
        entry = AuditEntry.objects.get(action="packs.slip_recorded")
        assert (entry.actor, entry.subject) == (secretary.key, member.key)
        assert entry.details == {"pack": "2026-000001", "minutes": 2, "lessons": 1}
        with connection.cursor() as cursor:
            cursor.execute("select companion from outreach_slip")
            assert "张大妈" not in cursor.fetchone()[0]


class TestOnce:
    def test_the_same_form_twice_is_one_slip(self, packet, member, secretary):
        first = record(packet, secretary)
        again = record(packet, secretary, minutes=40, at=AT + timedelta(minutes=1))

        assert again == first
        assert (Slip.objects.get().minutes, Attempt.objects.count(), Mark.objects.count()) == (2, 1, 1)
        assert len(paper_rows(member)) == 1

    def test_another_form_for_the_same_pack_is_told_what_was_written(self, packet, member, secretary):
        first = record(packet, secretary)

        with pytest.raises(AlreadyRecorded) as refused:
            record(packet, secretary, key=uuid4(), minutes=40)
        assert (refused.value.slip, refused.value.slip.recorded_by) == (first, secretary)
        assert (Slip.objects.count(), Attempt.objects.count(), len(paper_rows(member))) == (1, 1, 1)

    def test_a_form_of_another_pack_does_not_fit(self, packet, branch, member, secretary, part):
        record(packet, secretary)
        (other,) = freeze(ask(branch, wanted(part), by=secretary, members=[member.key]))

        with pytest.raises(NotOnTheSheet):
            record(other, secretary)
        assert Slip.objects.count() == 1

    def test_the_database_keeps_a_slip_as_it_was_written(self, packet, secretary):
        record(packet, secretary, wishes="想听红军故事")

        for change in ({"minutes": 3}, {"read_on": date(2026, 3, 11)}, {"signed_by": "companion"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Slip.objects.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Slip.objects.all().delete()
        Slip.objects.update(wishes=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Slip.objects.update(wishes="又来了")
        assert (Slip.objects.get().minutes, Slip.objects.get().wishes) == (2, None)


class TestWho:
    def test_the_visitor_of_the_member_writes_it_down(self, packet, branch, member):
        visitor = make_member("songxue", branch)
        give_office(visitor, branch, Office.Kind.VISITOR)
        Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)

        assert record(packet, visitor).recorded_by == visitor

    def test_a_visitor_of_others_does_not(self, packet, branch):
        visitor = make_member("songxue", branch)
        give_office(visitor, branch, Office.Kind.VISITOR)

        with pytest.raises(NotYourPack):
            record(packet, visitor)
        assert nothing_is_kept(packet)

    def test_the_secretary_of_another_branch_does_not(self, packet, stranger):
        with pytest.raises(NotYourPack):
            record(packet, stranger)
        assert nothing_is_kept(packet)

    def test_nobody_writes_down_their_own(self, branch, secretary, part):
        (own,) = freeze(ask(branch, wanted(part), by=secretary, members=[secretary.key]))

        with pytest.raises(NotForYourself):
            record(own, secretary)
        assert nothing_is_kept(own)

    def test_of_a_member_who_moved_the_new_branch_may_write_it_down(
        self, packet, member, other_branch, stranger
    ):
        Affiliation.objects.filter(member=member).update(until=date(2026, 3, 15))
        Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=date(2026, 3, 15))
        record(packet, stranger)

        assert paper_rows(member)[0].recorded_in == other_branch


class TestBadInput:
    @pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 21)])
    def test_a_day_before_the_pack_or_in_the_future_is_refused(self, packet, secretary, day):
        with pytest.raises(NotWhenItWasRead):
            record(packet, secretary, read_on=day)
        assert nothing_is_kept(packet)

    @pytest.mark.parametrize("minutes", [0, -3, 1441])
    def test_no_minutes_and_more_than_a_day_are_refused(self, packet, secretary, minutes):
        with pytest.raises(NotSoLong):
            record(packet, secretary, minutes=minutes)
        assert nothing_is_kept(packet)

    @pytest.mark.parametrize(
        "signed", [{"signed_by": "companion"}, {"companion": "张"}, {"signed_by": "nobody"}]
    )
    def test_a_companion_has_a_name_and_a_reader_none(self, packet, secretary, signed):
        with pytest.raises(NoCompanion):
            record(packet, secretary, **signed)
        assert nothing_is_kept(packet)

    def test_a_name_of_forty_rare_characters_is_kept(self, packet, secretary):
        record(packet, secretary, signed_by="companion", companion="䶮𠮷" * 20)

        assert Slip.objects.get().companion == "䶮𠮷" * 20

    def test_too_many_words_are_refused(self, packet, secretary):
        with pytest.raises(TooManyWords):
            record(packet, secretary, questions="问" * 501)
        assert nothing_is_kept(packet)

    def test_what_is_not_on_the_sheet_is_refused(self, packet, secretary):
        for change in ({"lessons": [uuid4()]}, {"chosen": [{0: [uuid4()]}]}, {"chosen": [{}, {}]}):
            with pytest.raises(NotOnTheSheet):
                record(packet, secretary, **change)
        assert nothing_is_kept(packet)

    def test_a_cancelled_pack_is_refused(self, packet, secretary):
        take_step(packet, "cancelled", on=date(2026, 3, 2), by=secretary, at=AT)

        with pytest.raises(NotMade):
            record(packet, secretary)
        assert not Slip.objects.exists()

    def test_a_pack_that_is_not_made_yet_is_refused(self, branch, member, secretary, part):
        run = ask(branch, wanted(part), by=secretary, members=[member.key])

        with pytest.raises(NotMade):
            record_slip(run.packets.get(), Told(read_on=READ_ON, minutes=2), key=KEY, by=secretary, at=AT)
        assert not Slip.objects.exists()

    def test_an_erased_member_keeps_nothing_new(self, packet, member, secretary):
        Member.objects.filter(pk=member.pk).update(erased_at=AT, is_active=False)

        with pytest.raises(MemberErased):
            record(packet, secretary)
        assert nothing_is_kept(packet)

    def test_a_closed_account_loses_nothing(self, packet, member, secretary):
        Member.objects.filter(pk=member.pk).update(is_active=False)
        record(packet, secretary)

        assert paper_rows(member)[0].evidence["award"] == 120


def test_steps_that_were_written_stay(packet, secretary):
    record(packet, secretary)

    with pytest.raises(IntegrityError), transaction.atomic():
        PacketStep.objects.update(state="made")
    assert state_of(packet) == "recorded"
