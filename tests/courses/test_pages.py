"""Home, course and module pages: what each shows to whom, and what it costs."""

from http import HTTPStatus
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Locale

from courses.models import CoursePage, HomePage
from hours.totals import rules_on
from programmes.progress import mark_reached
from quizzes.attempts import begin, hand_in
from tests.cast import add_lesson, add_module, moment
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")


def test_a_visitor_is_welcomed_with_the_courses_and_no_lesson_text(client, lesson) -> None:
    response = client.get("/")

    assert response.status_code == HTTPStatus.OK
    assert response.templates[0].name == "courses/welcome.html"
    assert [course.title for course in response.context["courses"]] == ["群众路线"]
    assert "从群众中来" not in response.content.decode()


def test_each_language_has_its_own_courses(client, lesson) -> None:
    assert client.get("/en/").context["courses"] == []
    add_lesson(add_module("en"))

    assert [course.title for course in client.get("/en/").context["courses"]] == ["The mass line"]
    assert [course.title for course in client.get("/").context["courses"]] == ["群众路线"]


def test_the_members_home_shows_the_year_and_where_to_go_on(client, member, lesson) -> None:
    add_record(member, lesson.translation_key, at=this_year(), seconds=45 * 60 * 3)
    client.force_login(member)
    shown = client.get("/").context

    assert (shown["record"].hours, shown["record"].required, shown["record"].missing) == (3, 32, 29)
    course, module, next_lesson = shown["next"]
    assert (course.title, module.title, next_lesson.edition.pk) == ("群众路线", "第一专题", lesson.pk)
    assert next_lesson.state.seconds == 8100


def test_home_goes_on_with_what_is_begun_before_what_is_new(client, member) -> None:
    module = add_module()
    editions = [add_edition(module, slug) for slug in ("first", "second", "third")]
    mark_reached(member_id=member.pk, edition=editions[0], at=NOON)
    add_record(member, editions[2].translation_key, at=this_year())
    client.force_login(member)

    assert client.get("/").context["next"][2].edition.pk == editions[2].pk


def test_home_offers_nothing_more_when_all_is_done(client, member, lesson) -> None:
    mark_reached(member_id=member.pk, edition=lesson, at=NOON)
    client.force_login(member)
    shown = client.get("/").context

    assert shown["next"] is None
    assert (shown["courses"][0].done, shown["courses"][0].is_done) == (1, True)


def test_elder_mode_has_its_own_home_with_the_person_to_ring(client, member, secretary, lesson) -> None:
    client.force_login(member)
    client.cookies["look"] = "large"
    response = client.get("/")

    assert response.templates[0].name == "courses/elder_home.html"
    contact = response.context["whom_to_ring"]()
    assert (contact.name, contact.phone) == ("张伟", "13900000002")


def test_the_course_page_lists_modules_lessons_and_results(client, member) -> None:
    module = add_module()
    module.quiz = add_quiz(add_question("L1"))
    module.save_revision().publish()
    editions = [add_edition(module, "first"), add_edition(module, "second")]
    mark_reached(member_id=member.pk, edition=editions[0], at=NOON)
    attempt = begin(member=member, quiz=module.quiz, at=NOON)
    hand_in(attempt_id=attempt.pk, member_id=member.pk, at=NOON)
    client.force_login(member)
    shown = client.get("/mass-line/").context

    assert [lesson.edition.pk for lesson in shown["course"].lessons] == [edition.pk for edition in editions]
    assert (shown["course"].done, shown["course"].minutes, shown["course"].is_done) == (1, 4, False)
    assert {key: (best.percent, best.passed) for key, best in shown["results"].items()} == {
        module.quiz.key: (0, False)
    }


def test_the_module_page_lists_its_own_lessons_only(client, member) -> None:
    one, two = add_module(slug="one"), add_module(slug="two")
    add_lesson(one, "first")
    second = add_edition(two, "second")
    client.force_login(member)
    shown = client.get("/mass-line/two/").context

    assert [lesson.edition.pk for lesson in shown["module"].lessons] == [second.pk]
    assert (shown["quiz"], shown["best"]) == (None, None)


def test_a_course_without_lessons_says_so_and_breaks_nothing(client, member) -> None:
    home = HomePage.objects.get(locale=Locale.objects.get(language_code="zh-hans"))
    home.add_child(instance=CoursePage(title="空课程", slug="empty", category="purpose", locale=home.locale))
    client.force_login(member)
    response = client.get("/empty/")

    assert (response.status_code, response.context["course"]) == (HTTPStatus.OK, None)


@pytest.mark.parametrize("address", ["/mass-line/", "/mass-line/one/"])
def test_the_language_link_leads_to_the_same_page_in_the_other_language(
    client, member, lesson, address
) -> None:
    chinese = lesson.page.get_parent()
    english = add_module("en", slug="module-one")
    english.translation_key = chinese.translation_key
    english.save()
    course = english.get_parent().specific
    course.translation_key = chinese.get_parent().translation_key
    course.slug = "the-mass-line"
    course.save()
    client.force_login(member)
    other = client.get(address).context["request"].other_language

    assert (
        other
        == {
            "/mass-line/": ("en", "English", "/en/the-mass-line/"),
            "/mass-line/one/": ("en", "English", "/en/the-mass-line/module-one/"),
        }[address]
    )


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # session, member; site, locale, home page; ancestors, restrictions; outline, reached, studied;
        # rules, studied, offices, home study
        ("/", 13),
        # session, member; site, locale, home page, its child, course; the gate; counterpart,
        # outline, reached, studied; tags, results, offices
        ("/mass-line/", 15),
    ],
)
def test_home_and_course_cost_the_same_however_much_there_is(
    client, member, django_assert_num_queries, address, queries
) -> None:
    quiz = add_quiz(add_question("L1"))
    for number in range(3):
        module = add_module(slug=f"module-{number}")
        module.quiz = quiz
        module.save_revision().publish()
        for lesson in range(3):
            edition = add_edition(module, f"lesson-{lesson}")
            add_record(member, edition.translation_key, at=this_year(3 * number + lesson))
            if lesson == 0:
                mark_reached(member_id=member.pk, edition=edition, at=NOON)
    client.force_login(member)
    client.get(address)

    with django_assert_num_queries(queries):
        assert client.get(address).status_code == HTTPStatus.OK


def test_minutes_and_rules_do_not_depend_on_the_language(client, member, lesson, today) -> None:
    add_record(member, UUID(int=9), at=this_year(), seconds=45 * 60)
    client.force_login(member)

    assert client.get("/").context["record"].hours == client.get("/en/").context["record"].hours == 1
    assert rules_on(today).minutes_per_hour == 45


@pytest.mark.parametrize("slug", ["record", "en", "overview"])
def test_a_course_cannot_take_an_address_of_the_site(db, slug) -> None:
    home = HomePage.objects.get(locale__language_code="zh-hans")
    course = CoursePage(title="课程", slug=slug, category="purpose", locale=home.locale)

    with pytest.raises(ValidationError, match="站点本身"):
        home.add_child(instance=course)
    assert not CoursePage.objects.exists()
