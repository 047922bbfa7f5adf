"""Beginning, answering, handing in: each twice, out of order, and by the wrong hand."""

from collections import Counter
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from quizzes.answers import NotOnThePaper
from quizzes.attempts import NoPlace, NoQuestions, answers_that_hold, begin, hand_in, save_answer
from quizzes.drawing import draw_paper
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion
from tests.cast import moment
from tests.quizzes.conftest import EDITION
from tests.quizzes.papers import right_options, wrong_option

AT = moment("2026-03-10 10:05")
LATER = moment("2026-03-10 10:30")


def answer(attempt, position, given, **changes):
    facts = {"attempt_id": attempt.pk, "member_id": attempt.member_id, "at": AT, **changes}
    return save_answer(position=position, given=given, **facts)


def answer_rightly(attempt):
    for position in range(len(attempt.paper)):
        answer(attempt, position, right_options(attempt, position))


class TestBeginning:
    def test_the_paper_the_pass_mark_and_the_edition_are_kept(self, attempt, quiz):
        assert [place["kind"] for place in attempt.paper] == [
            "single_choice",
            "multiple_choice",
            "true_false",
        ]
        assert [len(place["options"]) for place in attempt.paper] == [4, 4, 2]
        assert (attempt.pass_mark, attempt.edition, attempt.quiz) == (80, EDITION, quiz)

    def test_who_has_an_open_attempt_continues_it(self, attempt, quiz, member):
        assert begin(member=member, quiz=quiz, at=LATER) == attempt
        assert Attempt.objects.count() == 1

    def test_after_handing_in_a_new_attempt_begins(self, attempt, quiz, member):
        hand_in(attempt_id=attempt.pk, member_id=member.pk, at=AT)

        assert begin(member=member, quiz=quiz, at=LATER) != attempt
        assert Attempt.objects.count() == 2

    def test_each_member_has_an_attempt_of_their_own(self, attempt, quiz, secretary):
        assert begin(member=secretary, quiz=quiz, at=AT).member == secretary
        assert Attempt.objects.count() == 2

    def test_a_quiz_that_stands_nowhere_is_not_begun(self, quiz, member, standing):
        standing.clear()

        with pytest.raises(NoPlace):
            begin(member=member, quiz=quiz, at=AT)
        assert not Attempt.objects.exists()

    def test_what_was_begun_is_continued_though_the_lesson_is_gone(self, attempt, quiz, member, standing):
        standing.clear()

        assert begin(member=member, quiz=quiz, at=LATER) == attempt

    def test_a_quiz_without_questions_in_use_is_not_begun(self, quiz, member):
        Question.objects.update(state=Question.State.RETIRED)

        with pytest.raises(NoQuestions):
            begin(member=member, quiz=quiz, at=AT)
        assert not Attempt.objects.exists()

    def test_the_database_refuses_a_second_open_attempt(self, attempt):
        with (
            pytest.raises(IntegrityError, match="one_open_attempt_of_a_member_at_a_quiz"),
            transaction.atomic(),
        ):
            Attempt.objects.create(
                member=attempt.member, quiz=attempt.quiz, paper=[], pass_mark=80, begun_at=LATER
            )
        assert Attempt.objects.count() == 1


class TestThePaper:
    VERSION = QuestionVersion(
        pk=1, content={"kind": "single_choice", "options": [{"key": str(UUID(int=n))} for n in range(4)]}
    )
    FIRST = str(UUID(int=0))

    def places_of_the_first_option(self):
        papers = (draw_paper(UUID(int=n), [self.VERSION]) for n in range(200))
        return [paper[0]["options"].index(self.FIRST) for paper in papers]

    def test_the_option_written_first_comes_at_every_place(self):
        assert set(Counter(self.places_of_the_first_option())) == {0, 1, 2, 3}

    def test_the_same_attempt_is_always_drawn_alike(self):
        assert self.places_of_the_first_option() == self.places_of_the_first_option()

    def test_who_does_not_know_the_secret_cannot_undo_the_shuffle(self, settings):
        before = self.places_of_the_first_option()
        settings.SECRET_KEY = "another"

        assert self.places_of_the_first_option() != before

    def test_true_stays_before_false(self):
        version = QuestionVersion(pk=1, content={**self.VERSION.content, "kind": "true_false"})

        papers = [draw_paper(UUID(int=n), [version]) for n in range(20)]
        assert {paper[0]["options"].index(self.FIRST) for paper in papers} == {0}


class TestAnswering:
    def test_the_last_choice_counts_and_the_earlier_ones_are_kept(self, attempt):
        wrong, right = wrong_option(attempt, 0), right_options(attempt, 0)
        answer(attempt, 0, [wrong])
        answer(attempt, 0, right, at=LATER)

        assert answers_that_hold(attempt) == {0: right}
        rows = Answer.objects.order_by("pk").values_list("given", "saved_at")
        assert list(rows) == [([wrong], AT), (right, LATER)]

    def test_the_same_choice_sent_twice_is_one_row(self, attempt):
        right = right_options(attempt, 1)
        answer(attempt, 1, right)
        answer(attempt, 1, right[::-1])

        assert Answer.objects.count() == 1

    def test_an_answer_can_be_taken_back(self, attempt):
        answer(attempt, 1, right_options(attempt, 1))
        answer(attempt, 1, [])

        assert answers_that_hold(attempt) == {1: []}

    def test_nothing_chosen_where_nothing_was_is_no_answer(self, attempt):
        answer(attempt, 1, [])

        assert not Answer.objects.exists()

    def test_a_page_loaded_before_does_not_undo_a_later_answer(self, attempt):
        """Two tabs: the first shows nothing chosen, the second answers, the first goes on unchanged."""
        right = right_options(attempt, 1)
        answer(attempt, 1, right, shown=[])
        answer(attempt, 1, [], shown=[])

        assert answers_that_hold(attempt) == {1: sorted(right)}

    def test_another_member_cannot_answer(self, attempt, secretary):
        with pytest.raises(Attempt.DoesNotExist):
            answer(attempt, 0, right_options(attempt, 0), member_id=secretary.pk)
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("position", [-1, 3, 1000])
    def test_a_question_that_is_not_on_the_paper_is_refused(self, attempt, position):
        with pytest.raises(NotOnThePaper):
            answer(attempt, position, [])
        assert not Answer.objects.exists()

    def test_an_option_that_is_not_on_the_paper_is_refused(self, attempt):
        for foreign in (str(uuid4()), right_options(attempt, 1)[0]):
            with pytest.raises(NotOnThePaper):
                answer(attempt, 0, [foreign])
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("position", [0, 2])
    def test_where_one_is_asked_two_are_refused(self, attempt, position):
        with pytest.raises(NotOnThePaper):
            answer(attempt, position, attempt.paper[position]["options"][:2])
        assert not Answer.objects.exists()

    def test_after_the_end_it_is_kept_and_counts_for_nothing(self, attempt):
        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=AT)

        assert answer(attempt, 0, right_options(attempt, 0), at=LATER).is_late
        assert answers_that_hold(attempt) == {}
        assert Answer.objects.get().given == right_options(attempt, 0)
        assert Mark.objects.get() == mark


class TestHandingIn:
    def test_what_was_saved_is_marked(self, attempt):
        right = right_options(attempt, 0)
        answer(attempt, 0, right)
        answer(attempt, 1, [right_options(attempt, 1)[0]])

        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=LATER)

        assert (mark.points, mark.out_of, mark.percent, mark.passed) == (1, 3, 33, False)
        assert [row["right"] for row in mark.detail] == [True, False, False]
        assert [row["given"] for row in mark.detail] == [
            right,
            [right_options(attempt, 1)[0]],
            [],
        ]
        assert (mark.marking_version, mark.marked_at) == (3, LATER)
        attempt.refresh_from_db()
        assert attempt.handed_in_at == LATER

    def test_all_right_passes(self, attempt):
        answer_rightly(attempt)

        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=LATER)
        assert (mark.points, mark.percent, mark.passed) == (3, 100, True)

    def test_twice_is_once(self, attempt):
        first = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=AT)

        assert hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=LATER) == first
        attempt.refresh_from_db()
        assert attempt.handed_in_at == AT
        assert Mark.objects.count() == 1

    def test_the_database_refuses_a_second_mark_without_a_reason(self, attempt):
        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=AT)
        mark.pk = None

        with (
            pytest.raises(IntegrityError, match="an_attempt_is_marked_once_without_a_reason"),
            transaction.atomic(),
        ):
            mark.save(force_insert=True)
        assert Mark.objects.count() == 1

    def test_another_member_cannot_hand_in(self, attempt, secretary):
        with pytest.raises(Attempt.DoesNotExist):
            hand_in(attempt_id=attempt.pk, member_id=secretary.pk, at=AT)
        attempt.refresh_from_db()
        assert attempt.handed_in_at is None
        assert not Mark.objects.exists()

    def test_a_quiz_edited_meanwhile_is_marked_as_it_was_asked(self, attempt, quiz):
        answer_rightly(attempt)
        first = Question.objects.get(reference="L1")
        for option in first.options.all():
            option.is_correct = not option.is_correct
            option.save()
        quiz.entries.filter(question__reference="L2").delete()
        type(quiz).objects.filter(pk=quiz.pk).update(pass_mark=100)
        Question.objects.filter(reference="L3").update(state=Question.State.RETIRED)

        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=LATER)
        assert (mark.points, mark.out_of, mark.percent, mark.passed) == (3, 3, 100, True)

    def test_the_pass_mark_is_the_one_the_member_was_told(self, attempt, quiz):
        for position in (0, 1):
            answer(attempt, position, right_options(attempt, position))
        type(quiz).objects.filter(pk=quiz.pk).update(pass_mark=60)

        mark = hand_in(attempt_id=attempt.pk, member_id=attempt.member_id, at=LATER)
        assert (mark.percent, mark.passed) == (67, False)
