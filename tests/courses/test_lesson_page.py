"""The lesson page: who reads it, what it knows, what it costs, and what happens when it goes away."""

from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.utils.timezone import now
from wagtail.models import PageViewRestriction

from courses import slots
from courses.models import LessonEdition, LessonPage, ModulePage
from courses.places import places_of
from courses.publishing import lesson_url
from hours.sittings import close_all_sittings
from hours.tokens import read_token
from programmes.models import LessonReached
from programmes.progress import mark_reached
from quizzes.slots import Place
from tests.cast import add_lesson, add_module, moment
from tests.courses.lessons import add_edition, add_lesson_of, live_edition, publish
from tests.hours.rows import add_record, this_year
from tests.quizzes.papers import add_question, add_quiz
from tests.studying import study

pytestmark = pytest.mark.django_db

ADDRESS = "/mass-line/one/first/"


def test_the_page_shows_the_lesson_its_place_and_a_token_of_this_member(client, member, lesson) -> None:
    client.force_login(member)
    before = now().replace(microsecond=0)
    response = client.get(ADDRESS)

    assert response.status_code == HTTPStatus.OK
    shown = response.context
    assert (shown["edition"].pk, shown["number"]) == (lesson.pk, 1)
    assert (shown["previous"], shown["next"]) == (None, None)
    assert (shown["course_url"], shown["module_url"]) == ("/mass-line/", "/mass-line/one/")
    token = read_token(shown["token"], at=now())
    assert (token.member, token.subject) == (member.key, lesson.translation_key)
    assert (token.edition, token.large_print) == (lesson.pk, False)
    assert before <= token.issued_at <= now()
    body = response.content.decode()
    assert body.count("从群众中来，到群众中去。") == 45
    assert f'data-token="{shown["token"]}"' in body


def test_in_elder_mode_the_token_says_large_print(client, member, lesson) -> None:
    client.force_login(member)
    client.cookies["look"] = "large"

    assert read_token(client.get(ADDRESS).context["token"], at=now()).large_print


def test_lessons_before_and_after_are_found_across_modules(client, member) -> None:
    one, two = add_module(slug="one"), add_module(slug="two")
    editions = [add_edition(one, "first"), add_edition(one, "second"), add_edition(two, "third")]
    client.force_login(member)
    shown = client.get("/mass-line/one/second/").context

    assert (shown["previous"].edition.pk, shown["next"].edition.pk) == (editions[0].pk, editions[2].pk)
    assert (shown["next"].url, shown["number"]) == ("/mass-line/two/third/", 2)


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, lesson) -> None:
    response = client.get(ADDRESS)

    assert (response.status_code, response.url) == (
        HTTPStatus.FOUND,
        "/sign-in/?next=/mass-line/one/first/",
    )


def test_a_visitor_of_an_english_lesson_is_asked_in_english(client) -> None:
    add_lesson(add_module("en"))

    assert client.get("/en" + ADDRESS).url == "/en/sign-in/?next=/en/mass-line/one/first/"


@pytest.mark.parametrize(
    "address", ["/mass-line/one/nothing/", "/nothing/one/first/", "/mass-line/two/first/"]
)
@pytest.mark.parametrize(("prefix", "language"), [("", "zh-CN"), ("/en", "en")])
def test_an_unknown_address_is_said_in_the_readers_language(
    client, member, lesson, address, prefix, language
) -> None:
    client.force_login(member)
    response = client.get(prefix + address)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert f'<html lang="{language}">' in response.content.decode()


def test_a_lesson_never_published_is_no_page(client, member) -> None:
    module = add_module()
    module.add_child(instance=LessonPage(title="草稿", slug="draft", live=False, body=[]))
    client.force_login(member)

    assert client.get("/mass-line/one/draft/").status_code == HTTPStatus.NOT_FOUND


def test_readers_see_what_was_published_and_not_the_draft(client, member, lesson) -> None:
    page = lesson.page
    page.title = "还没有写完"
    page.save_revision()
    client.force_login(member)

    assert client.get(ADDRESS).context["edition"].title == "群众路线是怎样形成的"
    publish(page, title="写完了")
    assert client.get(ADDRESS).context["edition"].title == "写完了"


def test_an_address_in_chinese_characters_is_read_like_any_other(client, member) -> None:
    """The editor's pages make the address from the title."""
    edition = live_edition(add_lesson_of(add_module(), ("heading", "缘起"), slug="群众路线是怎样形成的"))
    client.force_login(member)
    response = client.get(lesson_url(edition))

    assert response.status_code == HTTPStatus.OK
    assert response.context["edition"].pk == edition.pk


@pytest.mark.parametrize("where", ["lesson", "module", "course"])
@pytest.mark.parametrize("kind", [PageViewRestriction.PASSWORD, PageViewRestriction.GROUPS])
def test_a_restricted_page_is_not_served_by_the_short_way(client, member, lesson, where, kind) -> None:
    place = {"lesson": lesson.page, "module": lesson.page.get_parent()}
    place["course"] = place["module"].get_parent()
    PageViewRestriction.objects.create(page=place[where], restriction_type=kind, password="x")
    client.force_login(member)
    response = client.get(ADDRESS)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "从群众中来" not in response.content.decode()


@pytest.mark.parametrize("where", ["course", "module"])
def test_a_restricted_course_or_module_is_not_shown_to_those_outside(client, member, lesson, where) -> None:
    module = lesson.page.get_parent()
    page = module if where == "module" else module.get_parent()
    page.specific.summary = "只给这个组看的提要"
    page.specific.save()
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    client.force_login(member)
    response = client.get(page.url)

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "只给这个组看的提要" not in response.content.decode()


def test_a_lesson_below_an_unpublished_module_is_no_page(client, member, lesson) -> None:
    ModulePage.objects.get(pk=lesson.page.get_parent().pk).unpublish()
    client.force_login(member)

    assert client.get(ADDRESS).status_code == HTTPStatus.NOT_FOUND


def test_unpublished_while_being_read_the_page_goes_and_the_study_stays(client, member, lesson) -> None:
    client.force_login(member)
    token = client.get(ADDRESS).context["token"]
    lesson.page.unpublish()

    assert client.get(ADDRESS).status_code == HTTPStatus.NOT_FOUND
    page = read_token(token, at=now())
    answer = study(page, 30)
    assert (answer.counted, answer.sitting) == (29, 29)  # the second in which it was opened does not count
    close_all_sittings(at=page.issued_at + timedelta(minutes=20))
    (line,) = client.get("/record/").context["lines"]
    assert (line.subject.title, line.subject.url) == ("群众路线是怎样形成的", "")
    assert line.record.seconds == 29


def test_a_beat_sent_after_unpublishing_still_counts(client, member, lesson) -> None:
    client.force_login(member)
    token = client.get(ADDRESS).context["token"]
    lesson.page.unpublish()
    body = {"pages": [[token, [[0, 0, 50, "p0:0"]]]]}
    response = client.post("/api/v1/study/beats", body, content_type="application/json")

    assert response.status_code == HTTPStatus.OK
    assert set(response.json()) == {"counted", "sitting", "awaiting", "refused", "at"}


def test_changing_the_language_midway_keeps_progress(client, member, lesson) -> None:
    english = add_edition(add_module("en"), "how-it-formed", translation_key=lesson.translation_key)
    mark_reached(member_id=member.pk, edition=lesson, at=moment("2026-03-10 10:00"))
    add_record(member, lesson.translation_key, at=this_year(), seconds=30)
    client.force_login(member)
    chinese = client.get(ADDRESS).context
    assert chinese["request"].other_language == ("en", "English", "/en/mass-line/one/how-it-formed/")
    shown = client.get("/en/mass-line/one/how-it-formed/").context

    assert shown["edition"].pk == english.pk
    assert (shown["lesson"].state.is_reached, shown["lesson"].state.is_done) == (True, True)
    assert shown["lesson"].state.seconds == 30
    assert shown["request"].other_language == ("zh-hans", "中文", ADDRESS)


def test_a_lesson_with_a_quiz_is_not_done_by_reading_to_the_end(client, member) -> None:
    quiz = add_quiz(add_question("L1"))
    edition = live_edition(add_lesson_of(add_module(), ("quiz", quiz)))
    mark_reached(member_id=member.pk, edition=edition, at=moment("2026-03-10 10:00"))
    client.force_login(member)
    state = client.get(ADDRESS).context["lesson"].state

    assert (state.is_reached, state.is_done) == (True, False)


def test_the_page_costs_the_same_however_many_lessons_and_records(
    client, member, django_assert_num_queries, settings
) -> None:
    settings.LANE = False
    quiz = add_quiz(add_question("L1"))
    for number in range(4):
        module = add_module(slug=f"module-{number}")
        for lesson in range(3):
            edition = live_edition(
                add_lesson_of(
                    module,
                    ("paragraph", f"<p>{number} {lesson}</p>"),
                    ("quiz", quiz),
                    slug=f"lesson-{lesson}",
                )
            )
            mark_reached(member_id=member.pk, edition=edition, at=moment("2026-03-10 10:00"))
            for row in range(3):
                add_record(member, edition.translation_key, at=this_year(row + 3 * lesson + 9 * number))
    client.force_login(member)
    client.get("/mass-line/module-2/lesson-1/")  # the rules of the clock are read once a minute

    # session, member, lessons of the course, lessons reached, quizzes handed in, time studied, pace, offices,
    # whether it has changed since it was read
    client.get("/mass-line/module-2/lesson-1/")  # rules are read once a minute
    with django_assert_num_queries(9):
        assert client.get("/mass-line/module-2/lesson-1/").status_code == HTTPStatus.OK


def test_one_lesson_is_live_while_another_is_edited(client, member) -> None:
    module = add_module()
    first, second = add_lesson(module, "first"), add_lesson(module, "second")
    first.unpublish()
    client.force_login(member)

    assert client.get("/mass-line/one/second/").context["number"] == 1
    assert list(LessonEdition.objects.live().values_list("page_id", flat=True)) == [second.pk]


def test_the_date_the_words_were_checked_is_shown(client, member, lesson) -> None:
    client.force_login(member)

    assert client.get(ADDRESS).context["edition"].valid_as_of == date(2026, 11, 1)


def test_a_gate_of_a_higher_room_closes_page_quiz_and_button(client, member, monkeypatch) -> None:
    monkeypatch.setattr(slots, "_gates", [])
    quiz = add_quiz(add_question("L1"))
    edition = live_edition(add_lesson_of(add_module(), ("quiz", quiz)))
    client.force_login(member)
    assert places_of([quiz.key], member, "zh-hans") == {
        quiz.key: Place("群众路线是怎样形成的", ADDRESS, edition.key)
    }
    slots.register_gate(lambda reader, lesson: lesson != edition.translation_key)

    assert client.get(ADDRESS).status_code == HTTPStatus.NOT_FOUND
    assert places_of([quiz.key], member, "zh-hans") == {}
    assert client.post(f"/lessons/{edition.key}/reached/").status_code == HTTPStatus.NOT_FOUND
    assert not LessonReached.objects.exists()
