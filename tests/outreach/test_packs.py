"""Asking for packs: who may, for whom, of what; refused in words, and then nothing is kept."""

from uuid import uuid4

import pytest

from jobs.models import Job
from outreach.packet_records import Packet, PackRun
from outreach.packs import (
    NobodyChosen,
    NotAPrintedSize,
    NothingChosen,
    NotOfTheBranch,
    NotPublished,
    NotTheirs,
    StillBeingMade,
    TooManyQuestions,
    Wanted,
    go_on,
    stop,
)
from people.models import Affiliation, AuditEntry, Member, Office, Pairing
from quizzes.models import Question
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.outreach.packing import AT, LOOK, MADE, ask, lesson_with_quiz, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("work_waits")]


@pytest.fixture
def part(db):
    return lesson_with_quiz()


@pytest.fixture
def visitor(branch, member):
    visitor = make_member("songxue", branch, name="王芳")
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    return visitor


def nothing_is_kept():
    return not PackRun.objects.exists() and not Packet.objects.exists() and not Job.objects.exists()


class TestAsking:
    def test_a_secretary_asks_for_the_whole_branch(self, branch, member, secretary, part):
        edition, quiz = part
        run = ask(branch, wanted(part), by=secretary, members=None)

        packets = Packet.objects.order_by("number")
        assert [(p.number, p.member, p.branch, p.made_at) for p in packets] == [
            ("2026-000001", member, branch, None),
            ("2026-000002", secretary, branch, None),
        ]
        assert run.contents == {
            "lessons": [{"edition": edition.pk, "discussion": []}],
            "quizzes": [{"key": str(quiz.key), "edition": str(edition.key)}],
        }
        assert (run.look, run.language, run.kind) == (LOOK, "zh-hans", "files")
        job = Job.objects.get()
        assert (run.job, job.kind, job.asked_by) == (job.key, "packets", secretary)

    def test_the_audit_keeps_who_asked_for_how_many(self, branch, member, secretary, part):
        ask(branch, wanted(part), by=secretary, members=[member.key])

        entry = AuditEntry.objects.get(action="packs.asked")
        assert (entry.actor, entry.organisation) == (secretary.key, branch.key)
        assert entry.details == {"packs": 1, "lessons": 1, "quizzes": 1}

    def test_numbers_go_on_from_run_to_run_and_begin_anew_with_the_year(
        self, branch, member, secretary, part
    ):
        for at in (MADE, AT, moment("2027-01-01 00:10")):
            ask(branch, wanted(part), by=secretary, members=[member.key], at=at)

        numbers = Packet.objects.order_by("pk").values_list("number", flat=True)
        assert list(numbers) == ["2026-000001", "2026-000002", "2027-000001"]

    def test_a_leader_above_asks_for_members_of_two_branches_one_after_the_other(
        self, county, branch, other_branch, member, secretary, part
    ):
        leader = make_member("xianwei", branch)
        give_office(leader, county, Office.Kind.SECRETARY)
        far = make_member("aaa", other_branch)
        ask(county, wanted(part), by=leader, members=[far.key, member.key])

        assert [p.member for p in Packet.objects.order_by("number")] == [member, far]
        assert [p.branch for p in Packet.objects.order_by("number")] == [branch, other_branch]

    def test_a_visitor_asks_for_the_members_assigned(self, branch, member, visitor, part):
        ask(branch, wanted(part), by=visitor, members=None)

        assert Packet.objects.get().member == member

    def test_a_visitor_does_not_ask_for_others(self, branch, secretary, visitor, part):
        with pytest.raises(NotOfTheBranch):
            ask(branch, wanted(part), by=visitor, members=[secretary.key])
        assert nothing_is_kept()

    @pytest.mark.parametrize("kind", ["committee_member", "group_leader", "observer"])
    def test_other_offices_ask_for_nothing(self, branch, member, part, kind):
        give_office(member, branch, kind)

        with pytest.raises(NotTheirs):
            ask(branch, wanted(part), by=member, members=None)
        assert nothing_is_kept()

    def test_the_secretary_of_another_branch_asks_for_nothing(self, branch, stranger, member, part):
        with pytest.raises(NotTheirs):
            ask(branch, wanted(part), by=stranger, members=[member.key])
        assert nothing_is_kept()

    def test_a_member_of_another_branch_is_not_among_those_chosen(
        self, branch, secretary, stranger, member, part
    ):
        with pytest.raises(NotOfTheBranch):
            ask(branch, wanted(part), by=secretary, members=[member.key, stranger.key])
        assert nothing_is_kept()

    def test_a_closed_account_is_left_out_of_the_whole_branch(self, branch, member, secretary, part):
        Member.objects.filter(pk=member.pk).update(is_active=False)
        ask(branch, wanted(part), by=secretary, members=None)

        assert Packet.objects.get().member == secretary

    def test_nobody_chosen_is_nothing(self, branch, secretary, part):
        with pytest.raises(NobodyChosen):
            ask(branch, wanted(part), by=secretary, members=[])
        assert nothing_is_kept()

    def test_three_thousand_are_as_many_statements_as_three(
        self, branch, secretary, part, django_assert_max_num_queries
    ):
        people = Member.objects.bulk_create(
            Member(number=f"m{n:05}", name="党员", password="!") for n in range(3000)
        )
        Affiliation.objects.bulk_create(
            Affiliation(member=one, branch=branch, kind="home", since=LONG_AGO) for one in people
        )
        with django_assert_max_num_queries(40) as few:
            ask(branch, wanted(part), by=secretary, members=[one.key for one in people[:3]])
        with django_assert_max_num_queries(len(few) + 2):  # three thousand rows go in three statements
            ask(branch, wanted(part), by=secretary, members=[one.key for one in people])
        assert Packet.objects.count() == 3003
        assert Packet.objects.order_by("-number").first().number == "2026-003003"


class TestContents:
    def test_a_lesson_that_was_withdrawn_is_refused_by_its_name(self, branch, secretary, part):
        edition, _quiz = part
        edition.page.unpublish()

        with pytest.raises(NotPublished) as refused:
            ask(branch, wanted(part), by=secretary, members=None)
        assert "群众路线是怎样形成的" in str(refused.value.words)
        assert nothing_is_kept()

    def test_a_key_that_nobody_knows_is_refused(self, branch, secretary, part):
        with pytest.raises(NotPublished):
            ask(branch, Wanted(lessons=[uuid4()]), by=secretary, members=None)
        assert nothing_is_kept()

    def test_a_quiz_without_questions_in_use_is_refused(self, branch, secretary, part):
        Question.objects.update(state=Question.State.RETIRED)

        with pytest.raises(NotPublished) as refused:
            ask(branch, wanted(part), by=secretary, members=None)
        assert "小测" in str(refused.value.words)
        assert nothing_is_kept()

    def test_an_empty_pack_is_refused(self, branch, secretary):
        with pytest.raises(NothingChosen):
            ask(branch, Wanted(), by=secretary, members=None)
        assert nothing_is_kept()

    @pytest.mark.parametrize("change", [{"size": "a5"}, {"points": 15}, {"points": 31}])
    def test_what_the_press_cannot_do_is_refused(self, branch, secretary, part, change):
        with pytest.raises(NotAPrintedSize):
            ask(branch, wanted(part), by=secretary, members=None, look=LOOK | change)
        assert nothing_is_kept()

    def test_questions_to_talk_about_are_kept_with_their_lesson(self, branch, secretary, part):
        edition, _quiz = part
        said = {edition.key: ["  身边有哪些例子？", ""]}
        run = ask(branch, wanted(part, discussion=said), by=secretary, members=None)

        assert run.contents["lessons"] == [{"edition": edition.pk, "discussion": ["身边有哪些例子？"]}]

    def test_seven_questions_to_talk_about_are_too_many(self, branch, secretary, part):
        edition, _quiz = part
        with pytest.raises(TooManyQuestions):
            ask(
                branch,
                wanted(part, discussion={edition.key: ["问"] * 7}),
                by=secretary,
                members=None,
            )
        assert nothing_is_kept()


class TestGoingOn:
    def test_asking_again_while_it_is_made_is_refused(self, branch, secretary, part):
        run = ask(branch, wanted(part), by=secretary, members=None)

        with pytest.raises(StillBeingMade):
            go_on(run, by=secretary, at=MADE)
        assert Job.objects.count() == 1

    def test_what_was_stopped_is_asked_for_again(self, branch, secretary, part):
        run = ask(branch, wanted(part), by=secretary, members=None)
        stop(run, by=secretary, at=MADE)
        assert Job.objects.get().state == "cancelled"

        again = go_on(run, by=secretary, at=AT)
        assert (Job.objects.count(), again.job != run.job) == (2, True)
        assert Packet.objects.count() == 1

    def test_a_worker_that_fell_silent_is_not_waited_for(self, branch, secretary, part):
        run = ask(branch, wanted(part), by=secretary, members=None)
        Job.objects.update(state="running", began_at=MADE, told_at=MADE)

        go_on(run, by=secretary, at=moment("2026-03-01 09:03"))
        assert Job.objects.count() == 2

    def test_it_is_not_for_others_to_stop_or_to_go_on(self, branch, secretary, stranger, part):
        run = ask(branch, wanted(part), by=secretary, members=None)

        for act in (stop, go_on):
            with pytest.raises(NotTheirs):
                act(run, by=stranger, at=AT)
        assert Job.objects.get().cancel_asked_at is None
