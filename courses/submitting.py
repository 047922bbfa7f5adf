"""Submitting several drafts at once: a course that was brought in has many. Each is reviewed by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.models import Page, WorkflowState

from courses.models import LessonPage
from courses.under_review import what_does_not_hold
from people.leading import Refusal
from people.models import Member


class NotReady(Refusal):
    """The draft lacks what has to be said before it is reviewed."""

    words = gettext_lazy("Something is missing in this draft.")


@transaction.atomic
def submit(page: Page, *, by: Member) -> WorkflowState:
    """
    Submit the latest draft of a page for review, as the button of its editor does.

    :raises NotReady: when it lacks something; then nothing is changed.
    """
    draft = page.specific.get_latest_revision_as_object()
    try:
        draft.full_clean()
    except ValidationError as error:
        raise NotReady from error
    if isinstance(draft, LessonPage) and (
        not draft.body
        or not draft.sources
        or what_does_not_hold({"valid_as_of": draft.valid_as_of, "review_by": draft.review_by})
    ):
        raise NotReady
    draft.save_revision(user=by, clean=False, log_action=True)
    page = Page.objects.get(pk=page.pk).specific
    state = page.current_workflow_state
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user=by)
        return state
    return page.get_workflow().start(page, by)


def waits_to_be_submitted(page: Page, member: Member) -> bool:
    """True for a draft, or a page with a later draft, that the member may change and nobody reviews."""
    may = page.permissions_for_user(member)
    return page.has_unpublished_changes and may.can_edit() and may.can_submit_for_moderation()


class WhatToSubmit(forms.Form):
    """Whether what stands below is meant as well."""

    include_descendants = forms.BooleanField(
        label=gettext_lazy("With all that is below them"), required=False, initial=True
    )


class SubmitSeveral(PageBulkAction):
    """Among what can be done with chosen pages of a list."""

    form_class = WhatToSubmit
    display_name = gettext_lazy("Submit for review")
    action_type = "submit_for_review"
    aria_label = gettext_lazy("Submit the chosen pages for review")
    template_name = "courses/admin/submit_several.html"
    action_priority = 35

    def check_perm(self, page: Page) -> bool:
        return page.permissions_for_user(self.request.user).can_edit()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"has_draft_descendants": any(item["item"].numchild for item in context["items"])}

    def get_execution_context(self) -> dict[str, Any]:
        chosen = self.cleaned_form.cleaned_data["include_descendants"]
        return {"user": self.request.user, "include_descendants": chosen, "lacking": self.lacking}

    def __init__(self, request: Any, model: type[Page]) -> None:
        super().__init__(request, model)
        self.lacking: list[str] = []

    @classmethod
    def execute_action(
        cls,
        objects: Iterable[Page],
        *,
        user: Member,
        lacking: list[str],
        include_descendants: bool = False,
        **kwargs: Any,
    ) -> tuple[int, int]:
        done = 0
        for chosen in objects:
            pages = chosen.get_descendants(inclusive=True) if include_descendants else [chosen]
            for page in pages:
                if waits_to_be_submitted(page, user):
                    try:
                        submit(page, by=user)
                        done += 1
                    except NotReady:
                        lacking.append(page.draft_title or page.title)
        return done, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        if self.lacking:
            words = _("Not submitted, because something is missing in them: %(titles)s.")
            messages.warning(self.request, words % {"titles": "、".join(self.lacking)})
        told = ngettext(
            "%(number)d page was submitted for review.",
            "%(number)d pages were submitted for review.",
            num_parent_objects,
        )
        return told % {"number": num_parent_objects}
