"""Every kind of question in a pack, on its slip and at a visit: printed, noted, and one record of it."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.core.signing import TimestampSigner
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from courses.models import LessonEdition
from outreach import spoken
from outreach.noting import noted_in
from outreach.pack_contents import Composer, look_of
from outreach.pack_freezing import freezer
from outreach.packet_records import Packet, Slip
from outreach.packs import NotOpen, NotPrintable, NotPublished
from outreach.slips import AnswerTooLong, NotOnTheSheet, Told, attempts_of, record_slip
from outreach.visiting import Visit
from paper.packs import print_pack
from paper.sheet import answer_places, answer_slots
from quizzes.models import Answer, Attempt, Mark, Question, Quiz, QuizEntry, QuizPool
from quizzes.on_paper import contents_drawn, draw_on_paper
from tests.cast import add_lesson, add_module, moment
from tests.outreach.packing import AT, MADE, ask, freeze, wanted
from tests.outreach.test_visit_pages import asked_in, typed
from tests.outreach.visiting import make_visitor, queries, signed_in
from tests.paper.packing import words_of
from tests.quizzes.kinds import add_case, add_fill_in, add_matching, add_ordering, add_short_answer
from tests.quizzes.papers import SEVERAL, add_question, add_quiz, take_into_use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("work_waits")]

KEY = UUID("00000000-0000-4000-8000-00000000000b")
CHOICE, FILL, ORDER, MATCH, SHORT, OF_A_CASE = range(6)


def every_kind() -> Quiz:
    case = add_case()
    of_the_case = add_question("案例", kind=SEVERAL, right=[0, 1])
    of_the_case.case = case
    return add_quiz(
        add_question("选择"),
        add_fill_in(),
        add_ordering(),
        add_matching(),
        add_short_answer(case=case),
        take_into_use(of_the_case),
    )


@pytest.fixture
def quiz(db):
    return every_kind()


@pytest.fixture
def part(quiz):
    """A lesson with a quiz of every kind at its end."""
    page = add_lesson(add_module(slug="m-first"), "first", title="群众路线是怎样形成的")
    page.body.append(("quiz", quiz))
    page.save_revision().publish()
    return LessonEdition.objects.live().get(page=page.pk), quiz


@pytest.fixture
def packet(branch, member, secretary, part):
    (packet,) = freeze(ask(branch, wanted(part), by=secretary, members=[member.key]))
    return packet


def right(drawn):
    """What is right at each place, as it would be noted."""
    keys = dict(enumerate(content["correct"] for content in contents_drawn(drawn)))
    return keys | {FILL: ["全心全意", "5"], SHORT: ["多走访"]}


def sent_as(prefix, drawn, given):
    """The same, as a form sends it."""
    fields = {}
    for position, place in enumerate(drawn["paper"]):
        name, said = f"{prefix}{position}", given.get(position, [])
        match place["kind"]:
            case "fill_in":
                fields |= {f"{name}_{place['version']}-{n}": text for n, text in enumerate(said)}
            case "short_answer":
                fields |= {f"{name}_{place['version']}": text for text in said}
            case "ordering":
                fields |= {f"{name}_{key}": str(n) for n, key in enumerate(said, 1)}
            case "matching":
                fields |= {f"{name}_{key}": other for key, other in zip(place["options"], said, strict=False)}
            case _:
                fields[name] = said
    return fields


def as_sent(fields):
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


class TestThePack:
    def test_each_question_is_printed_for_its_kind_and_tells_no_key(self, packet):
        with override("zh-hans"):
            (quiz,) = Composer(packet.run).pack(packet).quizzes

        assert [one.answered for one in quiz.questions] == [
            "boxes",
            "blanks",
            "order",
            "pairs",
            "words",
            "boxes",
        ]
        assert [one.blanks for one in quiz.questions] == [0, 2, 0, 0, 0, 0]
        assert [one.lines for one in quiz.questions] == [0, 0, 0, 0, 6, 0]
        assert [one.case.title if one.case else "" for one in quiz.questions] == [
            "",
            "",
            "",
            "",
            "修路",
            "修路",
        ]
        assert "解析" not in repr(quiz) and "全心全意" not in repr(quiz)

    def test_the_sheets_have_boxes_for_choices_and_room_to_write_for_the_others(self, packet):
        with override("zh-hans"):
            quizzes = Composer(packet.run).pack(packet).quizzes

        slots, places = answer_slots(quizzes), answer_places(quizzes)
        assert [(slot.question, slot.options, slot.write_on) for slot in slots] == [
            (1, 4, 0), (2, 0, 2), (3, 0, 2), (4, 0, 2), (5, 0, 2), (6, 4, 0),
        ]  # fmt: skip
        assert [(p.sheet, p.question, len(p.boxes), len(p.lines)) for p in places] == [
            (1, 2, 0, 2), (1, 3, 4, 0), (1, 4, 3, 0), (1, 5, 0, 6),
        ]  # fmt: skip
        assert [label for label, _y in places[0].lines] == ["(1)", "(2)"]
        assert [box[0] for box in places[1].boxes] == ["A", "B", "C", "D"]
        assert [box[0] for box in places[2].boxes] == ["(1)", "(2)", "(3)"]

    def test_the_case_is_printed_once_above_its_questions_and_points_are_said(self, packet):
        run = packet.run
        with override("en"):
            composed = Composer(run).pack(packet)
        words = words_of(print_pack(composed, look_of(run)))

        assert words.count("Threemeetings.") == 1
        assert words.index("Threemeetings.") < words.index("Tellofaway")
        for said in ("left2", "right4", "Event3", "Stemof案例"):
            assert said in words

    def test_a_pack_of_nothing_to_tick_has_no_boxes_to_mark(self, packet):
        drawn = draw_on_paper(add_quiz(add_fill_in("另")), uuid4())
        packet.contents = {"lessons": [], "quizzes": [{"title": "测验", **drawn}]}
        quizzes = Composer(packet.run).pack(packet).quizzes

        assert answer_slots(quizzes) == []
        assert [(place.sheet, place.question) for place in answer_places(quizzes)] == [(0, 1)]

    def test_many_packs_of_pools_read_the_pools_once(self, branch, packs_of_a_pool):
        run, packets = packs_of_a_pool
        shared = freezer(run, {branch.pk}, on=localdate(MADE), at=MADE)

        assert queries(lambda: [shared.freeze(packet) for packet in packets]) == 0
        papers = {tuple(p["version"] for p in one.contents["quizzes"][0]["paper"]) for one in packets}
        assert {len(paper) for paper in papers} == {2}
        assert len(papers) > 1


@pytest.fixture
def packs_of_a_pool(branch, secretary, member, part):
    """Ten packs whose quiz asks only what a pool draws."""
    _edition, quiz = part
    quiz.entries.all().delete()
    for number in range(6):
        Question.objects.filter(pk=add_question(f"P{number}").pk).update(difficulty=3)
    QuizPool.objects.create(quiz=quiz, number=2, difficulty=3)
    run = ask(branch, wanted(part), by=secretary, members=[member.key])
    packets = [Packet(run=run, member=member, branch=branch, key=UUID(int=n)) for n in range(10)]
    return run, packets


class TestWhatIsNotPrinted:
    def refused(self, kind, part, branch, secretary):
        with pytest.raises(kind) as refused:
            ask(branch, wanted(part), by=secretary, members=None)
        assert not Packet.objects.exists()
        return str(refused.value.words)

    def test_a_question_that_the_sheet_has_no_room_for(self, part, branch, secretary):
        _edition, quiz = part
        QuizEntry.objects.create(quiz=quiz, question=add_ordering("长", rows=13), sort_order=9)

        self.refused(NotPrintable, part, branch, secretary)

    def test_one_that_only_a_pool_may_draw(self, part, branch, secretary):
        _edition, quiz = part
        long = add_question("长", of=9)
        Question.objects.filter(pk=long.pk).update(difficulty=2)
        QuizPool.objects.create(quiz=quiz, number=1, difficulty=2)

        self.refused(NotPrintable, part, branch, secretary)

    def test_words_that_are_being_edited_do_not_count(self, part, branch, secretary, member):
        question = Question.objects.get(reference="选择")
        for place in range(4, 12):
            question.options.create(position=place, text=f"还没有人看过 {place}")

        assert ask(branch, wanted(part), by=secretary, members=[member.key]).packets.count() == 1

    @pytest.mark.parametrize(
        "rules", [{"opens_at": moment("2026-03-02 09:00")}, {"closes_at": moment("2026-02-01 09:00")}]
    )
    def test_a_quiz_that_is_not_open(self, part, branch, secretary, rules):
        _edition, quiz = part
        Quiz.objects.filter(pk=quiz.pk).update(**rules)

        assert quiz.title in self.refused(NotOpen, part, branch, secretary)

    def test_a_quiz_whose_pool_is_empty(self, part, branch, secretary):
        _edition, quiz = part
        quiz.entries.all().delete()
        QuizPool.objects.create(quiz=quiz, number=2, difficulty=3)

        assert quiz.title in self.refused(NotPublished, part, branch, secretary)


class TestTheSlip:
    @pytest.fixture
    def page(self, packet, secretary):
        return lambda fields=None: (
            signed_in(secretary).post(reverse("outreach:slip", args=[packet.key]), fields)
            if fields
            else signed_in(secretary).get(reverse("outreach:slip", args=[packet.key]))
        )

    def fields(self, packet, given):
        drawn = packet.contents["quizzes"][0]
        return {
            "key": str(KEY),
            "read_on": "2026-03-10",
            "minutes": "2",
            "signed_by": "reader",
            **sent_as("q0-", drawn, given),
        }

    def test_it_has_a_field_for_each_part_of_each_answer(self, page, packet):
        html = page().content.decode()
        paper = packet.contents["quizzes"][0]["paper"]

        assert html.count('type="checkbox" name="q0-0"') == 4
        assert re.findall(rf'name="(q0-1_{paper[FILL]["version"]}-\d)"', html) == [
            f"q0-1_{paper[FILL]['version']}-{n}" for n in (0, 1)
        ]
        assert [f'<select name="q0-2_{key}">' in html for key in paper[ORDER]["options"]] == [True] * 4
        assert [f'<select name="q0-3_{key}">' in html for key in paper[MATCH]["options"]] == [True] * 3
        assert f'<textarea name="q0-4_{paper[SHORT]["version"]}" rows="4" maxlength="4000">' in html

    def test_what_was_written_is_marked_and_a_short_answer_awaits_a_person(self, page, packet):
        given = right(packet.contents["quizzes"][0])

        answer = page(self.fields(packet, given))

        assert answer.status_code == 302
        (attempt,) = attempts_of(packet)
        assert (attempt.ended_by, attempt.awaiting) == ("paper", 1)
        assert dict(Answer.objects.values_list("position", "given")) == {
            position: sorted(said) if position in {CHOICE, OF_A_CASE} else said
            for position, said in given.items()
        }
        mark = Mark.objects.get()
        assert [row["right"] for row in mark.detail] == [True, True, True, True, False, True]

    def test_the_page_of_the_pack_says_that_a_person_has_to_mark(self, page, packet, secretary):
        page(self.fields(packet, {SHORT: ["多走访"]}))

        words = signed_in(secretary).get(reverse("outreach:packet", args=[packet.key]))
        assert words.context["attempts"][0].awaiting == 1

    def test_a_refusal_keeps_what_was_typed(self, page, packet):
        given = right(packet.contents["quizzes"][0])

        html = page({**self.fields(packet, given), "minutes": "0"}).content.decode()

        paper = packet.contents["quizzes"][0]["paper"]
        assert f'name="q0-1_{paper[FILL]["version"]}-0" value="全心全意"' in html
        assert ">多走访</textarea>" in html
        assert html.count(" selected>") == 4 + 3
        assert not Slip.objects.exists()

    def test_a_number_written_twice_leaves_its_place_open(self, packet):
        drawn = packet.contents["quizzes"][0]
        one, two, three, four = drawn["paper"][ORDER]["options"]
        sent = as_sent(
            {f"q0-2_{key}": number for key, number in ((one, "2"), (two, "2"), (three, "1"), (four, "4"))}
        )

        assert noted_in(sent, drawn["paper"], prefix="q0-") == {ORDER: [three, "", "", four]}

    def test_too_many_words_are_refused_and_nothing_is_kept(self, packet, secretary):
        told = Told(read_on=date(2026, 3, 10), minutes=2, chosen=[{SHORT: ["字" * 4001]}])

        with pytest.raises(AnswerTooLong):
            record_slip(packet, told, key=KEY, by=secretary, at=AT)
        assert (Slip.objects.count(), Attempt.objects.count()) == (0, 0)

    @pytest.mark.parametrize(("name", "value"), [("q0-2_{order}", "9"), ("q0-3_{match}", "x"), ("q0-0", "x")])
    def test_what_our_form_does_not_send_is_refused(self, page, packet, name, value):
        paper = packet.contents["quizzes"][0]["paper"]
        name = name.format(order=paper[ORDER]["options"][0], match=paper[MATCH]["options"][0])

        page({**self.fields(packet, {}), name: value})
        assert (Slip.objects.count(), Attempt.objects.count()) == (0, 0)

    def test_a_quiz_of_which_nothing_was_written_becomes_no_attempt(self, page, packet):
        page(self.fields(packet, {FILL: ["", ""], SHORT: [""], MATCH: ["", "", ""]}))

        assert (Slip.objects.count(), Attempt.objects.count()) == (1, 0)

    def test_a_pack_made_before_there_were_other_kinds_is_still_read(self, packet, secretary):
        (drawn,) = packet.contents["quizzes"]
        place = {name: drawn["paper"][CHOICE][name] for name in ("version", "kind", "options")}
        run = packet.run
        run.pk, run.key = None, uuid4()
        run.save()
        facts = {"run": run, "member": packet.member, "branch": packet.branch, "made_at": MADE}
        older = Packet.objects.create(
            number="2026-000099", contents={"lessons": [], "quizzes": [{**drawn, "paper": [place]}]}, **facts
        )
        told = Told(read_on=date(2026, 3, 10), minutes=2, chosen=[{0: [UUID(place["options"][0])]}])

        record_slip(older, told, key=KEY, by=secretary, at=AT)
        assert Answer.objects.get().given == place["options"][:1]

    def test_a_slip_of_another_paper_is_refused(self, packet, secretary):
        told = Told(read_on=date(2026, 3, 10), minutes=2, chosen=[{9: ["一"]}])

        with pytest.raises(NotOnTheSheet):
            record_slip(packet, told, key=KEY, by=secretary, at=AT)
        assert not Slip.objects.exists()


@given(st.lists(st.sampled_from(["", "1", "2", "3", "4", "5"]), min_size=5, max_size=5))
def test_a_row_takes_a_place_only_where_its_number_stands_alone(numbers):
    options = [f"row-{n}" for n in range(5)]
    place = {"kind": "ordering", "options": options}
    sent = as_sent({f"q0_{key}": number for key, number in zip(options, numbers, strict=True)})

    (order,) = noted_in(sent, [place], prefix="q").values() or [[""] * 5]
    assert len(order) == 5
    for row, number in zip(options, numbers, strict=True):
        alone = number != "" and numbers.count(number) == 1
        assert (row in order) is alone
        assert not alone or order[int(number) - 1] == row


@pytest.fixture
def visitor(branch, member):
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


class TestAskedAloud:
    @pytest.fixture
    def aloud(self, lesson, quiz):
        LessonEdition.objects.update(quiz_keys=[str(quiz.key)])
        return quiz

    def opened(self, visitor, member):
        return signed_in(visitor).get(f"/visits/record/?member={member.key}").content.decode()

    def test_each_kind_is_asked_with_a_way_to_note_it(self, visitor, member, aloud):
        with override("zh-hans"):
            html = self.opened(visitor, member)
        paper = spoken.read(asked_in(html)).paper["paper"]

        assert html.count('type="radio" name="asked_0"') == 4
        assert html.count(f'name="asked_1_{paper[FILL]["version"]}-') == 2
        assert [f'<select name="asked_2_{key}">' in html for key in paper[ORDER]["options"]] == [True] * 4
        assert [f'<select name="asked_3_{key}">' in html for key in paper[MATCH]["options"]] == [True] * 3
        assert f'<textarea name="asked_4_{paper[SHORT]["version"]}"' in html
        assert html.count('type="checkbox" name="asked_5"') == 4
        assert html.count("村里开了三次会。") == 1

    def test_what_was_said_is_recorded_as_on_paper(self, visitor, member, lesson, aloud):
        token = asked_in(self.opened(visitor, member))
        drawn = spoken.read(token).paper
        given = right(drawn)
        sent = typed(member, visitor, asked=token, lessons=str(lesson.translation_key)) | sent_as(
            "asked_", drawn, given
        )

        assert signed_in(visitor).post("/visits/record/", sent).status_code == 302
        mark = Mark.objects.get()
        assert (Attempt.objects.get().ended_by, mark.awaiting, mark.out_of) == ("paper", 1, 8)
        assert [row["right"] for row in mark.detail] == [True, True, True, True, False, True]

    def test_fields_left_empty_are_no_answers_even_of_a_form_too_old(self, visitor, member, aloud):
        token = asked_in(self.opened(visitor, member))
        empty = sent_as(
            "asked_", spoken.read(token).paper, {FILL: ["", ""], SHORT: [""], MATCH: ["", "", ""]}
        )

        answer = signed_in(visitor).post("/visits/record/", typed(member, visitor, asked=token[:-2]) | empty)
        assert answer.status_code == 302
        assert (Visit.objects.count(), Attempt.objects.count()) == (1, 0)

    def test_an_answer_too_long_is_refused_in_words_and_kept_in_the_form(self, visitor, member, aloud):
        token = asked_in(self.opened(visitor, member))
        version = spoken.read(token).paper["paper"][SHORT]["version"]
        sent = typed(member, visitor, asked=token) | {f"asked_4_{version}": "字" * 4001}

        answer = signed_in(visitor).post("/visits/record/", sent)
        assert answer.status_code == 422
        assert "字" * 4001 in answer.content.decode()
        assert (Visit.objects.count(), Attempt.objects.count()) == (0, 0)

    def test_until_an_attempt_has_ended_the_form_asks_the_same_paper(self, visitor, member, lesson, aloud):
        token = asked_in(self.opened(visitor, member))
        again = asked_in(self.opened(visitor, member))
        assert spoken.read(token).paper == spoken.read(again).paper
        assert spoken.read(token).key != spoken.read(again).key

        sent = typed(member, visitor, asked=token) | sent_as(
            "asked_", spoken.read(token).paper, {FILL: ["一", ""]}
        )
        signed_in(visitor).post("/visits/record/", sent)
        later = spoken.read(asked_in(self.opened(visitor, member))).paper
        assert Attempt.objects.count() == 1
        assert later["paper"] != spoken.read(token).paper["paper"]

    def test_a_quiz_that_has_closed_is_not_asked_any_more_but_what_was_asked_is_recorded(
        self, visitor, member, aloud
    ):
        token = asked_in(self.opened(visitor, member))
        Quiz.objects.update(closes_at=moment("2026-01-06 09:00"))

        assert 'name="asked"' not in self.opened(visitor, member)
        sent = typed(member, visitor, asked=token) | sent_as(
            "asked_", spoken.read(token).paper, {FILL: ["一", ""]}
        )
        signed_in(visitor).post("/visits/record/", sent)
        assert Attempt.objects.count() == 1

    def test_a_form_that_waited_from_before_is_still_recorded(self, visitor, member, lesson):
        question = add_question("甲")
        quiz = add_quiz(question)
        keys = [option["key"] for option in question.version.content["options"]]
        paper = [{"version": question.version_id, "kind": "single_choice", "options": keys}]
        drawn = {"quiz": str(quiz.key), "edition": None, "pass_mark": 80, "paper": paper}
        content = {"member": str(member.key), "key": str(KEY), "paper": drawn, "lesson": "课"}
        token = TimestampSigner(salt="outreach.spoken").sign_object(content, compress=True)

        signed_in(visitor).post("/visits/record/", typed(member, visitor, asked=token, asked_0=keys[0]))
        assert Answer.objects.get().given == keys[:1]
