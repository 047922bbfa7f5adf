"""What an editor, the branch or the member changes holds for the very next page by the lane."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.timezone import localdate, now
from wagtail.models import Page, PageViewRestriction

from courses.models import Audience, CoursePage, LessonPage, ModulePage
from courses.slots import register_gate
from people.models import Affiliation, Member, Office
from people.passwords import choose_password
from programmes.progress import mark_reached
from tests.cast import add_lesson, add_module, give_office
from tests.courses.lessons import add_edition
from tests.courses.reading_by_lane import ADDRESS, LaneReader, but_own
from tests.people.test_sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(member, lesson) -> LaneReader:
    reader = LaneReader(member).warm()
    reader.by_lane()
    return reader


@pytest.fixture
def places(lesson) -> dict[str, Page]:
    page = LessonPage.objects.get(pk=lesson.page_id)
    module = page.get_parent().specific
    return {"lesson": page, "module": module, "course": module.get_parent().specific}


def publish(page: Page, **fields: object) -> None:
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def refused(reader: LaneReader, address: str = ADDRESS) -> bool:
    response = reader.get(address)
    assert "从群众中来" not in response.content.decode()
    return response.status_code == HTTPStatus.NOT_FOUND


def test_new_words_are_read_as_soon_as_they_are_published(reader, places) -> None:
    publish(places["lesson"], title="改过的题目")
    assert "改过的题目" in reader.get().content.decode()

    by_lane = reader.warm().by_lane()
    assert "改过的题目" in by_lane.decode()
    assert but_own(by_lane) == but_own(reader.ordinary().content)


@pytest.mark.parametrize("where", ["lesson", "module", "course"])
def test_what_is_unpublished_is_gone_and_comes_back(reader, places, where) -> None:
    places[where].unpublish()
    assert refused(reader)

    publish(type(places[where]).objects.get(pk=places[where].pk))
    assert reader.get().status_code == HTTPStatus.OK
    reader.warm().by_lane()


def test_an_audience_closes_a_lesson_and_opens_it(reader, places, other_branch, branch) -> None:
    audience = Audience.objects.create(page=places["module"], organisation=other_branch)
    assert refused(reader)
    audience.organisation = branch
    audience.save()
    reader.get()
    reader.by_lane()


def test_who_changes_branch_reads_by_the_new_one(reader, member, places, branch, other_branch) -> None:
    Audience.objects.create(page=places["course"], organisation=branch)
    reader.get()
    reader.by_lane()
    Affiliation.objects.filter(member=member).update(branch=other_branch)
    assert refused(reader)


def test_an_office_opens_what_is_for_leaders_and_its_end_closes_it(reader, member, places, branch) -> None:
    Audience.objects.create(page=places["lesson"], leaders_only=True)
    assert refused(reader)
    office = give_office(member, branch, Office.Kind.GROUP_LEADER)
    assert reader.get().status_code == HTTPStatus.OK
    reader.get()
    reader.by_lane()
    Office.objects.filter(pk=office.pk).update(until=localdate() - timedelta(days=1))
    assert refused(reader)


@pytest.mark.parametrize("where", ["lesson", "module", "course"])
def test_a_restriction_closes_it_and_the_group_opens_it(reader, member, places, where) -> None:
    closed = PageViewRestriction.objects.create(page=places[where], restriction_type="groups")
    group = Group.objects.create(name="试读")
    closed.groups.add(group)
    assert refused(reader)
    member.groups.add(group)
    reader.get()
    reader.by_lane()
    member.groups.clear()
    assert refused(reader)


def test_a_lesson_that_closes_leaves_the_list_of_its_neighbours(reader, places, other_branch) -> None:
    second = add_edition(places["module"], "second", title="另外一课")
    reader.get()
    assert "另外一课" in reader.by_lane().decode()

    audience = Audience.objects.create(page=second.page, organisation=other_branch)
    reader.get()
    assert "另外一课" not in reader.by_lane().decode()
    audience.delete()
    assert "另外一课" in reader.by_lane(at_most=2).decode()
    second.page.unpublish()
    reader.get()
    assert "另外一课" not in reader.by_lane().decode()


@pytest.mark.parametrize("where", ["module", "course"])
def test_a_new_name_of_module_and_course_is_on_the_page(reader, places, where) -> None:
    publish(places[where], title="新的名字")
    reader.get()
    assert "新的名字" in reader.by_lane().decode()


def test_the_language_link_comes_and_goes_with_the_other_lesson(reader, lesson) -> None:
    english = add_lesson(add_module("en"), "how-it-formed", translation_key=lesson.translation_key)
    link = b'href="/en/mass-line/one/how-it-formed/"'
    reader.get()
    assert link in reader.by_lane()
    english.unpublish()
    reader.get()
    assert link not in reader.by_lane()


def test_the_state_is_the_one_of_this_moment(reader, member, lesson) -> None:
    assert b'<span class="tag ok">' not in reader.by_lane().split(b"data-when-reached")[0]
    mark_reached(member_id=member.pk, edition=lesson, at=now())
    assert "完成" in reader.by_lane().decode()
    assert b"/reached/" not in reader.by_lane()


def test_a_lesson_that_moves_answers_at_the_new_address_and_leads_from_the_old(reader, places) -> None:
    other = add_module(slug="two")
    places["lesson"].move(other, pos="last-child")

    gone = reader.get()
    assert (gone.status_code, gone["Location"]) == (HTTPStatus.MOVED_PERMANENTLY, "/mass-line/two/first/")
    reader.warm("/mass-line/two/first/").by_lane("/mass-line/two/first/")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("where", ["lesson", "module", "course"])
def test_a_new_address_is_led_to_from_the_old_in_both_languages(
    member, language, where, django_capture_on_commit_callbacks
) -> None:
    module = add_module(language)
    lesson = add_lesson(module, "first")
    home = "/en/" if language == "en" else "/"
    old = home + "mass-line/one/first/"
    reader = LaneReader(member).warm(old)
    page = {"lesson": lesson, "module": module, "course": module.get_parent().specific}[where]
    names = {
        "lesson": "mass-line/one/renamed/",
        "module": "mass-line/renamed/first/",
        "course": "renamed/one/first/",
    }

    page = type(page).objects.get(pk=page.pk)
    with django_capture_on_commit_callbacks(execute=True):  # Wagtail notes the old address then
        publish(page, slug="renamed")

    gone = reader.get(old)
    assert (gone.status_code, gone["Location"]) == (HTTPStatus.MOVED_PERMANENTLY, home + names[where])
    reader.warm(home + names[where]).by_lane(home + names[where])


def test_children_of_a_course_that_moves_are_led_to_in_their_new_place(member) -> None:
    """A module moves to another course; its lessons go with it."""
    module = add_module()
    add_lesson(module, "first")
    home = module.get_parent().get_parent().specific
    other = home.add_child(
        instance=CoursePage(title="另一门", slug="other", category="purpose", locale=home.locale)
    )
    reader = LaneReader(member).warm()

    ModulePage.objects.get(pk=module.pk).move(other, pos="last-child")

    gone = reader.get()
    assert (gone.status_code, gone["Location"]) == (HTTPStatus.MOVED_PERMANENTLY, "/other/one/first/")


def test_what_moved_away_came_back_and_was_withdrawn_leads_nowhere(reader, places) -> None:
    """And not to itself, as Wagtail's own redirect would."""
    lesson, module = places["lesson"], places["module"]
    lesson.move(add_module(slug="two"), pos="last-child")
    LessonPage.objects.get(pk=lesson.pk).move(ModulePage.objects.get(pk=module.pk), pos="last-child")
    assert reader.get().status_code == HTTPStatus.OK

    LessonPage.objects.get(pk=lesson.pk).unpublish()
    assert refused(reader)


def test_another_lesson_at_the_old_address_is_not_the_old_one(reader, places) -> None:
    places["lesson"].move(add_module(slug="two"), pos="last-child")
    add_lesson(ModulePage.objects.get(pk=places["module"].pk), "first", title="后来的课")

    assert "后来的课" in reader.get().content.decode()
    assert "后来的课" in reader.warm().by_lane().decode()


def test_a_gate_of_a_higher_room_is_asked_by_the_lane(reader, member, lesson, monkeypatch) -> None:
    monkeypatch.setattr("courses.slots._gates", [])
    asked = []
    register_gate(lambda who, key: asked.append((who.pk, who.key, key)) or False)

    assert refused(reader)
    assert asked[0] == (member.pk, member.key, lesson.translation_key)


def is_signed_out(reader: LaneReader) -> bool:
    response = reader.get()
    return response.status_code == HTTPStatus.FOUND and response["Location"].startswith("/sign-in/")


def reader_of(client) -> LaneReader:
    reader = LaneReader.__new__(LaneReader)
    reader.client = client
    reader.warm().by_lane()
    return reader


def test_signing_out_ends_it_and_takes_the_cookie_along(member, lesson) -> None:
    reader = reader_of(signed_in())
    kept = {name: each.value for name, each in reader.client.cookies.items()}
    reader.client.post("/sign-out/")
    assert not reader.client.cookies["reader"].value

    for name in ("session", "reader", "seen", "csrf"):
        reader.client.cookies[name] = kept[name]  # somebody had written them down
    assert is_signed_out(reader)


def test_signing_out_everywhere_on_another_device_ends_it(member, lesson) -> None:
    telephone, computer = reader_of(signed_in()), signed_in()
    computer.post("/account/sessions/end/")

    assert is_signed_out(telephone)


def test_another_password_ends_it_on_other_devices_and_not_on_this(member, lesson) -> None:
    telephone = reader_of(signed_in())
    member.refresh_from_db()
    choose_password(member, "another-good-password", at=now(), address="", keeps=None)

    assert is_signed_out(telephone)


def test_a_session_that_was_left_behind_does_not_outlive_the_password(reader, member) -> None:
    """Django refuses it for the password's mark in the session; so does the lane."""
    member.set_password("another-good-password")
    member.save()
    assert Session.objects.filter(session_key=reader.client.cookies["session"].value).exists()

    assert is_signed_out(reader)


def test_a_closed_account_reads_nothing(reader, member) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert is_signed_out(reader)


def test_a_session_that_ran_out_is_over(reader) -> None:
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert is_signed_out(reader)


def test_editors_and_administrators_read_by_the_ordinary_path(reader, member, county) -> None:
    """Rules of entry may lead them elsewhere: see people.entry_rules."""
    give_office(member, county, Office.Kind.EDITOR)
    for _turn in range(3):
        assert reader.not_by_lane().status_code == HTTPStatus.OK


def test_saving_a_draft_changes_no_stamp(lesson, places) -> None:
    def stamp() -> str:
        with connection.cursor() as cursor:
            cursor.execute("select courses_stamp()")
            return cursor.fetchone()[0]

    before = stamp()
    places["lesson"].title = "还没有写完"
    places["lesson"].save_revision()
    assert stamp() == before
    publish(places["lesson"])
    assert stamp() != before
