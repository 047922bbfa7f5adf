"""Every kind of question away from the screen: as it prints, as it sounds, and what is kept of what comes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils.translation import override
from taggit.models import Tag

from paper.content import PrintedCase
from quizzes.answers import NotOnThePaper, TooLong
from quizzes.askable import askable
from quizzes.attempts import NoQuestions
from quizzes.explaining import result_of
from quizzes.forms_of_questions import (
    ANSWERED,
    as_written,
    is_printable,
    lines_for,
    printed,
    spoken,
    spoken_lines,
)
from quizzes.models import Answer, Attempt, Mark, Question, Quiz, QuizPool
from quizzes.on_paper import contents_drawn, draw_on_paper, is_open, record_on_paper
from quizzes.papers import questions_of
from quizzes.time_limits import GRACE
from tests.cast import moment
from tests.quizzes.kinds import add_case, add_fill_in, add_matching, add_ordering, add_short_answer
from tests.quizzes.papers import SEVERAL, TRUE_FALSE, add_question, add_quiz

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:05")
PACK = UUID("00000000-0000-4000-8000-00000000000a")
KEY = UUID("00000000-0000-4000-8000-00000000000b")
FILL, ORDER, MATCH, SHORT = range(4)


@pytest.fixture
def drawn(db):
    quiz = add_quiz(add_fill_in(), add_ordering(), add_matching(is_partial=True), add_short_answer())
    return draw_on_paper(quiz, PACK)


def right(drawn, position):
    return contents_drawn(drawn)[position]["correct"]


def record(member, drawn, given, by, **changes):
    return record_on_paper(member, drawn, given, **{"key": KEY, "at": AT, "by": by, **changes})


def content(question):
    return question.version.content


class TestPrinted:
    def test_each_kind_has_its_way_of_being_answered_on_paper(self):
        assert set(ANSWERED) == set(Question.Kind.values)

    def test_a_choice_stands_in_the_order_of_its_paper(self):
        question = content(add_question("甲", kind=SEVERAL, right=[0, 1]))
        keys = [option["key"] for option in question["options"]]
        place = {"kind": SEVERAL, "options": keys[::-1]}

        with override("zh-hans"):
            on_paper = printed(question, place)
        assert (on_paper.answered, on_paper.takes_several, on_paper.points) == ("boxes", True, 1)
        assert on_paper.options == ["甲 选项 3", "甲 选项 2", "甲 选项 1", "甲 选项 0"]

    def test_blanks_rows_and_lines_are_counted(self):
        with override("en"):
            fill, order, match, short = (
                printed(content(question))
                for question in (add_fill_in(), add_ordering(), add_matching(), add_short_answer())
            )
        assert (fill.answered, fill.blanks, fill.stem) == (
            "blanks",
            2,
            "Serve the people ____, for ____ years",
        )
        assert (order.answered, sorted(order.options)) == ("order", [f"Event {n}" for n in (1, 2, 3, 4)])
        assert (match.answered, match.options) == ("pairs", ["left 1", "left 2", "left 3"])
        assert sorted(match.matches) == ["right 1", "right 2", "right 3", "right 4"]
        assert (short.answered, short.lines, short.points) == ("words", 6, 3)

    @pytest.mark.parametrize(("points", "lines"), [(1, 3), (2, 4), (5, 10), (20, 10)])
    def test_lines_go_by_the_points(self, points, lines):
        assert lines_for(points) == lines

    def test_the_case_comes_with_its_question(self):
        with override("zh-hans"):
            case = printed(content(add_short_answer(case=add_case()))).case
        assert case == PrintedCase("修路", "村里开了三次会。\n第三次大家都同意。", "编写组")

    def test_without_a_paper_an_order_is_mixed_the_same_way_each_time(self):
        question = content(add_ordering())

        assert as_written(question)["options"] == sorted(question["correct"])

    @pytest.mark.parametrize(
        ("make", "size", "fits"),
        [
            (lambda n: add_question("甲", of=n), 8, True),
            (lambda n: add_question("甲", of=n), 9, False),
            (lambda n: add_fill_in(blanks=n), 12, True),
            (lambda n: add_fill_in(blanks=n), 13, False),
            (lambda n: add_ordering(rows=n), 12, True),
            (lambda n: add_ordering(rows=n), 13, False),
            (lambda n: add_matching(rows=n), 11, True),
            (lambda n: add_matching(rows=n), 12, False),
        ],
    )
    def test_the_sheet_has_room_for_so_many(self, make, size, fits):
        assert is_printable(content(make(size))) is fits

    def test_nothing_printed_or_spoken_tells_the_key_or_why(self):
        for question in (
            add_question("甲"),
            add_fill_in(),
            add_ordering(),
            add_matching(),
            add_short_answer(),
        ):
            said = repr(printed(content(question))) + repr(spoken(content(question)))
            assert not [word for word in ("解析", "全心全意", "出处", "说到群众") if word in said]


class TestSpoken:
    def test_a_choice_is_asked_with_its_letters(self):
        with override("en"):
            assert spoken_lines(content(add_question("A", of=2))) == [
                "Stem of A",
                "Which of these is right?",
                "A: Option 0 of A",
                "B: Option 1 of A",
            ]

    def test_each_kind_says_how_it_is_answered(self):
        with override("en"):
            hows = [
                spoken(content(question)).how
                for question in (
                    add_question("A", kind=SEVERAL, right=[0, 1]),
                    add_question("B", kind=TRUE_FALSE, of=2),
                    add_ordering(),
                    add_matching(),
                    add_short_answer(),
                )
            ]
        assert hows == [
            "Which of these are right? It may be several.",
            "Is that right or wrong?",
            "Please say these in their order, the first one first.",
            "Please say for each number which letter belongs to it.",
            "Please answer in your own words.",
        ]

    def test_blanks_are_called_by_their_number(self):
        with override("en"):
            heard, one = spoken(content(add_fill_in())), spoken(content(add_fill_in("B", blanks=1)))
        assert heard.stem == "Serve the people (blank 1), for (blank 2) years"
        assert (heard.how, one.how) == ("What belongs in each blank?", "What belongs in the blank?")

    def test_to_match_one_side_has_numbers_and_the_other_letters(self):
        question = content(add_matching(rows=2))
        with override("en"):
            heard = spoken(
                question, {**as_written(question), "matches": [m["key"] for m in question["matches"]]}
            )
        assert heard.rows == ["1: left 1", "2: left 2", "A: right 1", "B: right 2", "C: right 3"]
        assert heard.lettered == ["A: right 1", "B: right 2", "C: right 3"]

    def test_the_case_is_read_first(self):
        with override("zh-hans"):
            lines = spoken_lines(content(add_short_answer(case=add_case())))
        assert lines[:3] == ["修路", "村里开了三次会。\n第三次大家都同意。", "谈谈做法"]

    def test_what_an_ear_cannot_keep_in_mind_is_said_and_asked_all_the_same(self):
        with override("en"):
            rows, blanks, text, few = (
                spoken(content(question))
                for question in (
                    add_ordering(rows=7),
                    add_fill_in(blanks=5),
                    add_short_answer(case=add_case(text_en="long " * 121)),
                    add_matching(rows=5),
                )
            )
        assert rows.not_by_ear == "These are many rows for the ear. Please let the member read along."
        assert blanks.not_by_ear == "These are many blanks for the ear. Please let the member read along."
        assert text.not_by_ear == (
            "The text is long for the ear. Please read it in parts, or let the member read along."
        )
        assert few.not_by_ear == ""
        assert (len(rows.rows), len(rows.options)) == (7, 7)


class TestRecording:
    def test_all_kinds_are_kept_as_they_were_given_and_marked(self, member, secretary, drawn):
        given = {
            FILL: ["全心全意", "五"],
            ORDER: right(drawn, ORDER),
            MATCH: right(drawn, MATCH),
            SHORT: [" 多走访 "],
        }

        mark = record(member, drawn, given, secretary)

        attempt = Attempt.objects.get()
        assert (attempt.ended_by, attempt.ends_at) == ("paper", None)
        assert (mark.out_of, mark.awaiting, mark.detail[SHORT]["awaiting"]) == (6, 1, True)
        assert [row["right"] for row in mark.detail[1:]] == [True, True, False]
        kept = dict(Answer.objects.values_list("position", "given"))
        assert kept == {**given, SHORT: ["多走访"]}

    def test_half_of_the_blanks_and_rows_are_kept_with_what_is_open(self, member, secretary, drawn):
        first, *_others = right(drawn, MATCH)

        mark = record(member, drawn, {FILL: ["", "5"], MATCH: [first, "", ""]}, secretary)

        assert dict(Answer.objects.values_list("position", "given")) == {
            FILL: ["", "5"],
            MATCH: [first, "", ""],
        }
        assert [row["points"] for row in mark.detail] == [0, 0, 0.33, 0]

    def test_an_order_that_nobody_can_tell_is_kept_with_its_gaps_and_not_right(
        self, member, secretary, drawn
    ):
        first, _second, _third, last = right(drawn, ORDER)

        mark = record(member, drawn, {ORDER: [first, "", "", last]}, secretary)

        assert Answer.objects.get().given == [first, "", "", last]
        assert mark.points == 0

    def test_a_gap_in_an_order_is_shown_as_one(self, member, secretary, drawn):
        first, _second, _third, last = right(drawn, ORDER)
        record(member, drawn, {ORDER: [first, "", "", last]}, secretary)

        attempt = Attempt.objects.get()
        asked, explained = questions_of(attempt)[ORDER], result_of(attempt, at=AT).questions[ORDER]
        assert [option.text for option in asked.options] == ["第1件", "–", "–", "第4件"]
        assert [option.text for option in explained.options] == ["第1件", "–", "–", "第4件"]

    def test_the_key_of_a_quiz_that_shows_it_after_closing_waits_for_that(self, member, secretary, drawn):
        closing = moment("2026-04-01 09:00")
        Quiz.objects.update(feedback="after_closing", closes_at=closing)
        record(member, drawn, {FILL: ["随便", "1"]}, secretary)

        attempt = Attempt.objects.get()
        assert "全心全意" not in repr(result_of(attempt, at=AT))
        assert "全心全意" not in repr(result_of(attempt, at=closing + GRACE))
        assert "全心全意" in repr(result_of(attempt, at=closing + GRACE + timedelta(seconds=1)))

    @pytest.mark.parametrize(
        "given",
        [
            {FILL: ["一"]},
            {FILL: ["一", "二", "三"]},
            {ORDER: ["x", "", "", ""]},
            {ORDER: ["x"]},
            {MATCH: ["x", "", ""]},
            {SHORT: ["一", "二"]},
            {4: ["一"]},
        ],
    )
    def test_what_does_not_fit_the_paper_is_refused(self, member, secretary, drawn, given):
        with pytest.raises(NotOnThePaper):
            record(member, drawn, given, secretary)
        assert not Attempt.objects.exists()

    def test_the_same_row_twice_in_an_order_is_refused(self, member, secretary, drawn):
        first, second, third, _last = right(drawn, ORDER)

        with pytest.raises(NotOnThePaper):
            record(member, drawn, {ORDER: [first, second, third, first]}, secretary)
        assert not Attempt.objects.exists()

    @pytest.mark.parametrize("given", [{FILL: ["字" * 201, ""]}, {SHORT: ["字" * 4001]}])
    def test_more_words_than_the_question_takes_are_refused(self, member, secretary, drawn, given):
        with pytest.raises(TooLong):
            record(member, drawn, given, secretary)
        assert not Attempt.objects.exists()

    def test_a_sheet_left_open_is_handed_in_with_nothing(self, member, secretary, drawn):
        mark = record(member, drawn, {FILL: ["", ""], ORDER: ["", "", "", ""], SHORT: [""]}, secretary)

        assert (mark.points, mark.awaiting, Answer.objects.count()) == (0, 0, 0)

    def test_beyond_what_is_allowed_and_after_closing_it_is_recorded_all_the_same(
        self, member, secretary, drawn
    ):
        Quiz.objects.update(attempts_allowed=1, wait_hours=24, closes_at=moment("2026-03-02 09:00"))

        record(member, drawn, {FILL: ["全心全意", "5"]}, secretary)
        record(member, drawn, {FILL: ["全心全意", "5"]}, secretary, key=uuid4())

        assert (Attempt.objects.count(), Mark.objects.count()) == (2, 2)

    def test_a_quiz_with_a_time_limit_has_none_on_paper(self, member, secretary):
        quiz = add_quiz(add_question("甲"))
        Quiz.objects.update(time_limit_minutes=1, is_limit_essential=True)

        record(member, draw_on_paper(quiz, PACK), {}, secretary)
        assert Attempt.objects.get().ends_at is None

    def test_a_paper_of_choices_drawn_before_there_were_other_kinds_is_still_read(self, member, secretary):
        question = add_question("甲")
        paper = [
            {"version": question.version_id, "kind": "single_choice", "options": content(question)["correct"]}
        ]
        drawn = {"quiz": str(add_quiz(question).key), "edition": None, "pass_mark": 80, "paper": paper}

        assert record(member, drawn, {0: [UUID(paper[0]["options"][0])]}, secretary).percent == 100


class TestOpen:
    @pytest.mark.parametrize(
        ("opens", "closes", "open_"),
        [
            (None, None, True),
            ("2026-03-10 10:05", None, True),
            ("2026-03-10 10:06", None, False),
            (None, "2026-03-10 10:05", False),
            (None, "2026-03-10 10:06", True),
        ],
    )
    def test_a_quiz_is_given_out_from_its_opening_until_it_closes(self, opens, closes, open_):
        quiz = Quiz(opens_at=opens and moment(opens), closes_at=closes and moment(closes))

        assert is_open(quiz, at=AT) is open_


class TestPools:
    @pytest.fixture
    def pooled(self, db):
        """Two of ten hard questions, and one easy one that always stands there."""
        for number in range(10):
            Question.objects.filter(pk=add_question(f"P{number}").pk).update(difficulty=3)
        quiz = add_quiz(add_question("先"))
        QuizPool.objects.create(quiz=quiz, number=2, difficulty=3)
        return quiz

    def stems(self, quiz, identity, **more):
        return [one["stem"] for one in contents_drawn(draw_on_paper(quiz, identity, **more))]

    def test_each_identity_draws_its_own_and_always_the_same(self, pooled):
        papers = [tuple(self.stems(pooled, UUID(int=number))) for number in range(8)]

        assert {len(paper) for paper in papers} == {3}
        assert {paper[0] for paper in papers} == {"先 的题目"}
        assert len(set(papers)) > 4
        assert self.stems(pooled, UUID(int=0)) == list(papers[0])

    def test_a_thousand_papers_read_the_pools_once(self, pooled, django_assert_num_queries):
        with django_assert_num_queries(3):
            may_ask = askable([pooled])[pooled.pk]
        with django_assert_num_queries(0):
            papers = [draw_on_paper(pooled, UUID(int=n), may_ask=may_ask)["paper"] for n in range(50)]
        assert papers[7] == draw_on_paper(pooled, UUID(int=7))["paper"]

    def test_a_quiz_of_nothing_but_a_pool_asks_what_the_pool_has(self, pooled):
        pooled.entries.all().delete()
        assert len(self.stems(pooled, PACK)) == 2

        Question.objects.filter(difficulty=3).update(state="retired")
        with pytest.raises(NoQuestions):
            draw_on_paper(pooled, PACK)

    def test_no_question_is_asked_twice_and_a_small_pool_gives_what_it_has(self, pooled):
        hard = Question.objects.get(reference="P0")
        hard.tags.add("旗")
        hard.save()
        QuizPool.objects.create(quiz=pooled, number=5, tag=Tag.objects.get(name="旗"), sort_order=1)
        QuizPool.objects.create(quiz=pooled, number=20, difficulty=3, sort_order=2)

        stems = self.stems(pooled, PACK)
        assert len(stems) == len(set(stems)) == 11
