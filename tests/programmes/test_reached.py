"""Saying that the end of a lesson was reached: by the page itself, and by the button."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import override_settings
from django.utils.timezone import now

from courses.models import LessonEdition, ModulePage
from hours.models import StudyClock
from hours.tokens import StudyToken
from people.models import Member
from programmes.models import LessonReached
from tests.courses.lessons import add_edition, publish
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db


def token(member: Member, edition: LessonEdition, *, opened: timedelta = timedelta(minutes=-5)) -> str:
    return StudyToken(member.key, edition.translation_key, edition.pk, now() + opened).sign()


def tell(client, text: object):
    return client.post("/api/v1/study/reached", {"token": text}, content_type="application/json")


def test_the_page_tells_it_without_a_session(client, member, lesson) -> None:
    response = tell(client, token(member, lesson))

    assert (response.status_code, response.json()) == (HTTPStatus.OK, {"first": True})
    row = LessonReached.objects.get()
    assert (row.member, row.lesson, row.edition) == (member, lesson.translation_key, lesson)


def test_telling_it_twice_changes_nothing(client, member, lesson) -> None:
    tell(client, token(member, lesson))
    before = LessonReached.objects.get().reached_at
    response = tell(client, token(member, lesson))

    assert (response.status_code, response.json()) == (HTTPStatus.OK, {"first": False})
    assert LessonReached.objects.get().reached_at == before


def test_the_token_says_who_and_the_session_does_not(client, member, secretary, lesson) -> None:
    client.force_login(secretary)
    tell(client, token(member, lesson))

    assert LessonReached.objects.get().member == member


@pytest.mark.parametrize(("opened", "why"), [(timedelta(days=-31), "old"), (timedelta(minutes=5), "future")])
def test_a_token_out_of_its_time_is_refused(client, member, lesson, opened, why) -> None:
    response = tell(client, token(member, lesson, opened=opened))

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": why})
    assert not LessonReached.objects.exists()


def test_a_token_signed_with_another_key_is_refused(client, member, lesson) -> None:
    with override_settings(SECRET_KEY="somebody-elses"):
        foreign = token(member, lesson)
    response = tell(client, foreign)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert not LessonReached.objects.exists()


def test_a_token_turned_to_another_member_is_refused(client, member, secretary, lesson) -> None:
    mine, theirs = token(member, lesson), token(secretary, lesson)
    response = tell(client, theirs[:43] + mine[43:])

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert not LessonReached.objects.exists()


@pytest.mark.parametrize(
    ("text", "why"), [("", "forged"), ("!" * 80, "forged"), ("群众", "damaged"), ("A", "damaged")]
)
def test_what_is_no_token_is_refused(client, member, lesson, text, why) -> None:
    response = tell(client, text)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": why})
    assert not LessonReached.objects.exists()


@pytest.mark.parametrize("text", ["x" * 201, None, 7, ["x"], {"a": 1}])
def test_what_cannot_be_a_token_is_unprocessable(client, member, lesson, text) -> None:
    assert tell(client, text).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not LessonReached.objects.exists()


def test_an_edition_that_never_was_is_refused(client, member, lesson) -> None:
    unknown = StudyToken(member.key, lesson.translation_key, lesson.pk + 1000, now()).sign()
    response = tell(client, unknown)

    assert (response.status_code, response.json()) == (HTTPStatus.CONFLICT, {"refused": "forged"})
    assert not LessonReached.objects.exists()


def test_a_closed_account_earns_nothing(client, member, lesson) -> None:
    mine = token(member, lesson)
    Member.objects.filter(pk=member.pk).update(is_active=False)

    assert tell(client, mine).status_code == HTTPStatus.CONFLICT
    assert not LessonReached.objects.exists()


def test_a_lesson_unpublished_while_it_was_read_is_still_reached(client, member, lesson) -> None:
    mine = token(member, lesson)
    lesson.page.unpublish()

    assert tell(client, mine).json() == {"first": True}


def test_the_button_notes_it_and_leads_back_to_the_end(client, member, lesson) -> None:
    client.force_login(member)
    response = client.post(f"/lessons/{lesson.key}/reached/")

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, "/mass-line/one/first/#end")
    assert LessonReached.objects.get().member == member


def test_the_button_of_a_page_opened_before_a_new_edition_still_works(client, member, lesson) -> None:
    publish(lesson.page, title="群众路线的形成")
    client.force_login(member)
    response = client.post(f"/lessons/{lesson.key}/reached/")

    assert (response.status_code, response.url) == (HTTPStatus.FOUND, "/mass-line/one/first/#end")
    assert LessonReached.objects.get().edition == lesson


def test_a_lesson_unpublished_while_being_read_is_noted_all_the_same(client, member, lesson) -> None:
    lesson.page.unpublish()
    client.force_login(member)

    assert client.post(f"/lessons/{lesson.key}/reached/").url == "/"
    assert LessonReached.objects.get().edition == lesson


def test_the_button_of_no_lesson_is_not_found(client, member, lesson) -> None:
    client.force_login(member)

    assert client.post(f"/lessons/{member.key}/reached/").status_code == HTTPStatus.NOT_FOUND
    assert not LessonReached.objects.exists()


def test_looking_at_the_buttons_address_changes_nothing(client, member, lesson) -> None:
    client.force_login(member)

    assert client.get(f"/lessons/{lesson.key}/reached/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert not LessonReached.objects.exists()


def test_a_visitor_who_presses_the_button_is_asked_to_sign_in(client, lesson) -> None:
    response = client.post(f"/lessons/{lesson.key}/reached/")

    assert response.url == "/sign-in/?next=/mass-line/one/first/%23end"
    assert not LessonReached.objects.exists()


def test_the_button_is_refused_when_it_was_pressed_on_another_site(member, lesson) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    assert client.post(f"/lessons/{lesson.key}/reached/").status_code == HTTPStatus.FORBIDDEN
    assert not LessonReached.objects.exists()


@pytest.fixture
def clock(member, lesson) -> StudyClock:
    """Nothing has been learned yet. The lesson takes a calm reader 112.5 seconds; it was read in 225."""
    add_record(member, lesson.translation_key, at=this_year(), seconds=225)
    return StudyClock.objects.create(member=member)


def pace(clock: StudyClock) -> tuple[int, int]:
    clock.refresh_from_db()
    return clock.pace, clock.pace_lessons


def test_reaching_the_end_the_first_time_teaches_the_readers_pace(client, member, clock, lesson) -> None:
    tell(client, token(member, lesson))
    assert pace(clock) == (88, 1)

    tell(client, token(member, lesson))
    assert pace(clock) == (88, 1)


def test_large_print_is_taken_out_of_what_is_learned(client, member, clock, lesson) -> None:
    opened = now() - timedelta(minutes=5)
    tell(client, StudyToken(member.key, lesson.translation_key, lesson.pk, opened, large_print=True).sign())

    assert pace(clock) == (94, 1)


def test_reading_faster_than_a_calm_reader_changes_no_pace(client, member, clock, lesson) -> None:
    other = add_edition(ModulePage.objects.get(), "second")
    add_record(member, other.translation_key, at=this_year(60), seconds=70)
    tell(client, token(member, other))

    assert pace(clock) == (100, 1)


def test_the_button_teaches_no_pace(client, member, clock, lesson) -> None:
    client.force_login(member)
    client.post(f"/lessons/{lesson.key}/reached/")

    assert LessonReached.objects.get().member == member
    assert pace(clock) == (100, 0)


def test_who_has_no_clock_reaches_the_end_all_the_same(client, member, lesson) -> None:
    assert tell(client, token(member, lesson)).json() == {"first": True}
    assert not StudyClock.objects.exists()
