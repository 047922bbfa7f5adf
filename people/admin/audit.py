"""The audit, for the audit administrator alone: a search, its export, and the state of the chain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from people.admin.access import office_page
from people.admin.asked import asked, sealed_search
from people.audit import ACTIONS, AuditEntry, shortened_address
from people.audit_search import (
    MOST_EXPORTED,
    AuditSearch,
    Mark,
    TooMuchToExport,
    csv_lines,
    export,
    key_named,
    note_search,
    organisations_named,
    page_of,
    state_of_chain,
)
from people.models import Office


def _actions() -> list[tuple[str, str]]:
    named = sorted(
        ((action.code, str(action.label)) for action in ACTIONS.values()), key=lambda each: each[1]
    )
    return [("", _("Everything")), *named]


class AuditSearchForm(forms.Form):
    """Who typed what is looked for. People are named by number or key, never chosen from a list of names."""

    since = forms.DateField(
        label=gettext_lazy("First day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    action = forms.ChoiceField(label=gettext_lazy("What was done"), required=False, choices=_actions)
    actor = forms.CharField(
        label=gettext_lazy("Who: member number or key"), required=False, max_length=40, strip=True
    )
    subject = forms.CharField(
        label=gettext_lazy("On whom: member number or key"), required=False, max_length=40, strip=True
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation: name, external code or key"), required=False, max_length=200
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        required=False,
        choices=lambda: [("", _("Every outcome")), *AuditEntry.Outcome.choices],
    )

    def clean_actor(self) -> object:
        return self._key("actor")

    def clean_subject(self) -> object:
        return self._key("subject")

    def _key(self, name: str) -> object:
        typed = self.cleaned_data[name]
        if not typed:
            return None
        key = key_named(typed)
        if key is None:
            raise forms.ValidationError(_("Nobody has this number."))
        return key

    def clean_organisation(self) -> object:
        typed = self.cleaned_data["organisation"]
        if not typed:
            return None
        keys = organisations_named(typed)
        if not keys:
            raise forms.ValidationError(_("No organisation has this name, code or key."))
        return keys

    def clean(self) -> dict:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day lies before the first."))
        return data

    def search(self) -> AuditSearch:
        data = self.cleaned_data
        return AuditSearch(
            since=data["since"],
            until=data["until"],
            action=data["action"] or None,
            actor=data["actor"],
            subject=data["subject"],
            organisations=data["organisation"],
            outcome=data["outcome"] or None,
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It is kept in the audit."),
    )


@office_page(Office.Kind.AUDIT_ADMINISTRATOR)
@sealed_search
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Search the audit, page by page. A new search is noted once, its further pages are not."""
    form = AuditSearchForm(asked(request))
    context = {"form": form, "reason_form": ReasonForm(), "chain": state_of_chain()}
    if form.is_valid():
        after = Mark.read(request.GET.get("after", ""))
        page = page_of(form.search(), after=after)
        if after is None:
            _note(request, form.search())
        query = request.GET.copy()
        query.pop("after", None)
        context |= {"page": page, "after": after, "query": query.urlencode()}
    return render(request, "people/admin/audit.html", context | _heading())


def _heading() -> dict[str, Any]:
    steps = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": "", "label": _("Audit")},
    ]
    return {"breadcrumbs_items": steps, "header_title": _("Audit"), "header_icon": "history"}


def _note(request: HttpRequest, search: AuditSearch) -> None:
    note_search(search, by=request.user, at=now(), address=shortened_address(request))


@office_page(Office.Kind.AUDIT_ADMINISTRATOR)
@require_POST
def export_audit(request: HttpRequest) -> HttpResponse:
    """The entries of a search as CSV; who took them and why is noted first."""
    form, reason = AuditSearchForm(asked(request)), ReasonForm(request.POST)
    back = redirect(f"{reverse('people_audit')}?{request.GET.urlencode()}")
    if not form.is_valid():
        return back
    if not reason.is_valid():
        messages.error(request, _("Nothing was exported: please say for what reason you need it."))
        return back
    try:
        found = export(
            form.search(),
            by=request.user,
            reason=reason.cleaned_data["reason"],
            at=now(),
            address=shortened_address(request),
        )
    except TooMuchToExport:
        words = _("Nothing was exported: one file holds %(most)d entries at most. Choose fewer days.")
        messages.error(request, words % {"most": MOST_EXPORTED})
        return back
    response = StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{localdate():%Y-%m-%d}.csv"'
    return response


def urls() -> list[URLPattern]:
    return [
        path("audit/", audit, name="people_audit"),
        path("audit/export/", export_audit, name="people_audit_export"),
    ]
