"""The editor's pages of works and passages: what is quoted is changed by two people, and stays."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel
from wagtail.snippets.views.snippets import DeleteView, EditView, UnpublishView

from sources.changing import Wording, earlier_wordings, may_publish, passages_of, refuse_if_quoted
from sources.slots import Use, uses_of

BY_TWO = _(
    "This is quoted, so two people change it: save your words as a draft, and somebody else publishes them. "
    "Nothing has been published."
)
STAYS = _("Lessons or questions quote this, so it stays. Its page lists them; take it out of them first.")


class ChangeByTwo(EditView):
    """What is quoted gets new words only when a second person publishes what another proposed."""

    def is_valid(self, form: ModelForm) -> bool:
        if not super().is_valid(form):
            return False
        if self.action != "publish" or may_publish(form.instance, by=self.request.user):
            return True
        form.add_error(None, BY_TWO)
        self.produced_error_code = "validation_error"
        self.produced_error_message = self.get_error_message()
        return False


class KeepWhatIsQuoted(DeleteView):
    """A quoted passage, or the work of one, stays."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        try:
            refuse_if_quoted(self.object)
            return super().form_valid(form)
        except (ProtectedError, PermissionDenied):  # Wagtail's name for what it knows to be in use
            messages.error(self.request, STAYS)
            return redirect(self.edit_url_name, self.object.pk)


class StayPublished(UnpublishView):
    """A quoted passage is not withdrawn either."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            refuse_if_quoted(self.object)
        except ProtectedError:
            messages.error(request, STAYS)
            return redirect(self.edit_url_name, self.object.pk)
        return super().post(request, *args, **kwargs)


class WordingsPanel(Panel):
    """The words it had before, and those proposed: when they were saved, and by whom."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "sources/panels/wordings.html"

        @cached_property
        def wordings(self) -> list[Wording]:
            kept = type(self.instance).objects.get(pk=self.instance.pk)  # not a proposal
            return earlier_wordings(kept)

        def is_shown(self) -> bool:
            return self.instance.pk is not None and bool(self.wordings)


class UsesPanel(Panel):
    """Where a passage, or any passage of a work, is quoted."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "sources/panels/uses.html"

        @cached_property
        def uses(self) -> list[Use]:
            found = uses_of(passages_of(self.instance)) if self.instance.pk else {}
            return [use for passage in found.values() for use in passage]

        def is_shown(self) -> bool:
            return self.instance.pk is not None
