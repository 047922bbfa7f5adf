"""Editors and reviewers at work: what their forms send, for the tests of the editorial life."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Revision, TaskState
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.models import LessonPage, ModulePage
from people.models import Member, Office, Organisation
from tests.cast import PUBLISHABLE, give_office, make_member


@pytest.fixture
def reviewer(county: Organisation) -> Member:
    reviewer = make_member("shenhe", None, name="何静", name_latin="He Jing")
    give_office(reviewer, county, Office.Kind.REVIEWER)
    return reviewer


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def words(title: str = "听群众说话", text: str = "先听，再说。", **changes: Any) -> dict[str, Any]:
    """What the form of a lesson sends."""
    fields = {
        "title": title,
        "slug": "tinghua",
        "summary": "",
        "body": streamfield([("paragraph", rich_text(f"<p>{text}</p>"))]),
        "sources": streamfield([("source", {"work": "《党章》", "date": "2022年10月22日"})]),
        "valid_as_of": "2026-11-01",
        "review_by": "2099-11-30",
        "tags": "",
        "audiences": inline_formset([]),
        "comments": inline_formset([]),
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "wagtail_admin_comments": inline_formset([]),
    }
    return nested_form_data({**fields, **changes})


def add_draft(module: ModulePage, by: Member | None, slug: str = "tinghua", **fields: Any) -> LessonPage:
    """A draft that `by` saved; its words have never been live."""
    page = LessonPage(
        slug=slug,
        locale=module.locale,
        owner=by,
        live=False,
        **{**PUBLISHABLE, "title": "听群众说话", "body": [("paragraph", "<p>先听，再说。</p>")], **fields},
    )
    module.add_child(instance=page)
    page.save_revision(user=by)
    return LessonPage.objects.get(pk=page.pk)


def submit(page: Page, by: Member) -> TaskState:
    """As the button does: what is the latest draft is under review."""
    page = Page.objects.get(pk=page.pk)
    state = page.get_workflow().start(page.specific, by)
    return state.current_task_state


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def standing(page: Page) -> tuple[bool, int | None, str, int]:
    """What must not change when it is refused: live, its revision, its title, and what is scheduled."""
    row = Page.objects.get(pk=page.pk)
    scheduled = Revision.objects.filter(approved_go_live_at__isnull=False).count()
    return row.live, row.live_revision_id, row.title, scheduled
