"""A quiz away from the screen: drawn once, kept as it is, marked here, and recorded once."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from hours.models import Rule, StudyRecord
from people.models import AuditEntry
from quizzes.answers import NotOnThePaper
from quizzes.attempts import NoQuestions, begin, save_answer
from quizzes.explaining import result_of
from quizzes.models import Answer, Attempt, Mark, Question, QuestionVersion
from quizzes.on_paper import AnotherPaper, draw_on_paper, questions_drawn, record_on_paper
from tests.cast import moment
from tests.quizzes.conftest import EDITION

MADE = moment("2026-03-01 09:00")
AT = moment("2026-03-10 10:05")
PACK = UUID("00000000-0000-4000-8000-00000000000a")
KEY = UUID("00000000-0000-4000-8000-00000000000b")


@pytest.fixture
def drawn(quiz):
    return draw_on_paper(quiz, PACK, edition=EDITION)


def right(drawn, position):
    version = QuestionVersion.objects.get(pk=drawn["paper"][position]["version"])
    return [UUID(key) for key in version.content["correct"]]


def all_right(drawn):
    return {position: right(drawn, position) for position in range(len(drawn["paper"]))}


def record(member, drawn, chosen, by, **changes):
    return record_on_paper(member, drawn, chosen, **{"key": KEY, "at": AT, "by": by, **changes})


class TestDrawing:
    def test_it_is_plain_data_with_what_an_attempt_keeps(self, drawn, quiz):
        assert {**drawn, "paper": None} == {
            "quiz": str(quiz.key),
            "edition": str(EDITION),
            "pass_mark": 80,
            "paper": None,
        }
        assert [place["kind"] for place in drawn["paper"]] == [
            "single_choice",
            "multiple_choice",
            "true_false",
        ]

    def test_the_same_identity_gives_the_same_paper_and_another_one_another(self, drawn, quiz):
        assert draw_on_paper(quiz, PACK, edition=EDITION) == drawn
        others = [draw_on_paper(quiz, uuid4(), edition=EDITION)["paper"] for _ in range(5)]
        assert any(paper != drawn["paper"] for paper in others)

    def test_the_questions_stand_in_the_order_of_the_paper_and_tell_no_key(self, drawn):
        asked = questions_drawn(drawn)

        assert [question.stem for question in asked] == ["L1 的题目", "L2 的题目", "L3 的题目"]
        assert [[option.key for option in question.options] for question in asked] == [
            place["options"] for place in drawn["paper"]
        ]
        assert [question.takes_several for question in asked] == [False, True, False]

    def test_a_quiz_without_questions_in_use_is_not_drawn(self, quiz):
        Question.objects.update(state=Question.State.RETIRED)

        with pytest.raises(NoQuestions):
            draw_on_paper(quiz, PACK)


class TestRecording:
    def test_it_is_an_attempt_handed_in_at_once_and_marked(self, member, secretary, drawn, quiz):
        mark = record(member, drawn, all_right(drawn), secretary)

        attempt = Attempt.objects.get()
        assert (attempt.pk, attempt.member, attempt.quiz, attempt.edition) == (KEY, member, quiz, EDITION)
        assert (attempt.begun_at, attempt.handed_in_at, attempt.paper) == (AT, AT, drawn["paper"])
        assert (mark.points, mark.out_of, mark.percent, mark.passed) == (3, 3, 100, True)
        assert [answer.position for answer in attempt.answers.order_by("position")] == [0, 1, 2]

    def test_the_audit_says_who_wrote_it_down(self, member, secretary, drawn):
        record(member, drawn, {}, secretary)

        entry = AuditEntry.objects.get(action="quiz.on_paper")
        assert (entry.actor, entry.subject, entry.details) == (
            secretary.key,
            member.key,
            {"attempt": str(KEY)},
        )

    def test_words_changed_since_do_not_change_the_marking(self, member, secretary, drawn):
        chosen = all_right(drawn)
        for question in Question.objects.all():
            question.options.update(is_correct=False, text="后来的文字")
        Question.objects.update(state=Question.State.RETIRED)

        assert record(member, drawn, chosen, secretary).percent == 100

    def test_what_was_left_open_is_not_right_and_no_row(self, member, secretary, drawn):
        mark = record(member, drawn, {0: right(drawn, 0), 1: []}, secretary)

        assert (mark.points, mark.out_of, mark.percent, mark.passed) == (1, 3, 33, False)
        assert Answer.objects.count() == 1

    def test_two_marks_where_one_is_taken_are_kept_as_they_stand_and_are_not_right(
        self, member, secretary, drawn
    ):
        both = [UUID(key) for key in drawn["paper"][0]["options"][:2]]

        mark = record(member, drawn, {**all_right(drawn), 0: both}, secretary)

        assert mark.points == 2
        shown = result_of(Attempt.objects.get(), at=AT).questions[0]
        assert [option.is_chosen for option in shown.options] == [True, True, False, False]

    @pytest.mark.parametrize("position", [-1, 3])
    def test_a_question_that_is_not_on_the_paper_is_refused(self, member, secretary, drawn, position):
        with pytest.raises(NotOnThePaper):
            record(member, drawn, {0: right(drawn, 0), position: []}, secretary)
        assert not Attempt.objects.exists()

    def test_an_option_of_another_question_is_refused(self, member, secretary, drawn):
        with pytest.raises(NotOnThePaper):
            record(member, drawn, {0: right(drawn, 1)}, secretary)
        assert not Attempt.objects.exists()

    def test_the_same_key_again_is_the_first_mark(self, member, secretary, drawn):
        first = record(member, drawn, all_right(drawn), secretary)
        again = record(member, drawn, {}, secretary, at=moment("2026-03-11 08:00"))

        assert (again, again.percent) == (first, 100)
        assert (Attempt.objects.count(), Mark.objects.count(), Answer.objects.count()) == (1, 1, 3)
        assert AuditEntry.objects.filter(action="quiz.on_paper").count() == 1

    def test_a_key_of_another_member_is_refused(self, member, secretary, drawn):
        record(member, drawn, all_right(drawn), secretary)

        with pytest.raises(AnotherPaper):
            record(secretary, drawn, {}, secretary)
        assert Attempt.objects.get().member == member

    def test_the_open_attempt_on_the_screen_is_left_alone(self, member, secretary, drawn, quiz):
        on_screen = begin(member=member, quiz=quiz, at=MADE)
        save_answer(attempt_id=on_screen.pk, member_id=member.pk, position=0, given=[], at=MADE)

        record(member, drawn, all_right(drawn), secretary)

        on_screen.refresh_from_db()
        assert (on_screen.handed_in_at, on_screen.answers.count()) == (None, 0)
        assert begin(member=member, quiz=quiz, at=AT) == on_screen


class TestTheAward:
    @pytest.fixture(autouse=True)
    def ten_minutes_for_a_passed_quiz(self, db):
        Rule.objects.create(
            name="quiz_award_minutes", value=10, valid_from=date(2026, 1, 1), source="县委通知"
        )

    def test_a_quiz_passed_on_paper_is_awarded_as_on_the_screen(self, member, secretary, drawn):
        record(member, drawn, all_right(drawn), secretary)

        row = StudyRecord.objects.get()
        assert (row.member_id, row.source, row.award, row.seconds) == (member.key, "quiz", 600, 600)

    def test_passed_twice_in_a_year_it_is_awarded_once(self, member, secretary, drawn):
        record(member, drawn, all_right(drawn), secretary)
        record(member, drawn, all_right(drawn), secretary, key=uuid4(), at=moment("2026-04-01 10:00"))

        assert (Attempt.objects.count(), StudyRecord.objects.count()) == (2, 1)

    def test_a_quiz_not_passed_is_awarded_nothing(self, member, secretary, drawn):
        record(member, drawn, {}, secretary)

        assert not StudyRecord.objects.exists()
