"""
Review 审核: what an editor submits goes live when somebody else has approved that very revision.

Who approves holds the office of a reviewer today, given or lent for a period, and has neither written, saved
nor submitted what is approved. The database asks again when a page goes live (`second_look.sql`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import Func, QuerySet, Value
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, localdate, make_aware, now
from django.utils.translation import gettext_lazy as _
from wagtail.locks import WorkflowLock
from wagtail.models import (
    Page,
    Revision,
    Task,
    TaskState,
    Workflow,
    WorkflowPage,
    WorkflowState,
    WorkflowTask,
)

from people.models import Member, Office

MOST_CHARACTERS = 2000
"""Of a comment on a revision."""


class MayJudge(Func):
    """Whether a member neither wrote, saved nor submitted what a task state is about."""

    function = "courses_may_judge"
    arity = 2
    output_field = models.BooleanField()


class SendBackForm(forms.Form):
    """What should be changed."""

    comment = forms.CharField(
        label=_("What should be changed?"), max_length=MOST_CHARACTERS, widget=forms.Textarea({"rows": 4})
    )


class ApproveForm(forms.Form):
    """When it is to be published, and a word for the editor."""

    go_live_at = forms.DateTimeField(
        label=_("Publish on"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: on the day the editor proposed, or at once."),
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=MOST_CHARACTERS, widget=forms.Textarea({"rows": 2})
    )

    def clean_go_live_at(self) -> datetime | None:
        wanted = self.cleaned_data["go_live_at"]
        if wanted and wanted <= now():
            raise forms.ValidationError(_("This moment has passed. Leave it empty to publish at once."))
        return wanted


class ReviewLock(WorkflowLock):
    """Under review nobody changes the words; who reviews may comment."""

    def get_message(self, user: Member) -> Any:
        if self.for_user(user):
            return _("This is under review. Nobody changes it until the review has ended.")
        return _(
            "This is under review. You can comment, send it back or approve it; the words stay as submitted."
        )

    def get_locked_by(self, user: Member, can_lock: bool = False) -> Any:
        return _("Under review")

    def get_description(self, user: Member, can_lock: bool = False) -> Any:
        return _("The words stay as submitted until the review has ended.")


class ReviewTask(Task):
    """The look of a second pair of eyes: somebody who reviews today, and is not the author."""

    lock_class = ReviewLock

    class Meta:
        verbose_name = _("review by somebody else")
        verbose_name_plural = _("reviews by somebody else")

    @classmethod
    def get_description(cls) -> Any:
        return _("Reviewers, and those who stand in for them; never the one who wrote or submitted it.")

    def may_judge(self, page: Page, user: Member) -> bool:
        """True when `user` reviews today and has no part in what is under review."""
        state = page.current_workflow_task_state
        return state is not None and self.states_for(user).filter(pk=state.pk).exists()

    def states_for(self, user: Member) -> QuerySet[TaskState]:
        """What waits for a decision that `user` may take."""
        if not reviews(user, on=localdate()):
            return TaskState.objects.none()
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        return waiting.filter(MayJudge(Value(user.pk), "pk"))

    def user_can_access_editor(self, obj: Page, user: Member) -> bool:
        return reviews(user, on=localdate())

    def locked_for_user(self, obj: Page, user: Member) -> bool:
        return not self.may_judge(obj, user)

    def get_actions(self, obj: Page, user: Member) -> list[tuple[str, Any, bool]]:
        if not self.may_judge(obj, user):
            return []
        return [("reject", _("Send back"), True), ("approve", _("Approve"), True)]

    def get_form_for_action(self, action: str) -> type[forms.Form]:
        return SendBackForm if action == "reject" else ApproveForm

    def get_task_states_user_can_moderate(self, user: Member, **kwargs: Any) -> QuerySet[TaskState]:
        return self.states_for(user)

    def on_action(self, task_state: TaskState, user: Member, action_name: str, **told: Any) -> None:
        """Approve or send back, with what the form asked: the lowest place where a decision is taken."""
        comment = str(told.get("comment") or "")[:MOST_CHARACTERS]
        if action_name == "approve":
            approve(task_state, by=user, comment=comment, go_live_at=_moment(told.get("go_live_at")))
        elif action_name == "reject":
            send_back(task_state, by=user, comment=comment)


def reviews(member: Member, *, on: date) -> bool:
    """True for who holds the office of a reviewer on that day, their own or lent to them."""
    return any(office.kind == Office.Kind.REVIEWER for office in member.held_offices(on))


@transaction.atomic
def approve(
    state: TaskState, *, by: Member, comment: str = "", go_live_at: datetime | None = None
) -> TaskState:
    """
    Approve what was submitted. It is published at once, or at the moment that it names.

    :raises PermissionDenied: for who may not, or when it is decided already; then nothing is changed.
    """
    state = _to_be_decided(state, by)
    if go_live_at:
        revision = state.revision
        revision.content["go_live_at"] = go_live_at.isoformat()
        revision.save(update_fields=["content"])
    return state.approve(user=by, comment=comment)


@transaction.atomic
def send_back(state: TaskState, *, by: Member, comment: str) -> TaskState:
    """
    Send what was submitted back to its editor, saying why.

    :raises PermissionDenied: for who may not, when it is decided already, or without a comment.
    """
    state = _to_be_decided(state, by)
    if not comment.strip():
        raise PermissionDenied
    return state.reject(user=by, comment=comment)


def _to_be_decided(state: TaskState, by: Member) -> TaskState:
    """The state, locked: two reviewers decide one after the other."""
    WorkflowState.objects.select_for_update().get(pk=state.workflow_state_id)
    task = state.task.specific
    if not isinstance(task, ReviewTask) or not task.states_for(by).filter(pk=state.pk).exists():
        raise PermissionDenied
    return TaskState.objects.select_related("revision", "workflow_state").get(pk=state.pk)


def _moment(told: Any) -> datetime | None:
    """What the form asked, which may come back as text. Nothing that has passed."""
    moment = parse_datetime(told) if isinstance(told, str) else told
    if not isinstance(moment, datetime):
        return None
    moment = make_aware(moment) if is_naive(moment) else moment
    return moment if moment > now() else None


def publish_approved(workflow_state: WorkflowState, user: Member | None = None) -> None:
    """
    What Wagtail does when a workflow ends. Published is the revision that was approved, not a later draft.

    A workflow that ends without an approval (its task was taken away) publishes nothing.
    """
    states = workflow_state.task_states.filter(
        status=TaskState.STATUS_APPROVED, task__in=ReviewTask.objects.all(), finished_by__isnull=False
    )
    approved = states.select_related("revision").order_by("-finished_at", "-pk").first()
    if approved is None:
        WorkflowState.objects.filter(pk=workflow_state.pk).update(status=WorkflowState.STATUS_CANCELLED)
        return
    approved.revision.publish(user=user, skip_permission_checks=True)
    settle_drafts([int(workflow_state.object_id)])


def settle_drafts(pages: Iterable[int] | None = None) -> None:
    """A page whose latest revision has the words that are live has nothing unpublished. All pages: None."""
    chosen = None if pages is None else list(pages)
    with connection.cursor() as cursor:
        cursor.execute(
            "update wagtailcore_page p set has_unpublished_changes = false"
            " from wagtailcore_revision live, wagtailcore_revision latest"
            " where p.live and p.has_unpublished_changes and live.id = p.live_revision_id"
            " and latest.id = p.latest_revision_id and latest.approved_go_live_at is null"
            " and courses_words(live.content) = courses_words(latest.content)"
            " and (%(pages)s::bigint[] is null or p.id = any (%(pages)s::bigint[]))",
            {"pages": chosen},
        )


def may_be_approved(revision: Revision) -> bool:
    """True when somebody else approved this very revision, or the system wrote it."""
    with connection.cursor() as cursor:
        cursor.execute("select courses_is_approved(%s)", [revision.pk])
        return bool(cursor.fetchone()[0])


WORKFLOW_NAME = "审核"
"""Names of workflows are kept, not translated: they are in the first language of the site."""


def open_the_way(**kwargs: Any) -> None:
    """
    See to it that what stands below the root can be submitted. Run after each migration.

    Wagtail brings a workflow of its own, whose approval would publish nothing here: ours takes its place.
    """
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    present = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    tasks = ReviewTask.objects.filter(active=True)
    if present and present.workflow.active and present.workflow.tasks.filter(pk__in=tasks).exists():
        return
    task = tasks.order_by("pk").first() or ReviewTask.objects.create(name=WORKFLOW_NAME)
    workflow = Workflow.objects.create(name=WORKFLOW_NAME)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    if present and not WorkflowState.objects.filter(workflow=present.workflow).exists():
        present.workflow.delete()
