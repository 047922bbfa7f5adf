"""What may be done to our pages: nobody publishes past the review, and words under review stay."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page, PagePermissionTester, Revision, TaskState

from people.models import Member

REVIEWS = "unlock"
"""The act of Wagtail's that only reviewers are given (`courses.editing`): it tells them from editors."""


class SecondLook(PagePermissionTester):
    """
    Wagtail's permissions, without the one to publish: that is what an approval does, and nothing else.

    Reviewers take off what is live, move it and put it in order; editors do so with drafts.
    """

    @cached_property
    def _reviews(self) -> bool:
        return self.user.is_active and (self.user.is_superuser or REVIEWS in self.permissions)

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        live = self.page.live and not self.page_is_root
        return live and self._reviews and not self.page_locked()

    def can_unschedule(self) -> bool:
        return self._reviews and not self.page_is_root

    def can_set_view_restrictions(self) -> bool:
        return self._reviews and not self.page_is_root

    def can_reorder_children(self) -> bool:
        if not self.user.is_active:
            return False
        return self._reviews or (
            "change" in getattr(self, "permissions", ()) and not self.page.get_children().live().exists()
        )

    def can_move(self) -> bool:
        return (self._reviews and not self.page_is_root) or super().can_move()

    def can_move_to(self, destination: Page) -> bool:
        """As in Wagtail, where moving what is live asks for the permission to publish at the destination."""
        if self.page == destination or destination.is_descendant_of(self.page):
            return False
        fits = self.page.is_child_of(destination) or self.page.specific.can_move_to(destination)
        if not fits or not self.can_move():
            return False
        if self.user.is_superuser:
            return True
        there = destination.permissions_for_user(self.user).permissions
        return "add" in there and (
            self._reviews or not self.page.get_descendants(inclusive=True).live().exists()
        )


class ReviewedPageForm(WagtailAdminPageForm):
    """
    The editor's form of a page. Under review only comments are taken from it; what is submitted says
    what it is founded on and how long it holds.
    """

    @cached_property
    def only_comments(self) -> bool:
        return bool(self.instance.pk) and self.instance.workflow_in_progress

    def is_valid(self) -> bool:
        valid = super().is_valid()
        comments = self.formsets.get("comments")
        return (comments is None or comments.is_valid()) if self.only_comments else valid

    def _post_clean(self) -> None:
        if not self.only_comments:  # otherwise the page keeps its words, whatever was sent
            super()._post_clean()

    def has_changed(self) -> bool:
        if not self.only_comments:
            return bool(super().has_changed())
        comments = self.formsets.get("comments")
        return comments is not None and any(form.has_changed() for form in comments.forms)

    def save(self, commit: bool = True) -> Page:
        if not self.only_comments:
            return super().save(commit=commit)
        if comments := self.formsets.get("comments"):
            comments.instance = self.instance
            comments.save(commit=False)
        return self.instance

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.is_deferred_validation:
            for name, words in what_does_not_hold(given):
                self.add_error(name, ValidationError(words))
        return given


def what_does_not_hold(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Days that cannot be, with the word for each field. Asked when a lesson is submitted, not of a draft."""
    checked, again, today = given.get("valid_as_of"), given.get("review_by"), localdate()
    found = []
    if checked and checked > today:
        found.append(("valid_as_of", _("This day is still to come. Say on which day it was last checked.")))
    if again and again <= today:
        found.append(("review_by", _("This day has passed. Say by when it is to be reviewed next.")))
    elif again and checked and again <= checked:
        found.append(("review_by", _("It is to be reviewed after the day on which it was checked.")))
    return found


class UnderReview:
    """What our pages add to Wagtail's."""

    base_form_class = ReviewedPageForm

    def permissions_for_user(self, user: Member) -> PagePermissionTester:
        return SecondLook(user, self)

    def save_revision(
        self, *args: Any, overwrite_revision: Revision | None = None, **kwargs: Any
    ) -> Revision:
        """
        Save a revision. What was submitted or approved is kept as it was: it is not overwritten.

        :raises PermissionDenied: when `overwrite_revision` has been submitted.
        """
        if overwrite_revision and TaskState.objects.filter(revision=overwrite_revision).exists():
            raise PermissionDenied(
                _("This version has been submitted and is kept. Please load the page anew.")
            )
        return super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)  # type: ignore[misc]
