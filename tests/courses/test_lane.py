"""The lane shows what the ordinary path shows, to the byte, for one statement."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from courses import lane_pages
from courses.lane_anybody import Differs, Sheet, any_member
from courses.models import Audience
from courses.slots import progress_in_sql
from hours.pace import pace_of
from hours.tokens import StudyToken, read_token
from people.models import LEADING, Member, MobileRegistration, Office
from programmes.models import LessonReached
from quizzes.models import Attempt
from tests.cast import LONG_AGO, add_lesson, add_module, give_office, make_member, moment
from tests.courses.lessons import add_edition, add_lesson_of, live_edition
from tests.courses.reading_by_lane import ADDRESS, LaneReader, but_own, shown_seconds
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz
from tests.studying import study

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    """Two modules with two lessons each, one of them with a quiz, one module with a quiz at its end."""
    quiz = add_quiz(add_question("L1"))
    one, two = add_module(slug="one"), add_module(slug="two")
    two.quiz = add_quiz(add_question("M1"), title="专题测验")
    two.save_revision().publish()
    editions = [
        add_edition(one, "first"),
        live_edition(add_lesson_of(one, ("paragraph", "<p>测</p>"), ("quiz", quiz), slug="second")),
        add_edition(two, "third"),
        add_edition(two, "fourth"),
    ]
    return editions, quiz


PLACES = [
    "/mass-line/one/first/",
    "/mass-line/one/second/",
    "/mass-line/two/third/",
    "/mass-line/two/fourth/",
]


def same_by_both(reader: LaneReader, address: str) -> bytes:
    """The page by the lane; it fails when the ordinary path shows another."""
    for _try in range(2):  # the minute it was printed at may change in between
        by_lane = but_own(reader.by_lane(address, at_most=2))
        if by_lane == but_own(reader.ordinary(address).content):
            return by_lane
    assert by_lane.decode() == but_own(reader.ordinary(address).content).decode()
    return by_lane


def set_states(member: Member, course, letters: str) -> None:
    """
    n nothing, b begun, r reached, q reached and the quiz answered, v vouched for by a slip; a new member's.
    """
    editions, quiz = course
    for n, (letter, edition) in enumerate(zip(letters, editions, strict=True)):
        key = edition.translation_key
        if letter == "b":
            add_record(member, key, at=this_year(n), seconds=40 + n)
        if letter in "rq":
            LessonReached.objects.create(member=member, lesson=key, edition=edition, reached_at=now())
        if letter == "q" and not Attempt.objects.filter(member=member).exists():
            done = {"paper": [], "pass_mark": 80, "begun_at": now(), "handed_in_at": now()}
            Attempt.objects.create(member=member, quiz=quiz, **done)
        if letter == "v":
            evidence = {"lessons": [str(key)]}
            facts = {"source": "paper", "evidence": evidence, "bucket": "individual"}
            add_record(member, None, at=this_year(n), seconds=60, **facts)


@pytest.mark.parametrize("letters", ["nnnn", "brqv", "vqrb", "qvbr", "rbvq", "qqqq", "bbbb", "rrnn"])
def test_lane_and_ordinary_path_show_the_same_page_in_every_state(member, course, letters) -> None:
    reader = LaneReader(member)
    for address in PLACES:
        reader.warm(address)
    before = same_by_both(reader, PLACES[1])

    set_states(member, course, letters)

    for address in PLACES:
        same_by_both(reader, address)
    assert (same_by_both(reader, PLACES[1]) == before) is (letters == "nnnn")


@given(letters=st.text("nbrqv", min_size=4, max_size=4), seconds=st.integers(1, 5000))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_database_says_of_states_what_the_ordinary_path_says(branch, course, letters, seconds) -> None:
    """What was studied in another year counts in neither."""
    member = make_member(uuid4().hex[:12], branch)
    reader = LaneReader(member)
    set_states(member, course, letters)
    add_record(member, course[0][0].translation_key, at=this_year(100), seconds=seconds)
    add_record(member, course[0][2].translation_key, at=moment("2021-03-01 10:00"), seconds=90)
    reader.warm()

    assert shown_seconds(same_by_both(reader, ADDRESS)) >= seconds


def test_an_open_sitting_is_in_the_seconds_at_once(member, lesson) -> None:
    reader = LaneReader(member).warm()
    assert shown_seconds(reader.by_lane()) == 0
    opened = now().replace(microsecond=0)
    token = StudyToken(member.key, lesson.translation_key, lesson.pk, opened)

    study(token, 60)

    assert shown_seconds(same_by_both(reader, ADDRESS)) == 60


def test_the_token_is_the_readers_own_with_their_pace(member, lesson) -> None:
    reader = LaneReader(member).warm()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into hours_studyclock (member_key, pace, pace_lessons) values (%s, 62, 3)", [member.key]
        )
    assert pace_of(member.key) == 62

    page = same_by_both(reader, ADDRESS)
    told = re.search(rb'data-token="([^"]+)"', reader.by_lane())
    token = read_token(told[1].decode(), at=now())

    assert (token.member, token.subject, token.edition) == (member.key, lesson.translation_key, lesson.pk)
    assert (token.pace, token.large_print) == (62, False)
    assert now().timestamp() - token.issued_at.timestamp() < 5
    assert b'data-factor="1.15"' not in page


OFFICES = [
    (),
    (Office.Kind.SECRETARY,),
    (Office.Kind.COMMITTEE_MEMBER, Office.Kind.VISITOR),
    (Office.Kind.GROUP_LEADER,),
    (Office.Kind.OBSERVER, Office.Kind.DEPUTY),
]


@pytest.mark.parametrize("kinds", OFFICES)
def test_the_navigation_shows_todays_offices_at_once(member, branch, lesson, kinds) -> None:
    reader = LaneReader(member).warm()
    before = same_by_both(reader, ADDRESS)

    for kind in kinds:
        give_office(member, branch, kind)
    reader.get()

    assert (same_by_both(reader, ADDRESS) == before) is (not kinds)
    Office.objects.filter(member=member).delete()
    assert same_by_both(reader, ADDRESS) == before


def test_who_keeps_in_contact_finds_it_in_the_navigation_at_once(member, branch, lesson) -> None:
    reader = LaneReader(member).warm()
    away = make_member("away", branch)
    fields = {"member": away, "branch": branch, "contact": member, "since": LONG_AGO, "months": 12}

    MobileRegistration.objects.create(**fields)
    reader.get()

    assert b"/contacts/" in same_by_both(reader, ADDRESS)


@pytest.mark.parametrize("look", ["normal.dark", "normal.contrast.strip", "normal.less", "normal.device"])
def test_looks_and_fewer_data_have_pages_of_their_own(member, lesson, look) -> None:
    reader = LaneReader(member).warm()
    usual = same_by_both(reader, ADDRESS)
    reader.client.cookies["look"] = look
    reader.get()

    assert same_by_both(reader, ADDRESS) != usual
    reader.client.cookies["look"] = "normal"
    assert same_by_both(reader, ADDRESS) == usual


def test_a_browser_that_saves_data_gets_the_page_for_it(member, lesson) -> None:
    reader = LaneReader(member).warm()
    usual = same_by_both(reader, ADDRESS)
    reader.get(headers={"Save-Data": "on"})
    saved = reader.get(headers={"Save-Data": "on"})

    assert reader.statements == 1
    assert but_own(saved.content) == but_own(reader.ordinary(headers={"Save-Data": "on"}).content) != usual


def test_english_lessons_take_the_lane_too(member, lesson) -> None:
    add_lesson(add_module("en"), "how-it-formed", translation_key=lesson.translation_key)
    reader = LaneReader(member)
    for address in ("/en/mass-line/one/how-it-formed/", ADDRESS):
        reader.warm(address)

    assert b'<html lang="en">' in same_by_both(reader, "/en/mass-line/one/how-it-formed/")
    assert b'hreflang="en" href="/en/mass-line/one/how-it-formed/"' in same_by_both(reader, ADDRESS)


def test_an_address_in_chinese_characters_takes_the_lane(member) -> None:
    edition = live_edition(add_lesson_of(add_module(), ("heading", "缘起"), slug="群众路线"))
    reader = LaneReader(member).warm("/mass-line/one/群众路线/")

    assert edition.title.encode() in same_by_both(reader, "/mass-line/one/群众路线/")


def test_all_headers_are_those_of_the_ordinary_path(member, lesson) -> None:
    reader = LaneReader(member).warm()
    ordinary, by_lane = reader.ordinary(), reader.get()

    assert reader.statements == 1
    wanted = dict(ordinary.items())
    assert dict(by_lane.items()) == wanted | {"Content-Length": str(len(by_lane.content))}
    assert {"Content-Security-Policy", "Cache-Control", "Vary", "Content-Language"} <= set(wanted)
    assert wanted["Cache-Control"] == "private, no-store"


def test_forms_of_a_page_by_the_lane_are_accepted(member, lesson) -> None:
    """The forms' secret is Django's own."""
    reader = LaneReader(member)
    reader.client.handler.enforce_csrf_checks = True
    page = reader.warm().by_lane().decode()
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)[1]
    address = f"/lessons/{lesson.key}/reached/"

    assert reader.client.post(address, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert reader.client.post(address, {"csrfmiddlewaretoken": secret}).status_code == 302
    assert LessonReached.objects.get().member == member


def test_the_page_costs_one_statement_however_long_the_course_and_the_record(member, course) -> None:
    reader = LaneReader(member).warm()
    reader.by_lane(at_most=1)
    module = course[0][0].page.get_parent().specific
    for n in range(6):
        edition = add_edition(module, f"more-{n}")
        add_record(member, edition.translation_key, at=this_year(n), seconds=30)
    reader.get()

    reader.by_lane(at_most=1)


def test_a_course_that_is_not_the_same_for_all_costs_two_statements_at_most(
    member, other_branch, course
) -> None:
    """Two readers of one lesson, of whom one does not see the lesson after it."""
    Audience.objects.create(page=course[0][1].page, organisation=other_branch)
    other = make_member("other", other_branch)
    mine, theirs = LaneReader(member), LaneReader(other)
    theirs.client.handler = mine.client.handler  # one process
    for reader in (mine, theirs, mine, theirs):
        reader.warm(PLACES[2])

    for _turn in range(2):
        assert b"/mass-line/one/second/" not in same_by_both(mine, PLACES[2])
        assert b"/mass-line/one/second/" in same_by_both(theirs, PLACES[2])


def test_no_page_shows_one_member_what_is_anothers(member, branch, course) -> None:
    """Two members by turns in one process, in different states."""
    other = make_member("other", branch, name="别人")
    mine, theirs = LaneReader(member), LaneReader(other)
    theirs.client.handler = mine.client.handler
    add_record(member, course[0][0].translation_key, at=this_year(), seconds=77)
    LessonReached.objects.create(
        member=other, lesson=course[0][2].translation_key, edition=course[0][2], reached_at=now()
    )
    for reader in (mine, theirs):
        reader.warm()

    for _turn in range(3):
        for reader, who, seconds in ((mine, member, 77), (theirs, other, 0)):
            page = reader.by_lane()
            told = re.search(rb'data-token="([^"]+)"', page)[1].decode()
            assert (read_token(told, at=now()).member, shown_seconds(page)) == (who.key, seconds)
            assert page.decode().count('<span class="tag ok">') == (1 if who is member else 2)
            secret = reader.client.cookies["csrf"].value
            assert secret.encode() not in page
            same_by_both(reader, ADDRESS)


def test_whoever_renders_for_anybody_learns_nothing_of_anybody() -> None:
    sheet = Sheet(1)
    somebody = any_member(sheet, "secretary@branch contacts")

    assert [office.kind for office in somebody.held_offices(localdate())] == ["secretary"]
    assert somebody.held_offices(localdate())[0].kind in LEADING
    assert (somebody.is_authenticated, somebody.keeps_contact) == (True, True)
    for ask in (lambda: somebody.name, lambda: str(somebody), lambda: somebody.held_offices(None)[0].member):
        with pytest.raises(Differs):
            ask()
    assert len(sheet.faults) == 3


def test_a_template_that_says_more_of_the_member_keeps_no_page(member, lesson, monkeypatch) -> None:
    """Such a page comes by the ordinary path, and is right; this test's sisters say that it is not ours."""
    told = lane_pages.same_for_all
    monkeypatch.setattr(
        lane_pages,
        "same_for_all",
        lambda request, *rest: told(request, *rest) | {"large_print": request.user.name},
    )
    reader = LaneReader(member).warm()

    for _turn in range(2):
        assert reader.get().status_code == 200
        assert reader.statements > 3


def test_the_pages_that_are_kept_are_bounded(monkeypatch) -> None:
    pages = lane_pages.Pages(most=3)
    kinds = [lane_pages.Kind(*[str(n)] * 10) for n in range(5)]
    for kind in kinds:
        pages.keep(kind, None)

    assert len(pages) == 3
    assert [kind in pages for kind in kinds] == [False, False, True, True, True]


STAMPED = {
    "wagtailcore_page",
    "courses_lessonedition",
    "courses_modulepage",
    "courses_coursepage",
}
"""Tables with a trigger in migrations/sql/lane.sql."""

NEVER_ANOTHER = {
    "quizzes_quiz",  # its key alone, which is never another one
    "hours_rule",  # read again each minute, and never kept
}

ASKED_EACH_TIME = {
    "people_member",
    "django_session",
    "hours_studyclock",
}


def test_every_table_a_kept_page_is_made_of_has_the_stamp(member, course) -> None:
    """Who shows something else on the page finds here that it would grow stale."""
    reader = LaneReader(member)
    reader.get()
    with CaptureQueriesContext(connection) as captured:
        reader.client.get(ADDRESS)
    read = {
        name for each in captured for name in re.findall(r'(?:from|join) "?(\w+_\w+)"?', each["sql"], re.I)
    }
    functions = {"courses_may_read", "open_to_reader", progress_in_sql()}

    assert read - functions - ASKED_EACH_TIME - NEVER_ANOTHER <= STAMPED
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
            " join pg_proc p on p.oid = t.tgfoid where p.proname = 'courses_changed'"
        )
        assert {name for (name,) in cursor.fetchall()} == STAMPED


def test_old_changes_are_added_up_and_the_stamp_stays(lesson) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into courses_change (transaction, number) values (3, 11), (4, 12)")
        cursor.execute("select courses_stamp()")
        before = cursor.fetchone()
        cursor.execute("select courses_fold_changes()")
        cursor.execute(
            "select courses_stamp(), (select count(*) from courses_change where transaction in (3, 4))"
        )

        assert cursor.fetchone() == (*before, 0)


def test_without_the_lane_the_ordinary_path_answers(member, lesson) -> None:
    assert settings.LANE is True
    reader = LaneReader(member).warm()
    reader.ordinary()

    assert reader.statements > 3
