"""Every door to the readers but an approval is shut to editors and to reviewers, and nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime, now
from wagtail.models import Locale, Page, Revision, TaskState

from courses.models import LessonEdition, LessonPage, ModulePage
from courses.reviewing import approve
from people.models import Member
from tests.cast import add_lesson, add_module
from tests.courses.desk import add_draft, edit_url, reviewer, signed_in, standing, submit, words

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]


@dataclass
class Shelf:
    """A live lesson with a newer draft, a lesson that was never live, and a module that is not live."""

    live: LessonPage
    draft: LessonPage
    module: ModulePage
    hidden: ModulePage
    who: Member

    def seen(self) -> list:
        lives = (
            Page.objects.filter(live=True).order_by("pk").values_list("pk", "path", "live_revision", "title")
        )
        frozen = LessonEdition.objects.order_by("pk").values_list("pk", "is_live", "digest")
        scheduled = Revision.objects.filter(approved_go_live_at__isnull=False).count()
        return [list(lives), list(frozen), scheduled]


@pytest.fixture(params=["editor", "reviewer"])
def shelf(request, editor: Member, reviewer: Member) -> Shelf:
    who = request.getfixturevalue(request.param)
    module = add_module()
    live = add_lesson(module, "live")
    live.title = "改过的题目"
    live.save_revision(user=who)
    hidden = add_module(slug="hidden")
    hidden.unpublish()
    add_lesson(hidden, "inside")
    return Shelf(LessonPage.objects.get(pk=live.pk), add_draft(module, who), module, hidden, who)


def _url(name: str, *args: object) -> str:
    return reverse(f"wagtailadmin_pages:{name}", args=args)


def _later() -> str:
    return localtime(now() + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")


def _copied(shelf: Shelf, **ticked: str) -> dict[str, str]:
    return {"new_title": "副本", "new_slug": "fuben", "new_parent_page": str(shelf.module.pk), **ticked}


def _bulk(action: str, page: Page, **fields: str) -> tuple[str, dict]:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return f"{url}?id={page.pk}", fields


def _api(page: Page, action: str, **fields: object) -> tuple[str, dict]:
    return reverse("wagtailadmin_api:pages:action", args=[page.pk, action]), fields


Door = Callable[[Shelf], tuple[str, dict]]

DOORS: dict[str, Door] = {
    "publish": lambda s: (edit_url(s.live), words() | {"action-publish": "1"}),
    "publish what was never live": lambda s: (edit_url(s.draft), words() | {"action-publish": "1"}),
    "schedule": lambda s: (edit_url(s.draft), words() | {"action-publish": "1", "go_live_at": _later()}),
    "make and publish": lambda s: (
        _url("add", "courses", "lessonpage", s.module.pk), words(slug="new") | {"action-publish": "1"},
    ),
    "go back and publish": lambda s: (
        edit_url(s.live), words() | {"action-publish": "1", "revision": str(s.live.latest_revision_id)},
    ),
    "bulk": lambda s: _bulk("publish", s.module, include_descendants="on"),
    "copy and publish": lambda s: (_url("copy", s.live.pk), _copied(s, publish_copies="on")),
    "alias": lambda s: (_url("copy", s.live.pk), _copied(s, alias="on")),
    "copy a module and publish": lambda s: (
        _url("copy", s.hidden.pk),
        _copied(s, publish_copies="on", copy_subpages="on")
        | {"new_parent_page": str(s.module.get_parent().pk)},
    ),
    "translate": lambda s: (
        reverse("simple_translation:submit_page_translation", args=[s.module.get_parent().pk]),
        {"locales": [Locale.objects.get(language_code="en").pk], "include_subtree": "on"},
    ),
    "api publish": lambda s: _api(s.draft, "publish"),
    "api publish the newer draft": lambda s: _api(s.live, "publish"),
    "api copy": lambda s: _api(s.live, "copy", slug="x", destination_page_id=s.module.pk, keep_live=True),
    "api alias": lambda s: _api(s.live, "create_alias", destination_page_id=s.module.pk, update_slug="x"),
}  # fmt: skip


def _knock(shelf: Shelf, door: Door) -> int:
    """Go through the door and put everything back; return what was answered."""
    url, fields = door(shelf)
    client = signed_in(shelf.who)
    if "/api/" in url:
        return client.post(url, json.dumps(fields), content_type="application/json").status_code
    return client.post(url, fields).status_code


def test_no_door_but_an_approval_leads_to_the_readers(shelf) -> None:
    before, open_doors = shelf.seen(), []
    for name, door in DOORS.items():
        with transaction.atomic():
            answer = _knock(shelf, door)
            assert answer == 403 if name.startswith("api") else answer in {200, 302}, name
            if shelf.seen() != before:
                open_doors.append(name)
            transaction.set_rollback(True)

    assert open_doors == []


LIVE_ACTS: dict[str, tuple[Door, bool]] = {
    # what changes at once for readers, and whether a reviewer may do it
    "unpublish": (lambda s: (_url("unpublish", s.live.pk), {}), True),
    "unpublish in bulk": (lambda s: _bulk("unpublish", s.live), True),
    "move": (lambda s: (_url("move_confirm", s.hidden.get_children().get().pk, s.module.pk), {}), True),
    "move in bulk": (
        lambda s: _bulk("move", s.hidden.get_children().get(), chooser=str(s.module.pk)), True,
    ),
    "api move": (lambda s: _api(s.hidden.get_children().get(), "move", destination_page_id=s.module.pk,
        position="first-child"), True),
    "delete": (lambda s: (_url("delete", s.live.pk), {}), False),
    "delete in bulk": (lambda s: _bulk("delete", s.live), False),
    "api unpublish": (lambda s: _api(s.live, "unpublish"), True),
    "api delete": (lambda s: _api(s.live, "delete"), False),
}  # fmt: skip


def test_what_is_live_is_taken_off_and_moved_by_reviewers_alone(shelf) -> None:
    before, changed = shelf.seen(), {}
    for name, (door, _for_reviewers) in LIVE_ACTS.items():
        with transaction.atomic():
            _knock(shelf, door)
            changed[name] = shelf.seen() != before
            transaction.set_rollback(True)

    reviewer_at_work = shelf.who.number == "shenhe"
    assert changed == {name: allowed and reviewer_at_work for name, (_, allowed) in LIVE_ACTS.items()}


def test_privacy_and_order_of_what_is_live_are_for_reviewers(shelf) -> None:
    client, allowed = signed_in(shelf.who), shelf.who.number == "shenhe"
    privacy = client.post(_url("set_privacy", shelf.live.pk), {"restriction_type": "login"})
    order = client.post(_url("set_page_position", shelf.live.pk) + "?position=1")

    assert (privacy.status_code, order.status_code) == ((200, 200) if allowed else (302, 302))
    assert shelf.live.view_restrictions.count() == int(allowed)
    drafts = add_module(slug="drafts")
    one, _two = add_draft(drafts, shelf.who, "one"), add_draft(drafts, shelf.who, "two")
    assert client.post(_url("set_page_position", one.pk) + "?position=1").status_code == 200
    assert list(drafts.get_children().values_list("slug", flat=True)) == ["two", "one"]


def test_what_was_unpublished_needs_a_look_again(editor, reviewer) -> None:
    page = add_draft(add_module(), editor)
    approve(submit(page, editor), by=reviewer)
    signed_in(reviewer).post(_url("unpublish", page.pk))
    assert standing(page)[0] is False

    for who in (editor, reviewer):
        signed_in(who).post(edit_url(page), words() | {"action-publish": "1"})
        assert standing(page)[0] is False


def test_who_planned_it_cannot_take_the_plan_back_alone(editor, reviewer) -> None:
    page = add_draft(add_module(), editor)
    state = submit(page, editor)
    approve(state, by=reviewer, go_live_at=now() + timedelta(days=2))
    url = _url("revisions_unschedule", page.pk, state.revision_id)

    signed_in(editor).post(url)
    assert standing(page)[3] == 1
    assert signed_in(reviewer).post(url).status_code == 302
    assert standing(page)[3] == 0


def test_the_database_refuses_what_no_page_would_ask_of_it(shelf) -> None:
    page, before = shelf.draft, shelf.seen()
    revision = page.get_latest_revision()
    asked = [
        (PermissionDenied, lambda: revision.publish(user=shelf.who)),
        (IntegrityError, lambda: shelf.live.copy(update_attrs={"slug": "x"}, user=shelf.who)),
        (IntegrityError, lambda: revision.publish(user=shelf.who, skip_permission_checks=True)),
        (IntegrityError, lambda: revision.publish()),
        (IntegrityError, lambda: Page.objects.filter(pk=page.pk).update(live=True)),
        (IntegrityError, lambda: Page.objects.filter(pk=page.pk).update(live=True, live_revision=revision)),
        (IntegrityError, lambda: Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=now())),
        (PermissionDenied, lambda: shelf.live.create_alias(update_slug="x", user=shelf.who)),
    ]  # fmt: skip
    for refusal, act in asked:
        with pytest.raises(refusal), transaction.atomic():
            act()
    assert shelf.seen() == before


def test_a_decision_is_about_its_own_page(editor, reviewer, county) -> None:
    """The address names a page and a decision: one's own page is not approved by the address of another's."""
    module = add_module()
    theirs, own = add_draft(module, editor, "theirs"), add_draft(module, reviewer, "own")
    submit(theirs, editor)
    state = submit(own, reviewer)
    client: Client = signed_in(reviewer)

    url = _url("workflow_action", theirs.pk, "approve", state.pk)
    assert client.post(url, {}).status_code in {302, 403}
    sent = words() | {
        "action-workflow-action": "1", "workflow-action-name": "approve",
        "workflow-action-extra-data": json.dumps({"update": False, "comment": "x"}),
    }  # fmt: skip
    client.post(edit_url(own), sent)
    assert standing(own)[0] is standing(theirs)[0] is False
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
