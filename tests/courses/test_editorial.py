"""A second pair of eyes: what editors write goes live when somebody else has approved that very revision."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate, now
from wagtail.models import (
    Comment,
    GroupPagePermission,
    Page,
    Revision,
    Task,
    TaskState,
    WorkflowPage,
    WorkflowState,
)

from courses.editing import grant_editors
from courses.models import LessonEdition, LessonPage, ReviewTask
from courses.reviewing import approve, may_be_approved, open_the_way, send_back
from people import delegation
from people.models import Member, Office
from tests.cast import add_lesson, add_module, give_office, make_member
from tests.courses.desk import add_draft, edit_url, reviewer, signed_in, standing, submit, words
from tests.courses.lessons import live_edition

pytestmark = pytest.mark.django_db

__all__ = ["reviewer"]


@pytest.fixture
def draft(editor: Member) -> LessonPage:
    return add_draft(add_module(), editor)


def test_an_editor_submits_the_reviewer_approves_and_members_read_it(editor, reviewer, draft) -> None:
    desk = signed_in(editor)
    response = desk.post(edit_url(draft), words(text="先听，再想。") | {"action-submit": "1"})
    assert response.status_code == 302
    state = WorkflowState.objects.get()
    assert (state.status, state.requested_by) == ("in_progress", editor)
    assert standing(draft)[0] is False

    waiting = state.current_task_state
    page = signed_in(reviewer)
    url = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", waiting.pk])
    assert page.post(url, {"comment": "可以。"}).status_code == 302

    draft.refresh_from_db()
    assert (draft.live, draft.has_unpublished_changes, draft.live_revision) == (True, False, waiting.revision)
    assert "先听，再想。" in live_edition(draft).html
    waiting.refresh_from_db()
    assert (waiting.status, waiting.finished_by, waiting.comment) == ("approved", reviewer, "可以。")
    assert mail.outbox == []


def test_approval_is_for_somebody_else(editor, reviewer, county, draft) -> None:
    """Neither who wrote the words, nor who saved them again, nor who submitted them, nor an editor."""
    both = make_member("liang", None)
    give_office(both, county, Office.Kind.REVIEWER)
    give_office(both, county, Office.Kind.EDITOR)
    module = add_module(slug="two")
    wrote = add_draft(module, both, slug="wrote")
    wrote.save_revision(user=editor)  # the same words
    saved = add_draft(module, editor, slug="saved")
    saved.save_revision(user=both)
    submitted = add_draft(module, editor, slug="submitted")
    cases = [(submit(wrote, editor), both), (submit(saved, editor), both), (submit(submitted, both), both)]
    cases += [(submit(draft, editor), editor), (cases[0][0], make_member("anybody"))]
    for state, somebody in cases:
        before = standing(state.revision.content_object)
        with pytest.raises(PermissionDenied):
            approve(state, by=somebody)
        with pytest.raises(PermissionDenied):
            send_back(state, by=somebody, comment="改")
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[state.revision.object_id, "approve", state.pk]
        )
        assert signed_in(somebody).post(url, {}).status_code in {302, 403, 404}
        assert standing(state.revision.content_object) == before
        assert TaskState.objects.get(pk=state.pk).status == "in_progress"

    for state, _somebody in cases[:3]:
        approve(state, by=reviewer)
        assert Page.objects.get(pk=state.revision.object_id).live


def test_a_comment_makes_nobody_the_author(editor, reviewer, draft) -> None:
    """Saving a page with a comment is a new revision with the same words."""
    revision = draft.save_revision(user=reviewer)
    state = submit(draft, editor)
    assert state.revision == revision
    with pytest.raises(PermissionDenied):  # saved last by the reviewer: that very revision is theirs
        approve(state, by=reviewer)
    state.workflow_state.cancel(user=editor)

    draft.save_revision(user=editor)
    approve(submit(draft, editor), by=reviewer)
    assert standing(draft)[0] is True


def test_an_office_lent_for_a_period_approves_while_it_lasts(editor, reviewer, county, draft) -> None:
    substitute = make_member("daiban", None)
    give_office(substitute, county, Office.Kind.EDITOR)
    state, today = submit(draft, editor), localdate()
    with pytest.raises(PermissionDenied):
        approve(state, by=substitute)

    own = reviewer.offices.get()
    lent = delegation.delegate(own, substitute, since=today, until=today, by=reviewer, at=now())
    with pytest.raises(delegation.NotAmongTheirPeople):
        delegation.delegate(own, make_member("who"), since=today, until=today, by=reviewer, at=now())
    Office.objects.filter(pk=lent.pk).update(since=today - timedelta(days=2), until=today - timedelta(days=1))
    with pytest.raises(PermissionDenied):
        approve(state, by=Member.objects.get(pk=substitute.pk))
    Office.objects.filter(pk=lent.pk).update(until=today)
    approve(state, by=Member.objects.get(pk=substitute.pk))

    assert standing(draft)[0] is True


def test_what_was_approved_is_published_not_a_later_draft(editor, reviewer, draft) -> None:
    state = submit(draft, editor)
    later = LessonPage.objects.get(pk=draft.pk)
    later.title = "改过的题目"
    later.save_revision(user=editor)

    approve(state, by=reviewer)
    draft.refresh_from_db()
    assert (draft.title, draft.draft_title) == ("听群众说话", "改过的题目")
    assert (draft.live_revision, draft.has_unpublished_changes) == (state.revision, True)
    assert live_edition(draft).title == "听群众说话"


def test_a_workflow_that_loses_its_task_publishes_nothing(editor, draft) -> None:
    state = submit(draft, editor)
    before = standing(draft)

    Task.objects.get(pk=state.task_id).deactivate(user=editor)

    assert standing(draft) == before
    assert WorkflowState.objects.get().status == "cancelled"


def test_the_reviewer_names_the_day_and_the_scheduler_publishes(editor, reviewer, draft, monkeypatch) -> None:
    state, moment = submit(draft, editor), now()
    approve(state, by=reviewer, go_live_at=moment + timedelta(days=1))
    assert standing(draft) == (False, None, "听群众说话", 1)
    call_command("publish_scheduled")
    assert not LessonEdition.objects.exists()
    revisions = Revision.objects.filter(pk=state.revision_id)
    with transaction.atomic(), pytest.raises(IntegrityError, match="has been approved"):
        revisions.update(content={**state.revision.content, "title": "换掉的题目"})

    monkeypatch.setattr("django.utils.timezone.now", lambda: moment + timedelta(days=2))
    call_command("publish_scheduled")
    assert standing(draft) == (True, state.revision_id, "听群众说话", 0)
    assert live_edition(draft).title == "听群众说话"


def test_expiry_takes_it_off_and_freezes_nothing(editor, reviewer, draft) -> None:
    approve(submit(draft, editor), by=reviewer)
    edition = live_edition(draft)
    LessonPage.objects.update(expire_at=now() - timedelta(minutes=1))

    call_command("publish_scheduled")

    draft.refresh_from_db()
    assert (draft.live, draft.expired) == (False, True)
    assert list(LessonEdition.objects.values_list("pk", "is_live")) == [(edition.pk, False)]


def test_under_review_only_comments_are_taken(editor, reviewer, draft) -> None:
    """For everybody else the page is locked; the one who submitted may take it back."""
    state = submit(draft, editor)
    before = draft.get_latest_revision().content
    signed_in(editor).post(edit_url(draft), words(text="偷偷改。"))
    assert Page.objects.get(pk=draft.pk).latest_revision_id == state.revision_id
    comment = {
        "comments-TOTAL_FORMS": "1", "comments-0-text": "出处再写细一点。",
        "comments-0-contentpath": "summary", "comments-0-position": "",
        "comments-0-replies-TOTAL_FORMS": "0", "comments-0-replies-INITIAL_FORMS": "0",
    }  # fmt: skip
    response = signed_in(reviewer).post(edit_url(draft), words(text="改别人的话。") | comment)

    assert response.status_code == 302
    assert Comment.objects.get().text == "出处再写细一点。"
    latest = Page.objects.get(pk=draft.pk).get_latest_revision()
    assert latest.content["body"] == before["body"]
    approve(state, by=reviewer)
    draft.refresh_from_db()
    assert (draft.live, draft.has_unpublished_changes) == (True, False)


def test_it_is_sent_back_with_a_reason_and_submitted_again(editor, reviewer, draft) -> None:
    state = submit(draft, editor)
    url = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "reject", state.pk])
    desk = signed_in(reviewer)
    desk.post(url, {"comment": " "})
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
    desk.post(url, {"comment": "请补上出处。"})
    flow = WorkflowState.objects.get()
    assert (flow.status, flow.current_task_state.comment) == ("needs_changes", "请补上出处。")

    signed_in(editor).post(edit_url(draft), words(text="补上了。") | {"action-submit": "1"})
    flow.refresh_from_db()
    assert (flow.status, flow.task_states.count()) == ("in_progress", 2)
    signed_in(editor).post(edit_url(draft), words() | {"action-cancel-workflow": "1"})
    flow.refresh_from_db()
    assert flow.status == "cancelled"


WITHOUT = [
    ("valid_as_of", ""), ("valid_as_of", "2099-01-01"), ("review_by", "2020-01-01"), ("sources-count", "0"),
]  # fmt: skip


def test_what_is_submitted_says_its_source_and_how_long_it_holds(editor, draft) -> None:
    desk = signed_in(editor)
    for field, value in WITHOUT:
        sent = words() | {field: value}
        refused = desk.post(edit_url(draft), sent | {"action-submit": "1"})
        assert refused.status_code == 200
        assert list(refused.context["form"].errors) == [field.removesuffix("-count")]
        assert not WorkflowState.objects.exists()
        assert desk.post(edit_url(draft), sent).status_code == 302  # a draft may lack it


def test_a_course_of_drafts_is_submitted_at_once_but_for_what_lacks_something(editor, reviewer) -> None:
    module = add_module()
    whole, lacking = add_draft(module, editor, "whole"), add_draft(module, editor, "lacking", sources=[])
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "submit_for_review"])
    course = module.get_parent()
    desk = signed_in(editor)
    assert "include_descendants" in desk.get(f"{url}?id={course.pk}").text

    asked = {"include_descendants": "on"}
    told = desk.post(f"{url}?id={course.pk}&next=/admin/desk/", asked, follow=True).text
    states = WorkflowState.objects.values_list("object_id", "status", "requested_by")
    assert list(states) == [(str(whole.pk), "in_progress", editor.pk)]
    assert lacking.title in told
    approve(WorkflowState.objects.get().current_task_state, by=reviewer)
    assert (standing(whole)[0], standing(lacking)[0]) == (True, False)


def test_setting_up_twice_changes_nothing(db) -> None:
    def seen() -> list:
        rows = list(GroupPagePermission.objects.order_by("pk").values_list("pk", "permission__codename"))
        return [
            rows,
            list(WorkflowPage.objects.values_list("page__depth", "workflow__name")),
            ReviewTask.objects.count(),
        ]

    before = seen()
    assert before[1:] == [[(1, "审核")], 1]
    GroupPagePermission.objects.create(
        group=Group.objects.get(name="Editors"), page=Page.objects.get(depth=1),
        permission=GroupPagePermission._meta.get_field("permission").related_model.objects.get(codename="publish_page"),
    )  # fmt: skip
    grant_editors()
    open_the_way()

    assert seen() == before
    assert "publish_page" not in {codename for _pk, codename in before[0]}


def test_what_the_system_writes_has_no_author(db) -> None:
    page = add_lesson(add_module())

    assert may_be_approved(page.live_revision)
    assert page.live
